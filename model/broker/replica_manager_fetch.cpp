// Fetch, ListOffsets and OffsetForLeaderEpoch: reading for followers and consumers (replication-and-control.md §1.9,
// §2.5).
#include "model/broker/replica_manager.hpp"

#include <algorithm>

namespace kafka {
namespace {

BrokerId replica_of(const FetchRequest& request, std::int16_t version) {
  return version >= 15 ? request.replica_state.replica_id : request.replica_id;
}

bool is_replica(BrokerId id) { return id.raw() >= 0; }

}  // namespace

// The checks of §2.5, in their order. On success `index` is set.
ErrorCode ReplicaManager::find_for_reading(BrokerContext& context, const std::string& topic, std::int32_t number,
                                           LeaderEpoch current_leader_epoch, bool leader_only,
                                           PartitionIndex& index) const {
  const auto found = index_of({topic, number});
  if (!found) {
    return context.metadata.partition(topic, number) != nullptr ? ErrorCode::not_leader_or_follower
                                                                : ErrorCode::unknown_topic_or_partition;
  }
  const Partition& hosted = partition(*found);
  if (hosted.offline) return ErrorCode::kafka_storage_error;
  if (current_leader_epoch != no_leader_epoch) {
    if (current_leader_epoch < hosted.leader_epoch) return ErrorCode::fenced_leader_epoch;
    if (current_leader_epoch > hosted.leader_epoch) return ErrorCode::unknown_leader_epoch;
  }
  if (!hosted.log || hosted.role == ReplicaRole::none || (leader_only && !hosted.is_leader())) {
    return ErrorCode::not_leader_or_follower;
  }
  index = *found;
  return ErrorCode::none;
}

FetchResponse::PartitionData ReplicaManager::read_one(BrokerContext& context, const std::string& topic,
                                                      const Uuid& topic_id, const FetchRequest::FetchPartition& asked,
                                                      BrokerId replica, std::int16_t version, std::uint64_t max_bytes,
                                                      bool min_one_batch, std::optional<PartitionIndex>& index) {
  FetchResponse::PartitionData answer;
  answer.partition_index = asked.partition;
  answer.high_watermark = no_offset;
  answer.last_stable_offset = no_offset;
  answer.log_start_offset = no_offset;
  answer.records = sim::Bytes{};
  context.env.work(context.costs.fetch_partition);

  // Clients that say where they are (v11) may read from followers, too (KIP-392); followers read from the leader only.
  const bool leader_only = is_replica(replica) || version < 11;
  PartitionIndex found;
  answer.error_code = find_for_reading(context, topic, asked.partition, asked.current_leader_epoch, leader_only, found);
  if (answer.error_code != ErrorCode::none) {
    const MetadataCache::Partition* known = context.metadata.partition(topic, asked.partition);
    const bool moved =
        answer.error_code == ErrorCode::not_leader_or_follower || answer.error_code == ErrorCode::fenced_leader_epoch;
    if (known != nullptr && moved && version >= 16) answer.current_leader = {known->leader, known->leader_epoch};
    return answer;
  }
  Partition& hosted = edit(found);
  if (version >= 13 && hosted.topic_id != topic_id) {
    answer.error_code = ErrorCode::inconsistent_topic_id;
    return answer;
  }
  if (is_replica(replica) && hosted.follower(replica) == nullptr) {
    answer.error_code = asked.current_leader_epoch != no_leader_epoch ? ErrorCode::unknown_leader_epoch
                                                                      : ErrorCode::not_leader_or_follower;
    return answer;
  }
  context.env.lock(hosted.lock);
  index = found;
  const Log& log = *hosted.log;
  answer.high_watermark = log.high_watermark();
  answer.last_stable_offset = log.high_watermark();  // no transactions yet
  answer.log_start_offset = log.log_start_offset();

  if (asked.last_fetched_epoch != no_leader_epoch) {
    const EpochEndOffset end = log.end_offset_for_epoch(asked.last_fetched_epoch);
    if (end.undefined() || asked.fetch_offset < log.log_start_offset()) {
      answer.error_code = ErrorCode::offset_out_of_range;
      return answer;
    }
    if (follower_diverges(end, asked.last_fetched_epoch, asked.fetch_offset)) {
      answer.diverging_epoch = {end.epoch, end.end};
      return answer;
    }
  }
  const Offset bound = is_replica(replica) ? log.log_end_offset() : log.high_watermark();
  if (max_bytes == 0 && !min_one_batch) {
    // Nothing fits any more; the offset is checked all the same.
    if (asked.fetch_offset < log.log_start_offset() || asked.fetch_offset > log.log_end_offset()) {
      answer.error_code = ErrorCode::offset_out_of_range;
    }
    return answer;
  }
  auto read = log.read(context.env.disk(), asked.fetch_offset, max_bytes, bound, min_one_batch);
  if (!read.ok()) {
    if (read.error().code == ErrorCode::kafka_storage_error) storage_failed(context, read.error());
    answer.error_code = read.error().code;
    return answer;
  }
  answer.records = std::move(read.value().records);
  return answer;
}

FetchResponse ReplicaManager::read_all(BrokerContext& context, const FetchRequest& request, std::int16_t version,
                                       bool first_time, DelayedFetch& waiting, std::uint64_t& bytes, bool& answer_now) {
  const BrokerId replica = replica_of(request, version);
  FetchResponse response;
  bytes = 0;
  answer_now = false;
  std::uint64_t left =
      static_cast<std::uint64_t>(std::min<std::int64_t>(request.max_bytes, context.config.fetch_max_bytes));
  for (const auto& topic : request.topics) {
    FetchResponse::FetchableTopicResponse answers{topic.topic, topic.topic_id, {}};
    std::optional<std::string> name = topic.topic;
    if (version >= 13) name = context.metadata.name_of(topic.topic_id);
    for (const auto& asked : topic.partitions) {
      if (!name) {
        FetchResponse::PartitionData unknown;
        unknown.partition_index = asked.partition;
        unknown.error_code = ErrorCode::unknown_topic_id;
        unknown.high_watermark = unknown.last_stable_offset = unknown.log_start_offset = no_offset;
        unknown.records = sim::Bytes{};
        answers.partitions.push_back(std::move(unknown));
        answer_now = true;
        continue;
      }
      std::optional<PartitionIndex> index;
      const Offset leader_end = [&] {
        const Partition* hosted = find({*name, asked.partition});
        return hosted != nullptr && hosted->log ? hosted->log->log_end_offset() : no_offset;
      }();
      const std::uint64_t limit =
          std::min<std::uint64_t>(left, static_cast<std::uint64_t>(std::max(asked.partition_max_bytes, 0)));
      auto answer = read_one(context, *name, topic.topic_id, asked, replica, version, limit, bytes == 0, index);
      const std::size_t size = answer.records ? answer.records->size() : 0;
      bytes += size;
      left -= std::min<std::uint64_t>(left, size);
      const bool diverging = answer.diverging_epoch.end_offset != no_offset;
      if (answer.error_code != ErrorCode::none || diverging) answer_now = true;
      // A diverging follower has told where its log ends, not what it has in common with ours (KAFKA-13141).
      if (first_time && index && is_replica(replica) && answer.error_code == ErrorCode::none && !diverging) {
        follower_fetched(context, *index, replica, asked.fetch_offset, asked.log_start_offset, leader_end,
                         context.env.wall_clock());
      }
      if (first_time && index) waiting.parts.push_back({*index, asked.fetch_offset, asked.current_leader_epoch});
      answers.partitions.push_back(std::move(answer));
    }
    response.responses.push_back(std::move(answers));
  }
  return response;
}

void ReplicaManager::fetch(BrokerContext& context, const ReplyTo& to, const sim::Message& message) {
  const auto& request = sim::content_of<Request<FetchRequest>>(message);
  DelayedFetch waiting;
  std::uint64_t bytes = 0;
  bool answer_now = false;
  FetchResponse response = read_all(context, request.body, request.version, true, waiting, bytes, answer_now);
  if (context.halt) return;
  const auto wanted = static_cast<std::uint64_t>(std::max(request.body.min_bytes, 0));
  if (answer_now || bytes >= wanted || request.body.max_wait_ms <= 0 || waiting.parts.empty()) {
    context.reply(to, std::move(response));
    return;
  }
  waiting.reply_to = to;
  waiting.request = sim::MessagePtr{&message};
  waiting.min_bytes = request.body.min_bytes;
  waiting.by_follower = is_replica(replica_of(request.body, request.version));
  waiting.asked_by = context.env.cause();
  const std::uint64_t id = fetches_.next();
  waiting.timeout = context.env.arm(sim::Duration{request.body.max_wait_ms * std::int64_t{1'000'000}},
                                    timer_of(BrokerTimer::delayed_fetch, id));
  fetches_.add(std::move(waiting));
}

void ReplicaManager::complete_waiting_fetches(BrokerContext& context, PartitionIndex index, bool by_follower) {
  for (const std::uint64_t id : fetches_.watching(index)) {
    const DelayedFetch* operation = fetches_.find(id);
    if (operation != nullptr && operation->by_follower == by_follower) try_complete_fetch(context, id);
  }
}

void ReplicaManager::try_complete_fetch(BrokerContext& context, std::uint64_t id, bool timed_out) {
  const DelayedFetch* operation = fetches_.find(id);
  if (operation == nullptr) return;
  bool complete = timed_out;
  std::uint64_t available = 0;
  for (const DelayedFetch::Part& part : operation->parts) {
    if (complete) break;
    const Partition& hosted = partition(part.partition);
    const bool epoch_holds =
        part.current_leader_epoch == no_leader_epoch || part.current_leader_epoch == hosted.leader_epoch;
    if (!hosted.log || hosted.role == ReplicaRole::none || !epoch_holds ||
        (operation->by_follower && !hosted.is_leader())) {
      complete = true;
      break;
    }
    const Offset end = operation->by_follower ? hosted.log->log_end_offset() : hosted.log->high_watermark();
    if (part.fetch_offset > hosted.log->log_end_offset()) complete = true;  // cut meanwhile
    if (end <= part.fetch_offset) continue;
    if (operation->min_bytes <= 1) {
      complete = true;
      break;
    }
    const auto from = hosted.log->position_of(context.env.disk(), part.fetch_offset);
    const auto to = hosted.log->position_of(context.env.disk(), end);
    if (!from.ok() || !to.ok()) {
      complete = true;
    } else if (from.value().segment_base != to.value().segment_base) {
      complete = true;
    } else {
      available += to.value().position - from.value().position;
    }
  }
  if (!complete && available < static_cast<std::uint64_t>(std::max(operation->min_bytes, 1))) return;
  DelayedFetch done = fetches_.take(id);
  context.env.cancel(done.timeout);
  context.env.also_because(done.asked_by);
  const auto& request = sim::content_of<Request<FetchRequest>>(*done.request);
  DelayedFetch ignored;
  std::uint64_t bytes = 0;
  bool answer_now = false;
  FetchResponse response = read_all(context, request.body, request.version, false, ignored, bytes, answer_now);
  if (context.halt) return;
  context.reply(done.reply_to, std::move(response));
}

// --- ListOffsets and OffsetForLeaderEpoch
// ------------------------------------------------------------------------------

ListOffsetsResponse ReplicaManager::list_offsets(BrokerContext& context, const ListOffsetsRequest& request,
                                                 std::int16_t version) {
  constexpr std::int64_t latest = -1;
  constexpr std::int64_t earliest = -2;
  constexpr std::int64_t of_max_timestamp = -3;
  constexpr std::int64_t earliest_local = -4;
  constexpr std::int64_t latest_tiered = -5;
  const bool replica = is_replica(request.replica_id);
  ListOffsetsResponse response;
  for (const auto& topic : request.topics) {
    ListOffsetsResponse::ListOffsetsTopicResponse answers{topic.name, {}};
    for (const auto& asked : topic.partitions) {
      ListOffsetsResponse::ListOffsetsPartitionResponse answer;
      answer.partition_index = asked.partition_index;
      PartitionIndex index;
      answer.error_code =
          find_for_reading(context, topic.name, asked.partition_index, asked.current_leader_epoch, true, index);
      if (answer.error_code == ErrorCode::none) {
        const Partition& led = partition(index);
        const Log& log = *led.log;
        const Offset bound = replica ? log.log_end_offset() : log.high_watermark();
        // A new leader whose high watermark has not reached its own term does not know yet what is committed.
        const bool unsure = !replica && log.high_watermark() < led.leader_epoch_start;
        const ErrorCode not_yet = version >= 5 ? ErrorCode::offset_not_available : ErrorCode::leader_not_available;
        if (asked.timestamp == latest) {
          if (unsure) {
            answer.error_code = not_yet;
          } else {
            answer.offset = bound;
            answer.leader_epoch = led.leader_epoch;
          }
        } else if (asked.timestamp == earliest || asked.timestamp == earliest_local) {
          answer.offset = log.log_start_offset();
          answer.leader_epoch = log.leader_epochs().epoch_for(log.log_start_offset()).value_or(no_leader_epoch);
        } else if (asked.timestamp == latest_tiered) {
          answer.offset = no_offset;
        } else if (asked.timestamp >= 0 || asked.timestamp == of_max_timestamp) {
          const auto found = asked.timestamp >= 0
                                 ? log.offset_for_timestamp(context.env.disk(), Timestamp{asked.timestamp})
                                 : log.offset_of_max_timestamp(context.env.disk());
          if (!found.ok()) {
            if (found.error().code == ErrorCode::kafka_storage_error) storage_failed(context, found.error());
            answer.error_code = found.error().code;
          } else if (found.value() && found.value()->offset < bound) {
            answer.offset = found.value()->offset;
            answer.timestamp = found.value()->timestamp.raw();
            answer.leader_epoch = found.value()->leader_epoch;
          } else if (unsure) {
            answer.error_code = not_yet;
          }
        } else {
          answer.error_code = ErrorCode::invalid_request;
        }
      }
      answers.partitions.push_back(std::move(answer));
    }
    response.topics.push_back(std::move(answers));
  }
  return response;
}

OffsetForLeaderEpochResponse ReplicaManager::offset_for_leader_epoch(BrokerContext& context,
                                                                     const OffsetForLeaderEpochRequest& request) {
  OffsetForLeaderEpochResponse response;
  for (const auto& topic : request.topics) {
    OffsetForLeaderEpochResponse::OffsetForLeaderTopicResult answers{topic.topic, {}};
    for (const auto& asked : topic.partitions) {
      OffsetForLeaderEpochResponse::EpochEndOffset answer;
      answer.partition = asked.partition;
      PartitionIndex index;
      answer.error_code =
          find_for_reading(context, topic.topic, asked.partition, asked.current_leader_epoch, true, index);
      if (answer.error_code == ErrorCode::none) {
        const EpochEndOffset end = partition(index).log->end_offset_for_epoch(asked.leader_epoch);
        answer.leader_epoch = end.epoch;
        answer.end_offset = end.end;
      }
      answers.partitions.push_back(answer);
    }
    response.topics.push_back(std::move(answers));
  }
  return response;
}

}  // namespace kafka
