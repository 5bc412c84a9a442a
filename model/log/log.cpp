#include "model/log/log.hpp"

#include "model/log/checkpoint_file.hpp"
#include "model/log/partition_metadata.hpp"
#include "model/log/text_file.hpp"
#include "sim/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace kafka {

// --- offsets ---------------------------------------------------------------------------------------------------------

std::optional<Offset> Log::log_start_to_checkpoint() const {
  if (log_start_ > segments_.read().front().base()) return log_start_;
  return std::nullopt;
}

std::uint64_t Log::size() const {
  std::uint64_t bytes = 0;
  for (const Segment& segment : segments_.read()) bytes += segment.size();
  return bytes;
}

Offset Log::set_high_watermark(Offset offset) {
  high_watermark_ = std::clamp(offset, log_start_, log_end_);
  return high_watermark_;
}

bool Log::raise_high_watermark(Offset offset) {
  SIM_CHECK(offset <= log_end_, "high watermark {} above the log end {}", offset.raw(), log_end_.raw());
  if (offset <= high_watermark_) return false;
  high_watermark_ = offset;
  return true;
}

LogResult<bool> Log::raise_log_start(Offset offset) {
  if (offset > high_watermark_) {
    return refuse(ErrorCode::offset_out_of_range,
                  fmt::format("log start {} above the high watermark {}", offset.raw(), high_watermark_.raw()));
  }
  if (offset <= log_start_) return false;
  log_start_ = offset;
  recovery_point_ = std::max(recovery_point_, offset);
  epochs_pending_ |= epochs_.truncate_from_start(offset);
  return true;
}

void Log::move_log_end(Offset offset) {
  log_end_ = offset;
  recovery_point_ = std::min(recovery_point_, offset);
}

std::size_t Log::segment_of(Offset offset) const {
  const Segments& segments = segments_.read();
  std::size_t index = segments.size() - 1;
  while (index > 0 && segments[index].base() > offset) --index;
  return index;
}

LogResult<void> Log::usable() const {
  if (!failed_) return {};
  return refuse(ErrorCode::kafka_storage_error, fmt::format("{} failed before", directory()));
}

// --- writing ---------------------------------------------------------------------------------------------------------

// The order of §4.1: partition.metadata, checks 3 to 7 and offsets, epochs, check 9, (roll), (check 10), write.

LogResult<LogAppendInfo> Log::append_as_leader(sim::Disk& disk, ByteView records, LeaderEpoch epoch, Timestamp now,
                                               AppendOrigin origin) {
  if (const LogResult<void> can = usable(); !can.ok()) return sim::fail(can.error());
  if (const LogResult<void> known = flush_partition_metadata(disk); !known.ok()) return sim::fail(known.error());
  const LogResult<PreparedBatch> batch = prepare_leader_append(records, config_, origin, log_end_, epoch, now);
  if (!batch.ok()) return sim::fail(batch.error());
  LogResult<LogAppendInfo> appended = checked(append_prepared(disk, batch.value(), epoch));
  if (appended.ok() && config_.message_timestamp_type == TimestampType::log_append_time) {
    appended.value().log_append_time = now;
  }
  return appended;
}

LogResult<LogAppendInfo> Log::append_prepared(sim::Disk& disk, const PreparedBatch& batch, LeaderEpoch epoch) {
  if (const LogResult<void> assigned = assign_epoch(disk, epoch, batch.base_offset); !assigned.ok()) {
    return sim::fail(assigned.error());
  }
  if (const LogResult<void> fits = check_before_write(batch.size()); !fits.ok()) return sim::fail(fits.error());
  LogAppendInfo info;
  info.first_offset = log_end_;
  info.last_offset = batch.last_offset;
  info.max_timestamp = batch.max_timestamp;
  info.bytes = batch.size();
  Segment& segment = segments_.edit().back();
  const std::array<ByteView, 2> pieces{ByteView{batch.header}, batch.records};
  if (const LogResult<void> written = segment.write(disk, pieces); !written.ok()) return sim::fail(written.error());
  segment.note(batch.last_offset, batch.max_timestamp, batch.size());
  if (const LogResult<void> done = after_write(disk, batch.last_offset); !done.ok()) return sim::fail(done.error());
  info.log_start_offset = log_start_;
  return info;
}

