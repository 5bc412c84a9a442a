// Following: what comes from leaders goes into our logs (replication-and-control.md §1.3, §2.4).
#include "model/broker/replica_manager.hpp"

#include <algorithm>

namespace kafka {
namespace {

constexpr std::int16_t fetch_version = 17;
constexpr std::int16_t list_offsets_version = 9;

// Java's String.hashCode, which decides on which fetcher a partition lands (AbstractFetcherManager.getFetcherId).
std::int32_t java_hash(const std::string& text) {
  std::uint32_t hash = 0;
  for (const char c : text) hash = 31 * hash + static_cast<unsigned char>(c);
  return static_cast<std::int32_t>(hash);
}

std::uint32_t fetcher_number(const TopicPartition& name, std::int64_t fetchers) {
  const auto hash = static_cast<std::int32_t>(31U * static_cast<std::uint32_t>(java_hash(name.topic)) +
                                              static_cast<std::uint32_t>(name.partition));
  const std::int64_t positive = hash == INT32_MIN ? 0 : std::int64_t{hash < 0 ? -hash : hash};
  return static_cast<std::uint32_t>(positive % std::max<std::int64_t>(fetchers, 1));
}

}  // namespace

bool ReplicaManager::owns(sim::ConnectionId connection) const {
  return std::any_of(fetchers_.begin(), fetchers_.end(),
                     [&](const ReplicaFetcher& fetcher) { return fetcher.channel().owns(connection); });
}

// The fetcher of this leader for this partition; made when first needed. A leader that came back under another address
// gets a new connection.
std::size_t ReplicaManager::fetcher_for(BrokerContext& context, BrokerId leader, const TopicPartition& name) {
  const std::uint32_t number = fetcher_number(name, context.config.num_replica_fetchers);
  for (std::size_t i = 0; i < fetchers_.size(); ++i) {
    if (fetchers_[i].leader() == leader && fetchers_[i].number() == number) return i;
  }
  const BrokerEndpoint* endpoint = context.metadata.endpoint(leader);
  SIM_CHECK(endpoint != nullptr, "a follower's leader {} is not in the metadata cache", leader.raw());
  fetchers_.emplace_back(leader, number,
                         BrokerChannel{endpoint->host, timer_of(BrokerTimer::fetcher_timeout, fetchers_.size()),
                                       context.config.replica_socket_timeout});
  return fetchers_.size() - 1;
}

void ReplicaManager::start_fetching(BrokerContext& context, PartitionIndex index) {
  Partition& following = edit(index);
  Log& log = *following.log;
  FetchState state;
  state.partition = index;
  state.name = following.name;
  state.topic_id = following.topic_id;
  state.current_leader_epoch = following.leader_epoch;
  if (log.leader_epochs().empty()) {
    // Without epochs nothing can be asked of the leader: only what is committed is surely right.
    if (!truncate_follower(context, index, log.high_watermark())) return;
  }
  state.fetch_offset = log.log_end_offset();
  state.log_start = log.log_start_offset();
  if (!log.leader_epochs().empty()) state.last_fetched_epoch = log.leader_epochs().latest().epoch;
  const std::size_t fetcher = fetcher_for(context, following.leader, following.name);
  fetchers_[fetcher].add(std::move(state));
  fetch_more(context, fetcher);
}

void ReplicaManager::stop_fetching(PartitionIndex index) {
  for (ReplicaFetcher& fetcher : fetchers_) fetcher.remove(index);
  std::erase_if(out_of_range_, [&](const OutOfRange& waiting) { return waiting.partition == index; });
}

// Sends what can be sent: a question about offsets first, then a fetch of all partitions that are not delayed.
void ReplicaManager::fetch_more(BrokerContext& context, std::size_t number) {
  ReplicaFetcher& fetcher = fetchers_[number];
  sim::Env& env = context.env;
  if (fetcher.empty() || fetcher.channel().busy()) return;
  if (!fetcher.channel().connected()) return fetcher.channel().connect(env);
  const std::string client_id =
      "broker-" + std::to_string(context.me.raw()) + "-fetcher-" + std::to_string(fetcher.number());
  for (OutOfRange& waiting : out_of_range_) {
    if (waiting.fetcher != number || waiting.asked) continue;
    ListOffsetsRequest request;
    request.replica_id = context.me;
    ListOffsetsRequest::ListOffsetsPartition asked;
    asked.partition_index = partition(waiting.partition).name.partition;
    asked.current_leader_epoch = waiting.leader_epoch;
    asked.timestamp = waiting.earliest ? -2 : -1;
    request.topics.push_back({partition(waiting.partition).name.topic, {asked}});
    waiting.asked = true;
    if (!fetcher.channel().send(env, list_offsets_version, client_id, std::move(request)))
      fetcher_failed(context, number);
    return;
  }
  FetchRequest request = fetcher.build_request(env.now(), context.me, context.epoch, context.config);
  if (request.topics.empty()) {
    env.cancel(fetcher.backoff);
    const sim::Time next = fetcher.next_after(env.now());
    if (next != sim::Time::max()) {
      fetcher.backoff = env.arm(next - env.now(), timer_of(BrokerTimer::fetcher_backoff, number));
    }
    return;
  }
  if (!fetcher.channel().send(env, fetch_version, client_id, std::move(request))) fetcher_failed(context, number);
}

void ReplicaManager::fetcher_failed(BrokerContext& context, std::size_t number) {
  ReplicaFetcher& fetcher = fetchers_[number];
  static_cast<void>(fetcher.take_asked());
  for (OutOfRange& waiting : out_of_range_) {
    if (waiting.fetcher == number) waiting.asked = false;
  }
  const BrokerEndpoint* endpoint = context.metadata.endpoint(fetcher.leader());
  if (endpoint != nullptr && endpoint->host != fetcher.channel().host()) {
    fetcher.channel() = BrokerChannel{endpoint->host, timer_of(BrokerTimer::fetcher_timeout, number),
                                      context.config.replica_socket_timeout};
  }
  fetcher.delay_all(context.env.now() + context.config.replica_fetch_backoff);
  context.env.cancel(fetcher.backoff);
  fetcher.backoff =
      context.env.arm(context.config.replica_fetch_backoff, timer_of(BrokerTimer::fetcher_backoff, number));
}

void ReplicaManager::on_fetcher_connection(BrokerContext& context, sim::ConnectionId connection,
                                           sim::ConnectionEvent event) {
  for (std::size_t i = 0; i < fetchers_.size(); ++i) {
    if (!fetchers_[i].channel().owns(connection)) continue;
    switch (fetchers_[i].channel().on_connection(context.env, event)) {
      case ChannelEvent::none: break;
      case ChannelEvent::ready: fetch_more(context, i); break;
      case ChannelEvent::failed: fetcher_failed(context, i); break;
    }
    return;
  }
}

void ReplicaManager::on_fetcher_message(BrokerContext& context, sim::ConnectionId connection,
                                        const sim::Message& message) {
  for (std::size_t i = 0; i < fetchers_.size(); ++i) {
    if (!fetchers_[i].channel().owns(connection)) continue;
    if (const auto* fetched = sim::content<Response<FetchResponse>>(message)) {
      if (!fetchers_[i].channel().on_response(context.env, fetched->correlation_id)) return;
      process_fetched(context, i, fetched->body);
    } else if (const auto* listed = sim::content<Response<ListOffsetsResponse>>(message)) {
      if (!fetchers_[i].channel().on_response(context.env, listed->correlation_id)) return;
      on_list_offsets(context, i, listed->body);
    }
    if (!context.halt) fetch_more(context, i);
    return;
  }
}

// --- answers
// -----------------------------------------------------------------------------------------------------------

void ReplicaManager::process_fetched(BrokerContext& context, std::size_t number, const FetchResponse& response) {
  const std::vector<AskedPartition> asked = fetchers_[number].take_asked();
  std::size_t at = 0;
  for (const auto& topic : response.responses) {
    for (const auto& data : topic.partitions) {
      if (context.halt || at >= asked.size()) return;
      // Full fetches are answered in the order in which they ask.
      const AskedPartition& question = asked[at++];
      FetchState* state = fetchers_[number].find(question.partition);
      const bool same = state != nullptr && state->fetch_offset == question.fetch_offset &&
                        state->current_leader_epoch == question.current_leader_epoch;
      if (!same || state->name.partition != data.partition_index) continue;
      if (process_partition(context, *state, data)) continue;
      // The offset is not the leader's: handled apart, since it takes more questions.
      if (data.error_code == ErrorCode::offset_out_of_range) {
        out_of_range_.push_back(OutOfRange{number, question.partition, state->current_leader_epoch, false, false});
        state->delayed_until = sim::Time::max();
      } else if (data.error_code == ErrorCode::fenced_leader_epoch) {
        fetchers_[number].remove(question.partition);  // failed: the next LeaderAndIsr starts it again
      } else {
        state->delayed_until = context.env.now() + context.config.replica_fetch_backoff;
      }
    }
  }
}

// False if the partition needs something else than the next fetch.
bool ReplicaManager::process_partition(BrokerContext& context, FetchState& state,
                                       const FetchResponse::PartitionData& data) {
  const PartitionIndex index = state.partition;
  Partition& following = edit(index);
  context.env.lock(following.lock);
  Log& log = *following.log;
  if (data.error_code != ErrorCode::none) return false;

  if (data.diverging_epoch.end_offset != no_offset) {
    // Nothing else of this answer counts: neither its records nor its high watermark (KAFKA-14704).
    const EpochEndOffset leader{data.diverging_epoch.epoch, data.diverging_epoch.end_offset};
    const TruncationPoint point =
        truncation_point(leader, log.leader_epochs(), log.log_end_offset(), log.high_watermark());
    if (!truncate_follower(context, index, point.offset)) return true;
    state.fetch_offset = log.log_end_offset();
    state.last_fetched_epoch = log.leader_epochs().empty() ? no_leader_epoch : log.leader_epochs().latest().epoch;
    return true;
  }

  SIM_CHECK(state.fetch_offset == log.log_end_offset(), "{} is fetched from {} and ends at {}", to_text(state.name),
            state.fetch_offset.raw(), log.log_end_offset().raw());
  const std::size_t size = data.records ? data.records->size() : 0;
  if (size > 0) {
    context.env.work(context.costs.replicate_partition +
                     BrokerCosts::per_kibibyte(context.costs.per_kibibyte_appended, size));
    const auto appended = log.append_as_follower(context.env.disk(), data.records->span());
    if (!appended.ok()) {
      if (appended.error().code == ErrorCode::kafka_storage_error) storage_failed(context, appended.error());
      if (appended.error().code == ErrorCode::corrupt_message) return false;  // asked for again after a pause
      stop_fetching(index);                                                   // failed until the next LeaderAndIsr
      return true;
    }
    const LogAppendInfo& info = appended.value();
    if (info.started_anew_at) checkpoint_recovery_points(context);
    if (info.last_offset != no_offset) {
      note(context.env, BrokerFact::replicated, following.subject, info.first_offset.raw(), info.last_offset.raw());
      state.fetch_offset = log.log_end_offset();
      state.last_fetched_epoch = log.leader_epochs().latest().epoch;
    }
  }
  if (data.log_start_offset > log.log_start_offset()) {
    static_cast<void>(log.raise_log_start(std::min(data.log_start_offset, log.high_watermark())));
  }
  state.log_start = log.log_start_offset();
  const Offset before = log.high_watermark();
  const Offset after = log.set_high_watermark(data.high_watermark);
  if (after != before) {
    following.high_watermark_set_by = context.env.cause();
    note(context.env, BrokerFact::high_watermark, following.subject, before.raw(), after.raw());
    complete_waiting_fetches(context, index, false);
  }
  return true;
}

// False if the disk failed.
bool ReplicaManager::truncate_follower(BrokerContext& context, PartitionIndex index, Offset offset) {
  Partition& following = edit(index);
  Log& log = *following.log;
  const Offset before = log.log_end_offset();
  const auto cut = log.truncate_to(context.env.disk(), offset);
  if (!cut.ok()) {
    storage_failed(context, cut.error());
    return false;
  }
  if (cut.value()) {
    note(context.env, BrokerFact::truncated, following.subject, before.raw(), log.log_end_offset().raw());
    checkpoint_recovery_points(context);
  }
  cut_was_made(context, index);
  return !context.halt;
}

void ReplicaManager::on_list_offsets(BrokerContext& context, std::size_t number, const ListOffsetsResponse& response) {
  const auto waiting = std::find_if(out_of_range_.begin(), out_of_range_.end(),
                                    [&](const OutOfRange& one) { return one.fetcher == number && one.asked; });
  if (waiting == out_of_range_.end()) return;
  const OutOfRange question = *waiting;
  out_of_range_.erase(waiting);
  FetchState* state = fetchers_[number].find(question.partition);
  if (state == nullptr || state->current_leader_epoch != question.leader_epoch) return;
  state->delayed_until = sim::Time{};
  if (response.topics.empty() || response.topics.front().partitions.empty()) return;
  const auto& answer = response.topics.front().partitions.front();
  if (answer.error_code != ErrorCode::none) {
    state->delayed_until = context.env.now() + context.config.replica_fetch_backoff;
    return;
  }
  Partition& following = edit(question.partition);
  context.env.lock(following.lock);
  Log& log = *following.log;
  if (!question.earliest) {
    if (answer.offset < log.log_end_offset()) {
      if (!truncate_follower(context, question.partition, answer.offset)) return;
    } else {
      // The leader goes on beyond our end: perhaps it begins beyond it, too.
      out_of_range_.push_back(OutOfRange{number, question.partition, question.leader_epoch, true, false});
      state->delayed_until = sim::Time::max();
      return;
    }
  } else if (answer.offset > log.log_end_offset()) {
    const Offset before = log.log_end_offset();
    if (!ok_or_storage_failed(context, log.truncate_fully_and_start_at(context.env.disk(), answer.offset))) return;
    note(context.env, BrokerFact::truncated, following.subject, before.raw(), log.log_end_offset().raw());
    checkpoint_recovery_points(context);
    cut_was_made(context, question.partition);
  }
  state->fetch_offset = log.log_end_offset();
  state->log_start = log.log_start_offset();
  state->last_fetched_epoch = log.leader_epochs().empty() ? no_leader_epoch : log.leader_epochs().latest().epoch;
}

}  // namespace kafka
