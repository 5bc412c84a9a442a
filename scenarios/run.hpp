// run.hpp - a scenario on its way.
// Here:  Run, a value: world, timeline and observers; Conclusion, what became of it.
// Not:   text (report.hpp); loading (loader.hpp).
// Start: `Run run{scenario, {}}; while (!run.finished()) run.advance({...}); run.conclude()`.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/invariants/watch.hpp"
#include "scenarios/judges/history.hpp"
#include "scenarios/judges/judge.hpp"
#include "scenarios/setting.hpp"
#include "scenarios/story.hpp"
#include "sim/world.hpp"

namespace scenarios {

struct RunOptions {
  bool check_messages = false;  ///< wire check
  bool invariants = true;       ///< the white box; changes no hash
};

/// A step of the timeline, or its end, as it was carried out.
struct StepDone {
  std::size_t step = 0;
  sim::Time at;
  bool undone = false;
  std::string whom;  ///< for people: "broker-2", "nobody"
};

struct ExpectationResult {
  std::size_t expectation = 0;
  bool met = false;
  std::string found;  ///< for people: "[1, 2]", "3 times"
};

struct Conclusion {
  Judgement judgement;
  Violations violations;
  std::vector<ExpectationResult> expectations;
  std::vector<Anomaly> unexpected;  ///< found, though no expectation speaks of them
  std::string never_started;        ///< why the topics could not be created; normally empty
  std::string our_fault;            ///< a check of kafkasim's own code failed; normally empty

  bool passed() const;
};

/// A copy has the same future, observers included; attached sinks stay behind. Deterministic however it is cut into
/// advances.
///
/// What a run adds to its scenario: machines are switched on at 0s (ZooKeeper) and 200ms (brokers), a program "admin"
/// creates the topics, clients start when it is done; a broker that ends by itself is started again after 5s, as a
/// supervisor would.
class Run {
 public:
  Run(Scenario scenario, const RunOptions& options);

  /// Goes on, at most to the end of the scenario. Never owns the loop: call it with small budgets.
  sim::Stopped advance(const sim::Budget& budget);
  bool finished() const { return world_.broken().has_value() || world_.now() >= end(); }
  sim::Time end() const { return sim::Time{} + setting_->scenario.duration; }

  const Scenario& scenario() const { return setting_->scenario; }
  const Setting& setting() const { return *setting_; }
  const sim::World& world() const { return world_; }
  const Story& story() const { return story_; }
  const History& history() const { return history_; }
  const std::vector<StepDone>& steps_done() const { return steps_done_; }
  /// When clients were started; nothing before.
  const std::optional<sim::Time>& ready_at() const { return ready_at_; }

  /// Not owned; sees everything that happens in advance(). A copy starts without.
  void attach(sim::TraceSink* sink) { extra_.attach(sink); }

  /// The verdict, as of now: expectations, invariants, and what a reader finds (in a copy of the world).
  Conclusion conclude() const;

 private:
  class Observers;
  friend class Observers;

  struct Pending {  // something of the timeline that is still to be done
    sim::Time at;
    std::uint64_t order = 0;
    enum class Kind : std::uint8_t { start, look, step, undo } kind = Kind::start;
    std::size_t index = 0;             // expectation or step
    std::vector<sim::Fault> faults{};  // start, undo
  };

  Run(std::pair<SettingPtr, sim::World> made, const RunOptions& options);
  void plan(Pending pending);
  sim::Time next_stop() const;
  void do_what_is_due();
  void start_clients_if_ready();
  void carry_out(std::size_t step);
  void look_at(std::size_t expectation);

  SettingPtr setting_;
  RunOptions options_;
  sim::World world_;
  History history_;
  InvariantWatch invariants_;
  Story story_;
  sim::Random random_;            // for "random broker"
  std::vector<Pending> pending_;  // by time and order
  std::uint64_t next_order_ = 0;
  std::vector<StepDone> steps_done_;
  std::map<std::string, std::vector<sim::EventId>> named_events_;  // by Step::name
  std::vector<ExpectationResult> looked_;
  std::optional<sim::Time> ready_at_;
  bool admin_ended_ = false;
  std::string refusal_;  // of a topic
  sim::Detached<sim::TraceSink> extra_;
};

}  // namespace scenarios
