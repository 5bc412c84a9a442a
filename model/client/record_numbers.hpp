// record_numbers.hpp - numbers that no life of a process uses twice.
// Here:  RecordNumbers: the small file in which a producer application reserves the numbers of its records.
// Not:   what they are used for (workload_producer.hpp).
// Start: load_record_numbers(), store_record_numbers().
#pragma once

#include "sim/disk.hpp"

#include <cstdint>

namespace kafka {

/// What the file says.
struct RecordNumbers {
  std::uint64_t next = 0;   ///< no number from here on was ever used
  std::uint64_t lives = 0;  ///< how many lives have begun
};

/// All zero if there is no file yet. Errors: those of the disk; a file with a wrong checksum is an io_error.
sim::DiskResult<RecordNumbers> load_record_numbers(sim::Disk& disk);
/// Durable when it returns, and never half written: a new file takes the place of the old one.
sim::DiskResult<void> store_record_numbers(sim::Disk& disk, const RecordNumbers& numbers);

}  // namespace kafka
