// replica_progress.hpp - how far each follower is, as its leader sees it.
// Here:  RemoteReplica and the rules over it: when a follower counts as caught up, and where the high watermark may be.
//        Pure functions, tested over all small inputs.
// Not:   asking for changes of the ISR (partition.cpp).
// Start: high_watermark_candidate(). Reference: replication-and-control.md §1.4, §1.7 (class Replica, Partition).
#pragma once

#include "model/types.hpp"
#include "sim/host_clock.hpp"
#include "sim/strong.hpp"
#include "sim/time.hpp"

#include <algorithm>
#include <span>

namespace kafka {

/// What a leader knows of one follower. Times are readings of the leader's wall clock, as in Kafka: a clock that jumps
/// makes followers look late or early.
struct RemoteReplica {
  BrokerId id;
  Offset log_end{-1};  ///< the offset of its last fetch
  Offset log_start{-1};
  sim::WallTime last_caught_up;  ///< when it had, as far as known, everything that the leader had then
  sim::WallTime last_fetch;
  Offset last_fetch_leader_end{-1};  ///< the leader's log end at that fetch
  sim::EventId last_fetch_event;     ///< for causes
};

/// A fetch by this follower from `offset`, read when the leader's log end was `leader_end`.
inline void note_fetch(RemoteReplica& replica, Offset offset, Offset log_start, Offset leader_end, sim::WallTime now,
                       sim::EventId event) {
  if (offset >= leader_end) {
    replica.last_caught_up = std::max(replica.last_caught_up, now);
  } else if (offset >= replica.last_fetch_leader_end) {
    replica.last_caught_up = std::max(replica.last_caught_up, replica.last_fetch);
  }
  replica.log_end = offset;  // may go back: a follower that truncated says so
  replica.log_start = log_start;
  replica.last_fetch_leader_end = std::max(leader_end, replica.last_fetch_leader_end);
  replica.last_fetch = now;
  replica.last_fetch_event = event;
}

/// On becoming leader. `was_leader`: re-elected in a newer epoch, so what is known of the followers still holds.
inline void reset_for_epoch(RemoteReplica& replica, bool in_isr, bool was_leader, sim::WallTime now) {
  replica.last_caught_up = in_isr ? now : sim::WallTime{};
  if (was_leader) {
    replica.last_fetch_leader_end = replica.log_end;
    replica.last_fetch = in_isr ? now : sim::WallTime{};
  } else {
    replica.log_end = no_offset;
    replica.log_start = no_offset;
    replica.last_fetch_leader_end = no_offset;
    replica.last_fetch = sim::WallTime{};
  }
}

/// `max_lag` is replica.lag.time.max.ms.
inline bool is_caught_up(const RemoteReplica& replica, Offset leader_end, sim::WallTime now, sim::Duration max_lag) {
  return replica.log_end == leader_end || now - replica.last_caught_up <= max_lag;
}

/// The smallest of `leader_end` and the ends of all followers for which `counts(replica)` holds: those in the maximal
/// ISR, and those outside that are caught up and may join (so that they can).
template <class Counts>
Offset high_watermark_candidate(Offset leader_end, std::span<const RemoteReplica> followers, Counts counts) {
  Offset candidate = leader_end;
  for (const RemoteReplica& follower : followers) {
    if (follower.log_end < candidate && counts(follower)) candidate = follower.log_end;
  }
  return candidate;
}

/// min.insync.replicas, but never more than there are replicas.
constexpr std::size_t effective_min_isr(std::int64_t min_insync_replicas, std::size_t assigned) {
  return std::min(static_cast<std::size_t>(std::max<std::int64_t>(min_insync_replicas, 1)), assigned);
}

}  // namespace kafka
