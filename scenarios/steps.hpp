// steps.hpp - carrying out one step of the timeline.
// Here:  faults_of (an action's terms become hosts, its verb becomes faults), undo_of (what ends a fault).
// Not:   when (run.hpp); what can be said (verbs.hpp).
// Start: faults_of().
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/cluster.hpp"
#include "scenarios/scenario.hpp"
#include "sim/fault.hpp"
#include "sim/random.hpp"
#include "sim/world.hpp"

namespace scenarios {

struct Planned {
  std::vector<sim::Fault> faults;  ///< in order; empty if the terms name nobody now
  std::string whom;                ///< for people: "broker-2"; "nobody"
};

/// Heal is left to the caller, who knows which events there are to heal.
Planned faults_of(const Action& action, const sim::World& world, const Cluster& cluster, const Scenario& scenario,
                  sim::Random& random);

/// What undoes `fault`, which `event` stands for. `before` is the world before the fault. Nothing if nothing does.
std::optional<sim::Fault> undo_of(const sim::Fault& fault, sim::EventId event, const sim::World& before);

}  // namespace scenarios
