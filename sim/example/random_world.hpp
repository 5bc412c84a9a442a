// random_world.hpp - a world and its troubles, all from one seed.
// Here:  RandomWorld (a value), and run_random_world, which runs one to its end and tells what became of it.
// Not:   the faults one by one (random_faults.hpp); the programs (counter.hpp); campaigns (cli/worlds.cpp).
// Start: `run_random_world(Seed{17}, {})`.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/cow.hpp"
#include "sim/example/judge.hpp"
#include "sim/example/random_faults.hpp"
#include "sim/world.hpp"

namespace sim::example {

/// What is not drawn.
struct RandomWorldSpec {
  /// Length of the run. Troubles are drawn for the first three quarters; then everything is mended.
  Duration length = Duration{8'000'000'000};
  /// An observer: no effect on hashes.
  bool check_messages = true;
};

/// 3 to 12 hosts in racks of datacenters, running the counter of this folder, and a plan of starts, faults, repairs and
/// commands. A value like the world in it; equal seeds and specs give equal runs however they are cut into advances.
class RandomWorld {
 public:
  RandomWorld(Seed seed, const RandomWorldSpec& spec);

  /// Like World::advance(), with the plan's inputs at their times. A plan that waits counts as something that will
  /// happen: never idle.
  Stopped advance(const Budget& budget);
  Stopped finish() { return advance(Budget{Time{} + spec_.length}); }

  World& world() { return world_; }
  const World& world() const { return world_; }
  /// Whether even a correct program may lose what it confirmed: disks rot or lie here.
  bool cruel() const { return cruel_; }

  struct Planned {
    Time at;
    Outside what;
    std::int32_t heals = -1;  ///< index of the planned fault that this Heal undoes
  };
  const std::vector<Planned>& plan() const { return plan_.read(); }

 private:
  class Maker;
  RandomWorld(Maker&& maker, const RandomWorldSpec& spec);

  RandomWorldSpec spec_;
  World world_;
  bool cruel_ = false;
  Cow<std::vector<Planned>> plan_;      // by time; never changes after the constructor
  Cow<std::vector<EventId>> happened_;  // events of the planned inputs so far
};

/// How a run ended.
struct RandomRun {
  Digest trace;
  Digest state;
  std::uint64_t events = 0;  ///< handled by the queue
  std::uint64_t trace_lines = 0;
  std::uint64_t messages = 0;  ///< that reached a program
  std::uint64_t crashes = 0;   ///< of programs and machines
  std::uint64_t confirmations = 0;
  std::uint64_t primaries = 0;
  std::array<std::uint64_t, fault_kinds> faults{};
  /// Empty, or a sentence: a broken check of the kernel, or a broken promise of the counter.
  std::string failure;
};

/// Counts what a RandomRun tells, and judges.
class RandomRunObserver final : public TraceSink {
 public:
  void on_event(EventId id, const TraceRecord& record) override;
  void on_second_parent(const SecondParent& parent) override { judge_.on_second_parent(parent); }

  /// REQUIRES: observed `random` from its first event.
  RandomRun result(const RandomWorld& random) const;

 private:
  CounterJudge judge_;
  std::uint64_t lines_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t crashes_ = 0;
};

RandomRun run_random_world(Seed seed, const RandomWorldSpec& spec);

}  // namespace sim::example