LogResult<LogAppendInfo> Log::append_as_follower(sim::Disk& disk, ByteView records) {
  if (const LogResult<void> can = usable(); !can.ok()) return sim::fail(can.error());
  if (const LogResult<void> known = flush_partition_metadata(disk); !known.ok()) return sim::fail(known.error());
  return checked(append_fetched(disk, records));
}

LogResult<LogAppendInfo> Log::append_fetched(sim::Disk& disk, ByteView records) {
  const LogResult<FollowerRecords> checked_records = check_follower_append(records);
  if (!checked_records.ok()) return sim::fail(checked_records.error());
  const FollowerRecords& fetched = checked_records.value();
  LogAppendInfo info;
  info.log_start_offset = log_start_;
  if (fetched.records.empty()) {
    info.first_offset = no_offset;
    info.last_offset = no_offset;
    return info;
  }
  if (fetched.first_offset < log_end_) {
    const std::optional<Offset> start =
        unaligned_start(log_start_, log_end_, fetched.first_offset, fetched.last_offset);
    if (!start.has_value()) {
      return refuse(ErrorCode::unknown_server_error,
                    fmt::format("fetched offset {} is below the log end {} of {}", fetched.first_offset.raw(),
                                log_end_.raw(), to_text(partition())));
    }
    if (const LogResult<void> anew = start_anew(disk, *start, *start); !anew.ok()) return sim::fail(anew.error());
    info.started_anew_at = *start;
  }
  if (const LogResult<void> written = write_fetched(disk, fetched); !written.ok()) return sim::fail(written.error());
  info.first_offset = fetched.first_offset;
  info.last_offset = fetched.last_offset;
  info.max_timestamp = fetched.max_timestamp;
  info.bytes = fetched.records.size();
  info.log_start_offset = log_start_;
  return info;
}

LogResult<void> Log::write_fetched(sim::Disk& disk, const FollowerRecords& fetched) {
  BatchCursor epochs{fetched.records};
  while (epochs.next() == BatchStep::batch) {
    const RecordBatchView batch = epochs.batch();
    if (LogResult<void> assigned = assign_epoch(disk, batch.leader_epoch(), batch.base_offset()); !assigned.ok()) {
      return assigned;
    }
  }
  if (LogResult<void> fits = check_before_write(fetched.records.size()); !fits.ok()) return fits;
  Segment& segment = segments_.edit().back();
  const std::array<ByteView, 1> pieces{fetched.records};
  if (LogResult<void> written = segment.write(disk, pieces); !written.ok()) return written;
  BatchCursor batches{fetched.records};
  while (batches.next() == BatchStep::batch) {
    segment.note(batches.batch().last_offset(), batches.batch().max_timestamp(), batches.bytes().size());
  }
  return after_write(disk, fetched.last_offset);
}

/// What stands between a good batch and its write.
LogResult<void> Log::check_before_write(std::uint64_t size) const {
  const auto largest = static_cast<std::uint64_t>(config_.segment_bytes);
  if (size > largest) {
    return refuse(ErrorCode::record_list_too_large,
                  fmt::format("{} bytes in one append, segment.bytes is {}", size, largest));
  }
  // Here the segment will be rolled (§3), and then producers and transactions will be asked (§4.2): duplicates,
  // OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE, TRANSACTION_COORDINATOR_FENCED.
  return {};
}

LogResult<void> Log::after_write(sim::Disk& disk, Offset last) {
  log_end_ = last + 1;
  // Here producers, the transaction index and the first unstable offset will be brought up to date.
  if (log_end_ - recovery_point_ < config_.flush_messages) return {};
  return flush(disk, log_end_);
}

LogResult<void> Log::flush(sim::Disk& disk, Offset up_to) {
  SIM_CHECK(up_to <= log_end_, "flush up to {} of {}", up_to.raw(), log_end_.raw());
  return sync_from_recovery_point(disk, up_to, up_to);
}

LogResult<void> Log::flush_all(sim::Disk& disk) { return sync_from_recovery_point(disk, log_end_ + 1, log_end_); }

