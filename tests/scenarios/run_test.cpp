// Whole runs: they repeat, copies go on alike, observers do not touch, planted damage is found.
#include "scenarios/run.hpp"

#include <doctest/doctest.h>

#include <memory>

#include "scenarios/loader.hpp"
#include "scenarios/report.hpp"

using namespace scenarios;
using namespace sim::literals;

namespace {

Scenario scenario_of(const std::string& more, const std::string& producer = "") {
  const std::string text =
      R"({"title": "t", "seed": 7, "duration": "16s",
"cluster": {"brokers": {"count": 3}, "config": {"zookeeper.session.timeout.ms": 4000}},
"topics": [{"name": "orders", "assignment": [[1, 2, 3]], "config": {"min.insync.replicas": 2}}],
"clients": [{"name": "shop", "producer": {"topic": "orders", "rate": "20/s")" +
      producer + R"(}}, {"name": "billing", "consumer": {"topics": ["orders"]}}])" + (more.empty() ? "" : "," + more) +
      "}";
  Loaded loaded = load_scenario(text, "run_test.json");
  std::string problems;
  for (const Problem& problem : loaded.problems) problems += to_text(problem) + "\n";
  REQUIRE_MESSAGE(loaded.scenario.has_value(), problems);
  return std::move(*loaded.scenario);
}

constexpr const char* a_crash = R"("timeline": [{"at": "4s", "crash": "random broker", "for": "3s"}])";

sim::Digest hash_of(const Run& run) { return run.world().trace_hash(); }

Run finished(Scenario scenario, const RunOptions& options = {}) {
  Run run{std::move(scenario), options};
  run.advance({run.end()});
  REQUIRE(run.finished());
  return run;
}

std::string told(const Run& run, const Conclusion& conclusion) { return text_report(run, conclusion, {}); }

}  // namespace

TEST_CASE("a run repeats; another seed is another run") {
  const sim::Digest first = hash_of(finished(scenario_of(a_crash)));
  CHECK(hash_of(finished(scenario_of(a_crash))) == first);
  Scenario other = scenario_of(a_crash);
  other.seed = sim::Seed{8};
  CHECK(hash_of(finished(std::move(other))) != first);
}

TEST_CASE("a run is the same however it is cut into pieces, from copies, and whoever watches") {
  RunOptions plain;
  plain.invariants = false;
  const sim::Digest whole = hash_of(finished(scenario_of(a_crash), plain));

  auto run = std::make_unique<Run>(scenario_of(a_crash), RunOptions{});
  int copies = 0;
  for (std::uint64_t pieces = 0; !run->finished(); ++pieces) {
    run->advance({run->end(), 1 + pieces * 7 % 5'000});
    if (pieces % 10 != 0) continue;
    run = std::make_unique<Run>(Run{*run});  // the original is gone, the copy goes on
    ++copies;
  }
  CHECK(copies > 3);
  CHECK(hash_of(*run) == whole);
  const Conclusion conclusion = run->conclude();
  CHECK_MESSAGE(conclusion.passed(), told(*run, conclusion));
  CHECK(hash_of(*run) == whole);  // judging disturbs nothing

  RunOptions wire;
  wire.check_messages = true;
  CHECK(hash_of(finished(scenario_of(a_crash), wire)) == whole);
}

TEST_CASE("a copy that goes another way does not change the original") {
  Run run{scenario_of(a_crash), {}};
  run.advance({sim::Time{} + 3_s});
  Run other = run;
  other.advance({sim::Time{} + 9_s});
  run.advance({run.end()});
  CHECK(hash_of(run) == hash_of(finished(scenario_of(a_crash))));
}

TEST_CASE("clients send, acknowledge and read; the verdict is good") {
  const Run run =
      finished(scenario_of(R"("expect": [{"no": "lost-write"}, {"finally": "isr of orders-0", "is": [1, 2, 3]},
    {"at": "8s", "that": "leader of orders-0", "is": 1}, {"finally": "state of shop", "is": "running"}])"));
  const Conclusion conclusion = run.conclude();
  CHECK_MESSAGE(conclusion.passed(), told(run, conclusion));
  REQUIRE(run.ready_at().has_value());
  CHECK(run.history().counts()[0].acknowledged > 200);
  CHECK(run.history().counts()[1].read > 200);
  CHECK(conclusion.judgement.kept == conclusion.judgement.promised);
  CHECK(conclusion.judgement.promised == run.history().counts()[0].acknowledged);
}

TEST_CASE("an expectation that does not hold fails the run and says what was found") {
  const Run run = finished(scenario_of(R"("expect": [{"finally": "leader of orders-0", "is": "broker-3"}])"));
  const Conclusion conclusion = run.conclude();
  CHECK_FALSE(conclusion.passed());
  REQUIRE(conclusion.expectations.size() == 1);
  CHECK(conclusion.expectations[0].found == "1");
}

TEST_CASE("one flipped bit of an acknowledged record on every replica is reported") {
  const Run run = finished(scenario_of(
      R"("timeline": [
    {"at": "12s", "corrupt": {"host": "replicas of orders-0", "partition": "orders-0", "offset": 5}}])"));
  const Conclusion conclusion = run.conclude();
  CHECK(conclusion.judgement.count(Anomaly::corrupt_record) == 1);
  CHECK_FALSE(conclusion.passed());
  CHECK(told(run, conclusion).find("offsets 5 to 5 of orders-0 are broken") != std::string::npos);
}

TEST_CASE("a cluster that cannot create its topics says so") {
  const Run run = finished(scenario_of(R"("timeline": [{"at": "0s", "power-off": "zookeeper"}])"));
  const Conclusion conclusion = run.conclude();
  CHECK_FALSE(conclusion.passed());
  CHECK_FALSE(conclusion.never_started.empty());
}

TEST_CASE("a partition without a leader at the end is unknown, not lost") {
  const Run run =
      finished(scenario_of(R"("timeline": [{"at": "8s", "crash": "brokers"}], "expect": [{"no": "lost-write"}])"));
  const Conclusion conclusion = run.conclude();
  CHECK(conclusion.judgement.count(Anomaly::lost_write) == 0);
  CHECK(conclusion.judgement.unknown > 50);
}

TEST_CASE("a step that finds nobody does nothing and says so") {
  const Run run = finished(scenario_of(
      R"("timeline": [{"at": "3s", "crash": "brokers"}, {"at": "9s", "stop": "zookeeper"},
    {"at": "10s", "freeze": "leader of orders-0"}])"));
  REQUIRE(run.steps_done().size() == 3);
  CHECK(run.steps_done()[0].whom == "broker-1, broker-2, broker-3");
  CHECK(run.steps_done()[2].whom == "nobody");
}

TEST_CASE("what is undone after a while is undone") {
  const Run run = finished(scenario_of(R"("timeline": [
    {"at": "4s", "freeze": "shop", "for": "1s"},
    {"at": "5s", "isolate": "broker-2", "for": "500ms", "as": "cut"},
    {"at": "6s", "slow-disk": {"host": "broker-1", "percent": 300}, "for": "500ms"},
    {"at": "6s", "change-cable": {"between": ["broker-3", "core"], "latency": "5ms"}, "for": "500ms"},
    {"at": "6s", "skew-clock": {"host": "broker-1", "by": "+2s"}, "for": "500ms"},
    {"at": "7s", "disk-full": "broker-3", "for": "10ms"}],
    "expect": [{"no": "lost-write"}, {"finally": "state of shop", "is": "running"}])"));
  CHECK(run.steps_done().size() == 12);
  const sim::Host& first = run.world().host(run.setting().cluster.broker(1));
  CHECK(first.files.model().slow_percent == 100);
  const auto& topology = run.world().network().topology();
  const auto cable = topology.link_between(*topology.find("broker-3"), *topology.find("core"));
  REQUIRE(cable.has_value());
  CHECK(topology.spec(*cable).latency == 150_us);
  CHECK_FALSE(run.world().host(run.setting().cluster.broker(3)).files.model().full);
}
