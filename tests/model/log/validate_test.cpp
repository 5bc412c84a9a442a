// Each row of docs/reference/log-storage.md §1.7, and that they are asked in that order.
#include "model/log/validate.hpp"
#include "model/log/record_batch_builder.hpp"
#include "tests/model/log/log_fixture.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace kafka;
using namespace kafka::testing;

namespace {

constexpr Timestamp now{100'000};

LogResult<PreparedBatch> prepare(ByteView records, const LogConfig& config = {},
                                 AppendOrigin origin = AppendOrigin::client) {
  return prepare_leader_append(records, config, origin, Offset{50}, LeaderEpoch{3}, now);
}

ErrorCode code_of(const LogResult<PreparedBatch>& result) {
  return result.ok() ? ErrorCode::none : result.error().code;
}

/// A good batch with two records, its header changed, its checksum right again.
sim::Bytes changed(const std::function<void(BatchHeader&)>& change) {
  const sim::Bytes good = batch_of("value", 2);
  const RecordBatchView view{good.span()};
  BatchHeader header = view.header();
  change(header);
  return encode_batch(header, view.records());
}

sim::Bytes keyed(bool key, std::int64_t timestamp, bool second_key, std::int64_t second_timestamp) {
  RecordBatchBuilder builder;
  NewRecord record;
  record.timestamp = Timestamp{timestamp};
  if (key) record.key = sim::as_bytes("k");
  builder.append(record);
  record.key = second_key ? std::optional{sim::as_bytes("k")} : std::nullopt;
  record.timestamp = Timestamp{second_timestamp};
  builder.append(record);
  return builder.build();
}

std::vector<std::byte> with_flipped_byte(const sim::Bytes& good, std::size_t at) {
  std::vector<std::byte> bytes(good.begin(), good.end());
  bytes[at] ^= std::byte{0xff};
  return bytes;
}

}  // namespace

TEST_CASE("a good batch gets offsets and epoch") {
  const sim::Bytes good = batch_of("value", 3, 7'000);
  const LogResult<PreparedBatch> prepared = prepare(good.span());
  REQUIRE(prepared.ok());
  CHECK(prepared.value().base_offset == Offset{50});
  CHECK(prepared.value().last_offset == Offset{52});
  CHECK(prepared.value().max_timestamp == Timestamp{7'002});
  const RecordBatchView header{ByteView{prepared.value().header}};
  CHECK(header.base_offset() == Offset{50});
  CHECK(header.leader_epoch() == LeaderEpoch{3});
  CHECK(header.checksum() == RecordBatchView{good.span()}.checksum());

  std::vector<std::byte> with_tail(good.begin(), good.end());
  with_tail.insert(with_tail.end(), good.begin(), good.end() - 1);  // a partial batch behind it
  CHECK(prepare(with_tail).ok());
}

TEST_CASE("1: the form of a Produce request") {
  const sim::Bytes good = batch_of("value");
  CHECK_FALSE(check_produced_records(good.span(), 9).has_value());
  CHECK(check_produced_records({}, 9)->code == ErrorCode::invalid_record);
  CHECK(check_produced_records(good.span().first(70), 9)->code == ErrorCode::invalid_record);
  std::vector<std::byte> two(good.begin(), good.end());
  two.insert(two.end(), good.begin(), good.end());
  CHECK(check_produced_records(two, 9)->code == ErrorCode::invalid_record);
  std::vector<std::byte> old(good.begin(), good.end());
  old[16] = std::byte{1};
  CHECK(check_produced_records(old, 9)->code == ErrorCode::invalid_record);
  const sim::Bytes zstd = changed([](BatchHeader& h) { h.compression = Compression::zstd; });
  CHECK(check_produced_records(zstd.span(), 6)->code == ErrorCode::unsupported_compression_type);
  CHECK_FALSE(check_produced_records(zstd.span(), 7).has_value());
}

TEST_CASE("3 to 5: base offset, size, checksum") {
  const sim::Bytes offset = changed([](BatchHeader& h) { h.base_offset = Offset{1}; });
  CHECK(code_of(prepare(offset.span())) == ErrorCode::invalid_record);
  CHECK(prepare(offset.span(), {}, AppendOrigin::coordinator).ok());

  const sim::Bytes good = batch_of("value");
  LogConfig small;
  small.max_message_bytes = static_cast<std::int32_t>(good.size());
  CHECK(prepare(good.span(), small).ok());
  small.max_message_bytes -= 1;
  CHECK(code_of(prepare(good.span(), small)) == ErrorCode::message_too_large);

  CHECK(code_of(prepare(with_flipped_byte(good, 65))) == ErrorCode::corrupt_message);
  CHECK(code_of(prepare(with_flipped_byte(good, 65), small)) == ErrorCode::message_too_large);  // 4 is before 5
  std::vector<std::byte> short_batch(12 + 20);
  short_batch[11] = std::byte{20};
  short_batch[16] = std::byte{2};
  CHECK(code_of(prepare(short_batch)) == ErrorCode::corrupt_message);
  CHECK(code_of(prepare(std::vector<std::byte>(100))) == ErrorCode::corrupt_message);
  CHECK(code_of(prepare({})) == ErrorCode::invalid_record);
}

TEST_CASE("6: what a client's header must say") {
  const auto refused = [](const std::function<void(BatchHeader&)>& change) {
    return code_of(prepare(changed(change).span())) == ErrorCode::invalid_record;
  };
  CHECK(refused([](BatchHeader& h) { h.last_offset_delta = -1; }));
  CHECK(refused([](BatchHeader& h) { h.record_count = 0; }));
  CHECK(refused([](BatchHeader& h) { h.record_count = 1; }));
  CHECK(refused([](BatchHeader& h) { h.control = true; }));
  CHECK(refused([](BatchHeader& h) { h.producer_id = ProducerId{5}; }));
  const sim::Bytes idempotent = changed([](BatchHeader& h) {
    h.producer_id = ProducerId{5};
    h.base_sequence = Sequence{0};
  });
  CHECK(prepare(idempotent.span()).ok());
  const sim::Bytes control = changed([](BatchHeader& h) { h.control = true; });
  CHECK(prepare(control.span(), {}, AppendOrigin::coordinator).ok());
}

TEST_CASE("codecs: 1 to 4 are not built yet, 5 to 7 do not exist") {
  for (int codec = 1; codec <= 7; ++codec) {
    const sim::Bytes batch = changed([&](BatchHeader& h) { h.compression = static_cast<Compression>(codec); });
    CHECK(code_of(prepare(batch.span())) ==
          (codec <= 4 ? ErrorCode::unsupported_compression_type : ErrorCode::unknown_server_error));
  }
}

TEST_CASE("7: records: structure at once, keys and timestamps gathered") {
  const sim::Bytes broken = encode_batch(RecordBatchView{batch_of("v").span()}.header(), sim::as_bytes("nonsense"));
  CHECK(code_of(prepare(broken.span())) == ErrorCode::invalid_record);

  LogConfig compacted;
  compacted.compacted = true;
  CHECK(prepare(keyed(true, 1, true, 1).span(), compacted).ok());
  const auto no_key = prepare(keyed(true, 1, false, 1).span(), compacted);
  CHECK(code_of(no_key) == ErrorCode::invalid_record);
  REQUIRE(no_key.error().records.size() == 1);
  CHECK(no_key.error().records[0].index == 1);

  LogConfig limits;
  limits.message_timestamp_before_max_ms = 1'000;
  limits.message_timestamp_after_max_ms = 500;
  CHECK(prepare(keyed(true, 99'000, true, 100'500).span(), limits).ok());
  CHECK(prepare(keyed(true, -1, true, -1).span(), limits).ok());  // no timestamp, nothing to check
  const auto old = prepare(keyed(true, 98'999, true, 100'000).span(), limits);
  CHECK(code_of(old) == ErrorCode::invalid_timestamp);
  CHECK(old.error().records[0].index == 0);
  CHECK(code_of(prepare(keyed(true, 100'000, true, 100'501).span(), limits)) == ErrorCode::invalid_timestamp);

  limits.compacted = true;
  const auto both = prepare(keyed(false, 1, true, 1).span(), limits);  // a missing key hides the record's timestamp
  CHECK(code_of(both) == ErrorCode::invalid_timestamp);
  REQUIRE(both.error().records.size() == 2);
}

TEST_CASE("1.6: who sets the timestamp") {
  LogConfig by_leader;
  by_leader.message_timestamp_type = TimestampType::log_append_time;
  const auto stamped = prepare(batch_of("v", 2, 7).span(), by_leader);
  REQUIRE(stamped.ok());
  CHECK(stamped.value().max_timestamp == now);
  const RecordBatchView header{ByteView{stamped.value().header}};
  CHECK(header.timestamp_type() == TimestampType::log_append_time);
  CHECK(header.max_timestamp() == now);
  CHECK(header.base_timestamp() == Timestamp{7});

  const auto by_client = [](std::int64_t max) {
    return changed([&](BatchHeader& h) {
      h.timestamp_type = TimestampType::log_append_time;
      h.max_timestamp = Timestamp{max};
    });
  };
  CHECK(code_of(prepare(by_client(5'000).span(), by_leader)) == ErrorCode::invalid_timestamp);
  CHECK(code_of(prepare(by_client(-1).span())) == ErrorCode::invalid_timestamp);
  const sim::Bytes quirk = by_client(5'000);
  const auto cleared = prepare(quirk.span());
  REQUIRE(cleared.ok());
  CHECK(RecordBatchView{ByteView{cleared.value().header}}.timestamp_type() == TimestampType::create_time);
  CHECK(cleared.value().max_timestamp == Timestamp{5'000});

  const sim::Bytes lying = changed([](BatchHeader& h) { h.max_timestamp = Timestamp{1}; });
  const auto corrected = prepare(lying.span());
  REQUIRE(corrected.ok());
  CHECK(corrected.value().max_timestamp == Timestamp{1'001});
  std::vector<std::byte> stored(corrected.value().header.begin(), corrected.value().header.end());
  stored.insert(stored.end(), corrected.value().records.begin(), corrected.value().records.end());
  CHECK(RecordBatchView{stored}.valid());
}

TEST_CASE("followers: form, checksum, rising offsets, an epoch") {
  const sim::Bytes a = stored_batch(5, 1, "a", 2);
  const sim::Bytes b = stored_batch(9, 1, "b");  // a gap is fine
  const std::vector<std::byte> both = concatenated({a, b});
  const auto good = check_follower_append(both);
  REQUIRE(good.ok());
  CHECK(good.value().first_offset == Offset{5});
  CHECK(good.value().last_offset == Offset{9});
  CHECK(good.value().records.size() == both.size());
  CHECK(check_follower_append(ByteView{both}.first(both.size() - 1)).value().last_offset == Offset{6});
  CHECK(check_follower_append({}).value().records.empty());

  const auto refused = [](ByteView records) { return check_follower_append(records).error().code; };
  CHECK(refused(with_flipped_byte(a, 65)) == ErrorCode::corrupt_message);
  CHECK(refused(std::vector<std::byte>(100)) == ErrorCode::corrupt_message);
  CHECK(refused(concatenated({b, a})) == ErrorCode::unknown_server_error);
  CHECK(refused(concatenated({a, a})) == ErrorCode::unknown_server_error);
  CHECK(refused(stored_batch(5, -1, "a").span()) == ErrorCode::unknown_server_error);
}

TEST_CASE("an empty follower may start anew inside the leader's first batch, no other one") {
  const auto start = [](std::int64_t log_start, std::int64_t end, std::int64_t first, std::int64_t last) {
    return unaligned_start(Offset{log_start}, Offset{end}, Offset{first}, Offset{last});
  };
  CHECK(start(7, 7, 5, 9) == Offset{5});
  CHECK(start(7, 7, 5, 7) == Offset{5});
  CHECK_FALSE(start(7, 7, 5, 6).has_value());
  CHECK_FALSE(start(7, 7, 7, 9).has_value());
  CHECK_FALSE(start(6, 7, 5, 9).has_value());
}
