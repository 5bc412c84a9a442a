#include "model/log/validate.hpp"

#include "sim/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace kafka {

namespace {

using Refusal = std::optional<LogError>;

Refusal refusal(ErrorCode code, std::string message) { return LogError{code, std::move(message), {}}; }

std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

/// Steps 3 to 5, for every batch; `found` is the first of `count`.
Refusal check_batches(ByteView records, const LogConfig& config, AppendOrigin origin, ByteView& found, int& count) {
  BatchCursor cursor{records};
  while (true) {
    const BatchStep step = cursor.next();
    if (step == BatchStep::end) return std::nullopt;
    if (step == BatchStep::corrupt) return refusal(ErrorCode::corrupt_message, "the records are no batches");
    const ByteView bytes = cursor.bytes();
    const auto base_offset = load_big_endian<std::int64_t>(bytes.data());
    if (origin == AppendOrigin::client && base_offset != 0) {
      return refusal(ErrorCode::invalid_record,
                     fmt::format("the base offset of an appended batch should be 0, but is {}", base_offset));
    }
    const auto largest = static_cast<std::size_t>(config.max_message_bytes);
    if (bytes.size() > largest) {
      return refusal(ErrorCode::message_too_large,
                     fmt::format("the batch has {} bytes, max.message.bytes is {}", bytes.size(), largest));
    }
    const RecordBatchView batch{bytes};
    if (bytes.size() < batch_header_size) {
      return refusal(ErrorCode::corrupt_message, fmt::format("a batch of {} bytes has no header", bytes.size()));
    }
    if (batch.magic() != batch_magic) {
      return refusal(ErrorCode::invalid_record, fmt::format("batches of version {} are not supported", batch.magic()));
    }
    if (!batch.valid()) return refusal(ErrorCode::corrupt_message, "the checksum of the batch is wrong");
    if (count++ == 0) found = bytes;
  }
}

Refusal check_compression(Compression compression) {
  if (compression == Compression::none) return std::nullopt;
  const int id = static_cast<int>(compression);
  if (compression > Compression::zstd) {
    return refusal(ErrorCode::unknown_server_error, fmt::format("there is no compression type {}", id));
  }
  return refusal(ErrorCode::unsupported_compression_type, fmt::format("compression type {} is not modelled yet", id));
}

/// Step 6.
Refusal check_header(const RecordBatchView& batch, AppendOrigin origin) {
  if (origin != AppendOrigin::client) return std::nullopt;
  const std::int64_t offsets = std::int64_t{batch.last_offset_delta()} + 1;
  if (offsets <= 0) return refusal(ErrorCode::invalid_record, "the offset range of the batch is empty");
  if (batch.record_count() <= 0) {
    return refusal(ErrorCode::invalid_record, fmt::format("the batch says it has {} records", batch.record_count()));
  }
  if (offsets != batch.record_count()) {
    return refusal(ErrorCode::invalid_record,
                   fmt::format("the batch has {} records but spans {} offsets", batch.record_count(), offsets));
  }
  if (batch.control()) return refusal(ErrorCode::invalid_record, "clients are not allowed to write control records");
  if (batch.producer_id() > no_producer_id && batch.base_sequence() < Sequence{0}) {
    return refusal(ErrorCode::invalid_record, "a batch with a producer id has no sequence number");
  }
  return std::nullopt;
}

/// §1.6: the sentence of what is wrong, or nothing.
std::optional<std::string> wrong_timestamp(const RecordBatchView& batch, const RecordView& record,
                                           const LogConfig& config, Timestamp now) {
  if (config.message_timestamp_type == TimestampType::create_time && record.timestamp != no_timestamp) {
    const std::int64_t age = wrapping_difference(now.raw(), record.timestamp.raw());
    const bool too_old = age > config.message_timestamp_before_max_ms;
    const bool too_new = wrapping_difference(0, age) > config.message_timestamp_after_max_ms;
    if (!too_old && !too_new) return std::nullopt;
    return fmt::format("timestamp {} of the record with offset {} is out of range at {}", record.timestamp.raw(),
                       record.offset.raw(), now.raw());
  }
  if (batch.timestamp_type() != TimestampType::log_append_time) return std::nullopt;
  return "a producer should not set the timestamp type to LogAppendTime";
}

/// Faults of single records, gathered: any of them refuses the whole batch.
struct RecordFaults {
  std::vector<RecordError> errors;
  bool any_timestamp = false;

