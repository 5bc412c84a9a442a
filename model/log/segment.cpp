#include "model/log/segment.hpp"

#include "model/log/batch_file_reader.hpp"
#include "model/log/text_file.hpp"
#include "sim/check.hpp"
#include "sim/host_clock.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kafka {

namespace {

constexpr std::string_view segment_suffix = ".log";
constexpr std::size_t digits_in_name = 20;

}  // namespace

std::string segment_file_name(Offset base) { return fmt::format("{:020}{}", base.raw(), segment_suffix); }

std::optional<Offset> segment_base_of(std::string_view file_name) {
  if (file_name.size() != digits_in_name + segment_suffix.size()) return std::nullopt;
  if (file_name.substr(digits_in_name) != segment_suffix) return std::nullopt;
  const std::optional<std::int64_t> base = parse_integer<std::int64_t>(file_name.substr(0, digits_in_name));
  if (!base.has_value() || *base < 0) return std::nullopt;
  return Offset{*base};
}

// --- the file --------------------------------------------------------------------------------------------------------

LogResult<Segment> Segment::open_file(sim::Disk& disk, std::string_view directory, Offset base,
                                      std::int32_t index_interval_bytes, sim::OpenMode mode) {
  const std::string path = join_path(directory, segment_file_name(base));
  const sim::DiskResult<sim::File> file = disk.open(path, mode);
  if (!file.ok()) return storage_error("open", path, file.error());
  return Segment{file.value(), base, index_interval_bytes};
}

LogResult<Segment> Segment::open(sim::Disk& disk, std::string_view directory, Offset base,
                                 std::int32_t index_interval_bytes) {
  return open_file(disk, directory, base, index_interval_bytes, sim::OpenMode::read_write);
}

LogResult<Segment> Segment::create(sim::Disk& disk, std::string_view directory, Offset base,
                                   std::int32_t index_interval_bytes) {
  return open_file(disk, directory, base, index_interval_bytes, sim::OpenMode::replace);
}

LogResult<std::uint64_t> Segment::file_size(sim::Disk& disk) const {
  const sim::DiskResult<sim::FileStatus> status = disk.status(file_);
  if (!status.ok()) return storage_error("status of", segment_file_name(base_), status.error());
  return status.value().size;
}

LogResult<void> Segment::sync(sim::Disk& disk) const {
  const sim::DiskResult<void> synced = disk.sync(file_);
  if (!synced.ok()) return storage_error("sync", segment_file_name(base_), synced.error());
  return {};
}

LogResult<void> Segment::close(sim::Disk& disk) const {
  const sim::DiskResult<void> closed = disk.close(file_);
  if (!closed.ok()) return storage_error("close", segment_file_name(base_), closed.error());
  return {};
}

// --- positions -------------------------------------------------------------------------------------------------------

void Segment::note(Offset last_offset, Timestamp max_timestamp, std::uint64_t size) {
  SIM_CHECK(last_offset >= next_offset_, "offset {} behind {}", last_offset.raw(), next_offset_.raw());
  if (bytes_since_position_ > static_cast<std::uint64_t>(index_interval_)) {
    positions_.append(Position{last_offset, max_timestamp_, offset_of_max_, size_});
    bytes_since_position_ = 0;
  }
  bytes_since_position_ += size;
  size_ += size;
  next_offset_ = last_offset + 1;
  if (max_timestamp > max_timestamp_) {
    max_timestamp_ = max_timestamp;
    offset_of_max_ = last_offset;
  }
}

/// Keeps the first `known` positions; everything else is as it was before the last of them (or at the very beginning).
void Segment::forget_from(std::uint64_t known) {
  positions_.resize(known);
  bytes_since_position_ = 0;
  if (known == 0) {
    size_ = 0;
    max_timestamp_ = no_timestamp;
    offset_of_max_ = no_offset;
    next_offset_ = base_;
    return;
  }
  const Position last = positions_.back();
  size_ = last.position;
  max_timestamp_ = last.max_timestamp_before;
  offset_of_max_ = last.offset_of_max_before;
  next_offset_ = last.last_offset;  // a lower bound until the batch itself is noted again
}