/// Syncs the segments that have something in [recovery point, below).
LogResult<void> Log::sync_from_recovery_point(sim::Disk& disk, Offset below, Offset new_recovery_point) {
  if (LogResult<void> can = usable(); !can.ok()) return can;
  if (below <= recovery_point_) return {};
  bool new_name = false;
  const Segments& segments = segments_.read();
  for (std::size_t i = segment_of(recovery_point_); i < segments.size() && segments[i].base() < below; ++i) {
    if (LogResult<void> synced = checked(segments[i].sync(disk)); !synced.ok()) return synced;
    new_name |= segments[i].base() >= recovery_point_;
  }
  if (new_name) {
    const sim::DiskResult<void> named = disk.sync_directory(directory());
    if (!named.ok()) return checked<void>(storage_error("sync directory", directory(), named.error()));
  }
  recovery_point_ = std::max(recovery_point_, new_recovery_point);
  return {};
}

LogResult<void> Log::close(sim::Disk& disk) {
  for (const Segment& segment : segments_.read()) {
    if (LogResult<void> closed = checked(segment.close(disk)); !closed.ok()) return closed;
  }
  return {};
}

// --- reading ---------------------------------------------------------------------------------------------------------

LogResult<FetchedRecords> Log::read(sim::Disk& disk, Offset from, std::uint64_t max_bytes, Offset bound,
                                    bool min_one_batch) const {
  if (from < log_start_ || from > log_end_) {
    return refuse(ErrorCode::offset_out_of_range, fmt::format("offset {} is not in [{}, {}] of {}", from.raw(),
                                                              log_start_.raw(), log_end_.raw(), to_text(partition())));
  }
  FetchedRecords fetched;
  fetched.start = log_end();
  if (from == log_end_) return fetched;
  fetched.start = {from, no_offset, 0};
  if (from >= bound) return fetched;
  const Segments& segments = segments_.read();
  for (std::size_t i = segment_of(from); i < segments.size(); ++i) {
    LogResult<std::optional<Segment::Read>> read = segments[i].read(disk, from, max_bytes, bound, min_one_batch);
    if (!read.ok()) return sim::fail(read.error());
    if (!read.value().has_value()) continue;  // its last batches were cut or cleaned away
    fetched.records = std::move(read.value()->bytes);
    fetched.start = {from, segments[i].base(), read.value()->position};
    fetched.first_batch_did_not_fit = read.value()->first_batch_did_not_fit;
    return fetched;
  }
  return fetched;  // `from` lies in the gap that a cut left before the log end
}

LogResult<LogOffsetMetadata> Log::position_of(sim::Disk& disk, Offset offset) const {
  if (offset < log_start_ || offset > log_end_) {
    return refuse(ErrorCode::offset_out_of_range, fmt::format("offset {} is not in the log", offset.raw()));
  }
  const Segments& segments = segments_.read();
  for (std::size_t i = segment_of(offset); i < segments.size(); ++i) {
    if (offset >= segments[i].next_offset()) continue;
    const LogResult<std::uint64_t> position = segments[i].position_of(disk, offset);
    if (!position.ok()) return sim::fail(position.error());
    return LogOffsetMetadata{offset, segments[i].base(), position.value()};
  }
  LogOffsetMetadata end = log_end();
  end.offset = offset;
  return end;
}

LogResult<std::optional<TimestampOffset>> Log::offset_for_timestamp(sim::Disk& disk, Timestamp at_least) const {
  for (const Segment& segment : segments_.read()) {
    const LogResult<Timestamp> largest = segment.largest_timestamp(disk);
    if (!largest.ok()) return sim::fail(largest.error());
    if (largest.value() >= at_least) return segment.find_timestamp(disk, at_least, log_start_);
  }
  return std::optional<TimestampOffset>{};
}

LogResult<std::optional<TimestampOffset>> Log::offset_of_max_timestamp(sim::Disk& disk) const {
  const Segments& segments = segments_.read();
  const auto latest = std::max_element(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) {
    return a.max_timestamp() < b.max_timestamp();
  });
  return latest->find_max_timestamp(disk);
}

}  // namespace kafka
