// batch_file_reader.hpp - a walk over the batches of a file.
// Here:  BatchFileReader: headers, and whole batches where they are asked for (docs/reference/log-storage.md §1.1, file
//        reader). Reads pieces of the file that lie in one chunk, so that the simulated disk copies nothing.
// Not:   batches in memory (record_batch.hpp); what is made of them (segment.hpp).
// Start: next(), batch(), whole().
#pragma once

#include "model/log/log_error.hpp"
#include "model/log/record_batch.hpp"
#include "sim/bytes.hpp"
#include "sim/disk.hpp"

#include <cstdint>

namespace kafka {

/// Positions are bytes from the start of the file.
class BatchFileReader {
 public:
  /// Reads [from, end) of `file`; both must outlive the reader. `from` must be where a batch begins.
  BatchFileReader(sim::Disk& disk, sim::File file, std::uint64_t from, std::uint64_t end)
      : disk_{disk}, file_{file}, next_{from}, end_{end} {}

  /// `end` also when only a part of a batch is left; `corrupt` when the next bytes are no header of version 2.
  LogResult<BatchStep> next();

  /// The header of the present batch; its records may not be there. Valid until next() or whole().
  /// REQUIRES: the last next() said `batch`.
  RecordBatchView batch() const { return RecordBatchView{view(at_, batch_header_size)}; }
  /// All of it, to be kept as long as one likes.
  LogResult<sim::Bytes> whole();

  /// Where the present batch begins.
  std::uint64_t position() const { return at_; }
  /// Where it ends; at first, and after `end` or `corrupt`, where the walk stands.
  std::uint64_t next_position() const { return next_; }

 private:
  ByteView view(std::uint64_t from, std::size_t length) const {
    return window_.span().subspan(static_cast<std::size_t>(from - window_from_), length);
  }
  LogResult<void> have(std::uint64_t from, std::uint64_t length);

  sim::Disk& disk_;
  sim::File file_;
  std::uint64_t at_ = 0;
  std::uint64_t next_;
  std::uint64_t end_;
  sim::Bytes window_;
  std::uint64_t window_from_ = 0;
};

}  // namespace kafka
