#include "model/log/record.hpp"

#include "model/log/varint.hpp"
#include "sim/check.hpp"

#include <cstring>

namespace kafka {

namespace {

constexpr std::int32_t null_length = -1;

std::size_t nullable_size(const std::optional<ByteView>& bytes) {
  if (!bytes.has_value()) return varint_size(null_length);
  return varint_size(static_cast<std::int32_t>(bytes->size())) + bytes->size();
}

std::size_t body_size(const NewRecord& record, std::int64_t timestamp_delta, std::int32_t offset_delta) {
  std::size_t size = 1 + varint_size(timestamp_delta) + varint_size(offset_delta) + nullable_size(record.key) +
                     nullable_size(record.value) + varint_size(static_cast<std::int32_t>(record.headers.size()));
  for (const RecordHeader& header : record.headers) {
    size += varint_size(static_cast<std::int32_t>(header.key.size())) + header.key.size();
    size += nullable_size(header.value);
  }
  return size;
}

std::byte* write_bytes(std::byte* to, ByteView bytes) {
  to = write_varint(to, static_cast<std::int32_t>(bytes.size()));
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return to + bytes.size();
}

std::byte* write_nullable(std::byte* to, const std::optional<ByteView>& bytes) {
  return bytes.has_value() ? write_bytes(to, *bytes) : write_varint(to, null_length);
}

/// A hostile batch can hold any numbers: sums wrap as Java's do.
std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

/// One header; false when it is broken. A null key is illegal.
bool read_header(VarintReader& reader, RecordHeader& header) {
  const std::optional<ByteView> key = reader.nullable_bytes();
  if (!key.has_value()) return false;
  header.key = {reinterpret_cast<const char*>(key->data()), key->size()};
  header.value = reader.nullable_bytes();
  return !reader.failed();
}

}  // namespace

std::vector<RecordHeader> RecordView::headers() const {
  std::vector<RecordHeader> headers(static_cast<std::size_t>(header_count));
  VarintReader reader{header_bytes};
  for (RecordHeader& header : headers) {
    const bool whole = read_header(reader, header);
    SIM_CHECK(whole, "headers that read_record() had checked are broken");
  }
  return headers;
}

std::size_t record_size(const NewRecord& record, std::int64_t timestamp_delta, std::int32_t offset_delta) {
  const std::size_t body = body_size(record, timestamp_delta, offset_delta);
  return varint_size(static_cast<std::int32_t>(body)) + body;
}

void write_record(std::vector<std::byte>& to, const NewRecord& record, std::int64_t timestamp_delta,
                  std::int32_t offset_delta) {
  const std::size_t body = body_size(record, timestamp_delta, offset_delta);
  SIM_CHECK(body <= INT32_MAX, "a record of {} bytes", body);
  const std::size_t from = to.size();
  to.resize(from + varint_size(static_cast<std::int32_t>(body)) + body);
  std::byte* at = write_varint(to.data() + from, static_cast<std::int32_t>(body));
  *at++ = std::byte{0};  // attributes
  at = write_varint(at, timestamp_delta);
  at = write_varint(at, offset_delta);
  at = write_nullable(at, record.key);
  at = write_nullable(at, record.value);
  at = write_varint(at, static_cast<std::int32_t>(record.headers.size()));
  for (const RecordHeader& header : record.headers) {
    at = write_bytes(at, std::as_bytes(std::span{header.key.data(), header.key.size()}));
    at = write_nullable(at, header.value);
  }
  SIM_CHECK(at == to.data() + to.size(), "a record is not as long as it was measured");
}

std::size_t read_record(ByteView from, const RecordBase& base, RecordView& record) {
  VarintReader outer{from};
  const std::int32_t length = outer.varint();
  if (outer.failed() || length < 0 || static_cast<std::size_t>(length) > outer.left()) return 0;

  const ByteView body{outer.at(), static_cast<std::size_t>(length)};
  VarintReader reader{body};
  reader.byte();  // attributes say nothing
  const std::int64_t timestamp_delta = reader.varlong();
  const std::int32_t offset_delta = reader.varint();
  record.key = reader.nullable_bytes();
  record.value = reader.nullable_bytes();
  record.header_count = reader.varint();
  if (reader.failed() || record.header_count < 0) return 0;
  if (static_cast<std::size_t>(record.header_count) > reader.left()) return 0;
  record.header_bytes = {reader.at(), reader.left()};
  RecordHeader header;
  for (std::int32_t i = 0; i < record.header_count; ++i) {
    if (!read_header(reader, header)) return 0;
  }
  if (reader.left() != 0) return 0;

  record.offset = Offset{wrapping_sum(base.offset.raw(), offset_delta)};
  record.timestamp = base.log_append_time.has_value() ? *base.log_append_time
                                                      : Timestamp{wrapping_sum(base.timestamp.raw(), timestamp_delta)};
  return static_cast<std::size_t>(body.data() + body.size() - from.data());
}

}  // namespace kafka
