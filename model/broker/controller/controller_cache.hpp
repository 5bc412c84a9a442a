// controller_cache.hpp - what the active controller knows of the cluster.
// Here:  ControllerCache: live brokers with their epochs, topics with their assignments, the state of each partition.
// Not:   ZooKeeper, which has the truth of all of it; other brokers' caches (metadata_cache.hpp).
// Start: LeaderAndIsr. Reference: replication-and-control.md §3.6 to §3.8 (class ControllerContext).
#pragma once

#include "model/broker/metadata_cache.hpp"
#include "model/broker/znodes.hpp"
#include "model/types.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace kafka {

/// The content of a state znode with its version, which is the partition epoch.
struct LeaderAndIsr {
  znode::PartitionState state;
  PartitionEpoch partition_epoch;
};

/// Of a partition, as its controller sees it. NonExistent is "not in the cache".
enum class PartitionPhase : std::uint8_t {
  created,  ///< NewPartition: assigned, without a leader yet
  online,
  offline,  ///< its leader is gone, and nobody may follow
};

struct ControlledPartition {
  std::vector<BrokerId> replicas;  ///< preferred one first
  PartitionPhase phase = PartitionPhase::created;
  std::optional<LeaderAndIsr> leadership;
};

struct ControlledTopic {
  Uuid id;
  bool unclean_leader_election = false;
  std::map<std::int32_t, ControlledPartition> partitions;
};

struct ControlledBroker {
  BrokerEndpoint endpoint;
  BrokerEpoch epoch;
};

/// A value; empty on a broker that is not the controller.
struct ControllerCache {
  std::map<BrokerId, ControlledBroker> brokers;
  std::set<BrokerId> shutting_down;
  std::map<std::string, ControlledTopic> topics;

  bool is_live(BrokerId broker) const { return brokers.contains(broker); }
  /// Live, and not on its way out.
  bool is_online(BrokerId broker) const { return is_live(broker) && !shutting_down.contains(broker); }

  ControlledPartition* find(const TopicPartition& partition) {
    const auto topic = topics.find(partition.topic);
    if (topic == topics.end()) return nullptr;
    const auto found = topic->second.partitions.find(partition.partition);
    return found == topic->second.partitions.end() ? nullptr : &found->second;
  }

  /// In order of their names. `visit(const TopicPartition&, ControlledTopic&, ControlledPartition&)`.
  template <class Visit>
  void for_each(Visit visit) {
    for (auto& [name, topic] : topics) {
      for (auto& [number, partition] : topic.partitions) visit(TopicPartition{name, number}, topic, partition);
    }
  }
};

}  // namespace kafka
