#include "model/log/record_batch_builder.hpp"

#include "sim/check.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace kafka {

RecordBatchBuilder::RecordBatchBuilder(Offset base_offset, LeaderEpoch leader_epoch) {
  header_.base_offset = base_offset;
  header_.leader_epoch = leader_epoch;
}

std::int64_t RecordBatchBuilder::timestamp_delta(const NewRecord& record) const {
  return empty() ? 0 : record.timestamp.raw() - header_.base_timestamp.raw();
}

void RecordBatchBuilder::append(const NewRecord& record) {
  SIM_CHECK(count() < INT32_MAX);
  write_record(records_, record, timestamp_delta(record), count());
  if (empty()) header_.base_timestamp = record.timestamp;
  header_.max_timestamp = std::max(header_.max_timestamp, record.timestamp);
  header_.last_offset_delta = header_.record_count++;
}

std::size_t RecordBatchBuilder::size_with(const NewRecord& record) const {
  return size() + record_size(record, timestamp_delta(record), count());
}

void RecordBatchBuilder::set_producer(ProducerId id, ProducerEpoch epoch, Sequence base_sequence, bool transactional) {
  header_.producer_id = id;
  header_.producer_epoch = epoch;
  header_.base_sequence = base_sequence;
  header_.transactional = transactional;
}

sim::Bytes RecordBatchBuilder::build() const {
  SIM_CHECK(!empty(), "a batch without records is no batch that a producer sends");
  return encode_batch(header_, records_);
}

sim::Bytes encode_batch(const BatchHeader& header, ByteView records) {
  const EncodedHeader encoded = encode_header(header, records);
  sim::MutableBytes bytes;
  bytes.reserve(encoded.size() + records.size());
  bytes.append(ByteView{encoded});
  bytes.append(records);
  return std::move(bytes).freeze();
}

// --- control batches -------------------------------------------------------------------------------------------------

sim::Bytes build_transaction_marker(const TransactionMarker& marker, ProducerId id, ProducerEpoch epoch, Timestamp now,
                                    Offset base_offset, LeaderEpoch leader_epoch) {
  std::array<std::byte, 4> key;  // version, type
  store_big_endian(key.data(), std::int16_t{0});
  store_big_endian(key.data() + 2, static_cast<std::int16_t>(marker.type));
  std::array<std::byte, 6> value;  // version, coordinator epoch
  store_big_endian(value.data(), std::int16_t{0});
  store_big_endian(value.data() + 2, marker.coordinator_epoch);

  NewRecord record;
  record.timestamp = now;
  record.key = ByteView{key};
  record.value = ByteView{value};
  std::vector<std::byte> records;
  write_record(records, record, 0, 0);

  BatchHeader header;
  header.base_offset = base_offset;
  header.leader_epoch = leader_epoch;
  header.transactional = true;
  header.control = true;
  header.base_timestamp = now;
  header.max_timestamp = now;
  header.producer_id = id;
  header.producer_epoch = epoch;
  header.record_count = 1;
  return encode_batch(header, records);
}

std::optional<TransactionMarker> read_transaction_marker(const RecordView& record) {
  if (!record.key.has_value() || record.key->size() < 4) return std::nullopt;
  if (load_big_endian<std::int16_t>(record.key->data()) < 0) return std::nullopt;
  const auto type = load_big_endian<std::int16_t>(record.key->data() + 2);
  if (type != static_cast<std::int16_t>(ControlType::abort) && type != static_cast<std::int16_t>(ControlType::commit)) {
    return std::nullopt;
  }
  if (!record.value.has_value() || record.value->size() < 6) return std::nullopt;
  if (load_big_endian<std::int16_t>(record.value->data()) < 0) return std::nullopt;
  return TransactionMarker{static_cast<ControlType>(type), load_big_endian<std::int32_t>(record.value->data() + 2)};
}

}  // namespace kafka
