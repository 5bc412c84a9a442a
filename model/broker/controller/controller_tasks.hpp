// controller_tasks.hpp - the controller's work in pieces that can wait for ZooKeeper.
// Here:  one struct per piece of work with the state that it keeps while it waits, and the variant of all.
// Not:   how each is done (controller_election.cpp, controller_brokers.cpp, controller_partitions.cpp,
//        controller_topics.cpp).
// Start: docs in controller.hpp; Kafka's own controller thread blocks instead.
//
// A task runs in steps. A step may ask ZooKeeper any number of things and may put other tasks before itself; the next
// step comes when all answers are there and those tasks are done. `step` counts from 0.
#pragma once

#include "model/broker/controller/controller_cache.hpp"
#include "model/broker/controller/leader_election.hpp"
#include "model/broker/request_channel.hpp"
#include "model/protocol/alter_partition.hpp"
#include "model/protocol/topics.hpp"
#include "model/types.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace kafka::task {

/// Watch /controller; become the controller if nobody is.
struct BecomeController {
  int step = 0;
  ControllerEpoch epoch{0};  // as read
  std::int32_t epoch_version = 0;
};

/// A new controller reads everything and tells everybody.
struct FailOver {
  int step = 0;
  std::vector<BrokerId> broker_ids;
  std::vector<std::string> topic_names;
  std::vector<TopicPartition> partitions;
};

/// /brokers/ids changed.
struct CompareBrokers {
  int step = 0;
  std::vector<BrokerId> ids;
};

/// These brokers have come: they get their work, and leaderless partitions another chance.
struct BrokersUp {
  int step = 0;
  std::vector<BrokerId> brokers;
};

/// These brokers are gone.
struct BrokersDown {
  int step = 0;
  std::vector<BrokerId> brokers;
};

/// Elects leaders and writes them. Partitions for which nobody may lead stay as they are.
struct Elect {
  int step = 0;
  ElectionStrategy strategy = ElectionStrategy::offline;
  std::vector<TopicPartition> partitions;
  std::vector<std::pair<TopicPartition, LeaderAndIsr>> proposed;  // in the order of the writes
  std::vector<Elected> elected;                                   // likewise
};

/// These replicas are offline: out of the ISR (unless they are its last member), and of leadership.
struct ReplicasOffline {
  int step = 0;
  std::vector<std::pair<TopicPartition, BrokerId>> replicas;
  std::vector<std::pair<TopicPartition, BrokerId>> reading;  // those whose state is read, in order
  std::vector<std::pair<TopicPartition, LeaderAndIsr>> proposed;
};

/// Partitions that never had a leader get their first.
struct NewPartitions {
  int step = 0;
  std::vector<TopicPartition> partitions;
  std::vector<std::pair<TopicPartition, znode::PartitionState>> proposed;
};

/// /brokers/topics changed.
struct CompareTopics {
  int step = 0;
  std::vector<std::string> added;
};

/// A leader asks for another ISR.
struct AlterPartition {
  int step = 0;
  ReplyTo to;
  AlterPartitionRequest request;
  AlterPartitionResponse response;
  std::vector<TopicPartition> writing;                      // partitions whose write is under way, in order
  std::vector<LeaderAndIsr> proposed;                       // likewise
  std::vector<std::pair<std::size_t, std::size_t>> places;  // of their answers in the response: topic, partition
};

/// A broker wants to go in good order.
struct ControlledShutdown {
  int step = 0;
  ReplyTo to;
  BrokerId broker;
  BrokerEpoch epoch;
};

/// An admin wants topics.
struct CreateTopics {
  int step = 0;
  ReplyTo to;
  CreateTopicsRequest request;
  CreateTopicsResponse response;
  std::vector<std::pair<std::size_t, znode::TopicAssignment>> creating;  // index in the response
};

/// Back to the preferred leaders where too many partitions have strayed.
struct Rebalance {
  int step = 0;
};

/// What was collected goes to the brokers.
struct Flush {
  int step = 0;
};

using Task =
    std::variant<BecomeController, FailOver, CompareBrokers, BrokersUp, BrokersDown, Elect, ReplicasOffline,
                 NewPartitions, CompareTopics, AlterPartition, ControlledShutdown, CreateTopics, Rebalance, Flush>;

}  // namespace kafka::task
