#include "model/broker/replica_fetcher.hpp"

#include <algorithm>

namespace kafka {

void ReplicaFetcher::add(FetchState state) {
  remove(state.partition);
  const auto place =
      std::lower_bound(states_.begin(), states_.end(), state.name,
                       [](const FetchState& known, const TopicPartition& name) { return known.name < name; });
  states_.insert(place, std::move(state));
}

void ReplicaFetcher::remove(PartitionIndex partition) {
  std::erase_if(states_, [&](const FetchState& state) { return state.partition == partition; });
}

FetchState* ReplicaFetcher::find(PartitionIndex partition) {
  const auto found = std::find_if(states_.begin(), states_.end(),
                                  [&](const FetchState& state) { return state.partition == partition; });
  return found == states_.end() ? nullptr : &*found;
}

void ReplicaFetcher::delay_all(sim::Time until) {
  for (FetchState& state : states_) state.delayed_until = std::max(state.delayed_until, until);
}

sim::Time ReplicaFetcher::next_after(sim::Time now) const {
  sim::Time next = sim::Time::max();
  for (const FetchState& state : states_) {
    if (state.delayed_until > now) next = std::min(next, state.delayed_until);
  }
  return next;
}

FetchRequest ReplicaFetcher::build_request(sim::Time now, BrokerId me, BrokerEpoch my_epoch,
                                           const BrokerConfig& config) {
  FetchRequest request;
  request.replica_state = {me, my_epoch};
  request.max_wait_ms = static_cast<std::int32_t>(config.replica_fetch_wait_max.milliseconds());
  request.min_bytes = static_cast<std::int32_t>(config.replica_fetch_min_bytes);
  request.max_bytes = static_cast<std::int32_t>(config.replica_fetch_response_max_bytes);
  asked_.clear();
  for (const FetchState& state : states_) {
    if (state.delayed_until > now) continue;
    if (request.topics.empty() || request.topics.back().topic_id != state.topic_id) {
      request.topics.push_back({{}, state.topic_id, {}});
    }
    FetchRequest::FetchPartition part;
    part.partition = state.name.partition;
    part.current_leader_epoch = state.current_leader_epoch;
    part.fetch_offset = state.fetch_offset;
    part.last_fetched_epoch = state.last_fetched_epoch;
    part.log_start_offset = state.log_start;
    part.partition_max_bytes = static_cast<std::int32_t>(config.replica_fetch_max_bytes);
    request.topics.back().partitions.push_back(part);
    asked_.push_back({state.partition, state.fetch_offset, state.current_leader_epoch});
  }
  return request;
}

}  // namespace kafka