  LogError error() && {
    if (any_timestamp) {
      return {ErrorCode::invalid_timestamp, "one or more records were refused because of their timestamps",
              std::move(errors)};
    }
    return {ErrorCode::invalid_record, fmt::format("{} records were refused: {}", errors.size(), errors[0].message),
            std::move(errors)};
  }
};

/// What a walk over all records found.
struct WalkedRecords {
  std::int64_t count = 0;
  Timestamp max_timestamp = no_timestamp;
};

/// Step 7.
LogResult<WalkedRecords> check_records(const RecordBatchView& batch, const LogConfig& config, Timestamp now) {
  WalkedRecords walked;
  RecordFaults faults;
  RecordCursor cursor{batch};
  for (RecordCursor::Step step = cursor.next(); step != RecordCursor::Step::end; step = cursor.next()) {
    if (step == RecordCursor::Step::broken) {
      return refuse(ErrorCode::invalid_record, fmt::format("record {} of the batch is broken", walked.count));
    }
    const RecordView& record = cursor.record();
    const auto index = static_cast<std::int32_t>(walked.count++);
    if (config.compacted && !record.key.has_value()) {
      faults.errors.push_back({index, "a compacted topic cannot accept a record without a key"});
    } else if (std::optional<std::string> wrong = wrong_timestamp(batch, record, config, now)) {
      faults.errors.push_back({index, std::move(*wrong)});
      faults.any_timestamp = true;
    }
    walked.max_timestamp = std::max(walked.max_timestamp, record.timestamp);
  }
  if (!faults.errors.empty()) return sim::fail(std::move(faults).error());
  return walked;
}

}  // namespace

std::optional<LogError> check_produced_records(ByteView records, std::int16_t produce_version) {
  constexpr std::int16_t first_version_with_zstd = 7;
  BatchCursor cursor{records};
  if (cursor.next() != BatchStep::batch) return refusal(ErrorCode::invalid_record, "the request holds no whole batch");
  const ByteView bytes = cursor.bytes();
  if (bytes.size() < batch_header_size || RecordBatchView{bytes}.magic() != batch_magic) {
    return refusal(ErrorCode::invalid_record, "the request holds no batch of version 2");
  }
  if (RecordBatchView{bytes}.compression() == Compression::zstd && produce_version < first_version_with_zstd) {
    return refusal(ErrorCode::unsupported_compression_type, "zstd needs version 7 of Produce");
  }
  if (cursor.next() != BatchStep::end) {
    return refusal(ErrorCode::invalid_record, "the request holds more than one batch");
  }
  return std::nullopt;
}

LogResult<PreparedBatch> prepare_leader_append(ByteView records, const LogConfig& config, AppendOrigin origin,
                                               Offset next, LeaderEpoch epoch, Timestamp now) {
  ByteView bytes;
  int count = 0;
  if (Refusal refused = check_batches(records, config, origin, bytes, count)) return sim::fail(std::move(*refused));
  if (count != 1) {
    return refuse(ErrorCode::invalid_record, fmt::format("an append to a leader is one batch, not {}", count));
  }
  const RecordBatchView batch{bytes};
  const bool no_codec = batch.compression() > Compression::zstd;
  if (no_codec) return sim::fail(std::move(*check_compression(batch.compression())));
  if (Refusal refused = check_header(batch, origin)) return sim::fail(std::move(*refused));
  if (Refusal refused = check_compression(batch.compression())) return sim::fail(std::move(*refused));
  const LogResult<WalkedRecords> walked = check_records(batch, config, now);
  if (!walked.ok()) return sim::fail(walked.error());

  PreparedBatch prepared;
  const bool by_leader = config.message_timestamp_type == TimestampType::log_append_time;
  prepared.max_timestamp = by_leader ? now : walked.value().max_timestamp;
  prepared.last_offset = next + walked.value().count - 1;
  prepared.base_offset = prepared.last_offset - batch.last_offset_delta();
  prepared.header =
      rewritten_header(batch, prepared.base_offset, epoch, config.message_timestamp_type, prepared.max_timestamp);
  prepared.records = batch.records();
  return prepared;
}

LogResult<FollowerRecords> check_follower_append(ByteView records) {
  FollowerRecords found;
  BatchCursor cursor{records};
  bool first = true;
  while (true) {
    const BatchStep step = cursor.next();
    if (step == BatchStep::end) break;
    if (step == BatchStep::corrupt) return refuse(ErrorCode::corrupt_message, "the records are no batches");
    if (cursor.bytes().size() < batch_header_size || cursor.batch().magic() != batch_magic || !cursor.batch().valid()) {
      return refuse(ErrorCode::corrupt_message, "a fetched batch has a wrong checksum or none");
    }
    const RecordBatchView batch = cursor.batch();
    if (first) found.first_offset = batch.base_offset();
    const bool rises = first || batch.last_offset() > found.last_offset;
    if (!rises) return refuse(ErrorCode::unknown_server_error, "the offsets of fetched batches do not rise");
    if (batch.leader_epoch() < LeaderEpoch{0}) {
      return refuse(ErrorCode::unknown_server_error, "a fetched batch has no leader epoch");
    }
    found.last_offset = batch.last_offset();
    found.max_timestamp = std::max(found.max_timestamp, batch.max_timestamp());
    first = false;
  }
  found.records = records.first(cursor.walked());
  return found;
}

std::optional<Offset> unaligned_start(Offset log_start, Offset log_end, Offset first, Offset last) {
  const bool empty = log_start == log_end;
  if (empty && first < log_end && last >= log_end) return first;
  return std::nullopt;
}

}  // namespace kafka
