// log_fixture.hpp - what the tests of the log share.
// Here:  a simulated disk that is a value, with power and crash; a folder for a real one; short ways to batches.
// Not:   the tests.
// Start: `HostDisk host; host.use([&](sim::Disk& disk) { ... });`
#pragma once

#include "model/log/log.hpp"
#include "model/log/record_batch_builder.hpp"
#include "sim/digest.hpp"
#include "sim/file_system_disk.hpp"
#include "sim/random.hpp"
#include "sim/real_disk.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kafka::testing {

/// A host's disk without a world around it. A copy is another disk with the same files and handles.
struct HostDisk {
  sim::FileSystem files;
  sim::Time now;

  /// One handler: `work(disk)`. Afterwards everything is paid.
  template <class Work>
  auto use(Work&& work) {
    Session session{*this};
    auto result = work(static_cast<sim::Disk&>(session.disk));
    files.settle(now);
    return result;
  }
  /// A handler that is killed at `percent` of the time that its work takes; the process dies with it.
  template <class Work>
  void crash_within(Work&& work, int percent) {
    const sim::Time begin = now;
    {
      Session session{*this};
      work(static_cast<sim::Disk&>(session.disk));
    }
    files.crash(begin + (now - begin) * percent / 100);
  }
  void crash() { files.crash(now); }
  void power_off(sim::Random& random) { files.power_off(now, random); }
  void fault(const sim::DiskFault& fault);

  sim::Digest digest() const;
  /// A file's content; empty if there is none.
  std::vector<std::byte> content(std::string_view path) const;
  bool has(std::string_view path) const;

 private:
  struct Session final : private sim::DiskContext {
    explicit Session(HostDisk& of) : host{of}, disk{of.files, *this} {}
    HostDisk& host;
    sim::SimulatedDisk disk;

    sim::Time meter() const override { return host.now; }
    void advance_meter_to(sim::Time reading) override { host.now = reading; }
    std::int64_t wall_clock_ns() const override { return 1'600'000'000'000'000'000 + host.now.nanoseconds(); }
    void traced(const sim::DiskOperation&) override {}
  };
};

/// A folder in the system's temporary folder, gone with this object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline const TopicPartition orders_0{"orders", 0};
inline constexpr std::string_view folder = "orders-0";

/// As a producer would send it: `count` records whose values are `text`, with timestamps `first`, `first` + 1, ...
sim::Bytes batch_of(std::string_view text, int count = 1, std::int64_t first_timestamp = 1'000);
/// As a leader stored it.
sim::Bytes stored_batch(std::int64_t base_offset, std::int32_t epoch, std::string_view text, int count = 1,
                        std::int64_t first_timestamp = 1'000);

/// The log in `folder`, which is made if needed. FAILs the test on an error.
LoadedLog load(sim::Disk& disk, const LoadOptions& options = {}, const LogConfig& config = {});

/// Appends as leader and FAILs the test on an error.
LogAppendInfo append(sim::Disk& disk, Log& log, ByteView records, std::int32_t epoch = 0, std::int64_t now = 5'000);

/// Everything from the log start on, whatever was committed.
std::vector<std::byte> everything(sim::Disk& disk, const Log& log);

std::vector<std::byte> concatenated(const std::vector<sim::Bytes>& pieces);

/// The value of all records, as text, in order of offsets.
std::string values(ByteView batches);

/// Changes or makes a file behind the log's back.
void write_file(sim::Disk& disk, std::string_view path, ByteView content);

}  // namespace kafka::testing
