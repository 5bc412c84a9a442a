// znode_invariants.hpp - what must hold of the state that ZooKeeper keeps of a partition: invariants 2, 10, 11, 12.
// Here:  ZnodeInvariants, fed with each new state of each partition, and with controller epochs.
// Not:   reading ZooKeeper (watch.cpp). Numbers: docs/reference/replication-and-control.md §8.
// Start: on_state().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/broker/znodes.hpp"
#include "scenarios/invariants/violation.hpp"

namespace scenarios {

/// A value.
class ZnodeInvariants {
 public:
  struct State {
    kafka::znode::PartitionState state;
    std::int32_t version = 0;  ///< zkVersion
  };

  explicit ZnodeInvariants(std::size_t partitions) : known_(partitions) {}

  /// `replicas`: assigned now; empty if not known. `unclean_allowed`: unclean.leader.election.enable of the topic.
  /// 2:  leader epoch, controller epoch and version never decrease.
  /// 10: leader in the ISR whenever there is one; the ISR is never empty.
  /// 11: ISR within the replicas.
  /// 12: a clean election picks a member of the ISR that it overwrote.
  void on_state(std::uint32_t partition, const std::string& name, const State& state,
                const std::vector<kafka::BrokerId>& replicas, bool unclean_allowed, sim::Time at,
                Violations& violations);
  /// 2, for /controller_epoch.
  void on_controller_epoch(kafka::ControllerEpoch epoch, sim::Time at, Violations& violations);

  /// The newest; nothing before the first.
  const std::optional<State>& state(std::uint32_t partition) const { return known_[partition]; }

 private:
  std::vector<std::optional<State>> known_;
  kafka::ControllerEpoch controller_epoch_{0};
};

}  // namespace scenarios
