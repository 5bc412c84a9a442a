// log.hpp - the log of one partition on one broker.
// Here:  Log: append, read, truncate, flush, load; its offsets and its leader epochs. Synchronous code over sim::Disk.
// Not:   who leads and who is in sync (the broker); the folder of all logs (log_directory.hpp). Later issues add, each
//        at its named place: producer state, rolling, indexes, retention, compaction.
// Start: append_as_leader(), append_as_follower(), read(); docs/reference/log-storage.md.
//
//   log start <= high watermark <= log end;  recovery point <= log end: below it everything is surely on the platter.
//
// Durability is Kafka's (§8): an append is in the page cache only; a new leader epoch is synced at once; cuts of the
// log and of its epochs are not.
#pragma once

#include "model/log/leader_epoch_cache.hpp"
#include "model/log/log_config.hpp"
#include "model/log/log_error.hpp"
#include "model/log/segment.hpp"
#include "model/log/timestamp.hpp"
#include "model/log/validate.hpp"
#include "model/types.hpp"
#include "sim/bytes.hpp"
#include "sim/cow.hpp"
#include "sim/disk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kafka {

/// An offset and where its batch begins, so that bytes can be counted without reading.
struct LogOffsetMetadata {
  Offset offset;
  Offset segment_base{-1};     ///< -1 = the place is not known, only the offset is
  std::uint64_t position = 0;  ///< bytes from the segment's start

  friend bool operator==(const LogOffsetMetadata&, const LogOffsetMetadata&) = default;
};

struct LogAppendInfo {
  Offset first_offset;  ///< of the first batch; both -1 when there was nothing to append
  Offset last_offset;
  Timestamp max_timestamp = no_timestamp;
  Timestamp log_append_time = no_timestamp;  ///< -1 unless the topic uses LogAppendTime
  Offset log_start_offset;
  std::uint64_t bytes = 0;  ///< written, and checksummed: the caller charges the work
  /// A follower's empty log was started anew at this offset (§6.1): recovery points must be checkpointed.
  std::optional<Offset> started_anew_at;
};

struct FetchedRecords {
  sim::Bytes records;       ///< whole batches from the one that holds the offset on; the last may be cut short
  LogOffsetMetadata start;  ///< the offset asked for, and where `records` begins, if there are any
  bool first_batch_did_not_fit = false;
};

/// What is known about a log before it is read.
struct LoadOptions {
  bool clean = false;  ///< the broker shut down cleanly
  Offset recovery_point{0};
  Offset log_start{0};
  Offset high_watermark{0};
};

/// What loading did; for the report and for the price of the work.
struct LoadReport {
  std::uint32_t segments = 0;
  std::uint32_t segments_recovered = 0;  ///< their checksums were computed
  std::uint32_t segments_deleted = 0;    ///< lay behind a bad batch, or below the log start
  std::uint64_t bytes_checked = 0;
  std::uint64_t bytes_truncated = 0;  ///< of the segments that were kept
};

struct LoadedLog;

/// A value that costs some counts to copy; the copy works on the disk of the copied world. Every error with code
/// KAFKA_STORAGE_ERROR means that the caller marks the log directory offline; after one of a writing function this log
/// answers every writing function with it. A log belongs to a process and dies with it.
class Log {
 public:
  /// No log: only assigning to it is allowed.
  Log() = default;

  /// Loads the log in `directory`, which exists (§7, steps 1 to 7). A directory without segments becomes an empty log
  /// at `options.log_start`.
  static LogResult<LoadedLog> load(sim::Disk& disk, const TopicPartition& partition, std::string_view directory,
                                   const LogConfig& config, const LoadOptions& options);

  const TopicPartition& partition() const { return identity_.read().partition; }
  const std::string& directory() const { return identity_.read().directory; }
  const LogConfig& config() const { return config_; }
  void set_config(const LogConfig& config) { config_ = config; }

  // --- offsets -------------------------------------------------------------------------------------------------------

