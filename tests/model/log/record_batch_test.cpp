#include "model/log/record_batch.hpp"
#include "model/log/record_batch_builder.hpp"
#include "sim/random.hpp"
#include "tests/model/log/log_fixture.hpp"
#include "tests/model/protocol/hex.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <map>

using namespace kafka;
using namespace kafka::testing;

namespace {

/// The bytes of tests/golden/log/batches.txt by name: "name: hex hex ...", other lines are prose.
std::map<std::string, std::vector<std::byte>> golden_batches() {
  std::ifstream file{KAFKASIM_SOURCE_DIR "/tests/golden/log/batches.txt"};
  std::map<std::string, std::vector<std::byte>> batches;
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t colon = line.find(": ");
    if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
    batches[line.substr(0, colon)] = from_hex(line.substr(colon + 2));
  }
  return batches;
}

std::string golden(const std::string& name) {
  const auto batches = golden_batches();
  const auto found = batches.find(name);
  REQUIRE(found != batches.end());
  return hex(found->second);
}

sim::Bytes two_records() {
  RecordBatchBuilder builder{Offset{0}, LeaderEpoch{0}};
  NewRecord first;
  first.timestamp = Timestamp{1'000};
  first.key = sim::as_bytes("k");
  first.value = sim::as_bytes("v");
  builder.append(first);
  const RecordHeader header{"h", std::nullopt};
  NewRecord second;
  second.timestamp = Timestamp{1'005};
  second.value = ByteView{};
  second.headers = {&header, 1};
  CHECK(builder.size_with(second) == 80);
  builder.append(second);
  CHECK(builder.size() == 80);
  CHECK(builder.max_timestamp() == Timestamp{1'005});
  return builder.build();
}

/// A whole valid batch around bytes that may be no records.
sim::Bytes around(std::string_view records_in_hex, std::int32_t count) {
  BatchHeader header;
  header.record_count = count;
  header.last_offset_delta = count - 1;
  return encode_batch(header, from_hex(records_in_hex));
}

RecordCursor::Step last_step(const sim::Bytes& batch) {
  const RecordBatchView view{batch.span()};
  RecordCursor cursor{view};
  RecordCursor::Step step = cursor.next();
  while (step == RecordCursor::Step::record) step = cursor.next();
  return step;
}

}  // namespace

TEST_CASE("vector 1: a batch of two records, byte by byte, and read again") {
  const sim::Bytes bytes = two_records();
  CHECK(hex(bytes.span()) == golden("two-records"));

  BatchCursor batches{bytes.span()};
  REQUIRE(batches.next() == BatchStep::batch);
  const RecordBatchView batch = batches.batch();
  CHECK(batch.valid());
  CHECK(batch.last_offset() == Offset{1});
  CHECK(batch.record_count() == 2);
  CHECK(batch.producer_id() == no_producer_id);
  CHECK(batch.last_sequence() == no_sequence);
  RecordCursor records{batch};
  REQUIRE(records.next() == RecordCursor::Step::record);
  CHECK(records.record().timestamp == Timestamp{1'000});
  CHECK(records.record().key->size() == 1);
  REQUIRE(records.next() == RecordCursor::Step::record);
  CHECK(records.record().offset == Offset{1});
  CHECK(records.record().timestamp == Timestamp{1'005});
  CHECK_FALSE(records.record().key.has_value());
  CHECK(records.record().value.has_value());
  CHECK(records.record().value->empty());
  REQUIRE(records.record().headers().size() == 1);
  CHECK(records.record().headers()[0].key == "h");
  CHECK_FALSE(records.record().headers()[0].value.has_value());
  CHECK(records.next() == RecordCursor::Step::end);
  CHECK(batches.next() == BatchStep::end);
}

TEST_CASE("vector 2: transaction markers") {
  const auto marker = [](ControlType type) {
    return build_transaction_marker({type, 9}, ProducerId{7}, ProducerEpoch{1}, Timestamp{2'000}, Offset{42},
                                    LeaderEpoch{3});
  };
  CHECK(hex(marker(ControlType::commit).span()) == golden("commit-marker"));
  CHECK(hex(marker(ControlType::abort).span()) == golden("abort-marker"));

  const sim::Bytes bytes = marker(ControlType::commit);
  const RecordBatchView batch{bytes.span()};
  CHECK(batch.control());
  CHECK(batch.transactional());
  RecordCursor records{batch};
  REQUIRE(records.next() == RecordCursor::Step::record);
  const std::optional<TransactionMarker> read = read_transaction_marker(records.record());
  REQUIRE(read.has_value());
  CHECK(read->type == ControlType::commit);
  CHECK(read->coordinator_epoch == 9);
}

TEST_CASE("vector 3: an emptied transactional batch") {
  BatchHeader header;
  header.base_offset = Offset{10};
  header.leader_epoch = LeaderEpoch{0};
  header.transactional = true;
  header.last_offset_delta = 4;
  header.max_timestamp = Timestamp{7'777};
  header.producer_id = ProducerId{7};
  header.producer_epoch = ProducerEpoch{1};
  header.base_sequence = Sequence{5};
  const sim::Bytes bytes = encode_batch(header, {});
  CHECK(hex(bytes.span()) == golden("emptied-batch"));
  const RecordBatchView batch{bytes.span()};
  CHECK(batch.last_offset() == Offset{14});
  CHECK(batch.last_sequence() == Sequence{9});
  CHECK(last_step(bytes) == RecordCursor::Step::end);
}

TEST_CASE("vector 20: what the leader of a log-append topic makes of vector 1") {
  const sim::Bytes bytes = two_records();
  const RecordBatchView batch{bytes.span()};
  const EncodedHeader header =
      rewritten_header(batch, Offset{7}, LeaderEpoch{2}, TimestampType::log_append_time, Timestamp{5'000});
  CHECK(hex(header) + hex(batch.records()) == golden("two-records-log-append"));
}

TEST_CASE("offset and epoch can be set without touching the checksum") {
  const sim::Bytes bytes = two_records();
  const RecordBatchView batch{bytes.span()};
  const EncodedHeader header =
      rewritten_header(batch, Offset{70}, LeaderEpoch{4}, TimestampType::create_time, Timestamp{1'005});
  const RecordBatchView rewritten{ByteView{header}};
  CHECK(rewritten.checksum() == batch.checksum());
  CHECK(rewritten.base_offset() == Offset{70});
  CHECK(rewritten.leader_epoch() == LeaderEpoch{4});
}

TEST_CASE("sequences wrap") {
  RecordBatchBuilder builder;
  builder.set_producer(ProducerId{1}, ProducerEpoch{0}, Sequence{INT32_MAX});
  builder.append(NewRecord{});
  builder.append(NewRecord{});
  const sim::Bytes bytes = builder.build();
  CHECK(RecordBatchView{bytes.span()}.last_sequence() == Sequence{0});
}

TEST_CASE("random batches come back record by record, and the builder knows their size beforehand") {
  sim::Random random{sim::Seed{3}};
  for (int round = 0; round < 300; ++round) {
    const std::string text(random.below(400), 'x');
    RecordBatchBuilder builder{Offset{random.between(0, 1'000'000)}, LeaderEpoch{1}};
    std::vector<std::int64_t> timestamps;
    std::vector<std::size_t> sizes;
    const auto count = 1 + random.below(20);
    for (std::uint64_t i = 0; i < count; ++i) {
      const RecordHeader headers[] = {{"a", sim::as_bytes("1")}, {"a", std::nullopt}, {"", ByteView{}}};
      NewRecord record;
      record.timestamp = Timestamp{random.between(-5'000, 1'700'000'000'000)};
      if (random.bernoulli(1, 2)) record.key = sim::as_bytes("key");
      record.value = sim::as_bytes(text).first(random.index(text.size() + 1));
      record.headers = std::span{headers}.first(random.index(4));
      timestamps.push_back(record.timestamp.raw());
      sizes.push_back(record.value->size());
      const std::size_t expected = builder.size_with(record);
      builder.append(record);
      REQUIRE(builder.size() == expected);
    }
    const sim::Bytes bytes = builder.build();
    REQUIRE(bytes.size() == builder.size());
    const RecordBatchView batch{bytes.span()};
    REQUIRE(batch.valid());
    REQUIRE(batch.max_timestamp().raw() ==
            std::max<std::int64_t>(-1, *std::max_element(timestamps.begin(), timestamps.end())));
    RecordCursor records{batch};
    for (std::size_t i = 0; i < timestamps.size(); ++i) {
      REQUIRE(records.next() == RecordCursor::Step::record);
      REQUIRE(records.record().timestamp.raw() == timestamps[i]);
      REQUIRE(records.record().offset == batch.base_offset() + static_cast<std::int64_t>(i));
      REQUIRE(records.record().value->size() == sizes[i]);
    }
    REQUIRE(records.next() == RecordCursor::Step::end);
  }
}

TEST_CASE("a flipped bit breaks the checksum, except in what a leader may change") {
  const sim::Bytes good = two_records();
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    sim::MutableBytes flipped;
    flipped.append(good.span());
    flipped.span()[bit / 8] ^= std::byte{1} << (bit % 8);
    const sim::Bytes bytes = std::move(flipped).freeze();
    BatchCursor cursor{bytes.span()};
    const bool sound = cursor.next() == BatchStep::batch && cursor.batch().valid();
    const std::size_t byte = bit / 8;
    if (byte == 16) continue;  // the magic number: versions 0 and 1 are told apart later
    const bool leaders_own = byte < 8 || (byte >= 12 && byte < 16);
    REQUIRE(sound == leaders_own);
  }
}

TEST_CASE("streams in memory: partial tails end the walk, nonsense is corrupt") {
  const sim::Bytes good = two_records();
  std::vector<std::byte> stream(good.begin(), good.end());
  stream.insert(stream.end(), good.begin(), good.end());
  for (std::size_t cut = 0; cut < good.size(); ++cut) {
    BatchCursor cursor{ByteView{stream}.first(good.size() + cut)};
    REQUIRE(cursor.next() == BatchStep::batch);
    REQUIRE(cursor.next() == BatchStep::end);
    REQUIRE(cursor.walked() == good.size());
  }
  std::vector<std::byte> zeros(100);
  CHECK(BatchCursor{zeros}.next() == BatchStep::corrupt);
  CHECK(BatchCursor{ByteView{zeros}.first(11)}.next() == BatchStep::end);
  stream[16] = std::byte{3};
  CHECK(BatchCursor{stream}.next() == BatchStep::corrupt);
}

TEST_CASE("every fault of structure is found") {
  CHECK(last_step(around("0c 00 00 00 01 01 00", 1)) == RecordCursor::Step::end);           // the shortest record
  CHECK(last_step(around("0c 00 00 00 01 01 00 00", 1)) == RecordCursor::Step::broken);     // a byte too many
  CHECK(last_step(around("0e 00 00 00 01 01 00", 1)) == RecordCursor::Step::broken);        // longer than the batch
  CHECK(last_step(around("0e 00 00 00 01 01 00 00", 1)) == RecordCursor::Step::broken);     // longer than its fields
  CHECK(last_step(around("0a 00 00 00 01 01 00", 1)) == RecordCursor::Step::broken);        // shorter than its fields
  CHECK(last_step(around("0c 00 00 00 01 01 00", 2)) == RecordCursor::Step::broken);        // one record of two
  CHECK(last_step(around("0c 00 00 00 01 01 01", 1)) == RecordCursor::Step::broken);        // -1 headers
  CHECK(last_step(around("0c 00 00 00 01 01 02", 1)) == RecordCursor::Step::broken);        // a header is missing
  CHECK(last_step(around("10 00 00 00 01 01 02 01 01", 1)) == RecordCursor::Step::broken);  // a header without a key
  CHECK(last_step(around("10 00 00 00 01 01 02 00 01", 1)) == RecordCursor::Step::end);     // an empty one is fine
  CHECK(last_step(around("0c 00 00 00 08 01 00", 1)) == RecordCursor::Step::broken);        // key beyond the end
  CHECK(last_step(around("0c 00 00 00 01 01 00", -1)) == RecordCursor::Step::broken);       // negative count
  CHECK(last_step(around("ff ff", 0)) == RecordCursor::Step::end);                          // a count of 0 is believed
}
