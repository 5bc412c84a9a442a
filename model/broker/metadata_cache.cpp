#include "model/broker/metadata_cache.hpp"

#include <algorithm>

namespace kafka {

MetadataCache::State::State() = default;

std::vector<TopicPartition> MetadataCache::update(const UpdateMetadataRequest& request) {
  State& state = state_.edit();
  state.controller = request.controller_id;
  state.brokers.clear();
  for (const auto& broker : request.live_brokers) {
    BrokerEndpoint endpoint{broker.id, {}, 0, broker.rack};
    if (!broker.endpoints.empty()) {
      endpoint.host = broker.endpoints.front().host;
      endpoint.port = broker.endpoints.front().port;
    }
    state.brokers.push_back(std::move(endpoint));
  }
  std::sort(state.brokers.begin(), state.brokers.end(),
            [](const BrokerEndpoint& a, const BrokerEndpoint& b) { return a.id < b.id; });

  constexpr BrokerId deleted{-2};
  std::vector<TopicPartition> gone;
  for (const auto& topic : request.topic_states) {
    for (const auto& partition : topic.partition_states) {
      if (partition.leader == deleted) {
        const auto found = state.topics.find(topic.topic_name);
        if (found == state.topics.end()) continue;
        if (found->second.partitions.erase(partition.partition_index) > 0) {
          gone.push_back(TopicPartition{topic.topic_name, partition.partition_index});
        }
        if (found->second.partitions.empty()) {
          state.names.erase(found->second.id);
          state.topics.erase(found);
        }
        continue;
      }
      Topic& known = state.topics[topic.topic_name];
      if (known.id != topic.topic_id) {
        state.names.erase(known.id);
        known.id = topic.topic_id;
        state.names[topic.topic_id] = topic.topic_name;
      }
      known.partitions[partition.partition_index] =
          Partition{partition.leader,   partition.leader_epoch,     partition.isr,
                    partition.replicas, partition.offline_replicas, partition.zk_version};
    }
  }
  return gone;
}

const BrokerEndpoint* MetadataCache::endpoint(BrokerId broker) const {
  const auto& brokers = state_.read().brokers;
  const auto found = std::lower_bound(brokers.begin(), brokers.end(), broker,
                                      [](const BrokerEndpoint& endpoint, BrokerId id) { return endpoint.id < id; });
  return found != brokers.end() && found->id == broker ? &*found : nullptr;
}

const MetadataCache::Topic* MetadataCache::topic(std::string_view name) const {
  const auto found = state_.read().topics.find(name);
  return found == state_.read().topics.end() ? nullptr : &found->second;
}

const MetadataCache::Partition* MetadataCache::partition(std::string_view topic_name, std::int32_t index) const {
  const Topic* found = topic(topic_name);
  if (found == nullptr) return nullptr;
  const auto at = found->partitions.find(index);
  return at == found->partitions.end() ? nullptr : &at->second;
}

std::optional<std::string> MetadataCache::name_of(const Uuid& id) const {
  const auto& names = state_.read().names;
  const auto found = names.find(id);
  if (found == names.end()) return std::nullopt;
  return found->second;
}

}  // namespace kafka
