// replica_invariants.hpp - what must hold inside one replica at any moment: invariants 7 and 13.
// Here:  two checks over plain numbers.
// Not:   getting the numbers (watch.cpp). Numbers: docs/reference/replication-and-control.md §8.
// Start: check_offsets(), check_followers().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/invariants/violation.hpp"

namespace scenarios {

struct ReplicaOffsets {
  std::int64_t log_start = 0;
  std::int64_t high_watermark = 0;
  std::int64_t log_end = 0;
};
/// 7: log start <= high watermark <= log end.
void check_offsets(const std::string& name, int broker, const ReplicaOffsets& offsets, sim::Time at,
                   Violations& violations);

struct FollowerReport {
  int broker = 0;
  std::int64_t log_end = -1;  ///< as it reported last; -1: it has not yet in this epoch
  bool maximal = false;       ///< in the maximal ISR
};
struct LeaderReport {
  int broker = 0;
  std::int64_t high_watermark = 0;
  std::vector<int> committed;  ///< ISR that ZooKeeper has, if the leader knows that very version; else empty
  std::vector<FollowerReport> followers;
};
/// 13: the maximal ISR holds the committed one, and the high watermark is not above what any of its members reported.
/// Exception: a member that has not reported since this leader was elected (the high watermark was inherited).
void check_followers(const std::string& name, const LeaderReport& leader, sim::Time at, Violations& violations);

}  // namespace scenarios
