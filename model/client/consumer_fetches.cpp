// Asking for records and taking them in (classes Fetcher, FetchCollector).
#include <algorithm>
#include <utility>

#include "model/client/client_costs.hpp"
#include "model/client/consumer.hpp"
#include "model/client/consumer_requests.hpp"

namespace kafka {
namespace {

// From this version on topics are named by their ids only.
constexpr std::int16_t last_version_with_names = 12;

}  // namespace

// REQUIRES: no fetch to this broker is in flight. A full fetch without a session: id 0, epoch -1 are the defaults.
void Consumer::send_fetch(sim::Env& env, BrokerId node) {
  FetchRequest body;
  body.max_wait_ms = static_cast<std::int32_t>(config_.fetch_max_wait.milliseconds());
  body.min_bytes = static_cast<std::int32_t>(config_.fetch_min_bytes);
  body.max_bytes = static_cast<std::int32_t>(config_.fetch_max_bytes);
  Request request{next_key_++, node, {}};
  bool all_have_ids = true;
  for (const AssignmentIndex index : turns_) {
    Partition& partition = partitions_[index.raw()];
    if (!wants(partition, State::fetching, env.now()) || partition.leader != node) continue;
    const Metadata::Topic& topic = cluster_.metadata().topic(partition.topic);
    all_have_ids = all_have_ids && !topic.id.is_zero();
    if (body.topics.empty() || body.topics.back().topic != topic.name) {
      FetchRequest::FetchTopic& entry = body.topics.emplace_back();  // a topic may come twice: the turns decide
      entry.topic = topic.name;
      entry.topic_id = topic.id;
    }
    FetchRequest::FetchPartition asked;
    asked.partition = partition.number;
    asked.current_leader_epoch = partition.leader_epoch;
    asked.fetch_offset = partition.position;
    asked.partition_max_bytes = static_cast<std::int32_t>(config_.max_partition_fetch_bytes);
    body.topics.back().partitions.push_back(asked);
    partition.asked = true;
    if (partition.failures > 0) env.also_because(partition.leader_learned_by);
    request.partitions.push_back(Asked{index, partition.position, partition.leader_epoch});
  }
  if (request.partitions.empty()) return;
  const RequestTag tag{fetch_request, request.key};
  in_flight_.push_back(std::move(request));
  fetching_from_.push_back(node);
  cluster_.network().send<FetchRequest, FetchResponse>(env, node, std::move(body), tag, true,
                                                       all_have_ids ? INT16_MAX : last_version_with_names);
}

void Consumer::fetch_came(sim::Env& env, const Request& request, const FetchResponse& answer) {
  env.work(client_costs::fetch_answer);
  if (answer.error_code != ErrorCode::none) {
    for (const Asked& asked : request.partitions) {
      met_error(env, partitions_[asked.partition.raw()], ApiKey::fetch, answer.error_code);
    }
    return;
  }
  for (const auto& topic : answer.responses) {
    const auto topic_index =
        topic.topic.empty() ? cluster_.metadata().find(topic.topic_id) : cluster_.metadata().find(topic.topic);
    for (const auto& data : topic.partitions) {
      const Asked* asked = nullptr;
      AssignmentIndex index;
      if (find(request, topic_index, data.partition_index, asked, index) == nullptr)
        continue;  // another topic id since
      if (data.error_code == ErrorCode::not_leader_or_follower || data.error_code == ErrorCode::fenced_leader_epoch) {
        cluster_.apply_hint(env, *topic_index, data.partition_index, data.current_leader, answer.node_endpoints);
      }
      partition_came(env, index, *asked, data);
    }
  }
}

void Consumer::partition_came(sim::Env& env, AssignmentIndex index, const Asked& asked,
                              const FetchResponse::PartitionData& data) {
  Partition& partition = partitions_[index.raw()];
  // A seek, a new leader: whatever it says is about a position that is not ours any more.
  if (partition.state != State::fetching || partition.position != asked.position) return;
  switch (data.error_code) {
    case ErrorCode::none: break;
    case ErrorCode::offset_out_of_range:
      partition.errors.note_error(env, partition.subject, ApiKey::fetch, data.error_code);
      return reset_by_policy(env, index, ConsumerTrouble::out_of_range, no_offset);
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::replica_not_available:
    case ErrorCode::kafka_storage_error:
    case ErrorCode::fenced_leader_epoch:
    case ErrorCode::offset_not_available:
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::unknown_topic_id:
    case ErrorCode::inconsistent_topic_id: return met_error(env, partition, ApiKey::fetch, data.error_code);
    case ErrorCode::unknown_leader_epoch:  // the broker is behind, not we
    case ErrorCode::unknown_server_error:
      partition.errors.note_error(env, partition.subject, ApiKey::fetch, data.error_code);
      return try_later(env, partition);
    default:
      partition.errors.note_error(env, partition.subject, ApiKey::fetch, data.error_code);
      return stop(env, index, ConsumerTrouble::refused, data.error_code, no_offset);
  }
  partition.failures = 0;
  partition.high_watermark = data.high_watermark;
  if (!data.records || data.records->empty()) return;
  partition.buffer = FetchBuffer{*data.records, partition.position, config_.check_crcs};
  partition.buffered = true;
  buffered_.push_back(index);
  // Others first next time: an answer's size is limited, and it is filled in the order of the request.
  const auto turn = std::find(turns_.begin(), turns_.end(), index);
  std::rotate(turn, turn + 1, turns_.end());
}

// Hands records out until there are `most`. The position is behind what was handed out, whatever becomes of it.
void Consumer::read_buffer(sim::Env& env, AssignmentIndex index, std::vector<ConsumedRecord>& records,
                           std::size_t most) {
  Partition& partition = partitions_[index.raw()];
  while (records.size() < most) {
    const FetchBuffer::Step step = partition.buffer.next();
    partition.position = partition.buffer.position();
    if (partition.buffer.leader_epoch() != no_leader_epoch) partition.position_epoch = partition.buffer.leader_epoch();
    if (step == FetchBuffer::Step::record) {
      env.work(client_costs::read_record);
      const RecordView& record = partition.buffer.record();
      records.push_back(ConsumedRecord{index, record.offset, partition.buffer.leader_epoch(), record.timestamp,
                                       record.key, record.value});
      continue;
    }
    if (step == FetchBuffer::Step::corrupt) {
      partition.errors.note_error(env, partition.subject, ApiKey::fetch, ErrorCode::corrupt_message);
      return stop(env, index, ConsumerTrouble::corrupt, ErrorCode::corrupt_message, partition.buffer.behind_corrupt());
    }
    return drop_buffer(partition);
  }
}

}  // namespace kafka
