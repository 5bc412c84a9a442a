#include "scenarios/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/facts.hpp"
#include "model/protocol/errors.hpp"
#include "scenarios/evaluate.hpp"
#include "scenarios/steps.hpp"

namespace scenarios {
namespace {

constexpr sim::Duration brokers_start{200'000'000};
constexpr sim::Duration admin_starts{300'000'000};
constexpr sim::Duration look_for_topics_every{10'000'000};
constexpr sim::Duration supervisor_waits{5'000'000'000};
// The supervisor is told by an observer, between two advances: none may be longer than it waits.
constexpr sim::Duration longest_advance{1'000'000'000};

sim::Time next_multiple(sim::Time now, sim::Duration of) { return sim::Time{} + of * (now.since_start() / of + 1); }

}  // namespace

/// What watches a run while it advances. Lives on the stack, so that the run itself stays a value.
class Run::Observers final : public sim::TraceSink {
 public:
  explicit Observers(Run& run) : run_{run} { run_.world_.attach(this); }
  Observers(const Observers&) = delete;
  Observers& operator=(const Observers&) = delete;
  ~Observers() override { run_.world_.attach(nullptr); }

  void on_event(sim::EventId id, const sim::TraceRecord& record) override {
    if (sim::TraceSink* extra = run_.extra_.get()) extra->on_event(id, record);
    if (record.kind < sim::EventKind::first_fact) {
      if (record.kind < sim::EventKind::program_started || record.kind > sim::EventKind::host_powered_off) return;
      if (record.kind == sim::EventKind::program_ended) on_end(record);
    } else {
      on_fact(record);
    }
    run_.story_.on_event(*run_.setting_, id, record);
    if (run_.options_.invariants) run_.invariants_.on_event(*run_.setting_, run_.world_, record);
  }
  void on_second_parent(const sim::SecondParent& parent) override {
    if (sim::TraceSink* extra = run_.extra_.get()) extra->on_second_parent(parent);
  }

 private:
  void on_fact(const sim::TraceRecord& record) {
    run_.history_.on_event(*run_.setting_, run_.world_.names(), record);
    if (record.host == run_.setting_->cluster.admin && client_fact(record.kind) == kafka::ClientFact::client_error) {
      run_.refusal_ = fmt::format("topic {}: {}", run_.world_.names().name_of(record.subject),
                                  kafka::name(static_cast<kafka::ErrorCode>(record.b)));
    }
  }

  void on_end(const sim::TraceRecord& record) {
    const Cluster& cluster = run_.setting_->cluster;
    if (record.host == cluster.admin) run_.admin_ended_ = record.a == 0;
    if (record.a == 0 || !cluster.broker_number(record.host)) return;
    Pending start;
    start.at = record.at + supervisor_waits;
    start.kind = Pending::Kind::start;
    start.faults.emplace_back(sim::Start{record.host});
    run_.plan(std::move(start));
  }

  Run& run_;
};

bool Conclusion::passed() const {
  return our_fault.empty() && never_started.empty() && violations.empty() && unexpected.empty() &&
         std::all_of(expectations.begin(), expectations.end(), [](const ExpectationResult& one) { return one.met; });
}

Run::Run(Scenario scenario, const RunOptions& options)
    : Run{[&] {
            BuiltWorld built = build_world(scenario, options.check_messages);
            return std::pair{std::make_shared<const Setting>(std::move(scenario), std::move(built.cluster)),
                             std::move(built.world)};
          }(),
          options} {}

Run::Run(std::pair<SettingPtr, sim::World> made, const RunOptions& options)
    : setting_{std::move(made.first)},
      options_{options},
      world_{std::move(made.second)},
      history_{*setting_},
      invariants_{*setting_},
      random_{sim::stream(setting_->scenario.seed, "scenario", "random targets")} {
  const Cluster& cluster = setting_->cluster;
  const auto switch_on = [&](sim::Duration after, const std::vector<sim::HostId>& hosts) {
    Pending start;
    start.at = sim::Time{} + after;
    for (const sim::HostId host : hosts) start.faults.emplace_back(sim::Start{host});
    plan(std::move(start));
  };
  switch_on({}, cluster.zookeepers);
  switch_on(brokers_start, cluster.brokers);
  if (!setting_->scenario.topics.empty()) switch_on(admin_starts, {cluster.admin});
  // At one moment an expectation looks before a step acts.
  for (std::size_t i = 0; i < setting_->scenario.expect.size(); ++i) {
    const Expectation& expectation = setting_->scenario.expect[i];
    if (expectation.at) plan(Pending{*expectation.at, 0, Pending::Kind::look, i});
  }
  for (std::size_t i = 0; i < setting_->scenario.timeline.size(); ++i) {
    plan(Pending{setting_->scenario.timeline[i].at, 0, Pending::Kind::step, i});
  }
}

void Run::plan(Pending pending) {
  pending.order = next_order_++;
  const auto later = [](const Pending& a, const Pending& b) { return a.at != b.at ? a.at < b.at : a.order < b.order; };
  pending_.insert(std::upper_bound(pending_.begin(), pending_.end(), pending, later), std::move(pending));
}

sim::Time Run::next_stop() const {
  sim::Time stop = std::min(end(), next_multiple(world_.now(), ready_at_ ? longest_advance : look_for_topics_every));
  if (!pending_.empty()) stop = std::min(stop, pending_.front().at);
  return stop;
}

sim::Stopped Run::advance(const sim::Budget& budget) {
  Observers observers{*this};
  std::uint64_t left = budget.events;
  while (true) {
    const sim::Time stop = next_stop();
    const bool whole = stop <= budget.until;
    const std::uint64_t before = world_.events();
    const sim::Stopped stopped = world_.advance(sim::Budget{std::min(stop, budget.until), left});
    left -= world_.events() - before;
    if (!whole || stopped != sim::Stopped::time) return stopped;
    do_what_is_due();
    if (world_.broken()) return sim::Stopped::broken;
    if (world_.now() >= end() && (pending_.empty() || pending_.front().at > end())) return sim::Stopped::time;
  }
}

void Run::do_what_is_due() {
  if (!ready_at_) start_clients_if_ready();
  while (!pending_.empty() && pending_.front().at <= world_.now()) {
    Pending due = std::move(pending_.front());
    pending_.erase(pending_.begin());
    switch (due.kind) {
      case Pending::Kind::look: look_at(due.index); break;
      case Pending::Kind::step: carry_out(due.index); break;
      case Pending::Kind::undo: steps_done_.push_back(StepDone{due.index, world_.now(), true, {}}); [[fallthrough]];
      case Pending::Kind::start:
        for (const sim::Fault& fault : due.faults) world_.input(fault);
        break;
    }
  }
}

void Run::start_clients_if_ready() {
  const bool ready = setting_->scenario.topics.empty() ? world_.now() >= sim::Time{} + admin_starts : admin_ended_;
  if (!ready) return;
  ready_at_ = world_.now();
  for (const sim::HostId client : setting_->cluster.clients) world_.input(sim::Fault{sim::Start{client}});
}

void Run::carry_out(std::size_t index) {
  const Step& step = setting_->scenario.timeline[index];
  Planned planned = faults_of(step.action, world_, setting_->cluster, setting_->scenario, random_);
  if (step.action.verb == Verb::heal) {
    const auto named = named_events_.find(step.action.heals);
    if (step.action.heals.empty()) {
      planned.faults.emplace_back(sim::Heal{sim::no_event});
    } else if (named != named_events_.end()) {
      for (const sim::EventId event : named->second) planned.faults.emplace_back(sim::Heal{event});
    }
  }
  Pending undo;
  undo.kind = Pending::Kind::undo;
  undo.index = index;
  for (const sim::Fault& fault : planned.faults) {
    // What a change of a cable or a clock goes back to is what was before; a heal names the event.
    const sim::EventId upcoming{world_.trace().last().raw() + 1};
    std::optional<sim::Fault> back = step.lasts ? undo_of(fault, upcoming, world_) : std::nullopt;
    const sim::EventId event = world_.input(fault);
    if (back && std::holds_alternative<sim::Heal>(*back)) back = sim::Heal{event};
    if (back) undo.faults.push_back(std::move(*back));
    if (!step.name.empty()) named_events_[step.name].push_back(event);
  }
  steps_done_.push_back(StepDone{index, world_.now(), false, planned.whom});
  if (step.lasts && !undo.faults.empty()) {
    undo.at = world_.now() + *step.lasts;
    std::reverse(undo.faults.begin(), undo.faults.end());
    plan(std::move(undo));
  }
}

void Run::look_at(std::size_t index) {
  const Expectation& expectation = setting_->scenario.expect[index];
  const auto value = value_of(expectation.term, world_, setting_->cluster, setting_->scenario);
  looked_.push_back(
      ExpectationResult{index, value && fulfils(expectation, *value), value ? to_text(*value) : "nothing"});
}

Conclusion Run::conclude() const {
  Conclusion conclusion;
  if (const auto& broken = world_.broken()) {
    conclusion.our_fault = fmt::format("{} at {}, event {}, virtual time {}, seed {}", broken->what, broken->where,
                                       broken->event, sim::to_text(broken->at), broken->seed.raw());
    return conclusion;
  }
  if (!ready_at_) {
    conclusion.never_started = refusal_.empty() ? "the topics were not created before the scenario ended" : refusal_;
  }
  const FinalRead read = read_everything(world_, *setting_);
  if (!read.broken.empty()) conclusion.our_fault = read.broken;
  conclusion.judgement = judge(history_, read, *setting_);
  InvariantWatch invariants = invariants_;
  if (options_.invariants) invariants.on_final_read(*setting_, history_, read, world_.now());
  conclusion.violations = invariants.violations();

  const Scenario& scenario = setting_->scenario;
  std::vector<Anomaly> spoken_of;
  for (std::size_t i = 0; i < scenario.expect.size(); ++i) {
    const Expectation& expectation = scenario.expect[i];
    ExpectationResult result{i, false, {}};
    if (expectation.kind == Expectation::Kind::value) {
      if (expectation.at) {
        const auto looked =
            std::find_if(looked_.begin(), looked_.end(), [&](const auto& one) { return one.expectation == i; });
        result = looked == looked_.end() ? ExpectationResult{i, false, "not reached"} : *looked;
      } else {
        const auto value = value_of(expectation.term, world_, setting_->cluster, scenario);
        result.met = value && fulfils(expectation, *value);
        result.found = value ? to_text(*value) : "nothing";
      }
    } else {
      spoken_of.push_back(expectation.anomaly);
      const std::int64_t count = conclusion.judgement.count(expectation.anomaly);
      result.met = expectation.kind == Expectation::Kind::none_of ? count == 0 : count >= expectation.count;
      result.found = fmt::format("found {} times", count);
    }
    conclusion.expectations.push_back(std::move(result));
  }
  for (const Anomaly anomaly : all_anomalies) {
    const bool mentioned = std::find(spoken_of.begin(), spoken_of.end(), anomaly) != spoken_of.end();
    if (!mentioned && conclusion.judgement.count(anomaly) > 0) conclusion.unexpected.push_back(anomaly);
  }
  return conclusion;
}

}  // namespace scenarios
