#include "scenarios/invariants/znode_invariants.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace scenarios {
namespace {

bool contains(const std::vector<kafka::BrokerId>& brokers, kafka::BrokerId broker) {
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

}  // namespace

void ZnodeInvariants::on_state(std::uint32_t partition, const std::string& name, const State& next,
                               const std::vector<kafka::BrokerId>& replicas, bool unclean_allowed, sim::Time at,
                               Violations& violations) {
  const kafka::znode::PartitionState& state = next.state;
  std::optional<State>& known = known_[partition];
  if (known) {
    const kafka::znode::PartitionState& before = known->state;
    if (state.leader_epoch < before.leader_epoch || state.controller_epoch < before.controller_epoch ||
        next.version < known->version) {
      violations.add(
          2, at,
          fmt::format("the state of {} went back: leader epoch {} -> {}, controller epoch {} -> {}, version {} -> {}",
                      name, before.leader_epoch.raw(), state.leader_epoch.raw(), before.controller_epoch.raw(),
                      state.controller_epoch.raw(), known->version, next.version));
    }
    const bool elected = state.leader_epoch != before.leader_epoch && state.leader != kafka::no_broker;
    if (elected && !contains(before.isr, state.leader) && !unclean_allowed) {
      violations.add(
          12, at,
          fmt::format("broker {} was elected leader of {}, but was not in the ISR that the election overwrote",
                      state.leader.raw(), name));
    }
  }
  if (state.isr.empty()) violations.add(10, at, fmt::format("the ISR of {} is empty", name));
  if (state.leader != kafka::no_broker && !contains(state.isr, state.leader)) {
    violations.add(10, at, fmt::format("broker {} leads {}, but is not in its ISR", state.leader.raw(), name));
  }
  if (!replicas.empty()) {
    for (const kafka::BrokerId member : state.isr) {
      if (!contains(replicas, member)) {
        violations.add(11, at,
                       fmt::format("broker {} is in the ISR of {}, but has no replica of it", member.raw(), name));
      }
    }
  }
  known = next;
}

void ZnodeInvariants::on_controller_epoch(kafka::ControllerEpoch epoch, sim::Time at, Violations& violations) {
  if (epoch < controller_epoch_) {
    violations.add(2, at,
                   fmt::format("the controller epoch went back: {} -> {}", controller_epoch_.raw(), epoch.raw()));
  }
  controller_epoch_ = std::max(controller_epoch_, epoch);
}

}  // namespace scenarios
