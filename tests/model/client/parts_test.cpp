// The client's parts one by one: metadata, batches, fetched records, the values of workloads.
#include <doctest/doctest.h>

#include <vector>

#include "model/client/fetch_buffer.hpp"
#include "model/client/metadata.hpp"
#include "model/client/producer_batch.hpp"
#include "model/client/workload_record.hpp"
#include "model/log/record_batch_builder.hpp"

using namespace kafka;

namespace {

MetadataResponse answer(std::int32_t leader, std::int32_t epoch, Uuid id = Uuid{1, 1}) {
  MetadataResponse response;
  response.brokers.push_back({BrokerId{1}, "b1", 9092, {}});
  response.brokers.push_back({BrokerId{2}, "b2", 9092, {}});
  MetadataResponse::MetadataResponseTopic topic;
  topic.name = "orders";
  topic.topic_id = id;
  MetadataResponse::MetadataResponsePartition partition;
  partition.leader_id = BrokerId{leader};
  partition.leader_epoch = LeaderEpoch{epoch};
  topic.partitions.push_back(partition);
  response.topics.push_back(topic);
  return response;
}

NewRecord text_record(std::string_view text) {
  NewRecord record;
  record.timestamp = Timestamp{1000};
  record.value = sim::as_bytes(text);
  return record;
}

std::vector<std::byte> batch_at(std::int64_t offset, std::initializer_list<std::string_view> values,
                                bool control = false) {
  RecordBatchBuilder builder{Offset{offset}, LeaderEpoch{3}};
  for (const std::string_view value : values) builder.append(text_record(value));
  sim::Bytes bytes = builder.build();
  if (control) {
    BatchHeader header = RecordBatchView{bytes.span()}.header();
    header.control = true;
    bytes = encode_batch(header, RecordBatchView{bytes.span()}.records());
  }
  return {bytes.begin(), bytes.end()};
}

void append(std::vector<std::byte>& to, const std::vector<std::byte>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

TEST_CASE("metadata: leader epochs never go back, but begin anew with a new topic id") {
  using namespace sim::literals;
  sim::Random random{sim::Seed{1}};
  Metadata metadata{CommonClientConfig{}};
  const TopicIndex orders = metadata.add_topic("orders");
  CHECK(metadata.add_topic("orders") == orders);
  CHECK(metadata.next_request_at() == sim::Time{});
  CHECK(metadata.make_request().topics->size() == 1);
  metadata.update(answer(1, 5), sim::Time{} + 1_s, sim::EventId{9}, random);
  CHECK(metadata.partition(orders, 0).leader == BrokerId{1});
  CHECK(metadata.partition(orders, 0).learned_by == sim::EventId{9});
  CHECK(metadata.partition(orders, 1).leader == no_broker);
  CHECK(metadata.next_request_at() == sim::Time{} + 301_s);

  const std::uint64_t version = metadata.version();
  metadata.update(answer(2, 4), sim::Time{} + 2_s, sim::EventId{10}, random);
  CHECK(metadata.partition(orders, 0).leader == BrokerId{1});
  CHECK(metadata.version() == version);
  metadata.update(answer(2, 6), sim::Time{} + 3_s, sim::EventId{11}, random);
  CHECK(metadata.partition(orders, 0).leader == BrokerId{2});
  CHECK(metadata.version() > version);
  metadata.update(answer(1, 0, Uuid{2, 2}), sim::Time{} + 4_s, sim::EventId{12}, random);
  CHECK(metadata.partition(orders, 0).leader == BrokerId{1});
  CHECK(metadata.partition(orders, 0).leader_epoch == LeaderEpoch{0});
}

TEST_CASE("metadata: a hint is taken if it is newer and its address is known") {
  sim::Random random{sim::Seed{1}};
  Metadata metadata{CommonClientConfig{}};
  const TopicIndex orders = metadata.add_topic("orders");
  metadata.update(answer(1, 5), sim::Time{}, sim::EventId{1}, random);
  CHECK_FALSE(metadata.apply_hint(orders, 0, {BrokerId{2}, LeaderEpoch{5}}, {}, sim::EventId{2}));
  CHECK_FALSE(metadata.apply_hint(orders, 0, {BrokerId{-1}, LeaderEpoch{-1}}, {}, sim::EventId{2}));
  CHECK_FALSE(metadata.apply_hint(orders, 0, {BrokerId{3}, LeaderEpoch{6}}, {}, sim::EventId{2}));
  CHECK(
      metadata.apply_hint(orders, 0, {BrokerId{3}, LeaderEpoch{6}}, {{BrokerId{3}, "b3", 9092, {}}}, sim::EventId{2}));
  CHECK(metadata.partition(orders, 0).leader == BrokerId{3});
  CHECK(metadata.brokers().size() == 3);
}

TEST_CASE("metadata: after an error it asks again, not faster than the backoff allows") {
  using namespace sim::literals;
  sim::Random random{sim::Seed{1}};
  Metadata metadata{CommonClientConfig{}};
  metadata.add_topic("orders");
  MetadataResponse none = answer(1, 0);
  none.topics[0].error_code = ErrorCode::unknown_topic_or_partition;
  metadata.update(none, sim::Time{} + 1_s, sim::EventId{1}, random);
  CHECK(metadata.update_wanted());
  CHECK(metadata.next_request_at() >= sim::Time{} + 1080_ms);
  CHECK(metadata.next_request_at() <= sim::Time{} + 1120_ms);
  for (int i = 0; i < 8; ++i) metadata.update(none, sim::Time{} + 1_s, sim::EventId{1}, random);
  CHECK(metadata.next_request_at() >= sim::Time{} + 1800_ms);  // nothing new: more and more seldom
  metadata.add_topic("bills");                                 // but a new topic is asked for at once
  CHECK(metadata.next_request_at() == sim::Time{});
  metadata.failed(sim::Time{} + 3_s, random);
  CHECK(metadata.next_request_at() >= sim::Time{} + 3080_ms);
}

TEST_CASE("a batch takes records up to its limit, one in any case, and can be split") {
  ProducerBatch batch{sim::Time{}, 100, 100};
  CHECK(batch.append(text_record(std::string(200, 'x')), 1));
  CHECK(batch.full());
  CHECK_FALSE(batch.append(text_record("y"), 2));

  ProducerBatch large{sim::Time{}, 1000, 1000};
  for (std::uint64_t tag = 0; tag < 20; ++tag) CHECK(large.append(text_record("0123456789"), tag));
  large.perhaps_written = true;
  large.close();
  const std::vector<ProducerBatch> parts = large.split(150);
  CHECK(parts.size() == 4);  // 61 + 5 * 17 fits into 150 bytes, a sixth record does not
  std::vector<std::uint64_t> tags;
  for (const ProducerBatch& part : parts) {
    CHECK(part.size() <= 150);
    CHECK(part.memory() == 0);
    CHECK(part.perhaps_written);
    CHECK(RecordBatchView{part.bytes().span()}.valid());
    CHECK(RecordBatchView{part.bytes().span()}.record_count() == static_cast<std::int32_t>(part.tags().size()));
    tags.insert(tags.end(), part.tags().begin(), part.tags().end());
  }
  CHECK(tags == large.tags());
}

TEST_CASE("fetched records: those before the position are passed over, control batches too") {
  std::vector<std::byte> bytes = batch_at(10, {"a", "b", "c"});
  append(bytes, batch_at(13, {"marker"}, true));
  append(bytes, batch_at(20, {"d"}));
  FetchBuffer buffer{sim::Bytes::copy_of(bytes), Offset{11}, true};
  std::vector<std::int64_t> offsets;
  while (buffer.next() == FetchBuffer::Step::record) offsets.push_back(buffer.record().offset.raw());
  CHECK(offsets == std::vector<std::int64_t>{11, 12, 20});
  CHECK(buffer.position() == Offset{21});
  CHECK(buffer.leader_epoch() == LeaderEpoch{3});
  CHECK(buffer.next() == FetchBuffer::Step::end);
}

TEST_CASE("fetched records: a flipped bit anywhere behind the checksum is found, and a copy goes on by itself") {
  const std::vector<std::byte> whole = batch_at(5, {"hello", "world"});
  for (std::size_t at = 21; at < whole.size(); ++at) {
    std::vector<std::byte> bytes = batch_at(4, {"first"});
    std::vector<std::byte> broken = whole;
    broken[at] ^= std::byte{16};
    append(bytes, broken);
    FetchBuffer buffer{sim::Bytes::copy_of(bytes), Offset{4}, true};
    REQUIRE(buffer.next() == FetchBuffer::Step::record);
    FetchBuffer copy = buffer;
    CHECK(buffer.next() == FetchBuffer::Step::corrupt);
    CHECK(buffer.next() == FetchBuffer::Step::corrupt);
    CHECK(buffer.position() == Offset{5});
    CHECK(buffer.behind_corrupt() > Offset{5});
    buffer = FetchBuffer{};
    CHECK(copy.next() == FetchBuffer::Step::corrupt);
  }
}

TEST_CASE("the value of a record says who it is, and shows every flipped bit") {
  std::vector<std::byte> value;
  for (const std::size_t size : {12U, 13U, 20U, 100U}) {
    const RecordId id = record_id(3, 77);
    write_workload_value(value, id, size);
    CHECK(value.size() == size);
    CHECK(read_workload_value(ByteView{value}) == id);
    CHECK(producer_of(id) == 3);
    CHECK(number_of(id) == 77);
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      std::vector<std::byte> flipped = value;
      flipped[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
      CHECK_FALSE(read_workload_value(ByteView{flipped}).has_value());
    }
  }
  CHECK_FALSE(read_workload_value(std::nullopt).has_value());
  CHECK_FALSE(read_workload_value(ByteView{value}.first(11)).has_value());
}
