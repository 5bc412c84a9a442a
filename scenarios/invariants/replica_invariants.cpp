#include "scenarios/invariants/replica_invariants.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scenarios {

void check_offsets(const std::string& name, int broker, const ReplicaOffsets& offsets, sim::Time at,
                   Violations& violations) {
  if (offsets.log_start <= offsets.high_watermark && offsets.high_watermark <= offsets.log_end) return;
  violations.add(7, at,
                 fmt::format("{} on broker {}: log start {}, high watermark {}, log end {}", name, broker,
                             offsets.log_start, offsets.high_watermark, offsets.log_end));
}

void check_followers(const std::string& name, const LeaderReport& leader, sim::Time at, Violations& violations) {
  for (const int member : leader.committed) {
    const bool maximal = member == leader.broker || std::any_of(leader.followers.begin(), leader.followers.end(),
                                                                [&](const FollowerReport& follower) {
                                                                  return follower.broker == member && follower.maximal;
                                                                });
    if (!maximal) {
      violations.add(13, at,
                     fmt::format("{}: broker {} is in the ISR, but its leader, broker {}, does not wait for it", name,
                                 member, leader.broker));
    }
  }
  for (const FollowerReport& follower : leader.followers) {
    if (!follower.maximal || follower.log_end < 0 || follower.log_end >= leader.high_watermark) continue;
    violations.add(
        13, at,
        fmt::format("{}: the high watermark of its leader, broker {}, is {}, but broker {} of its ISR reported only {}",
                    name, leader.broker, leader.high_watermark, follower.broker, follower.log_end));
  }
}

}  // namespace scenarios