  /// The next offset; where the next batch will lie.
  Offset log_end_offset() const { return log_end_; }
  LogOffsetMetadata log_end() const { return {log_end_, active().base(), active().size()}; }
  Offset log_start_offset() const { return log_start_; }
  Offset high_watermark() const { return high_watermark_; }
  Offset recovery_point() const { return recovery_point_; }
  /// The log start, if the checkpoint of log starts must know it: it is above the first segment's base.
  std::optional<Offset> log_start_to_checkpoint() const;
  std::uint64_t size() const;  ///< bytes of all segments

  /// Follower: the leader's word, clamped to [log start, log end]; may go back. Returns what it is now.
  Offset set_high_watermark(Offset offset);
  /// Leader: true if it rose. REQUIRES: not above the log end.
  bool raise_high_watermark(Offset offset);
  /// DeleteRecords, retention, a leader's higher start. True if it rose; error OFFSET_OUT_OF_RANGE above the high
  /// watermark. Not durable before the next checkpoint.
  LogResult<bool> raise_log_start(Offset offset);

  // --- writing -------------------------------------------------------------------------------------------------------

  /// One batch. Errors: those of prepare_leader_append(), RECORD_LIST_TOO_LARGE (above segment.bytes),
  /// KAFKA_STORAGE_ERROR. On every other error nothing was written.
  LogResult<LogAppendInfo> append_as_leader(sim::Disk& disk, ByteView records, LeaderEpoch epoch, Timestamp now,
                                            AppendOrigin origin = AppendOrigin::client);
  /// Batches as a leader stored them. Errors: CORRUPT_MESSAGE (ask again), KAFKA_STORAGE_ERROR; any other one means
  /// that this partition cannot go on.
  LogResult<LogAppendInfo> append_as_follower(sim::Disk& disk, ByteView records);

  /// Syncs what lies below `up_to`; the recovery point rises to it. REQUIRES: not above the log end.
  LogResult<void> flush(sim::Disk& disk, Offset up_to);
  /// Syncs everything, even an empty segment.
  LogResult<void> flush_all(sim::Disk& disk);
  /// Closes the files; only assigning is allowed afterwards. Flushes nothing.
  LogResult<void> close(sim::Disk& disk);

  // --- reading -------------------------------------------------------------------------------------------------------

  /// From the batch that holds `from`, of one segment, only batches below `bound` (the high watermark for consumers,
  /// the log end for followers). A first batch larger than `max_bytes` comes whole if `min_one_batch`, else not at all.
  /// Errors: OFFSET_OUT_OF_RANGE (below the log start, above the log end), CORRUPT_MESSAGE, KAFKA_STORAGE_ERROR.
  LogResult<FetchedRecords> read(sim::Disk& disk, Offset from, std::uint64_t max_bytes, Offset bound,
                                 bool min_one_batch) const;
  /// Where the batch that holds `offset` begins (the log end for the log end). Error also: OFFSET_OUT_OF_RANGE.
  LogResult<LogOffsetMetadata> position_of(sim::Disk& disk, Offset offset) const;
  /// ListOffsets by time (§5.2): the first record as late as `at_least`; the caller compares with its bound.
  LogResult<std::optional<TimestampOffset>> offset_for_timestamp(sim::Disk& disk, Timestamp at_least) const;
  /// ListOffsets of the largest timestamp.
  LogResult<std::optional<TimestampOffset>> offset_of_max_timestamp(sim::Disk& disk) const;

  // --- leader epochs -------------------------------------------------------------------------------------------------

  const LeaderEpochCache& leader_epochs() const { return epochs_; }
  EpochEndOffset end_offset_for_epoch(LeaderEpoch epoch) const { return epochs_.end_offset_for(epoch, log_end_); }
  /// On becoming leader: `epoch` begins at the log end. Durable when it returns.
  LogResult<void> start_leader_epoch(sim::Disk& disk, LeaderEpoch epoch);
  /// Cuts change the epochs in memory only; the file follows when somebody calls write_epoch_checkpoint(), in Kafka a
  /// background thread. Loading repeats the cut, should the machine die in between.
  bool epoch_checkpoint_pending() const { return epochs_pending_; }
  LogResult<void> write_epoch_checkpoint(sim::Disk& disk);

