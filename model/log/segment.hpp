// segment.hpp - one file of a log.
// Here:  Segment: append, read by offset, find by time, cut, scan and recover; the table of known positions.
// Not:   which segments there are and which offsets come next (log.hpp). Later: .index, .timeindex, .txnindex beside
//        the .log; today the table of positions is made anew from the headers at every start.
// Start: read(); docs/reference/log-storage.md §5.1, §7.
#pragma once

#include "model/log/leader_epoch_cache.hpp"
#include "model/log/log_error.hpp"
#include "model/log/record_batch.hpp"
#include "model/types.hpp"
#include "sim/append_log.hpp"
#include "sim/bytes.hpp"
#include "sim/disk.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kafka {

/// "00000000000000000042.log"
std::string segment_file_name(Offset base);
/// The base offset in such a name, or nothing.
std::optional<Offset> segment_base_of(std::string_view file_name);

/// A record's time and place.
struct TimestampOffset {
  Timestamp timestamp;
  Offset offset;
  LeaderEpoch leader_epoch;

  friend bool operator==(const TimestampOffset&, const TimestampOffset&) = default;
};

/// A value: a copy shares the table of positions and, in the copied world, the open file. Positions are bytes.
class Segment {
 public:
  /// Opens `<directory>/<base>.log`; scan() or recover() must follow. Errors (here and below): KAFKA_STORAGE_ERROR.
  static LogResult<Segment> open(sim::Disk& disk, std::string_view directory, Offset base,
                                 std::int32_t index_interval_bytes);
  /// Makes it, empty; a file of that name is emptied.
  static LogResult<Segment> create(sim::Disk& disk, std::string_view directory, Offset base,
                                   std::int32_t index_interval_bytes);

  Offset base() const { return base_; }
  std::uint64_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Behind the last batch; the base if there is none.
  Offset next_offset() const { return next_offset_; }
  /// -1 if no batch has one.
  Timestamp max_timestamp() const { return max_timestamp_; }

  /// Walks over the headers, checks nothing else; false when the chain of batches does not reach the end of the file:
  /// then recover() must follow.
  LogResult<bool> scan(sim::Disk& disk);

  struct Recovery {
    std::uint64_t checked = 0;    ///< bytes whose checksum was computed
    std::uint64_t truncated = 0;  ///< bytes cut off at the end
    bool epochs_changed = false;
  };
  /// Checks every batch and cuts the file at the first bad one (§7); epochs that `epochs` does not know are added.
  LogResult<Recovery> recover(sim::Disk& disk, LeaderEpochCache& epochs);

  /// Writes the pieces, one after the other, at the end. note() must follow for each batch in them, in order. After an
  /// error the file's end is unknown.
  LogResult<void> write(sim::Disk& disk, std::span<const ByteView> pieces);
  void note(Offset last_offset, Timestamp max_timestamp, std::uint64_t size);

  struct Read {
    sim::Bytes bytes;            ///< from the start of a batch; the last batch may be cut short
    std::uint64_t position = 0;  ///< of the first byte
    bool first_batch_did_not_fit = false;
  };
  /// Batches from the one that holds `from` on, as far as they lie below `bound`, at most `max_bytes` (or the first
  /// batch, if `min_one_batch`). No bytes when the first batch does not fit or is not below the bound. Nothing at all
  /// when every batch lies below `from`. Error also: CORRUPT_MESSAGE.
  LogResult<std::optional<Read>> read(sim::Disk& disk, Offset from, std::uint64_t max_bytes, Offset bound,
                                      bool min_one_batch) const;
  /// Where the batch that holds `offset` begins, or the next one; size() if there is none.
  LogResult<std::uint64_t> position_of(sim::Disk& disk, Offset offset) const;

  /// The first record with this timestamp or a later one, not below `from`.
  LogResult<std::optional<TimestampOffset>> find_timestamp(sim::Disk& disk, Timestamp at_least, Offset from) const;
  /// The first record with max_timestamp(), in the earliest batch that has it; nothing if no record has a timestamp.
  LogResult<std::optional<TimestampOffset>> find_max_timestamp(sim::Disk& disk) const;
  /// max_timestamp(), or when no batch has one, when the file was last changed.
  LogResult<Timestamp> largest_timestamp(sim::Disk& disk) const;

  /// Cuts the first batch that reaches `offset` or lies above, and all behind it. Not synced. Error also:
  /// CORRUPT_MESSAGE.
  LogResult<void> truncate_to(sim::Disk& disk, Offset offset);

  LogResult<void> sync(sim::Disk& disk) const;
  LogResult<void> close(sim::Disk& disk) const;

 private:
  /// A batch whose place is known, and what was so before it.
  struct Position {
    Offset last_offset;  ///< of the batch
    Timestamp max_timestamp_before;
    Offset offset_of_max_before;
    std::uint64_t position;  ///< where it begins
  };
  using Positions = sim::AppendLog<Position, 512>;

  Segment(sim::File file, Offset base, std::int32_t index_interval_bytes)
      : file_{file}, base_{base}, next_offset_{base}, index_interval_{index_interval_bytes} {}

  static LogResult<Segment> open_file(sim::Disk& disk, std::string_view directory, Offset base,
                                      std::int32_t index_interval_bytes, sim::OpenMode mode);
  LogResult<std::uint64_t> file_size(sim::Disk& disk) const;
  sim::Failure<LogError> no_batch_at(std::uint64_t position) const;
  void forget_from(std::uint64_t known);
  std::uint64_t known_up_to(Offset offset) const;
  std::uint64_t known_earlier_than(Timestamp timestamp) const;
  std::uint64_t walk_start(std::uint64_t known) const { return known == 0 ? 0 : positions_[known - 1].position; }

  sim::File file_;
  Offset base_;
  std::uint64_t size_ = 0;  ///< bytes of all noted batches
  Offset next_offset_;
  Timestamp max_timestamp_ = no_timestamp;
  Offset offset_of_max_ = no_offset;  ///< the last offset of the earliest batch with max_timestamp_
  std::int32_t index_interval_ = 0;
  std::uint64_t bytes_since_position_ = 0;
  Positions positions_;
};

}  // namespace kafka
