// partition.hpp - one replica of a partition on this broker.
// Here:  Partition: its log, its role, its epochs, the ISR as the leader keeps it; the rules that change them.
// Not:   the disk's errors, requests, purgatory and the controller (replica_manager.hpp); fetching
//        (replica_fetcher.hpp).
// Start: become_leader(), become_follower(), advance_high_watermark(). Reference: replication-and-control.md §1 (class
//        Partition).
#pragma once

#include "model/broker/isr_state.hpp"
#include "model/broker/replica_progress.hpp"
#include "model/log/log.hpp"
#include "model/protocol/controller_requests.hpp"
#include "model/types.hpp"
#include "sim/process.hpp"
#include "sim/strong.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace kafka {

enum class ReplicaRole : std::uint8_t { none, leader, follower };

/// A value. `Eligible` below is a predicate over BrokerId: may this broker join an ISR? (In ZooKeeper mode: is it alive
/// in the metadata cache?)
struct Partition {
  TopicPartition name;
  Uuid topic_id;
  sim::SubjectId subject;
  std::int64_t min_insync_replicas = 1;

  std::optional<Log> log;  ///< empty: not made yet, or its directory failed
  bool offline = false;    ///< its directory failed

  ReplicaRole role = ReplicaRole::none;
  BrokerId leader = no_broker;
  LeaderEpoch leader_epoch = no_leader_epoch;
  PartitionEpoch partition_epoch;
  ControllerEpoch controller_epoch;
  std::vector<BrokerId> assignment;  ///< preferred replica first
  std::vector<BrokerId> adding;
  std::vector<BrokerId> removing;

  // Leader only.
  Offset leader_epoch_start = no_offset;  ///< the log end when this leader epoch began
  IsrState isr;
  std::vector<RemoteReplica> followers;  ///< every other assigned replica, in assignment order

  sim::LockTime lock;        ///< leaderIsrUpdateLock and the log's lock
  sim::EventId role_set_by;  ///< for causes: what last set the role, the ISR, the high watermark
  sim::EventId isr_set_by;
  sim::EventId high_watermark_set_by;

  bool is_leader() const { return role == ReplicaRole::leader; }
  RemoteReplica* follower(BrokerId id);
  std::size_t effective_min_isr() const { return kafka::effective_min_isr(min_insync_replicas, assignment.size()); }
  bool under_min_isr() const { return isr.committed().size() < effective_min_isr(); }

  /// Takes over what the controller said; any ISR change in flight is forgotten. The log must exist, and the request's
  /// epochs must have been checked.
  void become_leader(const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state, BrokerId me, sim::WallTime now,
                     sim::EventId why);
  void become_follower(const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state, sim::EventId why);

  /// Moves the leader's high watermark up if it may: not while the committed ISR is below the minimum (KAFKA-15583),
  /// never down, and to where every member of the maximal ISR, and everybody who is about to join it, has arrived.
  /// Returns true if it moved.
  template <class Eligible>
  bool advance_high_watermark(sim::WallTime now, sim::Duration max_lag, Eligible eligible) {
    if (!is_leader() || !log || under_min_isr()) return false;
    const Offset end = log->log_end_offset();
    const Offset candidate = high_watermark_candidate(end, followers, [&](const RemoteReplica& follower) {
      return isr.in_maximal(follower.id) || (is_caught_up(follower, end, now, max_lag) && eligible(follower.id));
    });
    return log->raise_high_watermark(candidate);
  }

  /// Whether this follower may be proposed for the ISR now (KAFKA-7128: only beyond the start of the leader's epoch).
  template <class Eligible>
  bool may_expand(const RemoteReplica& follower, Eligible eligible) const {
    return is_leader() && log && !isr.in_flight() && !isr.in_committed(follower.id) && eligible(follower.id) &&
           follower.log_end >= log->high_watermark() && follower.log_end >= leader_epoch_start;
  }

  /// The members of the ISR that are no longer caught up; empty while a change is in flight.
  std::vector<BrokerId> lagging(BrokerId me, sim::WallTime now, sim::Duration max_lag) const;

 private:
  void take_over(const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state);
};

}  // namespace kafka
