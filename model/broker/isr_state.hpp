// isr_state.hpp - the in-sync replicas of one partition, as its leader knows them.
// Here:  IsrState: what ZooKeeper holds (committed), what must be waited for (maximal), what is being asked for.
// Not:   when to shrink or expand (replica_progress.hpp, partition.cpp); asking the controller
//        (alter_partition_manager.hpp).
// Start: maximal(). Reference: replication-and-control.md §1.1 (KIP-497, class PartitionState).
#pragma once

#include "model/types.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace kafka {

/// Three states: Committed(I); PendingExpand(x): maximal = I + {x}; PendingShrink(S): maximal = I, since a shrink is
/// not assumed before the controller has confirmed it. At most one change is in flight.
class IsrState {
 public:
  enum class Kind : std::uint8_t { committed, pending_expand, pending_shrink };

  IsrState() = default;
  explicit IsrState(std::vector<BrokerId> committed) : committed_{std::move(committed)} {}

  Kind kind() const { return kind_; }
  bool in_flight() const { return kind_ != Kind::committed; }
  /// In the order in which the controller keeps them.
  const std::vector<BrokerId>& committed() const { return committed_; }

  bool in_committed(BrokerId replica) const { return contains(committed_, replica); }
  /// Whether the high watermark must wait for this replica.
  bool in_maximal(BrokerId replica) const {
    return in_committed(replica) || (kind_ == Kind::pending_expand && changing_.front() == replica);
  }
  std::size_t maximal_size() const { return committed_.size() + (kind_ == Kind::pending_expand ? 1 : 0); }

  /// What the controller is asked for. REQUIRES: in_flight().
  std::vector<BrokerId> proposed() const {
    std::vector<BrokerId> isr = committed_;
    if (kind_ == Kind::pending_expand) {
      isr.push_back(changing_.front());
    } else {
      std::erase_if(isr, [&](BrokerId replica) { return contains(changing_, replica); });
    }
    return isr;
  }

  /// REQUIRES: not in_flight(), and `replica` is not in the committed ISR.
  void propose_expand(BrokerId replica) {
    kind_ = Kind::pending_expand;
    changing_ = {replica};
  }
  /// REQUIRES: not in_flight(), and `leaving` are members of the committed ISR.
  void propose_shrink(std::vector<BrokerId> leaving) {
    kind_ = Kind::pending_shrink;
    changing_ = std::move(leaving);
  }
  /// The proposal was refused: back to what is committed.
  void abandon() {
    kind_ = Kind::committed;
    changing_.clear();
  }

 private:
  static bool contains(const std::vector<BrokerId>& replicas, BrokerId replica) {
    return std::find(replicas.begin(), replicas.end(), replica) != replicas.end();
  }

  Kind kind_ = Kind::committed;
  std::vector<BrokerId> committed_;
  std::vector<BrokerId> changing_;  // the one that joins, or those that leave
};

}  // namespace kafka
