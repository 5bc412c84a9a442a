// metadata_cache.hpp - what a broker knows of the cluster from the controller's UpdateMetadata.
// Here:  MetadataCache: live brokers, partitions with leader, epochs, ISR; answers for Metadata requests are made from
//        it.
// Not:   the truth: that is the controller's, and ZooKeeper's. A cache may be stale.
// Start: update(). Reference: replication-and-control.md §3.9 (class ZkMetadataCache), wire-protocol.md §7.4.
#pragma once

#include "model/protocol/controller_requests.hpp"
#include "model/types.hpp"
#include "sim/cow.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kafka {

struct BrokerEndpoint {
  BrokerId id;
  std::string host;
  std::int32_t port = 0;
  std::optional<std::string> rack;

  friend bool operator==(const BrokerEndpoint&, const BrokerEndpoint&) = default;
};

/// A value; copies share it until the next update.
class MetadataCache {
 public:
  struct Partition {
    BrokerId leader = no_broker;
    LeaderEpoch leader_epoch = no_leader_epoch;
    std::vector<BrokerId> isr;
    std::vector<BrokerId> replicas;
    std::vector<BrokerId> offline_replicas;
    PartitionEpoch partition_epoch;
  };
  struct Topic {
    Uuid id;
    std::map<std::int32_t, Partition> partitions;
  };

  /// Overwrites, without a check of each partition's epoch: the sender's controller epoch was checked. A leader of -2
  /// means that the partition is being deleted. Returns the topics that vanished.
  std::vector<TopicPartition> update(const UpdateMetadataRequest& request);

  BrokerId controller() const { return state_.read().controller; }
  /// In order of their ids.
  const std::vector<BrokerEndpoint>& live_brokers() const { return state_.read().brokers; }
  bool is_alive(BrokerId broker) const { return endpoint(broker) != nullptr; }
  const BrokerEndpoint* endpoint(BrokerId broker) const;
  const std::map<std::string, Topic, std::less<>>& topics() const { return state_.read().topics; }
  const Topic* topic(std::string_view name) const;
  const Partition* partition(std::string_view topic, std::int32_t partition) const;
  /// The name of a topic id; nothing if it is not known.
  std::optional<std::string> name_of(const Uuid& id) const;

 private:
  struct State {
    State();  // clang 14 cannot see a nested struct's default members before its class is complete
    BrokerId controller = no_broker;
    std::vector<BrokerEndpoint> brokers;
    std::map<std::string, Topic, std::less<>> topics;
    std::map<Uuid, std::string> names;
  };
  sim::Cow<State> state_;
};

}  // namespace kafka
