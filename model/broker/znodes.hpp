// znodes.hpp - what Kafka keeps in ZooKeeper: paths and payloads.
// Here:  one path function and one pair encode/decode per kind of znode (JSON, as Kafka writes it).
// Not:   who writes and watches what (controller/, broker_lifecycle.cpp).
// Start: docs/reference/replication-and-control.md §3.1 (object ZkData).
#pragma once

#include "model/broker/metadata_cache.hpp"
#include "model/config/broker_config.hpp"
#include "model/log/timestamp.hpp"
#include "model/types.hpp"
#include "model/zookeeper/types.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kafka::znode {

using zookeeper::Data;

inline constexpr std::string_view controller_path = "/controller";
inline constexpr std::string_view controller_epoch_path = "/controller_epoch";
inline constexpr std::string_view cluster_id_path = "/cluster/id";
inline constexpr std::string_view brokers_path = "/brokers/ids";
inline constexpr std::string_view topics_path = "/brokers/topics";
inline constexpr std::string_view delete_topics_path = "/admin/delete_topics";
inline constexpr std::string_view isr_changes_path = "/isr_change_notification";

std::string broker_path(BrokerId broker);
std::string topic_path(std::string_view topic);
std::string partitions_path(std::string_view topic);
std::string partition_path(const TopicPartition& partition);
std::string state_path(const TopicPartition& partition);
std::string topic_config_path(std::string_view topic);
std::string delete_topic_path(std::string_view topic);

/// The fixed parents that every broker makes at its start if they are missing, parents first.
const std::vector<std::string>& persistent_paths();

/// A decoder answers nothing for a payload that is not of its kind.
Data encode_controller(BrokerId broker, Timestamp now);
std::optional<BrokerId> decode_controller(const Data& data);

Data encode_controller_epoch(ControllerEpoch epoch);
std::optional<ControllerEpoch> decode_controller_epoch(const Data& data);

Data encode_cluster_id(std::string_view id);
std::optional<std::string> decode_cluster_id(const Data& data);

Data encode_broker(const BrokerEndpoint& broker, Timestamp now);
std::optional<BrokerEndpoint> decode_broker(BrokerId id, const Data& data);

struct TopicAssignment {
  Uuid topic_id;
  std::map<std::int32_t, std::vector<BrokerId>> partitions;
  std::map<std::int32_t, std::vector<BrokerId>> adding;
  std::map<std::int32_t, std::vector<BrokerId>> removing;
};
Data encode_topic(const TopicAssignment& assignment);
std::optional<TopicAssignment> decode_topic(const Data& data);

struct PartitionState {
  BrokerId leader = no_broker;
  LeaderEpoch leader_epoch{0};
  ControllerEpoch controller_epoch{0};
  std::vector<BrokerId> isr;
  bool recovering = false;  ///< leader_recovery_state 1: elected from outside the ISR

  friend bool operator==(const PartitionState&, const PartitionState&) = default;
};
Data encode_state(const PartitionState& state);
std::optional<PartitionState> decode_state(const Data& data);

/// The settings of a topic as texts by name, in order of names.
Data encode_config(const std::map<std::string, std::string>& config);
std::optional<std::map<std::string, std::string>> decode_config(const Data& data);

}  // namespace kafka::znode