/// How many of the known batches end at or below `offset`.
std::uint64_t Segment::known_up_to(Offset offset) const {
  std::uint64_t low = 0;
  std::uint64_t high = positions_.size();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (positions_[middle].last_offset <= offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/// How many of the known batches have nothing before them that is as late as `timestamp`.
std::uint64_t Segment::known_earlier_than(Timestamp timestamp) const {
  std::uint64_t low = 0;
  std::uint64_t high = positions_.size();
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (positions_[middle].max_timestamp_before < timestamp) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// --- start -----------------------------------------------------------------------------------------------------------

LogResult<bool> Segment::scan(sim::Disk& disk) {
  const LogResult<std::uint64_t> size = file_size(disk);
  if (!size.ok()) return sim::fail(size.error());
  forget_from(0);
  BatchFileReader reader{disk, file_, 0, size.value()};
  while (true) {
    const LogResult<BatchStep> step = reader.next();
    if (!step.ok()) return sim::fail(step.error());
    if (step.value() != BatchStep::batch) return reader.next_position() == size.value();
    const RecordBatchView batch = reader.batch();
    if (batch.last_offset() < next_offset_) return false;
    note(batch.last_offset(), batch.max_timestamp(), batch.size());
  }
}

LogResult<Segment::Recovery> Segment::recover(sim::Disk& disk, LeaderEpochCache& epochs) {
  const LogResult<std::uint64_t> size = file_size(disk);
  if (!size.ok()) return sim::fail(size.error());
  forget_from(0);
  Recovery recovery;
  BatchFileReader reader{disk, file_, 0, size.value()};
  while (true) {
    const LogResult<BatchStep> step = reader.next();
    if (!step.ok()) return sim::fail(step.error());
    if (step.value() != BatchStep::batch) break;
    const LogResult<sim::Bytes> bytes = reader.whole();
    if (!bytes.ok()) return sim::fail(bytes.error());
    const RecordBatchView batch{bytes.value().span()};
    recovery.checked += batch.size();
    if (!batch.valid()) break;
    if (batch.last_offset() < next_offset_) {  // not even the batches before can be trusted: the segment is emptied
      forget_from(0);
      break;
    }
    // Here, once there are indexes: an offset more than 2^31-1 above the base makes Kafka split the segment.
    note(batch.last_offset(), batch.max_timestamp(), batch.size());
    const bool known = !epochs.empty() && batch.leader_epoch() <= epochs.latest().epoch;
    if (!known && batch.leader_epoch() >= LeaderEpoch{0} && batch.base_offset() >= Offset{0}) {
      recovery.epochs_changed |= epochs.assign(batch.leader_epoch(), batch.base_offset());
    }
    // Here the producer state will be rebuilt from the batch (§4.2), as for a follower's append.
  }
  recovery.truncated = size.value() - size_;
  if (recovery.truncated > 0) {
    const sim::DiskResult<void> cut = disk.truncate(file_, size_);
    if (!cut.ok()) return storage_error("truncate", segment_file_name(base_), cut.error());
  }
  return recovery;
}

// --- writing ---------------------------------------------------------------------------------------------------------

LogResult<void> Segment::write(sim::Disk& disk, std::span<const ByteView> pieces) {
  const sim::DiskResult<std::uint64_t> at = disk.append_all(file_, pieces);
  if (!at.ok()) return storage_error("append to", segment_file_name(base_), at.error());
  SIM_CHECK(at.value() == size_, "the file has {} bytes, {} are known", at.value(), size_);
  return {};
}

LogResult<void> Segment::truncate_to(sim::Disk& disk, Offset offset) {
  if (offset >= next_offset_) return {};
  Segment shorter = *this;
  shorter.forget_from(known_up_to(offset - 1));
  BatchFileReader reader{disk, file_, shorter.size_, size_};
  while (true) {
    const LogResult<BatchStep> step = reader.next();
    if (!step.ok()) return sim::fail(step.error());
    if (step.value() != BatchStep::batch) return no_batch_at(reader.position());
    const RecordBatchView batch = reader.batch();
    if (batch.last_offset() >= offset) break;
    shorter.note(batch.last_offset(), batch.max_timestamp(), batch.size());
  }
  shorter.bytes_since_position_ = 0;
  const sim::DiskResult<void> cut = disk.truncate(file_, shorter.size_);
  if (!cut.ok()) return storage_error("truncate", segment_file_name(base_), cut.error());
  *this = std::move(shorter);
  return {};
}

/// What was once a batch is none any more: bit rot.
sim::Failure<LogError> Segment::no_batch_at(std::uint64_t position) const {
  return refuse(ErrorCode::corrupt_message,
                fmt::format("no batch at position {} of {}", position, segment_file_name(base_)));
}

// --- reading ---------------------------------------------------------------------------------------------------------

LogResult<std::optional<Segment::Read>> Segment::read(sim::Disk& disk, Offset from, std::uint64_t max_bytes,
                                                      Offset bound, bool min_one_batch) const {
  if (from >= next_offset_) return std::optional<Read>{};

  // One piece of the file that surely has the batch's header and, from there on, what is wanted: the batch begins
  // between two known positions.
  const std::uint64_t known = known_up_to(from);
  const std::uint64_t walk_from = walk_start(known);
  const std::uint64_t begins_by = known < positions_.size() ? positions_[known].position : size_;
  const std::uint64_t wanted = std::min(max_bytes, size_) + batch_header_size;
  const std::uint64_t window_size = std::min(size_ - walk_from, begins_by - walk_from + wanted);
  sim::DiskResult<sim::Bytes> window_read = disk.read(file_, walk_from, window_size);
  if (!window_read.ok()) return storage_error("read", segment_file_name(base_), window_read.error());
  const sim::Bytes& window = window_read.value();

  const std::uint64_t in_segment = size_ - walk_from;
  const bool all_below_bound = bound >= next_offset_;
  std::uint64_t at = 0;
  std::optional<std::uint64_t> start;
  std::uint64_t first_size = 0;
  std::uint64_t end = 0;
  while (at + batch_header_size <= window.size()) {
    const RecordBatchView batch{window.span().subspan(static_cast<std::size_t>(at))};
    if (batch.magic() != batch_magic || batch.size() < batch_header_size || batch.size() > in_segment - at) {
      return no_batch_at(walk_from + at);
    }
    const Offset last = batch.last_offset();
    if (!start.has_value() && last >= from) {
      start = at;
      first_size = batch.size();
      if (all_below_bound) {
        end = in_segment;
        break;
      }
    }
    if (start.has_value()) {
      if (last >= bound) break;
      end = at + batch.size();
    }
    at += batch.size();
  }
  if (!start.has_value()) return no_batch_at(walk_from + at);  // only if a bit was flipped

  Read found;
  found.position = walk_from + *start;
  if (end <= *start) return std::optional<Read>{std::move(found)};
  const std::uint64_t limit = min_one_batch ? std::max(max_bytes, first_size) : max_bytes;
  if (first_size > limit) {
    found.first_batch_did_not_fit = true;
    return std::optional<Read>{std::move(found)};
  }
  const std::uint64_t length = std::min(limit, end - *start);
  if (*start + length <= window.size()) {
    found.bytes = window.slice(static_cast<std::size_t>(*start), static_cast<std::size_t>(length));
  } else {
    sim::DiskResult<sim::Bytes> bytes = disk.read(file_, found.position, length);
    if (!bytes.ok()) return storage_error("read", segment_file_name(base_), bytes.error());
    found.bytes = std::move(bytes).value();
  }
  return std::optional<Read>{std::move(found)};
}

LogResult<std::uint64_t> Segment::position_of(sim::Disk& disk, Offset offset) const {
  if (offset >= next_offset_) return size_;
  BatchFileReader reader{disk, file_, walk_start(known_up_to(offset)), size_};
  while (true) {
    const LogResult<BatchStep> step = reader.next();
    if (!step.ok()) return sim::fail(step.error());
    if (step.value() != BatchStep::batch) return no_batch_at(reader.position());
    if (reader.batch().last_offset() >= offset) return reader.position();
  }
}

// --- by time ---------------------------------------------------------------------------------------------------------

LogResult<std::optional<TimestampOffset>> Segment::find_timestamp(sim::Disk& disk, Timestamp at_least,
                                                                  Offset from) const {
  std::uint64_t known = known_earlier_than(at_least);
  known = std::max(known, known_up_to(from));
  BatchFileReader reader{disk, file_, walk_start(known), size_};
  while (true) {
    const LogResult<BatchStep> step = reader.next();
    if (!step.ok()) return sim::fail(step.error());
    if (step.value() != BatchStep::batch) return std::optional<TimestampOffset>{};
    if (reader.batch().max_timestamp() < at_least) continue;
    const LogResult<sim::Bytes> bytes = reader.whole();
    if (!bytes.ok()) return sim::fail(bytes.error());
    const RecordBatchView batch{bytes.value().span()};
    RecordCursor records{batch};
    while (records.next() == RecordCursor::Step::record) {
      const RecordView& record = records.record();
      if (record.timestamp < at_least || record.offset < from) continue;
      return std::optional{TimestampOffset{record.timestamp, record.offset, batch.leader_epoch()}};
    }
  }
}

LogResult<std::optional<TimestampOffset>> Segment::find_max_timestamp(sim::Disk& disk) const {
  if (max_timestamp_ == no_timestamp) return std::optional<TimestampOffset>{};
  return find_timestamp(disk, max_timestamp_, base_);
}

LogResult<Timestamp> Segment::largest_timestamp(sim::Disk& disk) const {
  if (max_timestamp_ >= Timestamp{0}) return max_timestamp_;
  const sim::DiskResult<sim::FileStatus> status = disk.status(file_);
  if (!status.ok()) return storage_error("status of", segment_file_name(base_), status.error());
  return Timestamp{sim::WallTime{status.value().modified_wall_ns}.milliseconds()};
}

}  // namespace kafka
