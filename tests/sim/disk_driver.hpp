// disk_driver.hpp - what the disk tests share.
// Here:  TestHost (a simulated disk with a meter to turn by hand), DumbDisk (a Disk over two maps, the model to compare
//        with), DiskStep and run_step (random operations as data, whose outcome is a text).
// Not:   tests.
// Start: TestHost.
#pragma once

#include "sim/file_system_disk.hpp"
#include "sim/random.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sim_test {

using namespace sim::literals;

/// Remembers what it was told.
class TestContext final : public sim::DiskContext {
 public:
  sim::Time meter() const override { return now; }
  void advance_meter_to(sim::Time reading) override;
  std::int64_t wall_clock_ns() const override { return wall; }
  void traced(const sim::DiskOperation& operation) override;

  sim::Time now;
  std::int64_t wall = 1'700'000'000'000'000'000;
  std::vector<sim::DiskOperation> operations;  ///< their `path` is cleared
};

/// A host's disk and one handler on it. `files` may be copied out and in.
class TestHost {
 public:
  TestHost() = default;
  explicit TestHost(sim::DiskModel model) : files{std::move(model)} {}

  sim::SimulatedDisk disk() { return {files, context}; }
  /// Everything so far has happened.
  void settle() { files.settle(context.now); }

  sim::FileSystem files;
  TestContext context;
};

/// The simplest thing that behaves as a Disk: paths in a map. No faults, no costs.
class DumbDisk final : public sim::Disk {
 public:
  DumbDisk() { tree_[""] = nullptr; }

  sim::DiskResult<sim::File> open(std::string_view path, sim::OpenMode mode) override;
  sim::DiskResult<void> close(sim::File file) override;
  sim::DiskResult<std::uint64_t> append(sim::File file, std::span<const std::byte> bytes) override;
  sim::DiskResult<std::uint64_t> append_all(sim::File file,
                                            std::span<const std::span<const std::byte>> pieces) override;
  sim::DiskResult<void> write_at(sim::File file, std::uint64_t offset, std::span<const std::byte> bytes) override;
  sim::DiskResult<sim::Bytes> read(sim::File file, std::uint64_t offset, std::uint64_t length) override;
  sim::DiskResult<void> truncate(sim::File file, std::uint64_t size) override;
  sim::DiskResult<void> sync(sim::File file) override;
  sim::DiskResult<sim::FileStatus> status(sim::File file) override;
  sim::DiskResult<sim::FileStatus> status(std::string_view path) override;
  sim::DiskResult<bool> exists(std::string_view path) override;
  sim::DiskResult<void> set_modified(std::string_view path, std::int64_t wall_ns) override;
  sim::DiskResult<void> rename(std::string_view from, std::string_view to) override;
  sim::DiskResult<void> unlink(std::string_view path) override;
  sim::DiskResult<void> make_directory(std::string_view path) override;
  sim::DiskResult<void> remove_directory(std::string_view path) override;
  sim::DiskResult<std::vector<sim::DirectoryEntry>> list(std::string_view directory) override;
  sim::DiskResult<void> sync_directory(std::string_view directory) override;
  sim::DiskResult<std::uint64_t> free_space() override { return 0; }

 private:
  struct Handle {
    std::shared_ptr<std::string> content;
    bool writable = false;
  };
  sim::DiskError missing(std::string_view path) const;
  bool has_children(const std::string& path) const;
  Handle* handle(sim::File file);

  std::map<std::string, std::shared_ptr<std::string>> tree_;  ///< null: a directory
  std::map<std::uint64_t, Handle> handles_;
  std::uint64_t last_handle_ = 0;
};

/// One operation as data. `slot` numbers the handles that a user of a disk keeps.
struct DiskStep {
  enum class Kind {
    open,
    close,
    append,
    write_at,
    read,
    truncate,
    sync,
    status,
    rename,
    unlink,
    make_directory,
    remove_directory,
    list,
    sync_directory
  };
  Kind kind = Kind::open;
  sim::OpenMode mode = sim::OpenMode::create;
  std::string path;
  std::string to;
  std::size_t slot = 0;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t fill = 0;  ///< what the written bytes look like
};

inline constexpr std::size_t handle_slots = 4;
using Handles = std::array<sim::File, handle_slots>;

DiskStep random_step(sim::Random& random);

/// Runs it and says in words what came of it, with all bytes read.
std::string run_step(const DiskStep& step, sim::Disk& disk, Handles& handles);

/// All files and directories of a disk with their content, one line each, for comparing.
std::string listing(const sim::FileSystem& files);
/// The same of what is on the platter under present names.
std::string platter_listing(const sim::FileSystem& files);
std::string text_of(const sim::FileContent& content);
/// A digest of everything that FileSystem::add_to adds.
std::string digest_of(const sim::FileSystem& files);

/// Bytes that differ by position and by `fill`.
std::string pattern(std::uint64_t fill, std::uint64_t length);

}  // namespace sim_test
