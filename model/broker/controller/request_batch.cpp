#include "model/broker/controller/request_batch.hpp"

#include <algorithm>

namespace kafka {
namespace {

// The element for this topic at the end of the list, which is filled in order of names.
template <class Topics, class Make>
auto& topic_in(Topics& topics, const std::string& name, Make make) {
  if (topics.empty() || topics.back().topic_name != name) topics.push_back(make());
  return topics.back();
}

UpdateMetadataRequest metadata_request(ControllerCache& cache, const std::set<TopicPartition>* only) {
  UpdateMetadataRequest request;
  for (const auto& [id, broker] : cache.brokers) {
    UpdateMetadataRequest::UpdateMetadataBroker live;
    live.id = id;
    live.endpoints.push_back({broker.endpoint.port, broker.endpoint.host, "PLAINTEXT", 0});
    live.rack = broker.endpoint.rack;
    request.live_brokers.push_back(std::move(live));
  }
  cache.for_each([&](const TopicPartition& name, ControlledTopic& topic, ControlledPartition& partition) {
    if (only != nullptr && !only->contains(name)) return;
    if (!partition.leadership) return;
    const LeaderAndIsr& known = *partition.leadership;
    UpdateMetadataRequest::UpdateMetadataPartitionState state;
    state.partition_index = name.partition;
    state.controller_epoch = known.state.controller_epoch;
    state.leader = known.state.leader;
    state.leader_epoch = known.state.leader_epoch;
    state.isr = known.state.isr;
    state.zk_version = known.partition_epoch;
    state.replicas = partition.replicas;
    for (const BrokerId replica : partition.replicas) {
      if (!cache.is_live(replica)) state.offline_replicas.push_back(replica);
    }
    auto& states = topic_in(request.topic_states, name.topic, [&] {
      return UpdateMetadataRequest::UpdateMetadataTopicState{name.topic, topic.id, {}};
    });
    states.partition_states.push_back(std::move(state));
  });
  return request;
}

}  // namespace

void RequestBatch::leader_and_isr(BrokerId to, const TopicPartition& partition, bool is_new) {
  bool& known = leaders_[to][partition];
  known = known || is_new;
  metadata_.insert(partition);
}

void RequestBatch::stop_replica(BrokerId to, const TopicPartition& partition, bool remove) {
  bool& known = stops_[to][partition];
  known = known || remove;
}

bool RequestBatch::empty() const {
  return leaders_.empty() && metadata_.empty() && metadata_to_.empty() && full_metadata_to_.empty() && stops_.empty();
}

std::vector<std::pair<BrokerId, ControlRequest>> RequestBatch::build(ControllerCache& cache, BrokerId controller,
                                                                     ControllerEpoch epoch) {
  std::vector<std::pair<BrokerId, ControlRequest>> requests;

  for (const auto& [to, partitions] : leaders_) {
    const auto broker = cache.brokers.find(to);
    if (broker == cache.brokers.end()) continue;
    LeaderAndIsrRequest request;
    request.controller_id = controller;
    request.controller_epoch = epoch;
    request.broker_epoch = broker->second.epoch;
    std::set<BrokerId> leaders;
    for (const auto& [partition_name, is_new] : partitions) {
      const TopicPartition& name = partition_name;  // clang 14 cannot capture a structured binding
      const ControlledPartition* partition = cache.find(name);
      if (partition == nullptr || !partition->leadership) continue;
      const LeaderAndIsr& known = *partition->leadership;
      LeaderAndIsrRequest::LeaderAndIsrPartitionState state;
      state.partition_index = name.partition;
      state.controller_epoch = known.state.controller_epoch;
      state.leader = known.state.leader;
      state.leader_epoch = known.state.leader_epoch;
      state.isr = known.state.isr;
      state.partition_epoch = known.partition_epoch;
      state.replicas = partition->replicas;
      state.is_new = is_new;
      state.leader_recovery_state = known.state.recovering ? 1 : 0;
      if (cache.is_live(known.state.leader)) leaders.insert(known.state.leader);
      auto& states = topic_in(request.topic_states, name.topic, [&] {
        return LeaderAndIsrRequest::LeaderAndIsrTopicState{name.topic, cache.topics[name.topic].id, {}};
      });
      states.partition_states.push_back(std::move(state));
    }
    for (const BrokerId leader : leaders) {
      const BrokerEndpoint& endpoint = cache.brokers.at(leader).endpoint;
      request.live_leaders.push_back({leader, endpoint.host, endpoint.port});
    }
    if (!request.topic_states.empty()) requests.emplace_back(to, std::move(request));
  }

  const bool everybody = !metadata_.empty();
  for (const auto& [to, broker] : cache.brokers) {
    const bool full = full_metadata_to_.contains(to);
    if (!everybody && !full && !metadata_to_.contains(to)) continue;
    UpdateMetadataRequest request = metadata_request(cache, full ? nullptr : &metadata_);
    request.controller_id = controller;
    request.controller_epoch = epoch;
    request.broker_epoch = broker.epoch;
    requests.emplace_back(to, std::move(request));
  }

  for (const auto& [to, partitions] : stops_) {
    const auto broker = cache.brokers.find(to);
    if (broker == cache.brokers.end()) continue;
    StopReplicaRequest request;
    request.controller_id = controller;
    request.controller_epoch = epoch;
    request.broker_epoch = broker->second.epoch;
    for (const auto& [partition_name, remove] : partitions) {
      const TopicPartition& name = partition_name;
      const ControlledPartition* partition = cache.find(name);
      StopReplicaRequest::StopReplicaPartitionState state;
      state.partition_index = name.partition;
      state.leader_epoch =
          partition != nullptr && partition->leadership ? partition->leadership->state.leader_epoch : LeaderEpoch{-1};
      state.delete_partition = remove;
      auto& states = topic_in(request.topic_states, name.topic, [&] {
        return StopReplicaRequest::StopReplicaTopicState{name.topic, {}};
      });
      states.partition_states.push_back(state);
    }
    requests.emplace_back(to, std::move(request));
  }
  *this = RequestBatch{};
  return requests;
}

}  // namespace kafka
