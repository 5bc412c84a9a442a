// log_files.hpp - looking into a broker's log files from outside.
// Here:  where a record lies on a host's disk; a walk over the batches of a log that runs.
// Not:   the log itself (model/log/).
// Start: find_record(), LogPeek.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/log/log.hpp"
#include "model/types.hpp"
#include "sim/file_system.hpp"
#include "sim/file_system_disk.hpp"

namespace scenarios {

struct RecordPlace {
  std::string path;
  std::uint64_t batch = 0;   ///< where its batch begins, in bytes
  std::uint64_t middle = 0;  ///< a byte in the middle of the batch's records
};

/// The batch that holds `offset` in the log of this partition; a negative offset counts from the end (-1: the last
/// one). Nothing if there is none.
std::optional<RecordPlace> find_record(const sim::FileSystem& files, const kafka::TopicPartition& partition,
                                       std::int64_t offset);

/// Reads a running broker's log on a copy of its disk: the broker does not notice. Copying the disk costs some words.
class LogPeek final : private sim::DiskContext {
 public:
  explicit LogPeek(const sim::FileSystem& files) : files_{files}, disk_{files_, *this} {}

  /// Batches from the one that holds `from`, all below `bound`; empty where there is nothing to read.
  sim::Bytes read(const kafka::Log& log, kafka::Offset from, kafka::Offset bound, std::uint64_t max_bytes = UINT64_MAX);

 private:
  sim::Time meter() const override { return meter_; }
  void advance_meter_to(sim::Time reading) override { meter_ = reading; }
  std::int64_t wall_clock_ns() const override { return 0; }
  void traced(const sim::DiskOperation&) override {}

  sim::FileSystem files_;
  sim::Time meter_;
  sim::SimulatedDisk disk_;
};

}  // namespace scenarios
