#include "model/broker/partition.hpp"

#include "sim/check.hpp"

#include <algorithm>

namespace kafka {

RemoteReplica* Partition::follower(BrokerId id) {
  const auto found =
      std::find_if(followers.begin(), followers.end(), [&](const RemoteReplica& replica) { return replica.id == id; });
  return found == followers.end() ? nullptr : &*found;
}

void Partition::take_over(const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state) {
  SIM_CHECK(state.leader_epoch > leader_epoch, "{} goes from leader epoch {} to {}", to_text(name), leader_epoch.raw(),
            state.leader_epoch.raw());
  leader = state.leader;
  leader_epoch = state.leader_epoch;
  partition_epoch = state.partition_epoch;
  controller_epoch = state.controller_epoch;
  assignment = state.replicas;
  adding = state.adding_replicas;
  removing = state.removing_replicas;
}

void Partition::become_leader(const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state, BrokerId me,
                              sim::WallTime now, sim::EventId why) {
  SIM_CHECK(log.has_value(), "{} leads without a log", to_text(name));
  const bool was_leader = is_leader();
  take_over(state);
  role = ReplicaRole::leader;
  isr = IsrState{state.isr};
  leader_epoch_start = log->log_end_offset();

  std::vector<RemoteReplica> known = std::move(followers);
  followers.clear();
  for (const BrokerId id : assignment) {
    if (id == me) continue;
    const auto before =
        std::find_if(known.begin(), known.end(), [&](const RemoteReplica& replica) { return replica.id == id; });
    RemoteReplica replica;
    if (before != known.end()) replica = *before;
    replica.id = id;
    reset_for_epoch(replica, isr.in_committed(id), was_leader, now);
    followers.push_back(replica);
  }
  role_set_by = why;
  isr_set_by = why;
}

void Partition::become_follower(const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state, sim::EventId why) {
  take_over(state);
  role = ReplicaRole::follower;
  isr = IsrState{};
  leader_epoch_start = no_offset;
  followers.clear();
  role_set_by = why;
  isr_set_by = why;
}

std::vector<BrokerId> Partition::lagging(BrokerId me, sim::WallTime now, sim::Duration max_lag) const {
  std::vector<BrokerId> late;
  if (!is_leader() || !log || isr.in_flight()) return late;
  const Offset end = log->log_end_offset();
  for (const BrokerId member : isr.committed()) {
    if (member == me) continue;
    const auto replica = std::find_if(followers.begin(), followers.end(),
                                      [&](const RemoteReplica& known) { return known.id == member; });
    if (replica == followers.end() || !is_caught_up(*replica, end, now, max_lag)) late.push_back(member);
  }
  return late;
}

}  // namespace kafka
