// Where a consumer begins, and where it goes on after a change of leader (class OffsetFetcher).
#include <utility>

#include "model/client/consumer.hpp"
#include "model/client/consumer_requests.hpp"

namespace kafka {
namespace {

// ListOffsets: special values of Timestamp (wire-protocol.md §7.3).
constexpr std::int64_t latest = -1;
constexpr std::int64_t earliest = -2;

// The entry of this topic in a request: the last one if it is its own, else a new one at the end.
template <class Topics>
auto& entry_of(Topics& topics, const std::string& name, std::string Topics::value_type::*member) {
  for (auto& topic : topics) {
    if (topic.*member == name) return topic;
  }
  topics.emplace_back().*member = name;
  return topics.back();
}

// After which errors of these two requests it is worth trying again.
bool passes(ErrorCode error) { return is_retriable(error); }

}  // namespace

// --- reset
// -------------------------------------------------------------------------------------------------------------

// There is no position, or none that is any good. Without a policy the application has to decide.
void Consumer::reset_by_policy(sim::Env& env, AssignmentIndex index, ConsumerTrouble without_policy, Offset go_on_at) {
  Partition& partition = partitions_[index.raw()];
  drop_buffer(partition);
  if (config_.auto_offset_reset == "none") {
    const ErrorCode error =
        without_policy == ConsumerTrouble::out_of_range ? ErrorCode::offset_out_of_range : ErrorCode::none;
    return stop(env, index, without_policy, error, go_on_at);
  }
  partition.state = State::awaiting_reset;
}

void Consumer::send_resets(sim::Env& env, BrokerId node) {
  ListOffsetsRequest body;
  body.replica_id = no_broker;  // a consumer
  Request request{next_key_++, node, {}};
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    Partition& partition = partitions_[i];
    const AssignmentIndex index{static_cast<std::uint32_t>(i)};
    if (!wants(partition, State::awaiting_reset, env.now()) || partition.leader != node) continue;
    if (config_.auto_offset_reset == "none") {
      stop(env, index, ConsumerTrouble::no_position, ErrorCode::none, no_offset);
      continue;
    }
    ListOffsetsRequest::ListOffsetsPartition asked;
    asked.partition_index = partition.number;
    asked.current_leader_epoch = partition.leader_epoch;
    asked.timestamp = config_.auto_offset_reset == "earliest" ? earliest : latest;
    const std::string& name = cluster_.metadata().topic(partition.topic).name;
    entry_of(body.topics, name, &ListOffsetsRequest::ListOffsetsTopic::name).partitions.push_back(asked);
    partition.asked = true;
    request.partitions.push_back(Asked{index, partition.position, partition.leader_epoch});
  }
  if (request.partitions.empty()) return;
  const RequestTag tag{reset_request, request.key};
  in_flight_.push_back(std::move(request));
  cluster_.network().send<ListOffsetsRequest, ListOffsetsResponse>(env, node, std::move(body), tag);
}

void Consumer::reset_came(sim::Env& env, const Request& request, const ListOffsetsResponse& answer) {
  for (const auto& topic : answer.topics) {
    const auto topic_index = cluster_.metadata().find(topic.name);
    for (const auto& news : topic.partitions) {
      const Asked* asked = nullptr;
      AssignmentIndex index;
      Partition* partition = find(request, topic_index, news.partition_index, asked, index);
      SIM_CHECK(partition != nullptr, "offsets of {}-{}, which was not asked", topic.name, news.partition_index);
      if (partition->state != State::awaiting_reset) continue;  // the application has sought meanwhile
      if (news.error_code != ErrorCode::none) {
        met_error(env, *partition, ApiKey::list_offsets, news.error_code);
        if (!passes(news.error_code)) {
          stop(env, index, ConsumerTrouble::refused, news.error_code, no_offset);
        }
        continue;
      }
      note(env, ClientFact::position_reset, partition->subject, partition->position.raw(), news.offset.raw());
      partition->position = news.offset;
      // The epoch of the answer is the leader's, not that of the record before the position: nothing to validate by.
      partition->position_epoch = no_leader_epoch;
      partition->state = State::fetching;
      partition->failures = 0;
    }
  }
}

// --- validation (KIP-320)
// ----------------------------------------------------------------------------------------------

void Consumer::send_validations(sim::Env& env, BrokerId node) {
  OffsetForLeaderEpochRequest body;
  body.replica_id = no_broker;  // a consumer
  Request request{next_key_++, node, {}};
  for (std::size_t i = 0; i < partitions_.size(); ++i) {
    Partition& partition = partitions_[i];
    if (!wants(partition, State::awaiting_validation, env.now()) || partition.leader != node) continue;
    OffsetForLeaderEpochRequest::OffsetForLeaderPartition asked;
    asked.partition = partition.number;
    asked.current_leader_epoch = partition.leader_epoch;
    asked.leader_epoch = partition.position_epoch;
    const std::string& name = cluster_.metadata().topic(partition.topic).name;
    entry_of(body.topics, name, &OffsetForLeaderEpochRequest::OffsetForLeaderTopic::topic).partitions.push_back(asked);
    partition.asked = true;
    env.also_because(partition.leader_learned_by);
    request.partitions.push_back(
        Asked{AssignmentIndex{static_cast<std::uint32_t>(i)}, partition.position, partition.leader_epoch});
  }
  if (request.partitions.empty()) return;
  const RequestTag tag{validation_request, request.key};
  in_flight_.push_back(std::move(request));
  cluster_.network().send<OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse>(env, node, std::move(body), tag);
}

void Consumer::validation_came(sim::Env& env, const Request& request, const OffsetForLeaderEpochResponse& answer) {
  for (const auto& topic : answer.topics) {
    const auto topic_index = cluster_.metadata().find(topic.topic);
    for (const auto& news : topic.partitions) {
      const Asked* asked = nullptr;
      AssignmentIndex index;
      Partition* partition = find(request, topic_index, news.partition, asked, index);
      SIM_CHECK(partition != nullptr, "an epoch of {}-{}, which was not asked", topic.topic, news.partition);
      // Another leader since, or the application has sought: asked anew, or not at all.
      if (partition->state != State::awaiting_validation || asked->position != partition->position ||
          asked->leader_epoch != partition->leader_epoch) {
        continue;
      }
      if (news.error_code != ErrorCode::none) {
        met_error(env, *partition, ApiKey::offset_for_leader_epoch, news.error_code);
        if (!passes(news.error_code)) stop(env, index, ConsumerTrouble::refused, news.error_code, no_offset);
        continue;
      }
      partition->failures = 0;
      if (news.leader_epoch == no_leader_epoch || news.end_offset == no_offset) {
        reset_by_policy(env, index, ConsumerTrouble::truncated, no_offset);
      } else if (news.end_offset >= partition->position) {
        partition->state = State::fetching;
      } else if (config_.auto_offset_reset == "none") {
        stop(env, index, ConsumerTrouble::truncated, ErrorCode::none, news.end_offset);
      } else {  // with a policy: not to its end of the log, but to where the logs part
        note(env, ClientFact::position_reset, partition->subject, partition->position.raw(), news.end_offset.raw());
        partition->position = news.end_offset;
        partition->position_epoch = news.leader_epoch;
        partition->state = State::fetching;
      }
    }
  }
}

}  // namespace kafka