  // --- cutting -------------------------------------------------------------------------------------------------------

  /// Whole batches go; the log end is `offset` exactly (§6.1). False if the log is not that long. The caller
  /// checkpoints the recovery points at once.
  LogResult<bool> truncate_to(sim::Disk& disk, Offset offset);
  /// An empty log at `offset`. The caller checkpoints the recovery points at once.
  LogResult<void> truncate_fully_and_start_at(sim::Disk& disk, Offset offset,
                                              std::optional<Offset> log_start = std::nullopt);
  /// Paths of files that were cut off and renamed to `.deleted`; the caller unlinks them after file.delete.delay.ms
  /// (delete_files() below). Loading does so, too.
  std::vector<std::string> take_deleted_files();

  // --- identity ------------------------------------------------------------------------------------------------------

  const std::optional<Uuid>& topic_id() const { return identity_.read().topic_id; }
  /// Error INCONSISTENT_TOPIC_ID if it has another. The file follows before the first append, or when
  /// write_partition_metadata() is called (in Kafka by a background thread).
  LogResult<void> set_topic_id(const Uuid& topic_id);
  LogResult<void> flush_partition_metadata(sim::Disk& disk);

  /// Moves the folder; open files stay open. Not synced.
  LogResult<void> rename_directory(sim::Disk& disk, std::string_view directory);

 private:
  struct Identity {
    TopicPartition partition;
    std::string directory;
    std::optional<Uuid> topic_id;
  };
  using Segments = std::vector<Segment>;
  struct Found;

  const Segment& active() const { return segments_.read().back(); }
  /// Index of the last segment whose base is not above `offset`; 0 if there is none.
  std::size_t segment_of(Offset offset) const;

  template <class T>
  LogResult<T> checked(LogResult<T> result) {
    if (!result.ok() && result.error().code == ErrorCode::kafka_storage_error) failed_ = true;
    return result;
  }
  LogResult<void> usable() const;
  LogResult<LogAppendInfo> append_prepared(sim::Disk& disk, const PreparedBatch& batch, LeaderEpoch epoch);
  LogResult<LogAppendInfo> append_fetched(sim::Disk& disk, ByteView records);
  LogResult<void> write_fetched(sim::Disk& disk, const FollowerRecords& fetched);
  LogResult<void> check_before_write(std::uint64_t size) const;
  LogResult<void> after_write(sim::Disk& disk, Offset last);
  LogResult<void> assign_epoch(sim::Disk& disk, LeaderEpoch epoch, Offset start);
  LogResult<void> sync_from_recovery_point(sim::Disk& disk, Offset below, Offset new_recovery_point);
  LogResult<void> cut_to(sim::Disk& disk, Offset offset);
  LogResult<void> start_anew(sim::Disk& disk, Offset offset, Offset log_start);
  LogResult<void> delete_segment(sim::Disk& disk, const Segment& segment);
  void move_log_end(Offset offset);

  // load.cpp
  LogResult<Found> look_into_directory(sim::Disk& disk) const;
  LogResult<void> load_segments(sim::Disk& disk, const std::vector<Offset>& bases, const LoadOptions& options,
                                LoadReport& report);
  LogResult<void> load_identity(sim::Disk& disk);
  LogResult<void> settle_offsets(sim::Disk& disk, const LoadOptions& options, LoadReport& report);

  sim::Cow<Identity> identity_;
  LogConfig config_;
  sim::Cow<Segments> segments_;  ///< by rising base; the last one is written to; never empty in a loaded log
  LeaderEpochCache epochs_;
  sim::Cow<std::vector<std::string>> deleted_;
  Offset log_start_;
  Offset log_end_;
  Offset high_watermark_;
  Offset recovery_point_;
  bool epochs_pending_ = false;
  bool topic_id_pending_ = false;
  bool failed_ = false;
};

struct LoadedLog {
  Log log;
  LoadReport report;
};

/// Unlinks; what is not there any more is no error.
LogResult<void> delete_files(sim::Disk& disk, const std::vector<std::string>& paths);

}  // namespace kafka
