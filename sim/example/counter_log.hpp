// counter_log.hpp - a server's memory of its increments, on its disk.
// Here:  CounterLog: recover, append, sync, checkpoint. Plain synchronous code over sim::Disk.
// Not:   when to do which (server.hpp).
// Start: recover().
//
// Files: `checkpoint` (a CounterState and the number of the log behind it) and `log-<number>` (entries, each after its
// length and checksum). A checkpoint begins a new log, so that old entries can never be read behind it.
#pragma once

#include <cstdint>

#include "sim/disk.hpp"
#include "sim/example/counter.hpp"

namespace sim::example {

/// A value; the disk is passed in. After any error the program should end: what is in the files is good, what is in
/// this object may not be.
class CounterLog {
 public:
  struct Recovered {
    CounterState state;
    std::uint64_t cut = 0;  ///< bytes of a torn entry at the end, cut off
  };
  /// What the last life left, made durable again. A checkpoint without its checksum is an io_error.
  DiskResult<Recovered> recover(Disk& disk);

  DiskResult<void> append(Disk& disk, const Entry& entry);
  DiskResult<void> sync(Disk& disk) { return disk.sync(file_); }
  /// `state` is durable afterwards, and takes the place of all that was appended.
  DiskResult<void> checkpoint(Disk& disk, const CounterState& state);

  /// Grows with each checkpoint.
  std::uint64_t number() const { return number_; }
  /// Bytes appended since the last checkpoint.
  std::uint64_t size() const { return size_; }

 private:
  std::uint64_t replay(const Bytes& bytes, CounterState& state) const;

  File file_;
  std::uint64_t number_ = 0;
  std::uint64_t size_ = 0;
};

}  // namespace sim::example
