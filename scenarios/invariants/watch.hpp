// watch.hpp - the white box: all invariants, fed from what happens in a world.
// Here:  InvariantWatch: facts and a look into brokers and ZooKeeper, translated for the invariants.
// Not:   the invariants themselves (log_invariants.hpp, znode_invariants.hpp, replica_invariants.hpp).
// Start: on_event(). It only looks; each event costs what it changed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/broker/broker.hpp"
#include "scenarios/invariants/log_invariants.hpp"
#include "scenarios/invariants/violation.hpp"
#include "scenarios/invariants/znode_invariants.hpp"
#include "scenarios/judges/final_read.hpp"
#include "scenarios/judges/history.hpp"
#include "scenarios/judges/judge.hpp"
#include "scenarios/setting.hpp"
#include "sim/world.hpp"

namespace scenarios {

/// A value.
class InvariantWatch {
 public:
  explicit InvariantWatch(const Setting& setting);

  void on_event(const Setting& setting, const sim::World& world, const sim::TraceRecord& record);
  /// At the end. 16: what acks=all promised is readable at its offset. 19: reads of one offset agree.
  void on_final_read(const Setting& setting, const History& history, const FinalRead& read, sim::Time at);

  const Violations& violations() const { return violations_; }

 private:
  void on_broker_fact(const Setting& setting, const sim::World& world, const sim::TraceRecord& record);
  void on_client_fact(const Setting& setting, const sim::World& world, const sim::TraceRecord& record);
  void on_znode(const Setting& setting, const sim::World& world, const sim::TraceRecord& record);
  void on_state(const Setting& setting, const sim::World& world, std::uint32_t partition, sim::Time at);
  /// Reads the log of this replica up to `bound` into its shadow.
  void read_log(const Setting& setting, const sim::World& world, std::uint32_t partition, int broker,
                std::int64_t bound, sim::Time at);

  std::vector<LogInvariants> logs_;  // by partition
  ZnodeInvariants znodes_;
  Violations violations_;
  PartitionSubjects subjects_;
  std::vector<std::uint32_t> state_paths_;  // by SubjectId: partition whose state node it is
  std::vector<bool> acks_all_;              // by client
};

}  // namespace scenarios
