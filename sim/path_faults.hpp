// path_faults.hpp - what is wrong on the way from one host to another.
// Here:  PathFaults: cuts, slowness and loss per ordered pair of hosts, each owned by the fault event that caused it,
//        so that healing one fault leaves the others.
// Not:   cut cables (topology.hpp); what a cut does to bytes (network.cpp).
// Start: PathFaults::cut_by(), delay().
#pragma once

#include <cstdint>
#include <vector>

#include "sim/strong.hpp"
#include "sim/time.hpp"

namespace sim {

/// One fault's effect on one direction of one pair of hosts.
struct PathFault {
  EventId fault;
  HostId from;
  HostId to;
  bool cut = false;
  Duration extra;
  Duration jitter;
  std::uint32_t lost = 0;
  std::uint32_t lost_of = 1;
};

/// A value; empty in a healthy world, and then every question costs one comparison.
class PathFaults {
 public:
  bool none() const { return faults_.empty(); }

  void add(const PathFault& fault);
  /// Removes what `fault` did, or everything for no_event. False if there was nothing to remove.
  bool heal(EventId fault);

  /// The newest fault that cuts this direction; no_event if bytes get through.
  EventId cut_by(HostId from, HostId to) const;

  /// What slowness and loss are in force on this direction, in order of their faults.
  template <class Visit>
  void visit(HostId from, HostId to, Visit visit) const {
    for (std::size_t i = first(from, to); i < faults_.size() && faults_[i].from == from && faults_[i].to == to; ++i) {
      visit(faults_[i]);
    }
  }

 private:
  std::size_t first(HostId from, HostId to) const;

  std::vector<PathFault> faults_;  // ordered by from, to, fault
};

}  // namespace sim
