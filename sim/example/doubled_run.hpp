// doubled_run.hpp - does the same thing happen again?
// Here:  runs_differ: makes and runs something twice, and shows the first event in which the runs differ.
// Not:   which worlds, and how many (cli/worlds.cpp, tests).
// Start: `runs_differ([] { return make_world(); }, Budget{Time{} + 5_s})`.
#pragma once

#include <optional>
#include <string>

#include "sim/example/random_world.hpp"
#include "sim/world.hpp"

namespace sim::example {

inline World& world_in(World& world) { return world; }
inline World& world_in(RandomWorld& random) { return random.world(); }

/// Nothing if both worlds have the same trace, else sentences with the first event that differs in either of them.
/// REQUIRES: both recorded their traces from the first event.
std::optional<std::string> first_difference(const World& one, const World& other);

/// `make()` gives a World or a RandomWorld at its beginning. Both live at the same time, so that an address that leaks
/// into a trace differs.
template <class Make>
std::optional<std::string> runs_differ(Make make, const Budget& budget) {
  auto one = make();
  world_in(one).record_trace(true);
  one.advance(budget);
  auto other = make();
  world_in(other).record_trace(true);
  other.advance(budget);
  return first_difference(world_in(one), world_in(other));
}

}  // namespace sim::example
