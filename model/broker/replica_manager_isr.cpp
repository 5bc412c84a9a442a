// Followers' progress, the high watermark, the ISR (replication-and-control.md §1.4 to §1.7).
#include "model/broker/replica_manager.hpp"

namespace kafka {
namespace {

// Members of an ISR as a number for the trace: bit i is broker i (ids above 62 share the last bit).
std::int64_t bits_of(const std::vector<BrokerId>& isr) {
  std::uint64_t bits = 0;
  for (const BrokerId member : isr) bits |= std::uint64_t{1} << std::min<std::int32_t>(member.raw(), 62);
  return static_cast<std::int64_t>(bits);
}

}  // namespace

void ReplicaManager::follower_fetched(BrokerContext& context, PartitionIndex index, BrokerId replica, Offset offset,
                                      Offset log_start, Offset leader_end, sim::WallTime now) {
  Partition& led = edit(index);
  RemoteReplica* follower = led.follower(replica);
  if (follower == nullptr) return;
  const bool moved = follower->log_end != offset;
  note_fetch(*follower, offset, log_start, leader_end, now, context.env.cause());
  const auto alive = [&](BrokerId id) { return context.metadata.is_alive(id); };
  if (led.may_expand(*follower, alive)) {
    led.isr.propose_expand(replica);
    propose(context, index);
  }
  if (moved) try_advance(context, index);
}

void ReplicaManager::try_advance(BrokerContext& context, PartitionIndex index) {
  Partition& led = edit(index);
  if (!led.is_leader() || !led.log) return;
  const Offset from = led.log->high_watermark();
  const auto alive = [&](BrokerId id) { return context.metadata.is_alive(id); };
  if (led.advance_high_watermark(context.env.wall_clock(), context.config.replica_lag_time_max, alive)) {
    high_watermark_moved(context, index, from);
  }
}

void ReplicaManager::high_watermark_moved(BrokerContext& context, PartitionIndex index, Offset from) {
  Partition& moved = edit(index);
  moved.high_watermark_set_by = context.env.cause();
  note(context.env, BrokerFact::high_watermark, moved.subject, from.raw(), moved.log->high_watermark().raw());
  for (const std::uint64_t id : produces_.watching(index)) try_complete_produce(context, id);
  complete_waiting_fetches(context, index, false);
}

void ReplicaManager::propose(BrokerContext& context, PartitionIndex index) {
  Partition& led = edit(index);
  IsrProposal proposal{index, led.name, led.topic_id, led.leader_epoch, led.partition_epoch, led.isr.proposed()};
  const std::int64_t bits = bits_of(proposal.isr);
  if (context.isr_changes.submit(std::move(proposal))) {
    note(context.env, BrokerFact::isr_proposed, led.subject, bits, led.partition_epoch.raw());
  } else {
    led.isr.abandon();  // OPERATION_NOT_ATTEMPTED: an older proposal of this partition is still under way
  }
}

void ReplicaManager::expire_isr(BrokerContext& context) {
  const sim::WallTime now = context.env.wall_clock();
  std::vector<PartitionIndex> led;
  for (const auto& [name, index] : index_.read()) {
    if (partition(index).is_leader()) led.push_back(index);
  }
  for (const PartitionIndex index : led) {
    std::vector<BrokerId> late = partition(index).lagging(context.me, now, context.config.replica_lag_time_max);
    if (late.empty()) continue;
    Partition& shrinking = edit(index);
    for (const BrokerId member : late) {
      const RemoteReplica* follower = shrinking.follower(member);
      if (follower != nullptr) context.env.also_because(follower->last_fetch_event);
      const BrokerEndpoint* endpoint = context.metadata.endpoint(member);
      const auto host = endpoint == nullptr ? std::nullopt : context.env.find_host(endpoint->host);
      if (host) context.env.waited_for(*host, context.env.now() - context.config.replica_lag_time_max * 2);
    }
    shrinking.isr.propose_shrink(std::move(late));
    propose(context, index);
  }
}

void ReplicaManager::handle_isr_answers(BrokerContext& context, const std::vector<IsrAnswer>& answers) {
  for (const IsrAnswer& answer : answers) {
    Partition& led = edit(answer.partition);
    // A new leader epoch has replaced the state that was proposed from: the answer is about the past.
    if (!led.is_leader() || led.leader_epoch != answer.proposed_in || !led.isr.in_flight()) continue;
    switch (answer.error) {
      case ErrorCode::none:
        if (answer.leader_epoch != led.leader_epoch || answer.partition_epoch < led.partition_epoch) break;
        led.isr = IsrState{answer.isr};
        led.partition_epoch = answer.partition_epoch;
        led.isr_set_by = context.env.cause();
        try_advance(context, answer.partition);  // KAFKA-13091: a shrink alone can free the high watermark
        break;
      case ErrorCode::operation_not_attempted:
      case ErrorCode::ineligible_replica: led.isr.abandon(); break;
      case ErrorCode::unknown_topic_or_partition:
      case ErrorCode::unknown_topic_id:
      case ErrorCode::fenced_leader_epoch:
      case ErrorCode::invalid_update_version:
      case ErrorCode::invalid_request:
        break;  // stays pending until the controller says more, with a higher leader epoch
      default: propose(context, answer.partition); break;
    }
  }
}

}  // namespace kafka
