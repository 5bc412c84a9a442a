#include "model/log/record_batch.hpp"

#include "model/log/crc32c.hpp"
#include "sim/check.hpp"

#include <cstring>

namespace kafka {

namespace {

// Offsets of fields (docs/reference/log-storage.md §1.1).
constexpr std::size_t length_at = 8;
constexpr std::size_t leader_epoch_at = 12;
constexpr std::size_t magic_at = 16;
constexpr std::size_t checksum_at = 17;
constexpr std::size_t attributes_at = 21;  // the checksum begins here
constexpr std::size_t last_offset_delta_at = 23;
constexpr std::size_t base_timestamp_at = 27;
constexpr std::size_t max_timestamp_at = 35;
constexpr std::size_t producer_id_at = 43;
constexpr std::size_t producer_epoch_at = 51;
constexpr std::size_t base_sequence_at = 53;
constexpr std::size_t record_count_at = 57;

/// The least that a length may say: the shortest record of the oldest format. Stricter checks come later.
constexpr std::int32_t least_length = 14;

std::int16_t attributes_of(Compression compression, TimestampType type, bool transactional, bool control,
                           bool has_delete_horizon) {
  unsigned bits = static_cast<unsigned>(compression) | static_cast<unsigned>(type) << 3;
  if (transactional) bits |= 0x10;
  if (control) bits |= 0x20;
  if (has_delete_horizon) bits |= 0x40;
  return static_cast<std::int16_t>(bits);
}

std::uint32_t checksum_of(const EncodedHeader& header, ByteView records) {
  return crc32c(crc32c(ByteView{header}.subspan(attributes_at)), records);
}

}  // namespace

EncodedHeader encode_header(const BatchHeader& header, ByteView records) {
  const std::size_t length = batch_header_size - batch_overhead + records.size();
  SIM_CHECK(length <= INT32_MAX, "a batch of {} bytes", length);
  EncodedHeader out;
  std::byte* at = out.data();
  store_big_endian(at, header.base_offset.raw());
  store_big_endian(at + length_at, static_cast<std::int32_t>(length));
  store_big_endian(at + leader_epoch_at, header.leader_epoch.raw());
  store_big_endian(at + magic_at, batch_magic);
  store_big_endian(at + attributes_at, attributes_of(header.compression, header.timestamp_type, header.transactional,
                                                     header.control, header.has_delete_horizon));
  store_big_endian(at + last_offset_delta_at, header.last_offset_delta);
  store_big_endian(at + base_timestamp_at, header.base_timestamp.raw());
  store_big_endian(at + max_timestamp_at, header.max_timestamp.raw());
  store_big_endian(at + producer_id_at, header.producer_id.raw());
  store_big_endian(at + producer_epoch_at, header.producer_epoch.raw());
  store_big_endian(at + base_sequence_at, header.base_sequence.raw());
  store_big_endian(at + record_count_at, header.record_count);
  store_big_endian(at + checksum_at, checksum_of(out, records));
  return out;
}

// --- reading ---------------------------------------------------------------------------------------------------------

Offset RecordBatchView::last_offset() const {
  const auto base = static_cast<std::uint64_t>(base_offset().raw());
  const auto delta = static_cast<std::uint64_t>(std::int64_t{last_offset_delta()});
  return Offset{static_cast<std::int64_t>(base + delta)};
}

Sequence RecordBatchView::last_sequence() const {
  const Sequence base = base_sequence();
  return base < Sequence{0} ? no_sequence : base + last_offset_delta();
}

BatchHeader RecordBatchView::header() const {
  BatchHeader header;
  header.base_offset = base_offset();
  header.leader_epoch = leader_epoch();
  header.compression = compression();
  header.timestamp_type = timestamp_type();
  header.transactional = transactional();
  header.control = control();
  header.has_delete_horizon = has_delete_horizon();
  header.last_offset_delta = last_offset_delta();
  header.base_timestamp = base_timestamp();
  header.max_timestamp = max_timestamp();
  header.producer_id = producer_id();
  header.producer_epoch = producer_epoch();
  header.base_sequence = base_sequence();
  header.record_count = record_count();
  return header;
}

bool RecordBatchView::valid() const {
  if (bytes_.size() < batch_header_size) return false;
  if (size() < batch_header_size) return false;
  SIM_CHECK(size() <= bytes_.size(), "{} bytes of a batch of {}", bytes_.size(), size());
  return crc32c(bytes_.subspan(attributes_at, size() - attributes_at)) == checksum();
}

BatchStep BatchCursor::next() {
  if (left_.size() < batch_overhead) return BatchStep::end;
  const auto length = load_big_endian<std::int32_t>(left_.data() + length_at);
  if (length < least_length) return BatchStep::corrupt;
  if (left_.size() <= magic_at) return BatchStep::end;
  const auto magic = load_big_endian<std::int8_t>(left_.data() + magic_at);
  if (magic < 0 || magic > batch_magic) return BatchStep::corrupt;
  const std::size_t size = batch_overhead + static_cast<std::size_t>(length);
  if (size > left_.size()) return BatchStep::end;
  current_ = left_.first(size);
  left_ = left_.subspan(size);
  return BatchStep::batch;
}

RecordCursor::RecordCursor(const RecordBatchView& batch)
    : left_{batch.records()},
      base_{batch.base_offset(), batch.base_timestamp(), std::nullopt},
      remaining_{batch.record_count()} {
  if (batch.timestamp_type() == TimestampType::log_append_time) base_.log_append_time = batch.max_timestamp();
  if (batch.compression() != Compression::none) remaining_ = -1;
}

RecordCursor::Step RecordCursor::next() {
  if (remaining_ < 0) return Step::broken;
  if (remaining_ == 0) return Step::end;
  const std::size_t size = read_record(left_, base_, record_);
  left_ = left_.subspan(size);
  --remaining_;
  const bool bytes_remain = remaining_ == 0 && !left_.empty();
  if (size == 0 || bytes_remain) {
    remaining_ = -1;
    return Step::broken;
  }
  return Step::record;
}

// --- rewriting -------------------------------------------------------------------------------------------------------

EncodedHeader rewritten_header(const RecordBatchView& batch, Offset base_offset, LeaderEpoch leader_epoch,
                               TimestampType type, Timestamp max_timestamp) {
  EncodedHeader out;
  std::memcpy(out.data(), batch.whole().data(), out.size());
  store_big_endian(out.data(), base_offset.raw());
  store_big_endian(out.data() + leader_epoch_at, leader_epoch.raw());
  if (batch.timestamp_type() == type && batch.max_timestamp() == max_timestamp) return out;

  // The unused upper bits of the attributes go with this.
  store_big_endian(out.data() + attributes_at, attributes_of(batch.compression(), type, batch.transactional(),
                                                             batch.control(), batch.has_delete_horizon()));
  store_big_endian(out.data() + max_timestamp_at, max_timestamp.raw());
  store_big_endian(out.data() + checksum_at, checksum_of(out, batch.records()));
  return out;
}

}  // namespace kafka
