#include "model/broker/alter_partition_manager.hpp"

#include "sim/check.hpp"

#include <algorithm>

namespace kafka {

bool AlterPartitionManager::submit(IsrProposal proposal) {
  const auto same = [&](const IsrProposal& other) { return other.partition == proposal.partition; };
  if (std::any_of(waiting_.begin(), waiting_.end(), same)) return false;
  if (std::any_of(in_flight_.begin(), in_flight_.end(), same)) return false;
  waiting_.push_back(std::move(proposal));
  return true;
}

AlterPartitionRequest AlterPartitionManager::next_request(BrokerId broker, BrokerEpoch epoch) {
  SIM_CHECK(has_work());
  in_flight_ = std::move(waiting_);
  waiting_.clear();
  AlterPartitionRequest request;
  request.broker_id = broker;
  request.broker_epoch = epoch;
  for (const IsrProposal& proposal : in_flight_) {
    auto topic = std::find_if(request.topics.begin(), request.topics.end(),
                              [&](const auto& known) { return known.topic_id == proposal.topic_id; });
    if (topic == request.topics.end()) {
      request.topics.push_back({proposal.name.topic, proposal.topic_id, {}});
      topic = request.topics.end() - 1;
    }
    AlterPartitionRequest::PartitionData data;
    data.partition_index = proposal.name.partition;
    data.leader_epoch = proposal.leader_epoch;
    data.partition_epoch = proposal.partition_epoch;
    // Broker epochs of the members are known in KRaft only.
    for (const BrokerId member : proposal.isr) data.new_isr_with_epochs.push_back({member, no_broker_epoch});
    topic->partitions.push_back(std::move(data));
  }
  return request;
}

std::vector<IsrAnswer> AlterPartitionManager::on_response(const AlterPartitionResponse& response) {
  if (response.error_code != ErrorCode::none) {
    on_failure();
    return {};
  }
  std::vector<IsrAnswer> answers;
  for (const IsrProposal& proposal : in_flight_) {
    for (const auto& topic : response.topics) {
      if (topic.topic_id != proposal.topic_id) continue;
      for (const auto& data : topic.partitions) {
        if (data.partition_index != proposal.name.partition) continue;
        answers.push_back(IsrAnswer{proposal.partition, proposal.leader_epoch, data.error_code, data.leader_id,
                                    data.leader_epoch, data.partition_epoch, data.isr});
      }
    }
  }
  in_flight_.clear();
  return answers;
}

void AlterPartitionManager::on_failure() {
  // What waits meanwhile is of other partitions: submit() sees to that.
  waiting_.insert(waiting_.begin(), in_flight_.begin(), in_flight_.end());
  in_flight_.clear();
}

}  // namespace kafka
