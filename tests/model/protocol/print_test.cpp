// What a person sees of a message.
#include "tests/model/protocol/all_messages.hpp"
#include "tests/model/protocol/hex.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kafka;

namespace {

std::string printed(const sim::MessagePtr& message) { return message->type().print(*message); }

}  // namespace

TEST_CASE("a Produce and its answer") {
  ProduceRequest request;
  request.acks = -1;
  request.timeout_ms = 30000;
  request.topic_data.push_back({"orders", {{0, sim::Bytes::copy_of(std::string(79, 'x'))}}});
  CHECK(printed(make_request(11, CorrelationId{7}, "shop", request)) ==
        "ProduceRequest v11 #7 from shop {Acks=-1 TimeoutMs=30000 TopicData=[{Name=orders "
        "PartitionData=[{Index=0 Records=79 bytes}]}]}");

  ProduceResponse::PartitionProduceResponse partition;
  partition.error_code = ErrorCode::not_leader_or_follower;
  partition.base_offset = no_offset;
  partition.error_message = "ask \"broker 2\"\n";
  partition.current_leader = {BrokerId{2}, LeaderEpoch{5}};
  ProduceResponse response;
  response.responses.push_back({"orders", {partition}});
  CHECK(printed(make_response(11, CorrelationId{7}, response)) ==
        "ProduceResponse v11 #7 {Responses=[{Name=orders PartitionResponses=[{Index=0 "
        "ErrorCode=NOT_LEADER_OR_FOLLOWER BaseOffset=-1 ErrorMessage=\"ask \\\"broker 2\\\"\\x0a\" "
        "CurrentLeader={LeaderId=2 LeaderEpoch=5}}]}]}");
}

TEST_CASE("a Fetch of a follower") {
  FetchRequest::FetchPartition partition;
  partition.partition = 2;
  partition.current_leader_epoch = LeaderEpoch{4};
  partition.fetch_offset = Offset{120};
  partition.partition_max_bytes = 1048576;
  FetchRequest request;
  request.replica_state = {BrokerId{2}, BrokerEpoch{31}};
  request.max_wait_ms = 500;
  request.min_bytes = 1;
  request.topics.push_back({"", {0xf1d52603cb6041e8, 0xad063e41b775b27f}, {partition}});
  CHECK(printed(make_request(17, CorrelationId{5}, "", request)) ==
        "FetchRequest v17 #5 from \"\" {ReplicaState={ReplicaId=2 ReplicaEpoch=31} MaxWaitMs=500 MinBytes=1 "
        "Topics=[{TopicId=8dUmA8tgQeitBj5Bt3Wyfw Partitions=[{Partition=2 CurrentLeaderEpoch=4 FetchOffset=120 "
        "PartitionMaxBytes=1048576}]}]}");
}

TEST_CASE("null, empty and false, and what a version does not carry") {
  MetadataRequest request;
  CHECK(printed(make_request(12, CorrelationId{1}, "shop", request)) == "MetadataRequest v12 #1 from shop {}");
  request.topics.reset();
  request.allow_auto_topic_creation = false;
  CHECK(printed(make_request(12, CorrelationId{1}, "shop", request)) ==
        "MetadataRequest v12 #1 from shop {Topics=null AllowAutoTopicCreation=false}");
  MetadataResponse response;
  response.cluster_id = "not in version 1";
  CHECK(printed(make_response(1, CorrelationId{1}, response)) == "MetadataResponse v1 #1 {Brokers=[] Topics=[]}");
}
