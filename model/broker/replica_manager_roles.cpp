// Becoming leader, becoming follower, being stopped (replication-and-control.md §1.2, §3.9).
#include "model/broker/replica_manager.hpp"

#include <algorithm>

namespace kafka {

LeaderAndIsrResponse ReplicaManager::handle_leader_and_isr(BrokerContext& context, const LeaderAndIsrRequest& request) {
  LeaderAndIsrResponse response;
  start_background_work(context);
  context.env.lock(state_change_lock_);
  for (const auto& topic : request.topic_states) {
    LeaderAndIsrResponse::LeaderAndIsrTopicError errors{topic.topic_id, {}};
    for (const auto& state : topic.partition_states) {
      context.env.work(context.costs.leader_and_isr_partition);
      const ErrorCode error = apply_leader_and_isr(context, topic.topic_name, topic.topic_id, state);
      errors.partition_errors.push_back({topic.topic_name, state.partition_index, error});
    }
    response.topics.push_back(std::move(errors));
  }
  return response;
}

ErrorCode ReplicaManager::apply_leader_and_isr(BrokerContext& context, const std::string& topic, const Uuid& topic_id,
                                               const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state) {
  const TopicPartition name{topic, state.partition_index};
  if (std::find(state.replicas.begin(), state.replicas.end(), context.me) == state.replicas.end()) {
    return ErrorCode::unknown_topic_or_partition;
  }
  auto index = index_of(name);
  if (index && !partition(*index).topic_id.is_zero() && !topic_id.is_zero() && partition(*index).topic_id != topic_id) {
    return ErrorCode::inconsistent_topic_id;
  }
  if (index && partition(*index).offline) return ErrorCode::kafka_storage_error;
  if (index && state.leader_epoch <= partition(*index).leader_epoch) return ErrorCode::stale_controller_epoch;
  if (!index) index = add_partition(context, name, topic_id);
  if (const ErrorCode error = ensure_log(context, *index, topic_id); error != ErrorCode::none) return error;
  if (state.leader == context.me) {
    if (state.partition_epoch < partition(*index).partition_epoch) return ErrorCode::none;
    make_leader(context, *index, state);
  } else {
    make_follower(context, *index, state);
  }
  return context.halt ? ErrorCode::kafka_storage_error : ErrorCode::none;
}

ErrorCode ReplicaManager::ensure_log(BrokerContext& context, PartitionIndex index, const Uuid& topic_id) {
  Partition& hosted = edit(index);
  if (hosted.topic_id.is_zero()) hosted.topic_id = topic_id;
  const std::optional<Uuid> id = topic_id.is_zero() ? std::nullopt : std::optional{topic_id};
  if (hosted.log) {
    if (id && !hosted.log->set_topic_id(*id).ok()) return ErrorCode::inconsistent_topic_id;
    return ErrorCode::none;
  }
  auto created = directory_.create(context.env.disk(), hosted.name, log_config(context, hosted.name.topic), id);
  if (!created.ok()) {
    storage_failed(context, created.error());
    return ErrorCode::kafka_storage_error;
  }
  hosted.log = std::move(created.value());
  return ErrorCode::none;
}

void ReplicaManager::make_leader(BrokerContext& context, PartitionIndex index,
                                 const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state) {
  stop_fetching(index);
  Partition& led = edit(index);
  // The epoch is known to the log before any append, so that a term without records leaves a trace, too (KAFKA-7415).
  if (!ok_or_storage_failed(context, led.log->start_leader_epoch(context.env.disk(), state.leader_epoch))) return;
  led.become_leader(state, context.me, context.env.wall_clock(), context.env.cause());
  note(context.env, BrokerFact::became_leader, led.subject, led.leader_epoch.raw(), led.log->log_end_offset().raw());
  try_advance(context, index);
}

void ReplicaManager::make_follower(BrokerContext& context, PartitionIndex index,
                                   const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state) {
  // A leader that nobody knows yet cannot be followed: the role stays until the controller repeats itself.
  if (!context.metadata.is_alive(state.leader)) return;
  stop_fetching(index);
  Partition& following = edit(index);
  following.become_follower(state, context.env.cause());
  note(context.env, BrokerFact::became_follower, following.subject, following.leader_epoch.raw(),
       following.leader.raw());
  role_lost(context, index);
  start_fetching(context, index);
}

// Whoever waits at this partition hears that it no longer leads.
void ReplicaManager::role_lost(BrokerContext& context, PartitionIndex index) {
  for (const std::uint64_t id : produces_.watching(index)) try_complete_produce(context, id);
  complete_waiting_fetches(context, index, true);
  complete_waiting_fetches(context, index, false);
}

StopReplicaResponse ReplicaManager::handle_stop_replica(BrokerContext& context, const StopReplicaRequest& request) {
  StopReplicaResponse response;
  constexpr LeaderEpoch during_delete{-2};
  context.env.lock(state_change_lock_);
  for (const auto& topic : request.topic_states) {
    for (const auto& state : topic.partition_states) {
      ErrorCode error = ErrorCode::none;
      const TopicPartition name{topic.topic_name, state.partition_index};
      if (const auto index = index_of(name)) {
        const LeaderEpoch known = partition(*index).leader_epoch;
        const bool unconditional = state.leader_epoch == no_leader_epoch || state.leader_epoch == during_delete;
        if (partition(*index).offline) {
          error = ErrorCode::kafka_storage_error;
        } else if (!unconditional && state.leader_epoch < known) {
          error = ErrorCode::fenced_leader_epoch;
        } else {
          stop_fetching(*index);
          note(context.env, BrokerFact::replica_stopped, partition(*index).subject, state.delete_partition ? 1 : 0);
          if (state.delete_partition) {
            delete_replica(context, *index);
          } else {
            role_lost(context, *index);
          }
        }
      }
      response.partition_errors.push_back({topic.topic_name, state.partition_index, error});
    }
  }
  return response;
}

void ReplicaManager::delete_replica(BrokerContext& context, PartitionIndex index) {
  Partition& deleted = edit(index);
  deleted.role = ReplicaRole::none;
  role_lost(context, index);
  if (partition(index).log) {
    sim::Random& random = context.env.random("log deletion");
    const std::uint64_t high = random.next();
    const Uuid unique{high, random.next()};
    auto marked = directory_.mark_for_deletion(context.env.disk(), *edit(index).log, unique);
    if (!marked.ok()) return storage_failed(context, marked.error());
    const sim::Duration delay = context.config.topic_defaults.file_delete_delay;
    deleted_.push_back(DeletedFiles{context.env.now() + delay, {}, std::move(marked.value())});
    context.env.arm(delay, timer_of(BrokerTimer::delete_files));
  }
  remove_partition(index);
  checkpoint_recovery_points(context);
  checkpoint_log_starts(context);
  checkpoint_high_watermarks(context);
}

}  // namespace kafka
