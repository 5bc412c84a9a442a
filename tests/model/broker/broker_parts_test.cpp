// The broker's smaller parts: proposals for ISRs, waiting rooms, the metadata cache, payloads of znodes.
#include "model/broker/alter_partition_manager.hpp"
#include "model/broker/metadata_cache.hpp"
#include "model/broker/purgatory.hpp"
#include "model/broker/znodes.hpp"

#include <doctest/doctest.h>

using namespace kafka;

namespace {

IsrProposal proposal(std::uint32_t partition) {
  return IsrProposal{PartitionIndex{partition},
                     {"orders", static_cast<std::int32_t>(partition)},
                     Uuid{1, 2},
                     LeaderEpoch{3},
                     PartitionEpoch{4},
                     {BrokerId{1}}};
}

std::string text(const zookeeper::Data& data) {
  const auto bytes = data->span();
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("one proposal per partition, one request per broker, nothing lost when it fails") {
  AlterPartitionManager manager;
  CHECK(manager.submit(proposal(0)));
  CHECK_FALSE(manager.submit(proposal(0)));
  AlterPartitionRequest request = manager.next_request(BrokerId{1}, BrokerEpoch{7});
  CHECK(request.topics.front().partitions.size() == 1);
  CHECK(request.topics.front().partitions.front().new_isr_with_epochs.front().broker_id == BrokerId{1});

  CHECK_FALSE(manager.submit(proposal(0)));
  CHECK(manager.submit(proposal(1)));
  CHECK_FALSE(manager.has_work());
  manager.on_failure();
  request = manager.next_request(BrokerId{1}, BrokerEpoch{7});
  CHECK(request.topics.front().partitions.size() == 2);

  AlterPartitionResponse response;
  response.topics.push_back({"", Uuid{1, 2}, {}});
  AlterPartitionResponse::PartitionData answered;
  answered.partition_index = 1;
  answered.error_code = ErrorCode::fenced_leader_epoch;
  response.topics.front().partitions.push_back(answered);
  const auto answers = manager.on_response(response);
  REQUIRE(answers.size() == 1);
  CHECK(answers.front().partition == PartitionIndex{1});
  CHECK(answers.front().proposed_in == LeaderEpoch{3});
  CHECK(answers.front().error == ErrorCode::fenced_leader_epoch);
  CHECK(manager.submit(proposal(0)));
}

TEST_CASE("an error for the whole request puts all proposals back") {
  AlterPartitionManager manager;
  manager.submit(proposal(0));
  static_cast<void>(manager.next_request(BrokerId{1}, BrokerEpoch{7}));
  AlterPartitionResponse response;
  response.error_code = ErrorCode::not_controller;
  CHECK(manager.on_response(response).empty());
  CHECK(manager.has_work());
}

TEST_CASE("a waiting room finds operations by partition and forgets them when they are taken") {
  Purgatory<DelayedFetch> room;
  DelayedFetch both;
  both.parts = {{PartitionIndex{1}, Offset{0}, LeaderEpoch{0}}, {PartitionIndex{2}, Offset{0}, LeaderEpoch{0}}};
  DelayedFetch one;
  one.parts = {{PartitionIndex{2}, Offset{0}, LeaderEpoch{0}}};
  const std::uint64_t first = room.add(both);
  const std::uint64_t second = room.add(one);
  CHECK(room.watching(PartitionIndex{2}) == std::vector<std::uint64_t>{first, second});
  static_cast<void>(room.take(first));
  CHECK(room.watching(PartitionIndex{1}).empty());
  CHECK(room.watching(PartitionIndex{2}) == std::vector<std::uint64_t>{second});
  CHECK(room.find(first) == nullptr);
}

TEST_CASE("the metadata cache takes what it is told, and tells what is gone") {
  MetadataCache cache;
  UpdateMetadataRequest request;
  request.controller_id = BrokerId{2};
  request.live_brokers.push_back({BrokerId{2}, {}, 0, {{9092, "broker-2", "PLAINTEXT", 0}}, "a"});
  UpdateMetadataRequest::UpdateMetadataPartitionState state;
  state.partition_index = 0;
  state.leader = BrokerId{2};
  state.leader_epoch = LeaderEpoch{5};
  request.topic_states.push_back({"orders", Uuid{7, 7}, {state}});
  CHECK(cache.update(request).empty());
  CHECK(cache.controller() == BrokerId{2});
  CHECK(cache.endpoint(BrokerId{2})->host == "broker-2");
  CHECK_FALSE(cache.is_alive(BrokerId{1}));
  CHECK(cache.partition("orders", 0)->leader_epoch == LeaderEpoch{5});
  CHECK(cache.name_of(Uuid{7, 7}) == "orders");

  const MetadataCache before = cache;
  request.topic_states.front().partition_states.front().leader = BrokerId{-2};
  const auto gone = cache.update(request);
  REQUIRE(gone.size() == 1);
  CHECK(gone.front() == TopicPartition{"orders", 0});
  CHECK(cache.topic("orders") == nullptr);
  CHECK_FALSE(cache.name_of(Uuid{7, 7}).has_value());
  CHECK_MESSAGE(before.topic("orders") != nullptr, "a copy keeps what it knew");
}

TEST_CASE("payloads of znodes are Kafka's own texts") {
  znode::PartitionState state{BrokerId{2}, LeaderEpoch{5}, ControllerEpoch{3}, {BrokerId{2}, BrokerId{1}}, false};
  CHECK(text(znode::encode_state(state)) ==
        R"({"version":1,"leader":2,"leader_epoch":5,"controller_epoch":3,"isr":[2,1]})");
  CHECK(znode::decode_state(znode::encode_state(state)) == state);
  state.recovering = true;
  CHECK(znode::decode_state(znode::encode_state(state)) == state);

  CHECK(text(znode::encode_controller(BrokerId{1}, Timestamp{1700})) ==
        R"({"version":2,"brokerid":1,"timestamp":"1700","kraftControllerEpoch":-1})");
  CHECK(znode::decode_controller(znode::encode_controller(BrokerId{1}, Timestamp{1})) == BrokerId{1});
  CHECK(znode::decode_controller_epoch(znode::encode_controller_epoch(ControllerEpoch{12})) == ControllerEpoch{12});

  const BrokerEndpoint broker{BrokerId{3}, "broker-3", 9092, "a"};
  CHECK(znode::decode_broker(BrokerId{3}, znode::encode_broker(broker, Timestamp{5})) == broker);

  znode::TopicAssignment topic;
  topic.topic_id = Uuid{1, 2};
  topic.partitions[0] = {BrokerId{1}, BrokerId{2}};
  const auto decoded = znode::decode_topic(znode::encode_topic(topic));
  REQUIRE(decoded.has_value());
  CHECK(decoded->topic_id == topic.topic_id);
  CHECK(decoded->partitions == topic.partitions);

  for (const char* bad : {"", "{", "[]", "17", R"({"version":1,"leader":"two"})", R"({"version":1})"}) {
    CAPTURE(bad);
    CHECK_FALSE(znode::decode_state(sim::Bytes::copy_of(std::string_view{bad})).has_value());
    CHECK_FALSE(znode::decode_broker(BrokerId{1}, sim::Bytes::copy_of(std::string_view{bad})).has_value());
    CHECK_FALSE(znode::decode_topic(sim::Bytes::copy_of(std::string_view{R"({"partitions":{"x":[1]}})"})).has_value());
  }
}
