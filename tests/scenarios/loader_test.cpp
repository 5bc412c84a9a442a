#include "scenarios/loader.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace scenarios;

namespace {

const std::string root = KAFKASIM_SOURCE_DIR;

std::string read(const std::string& path) {
  std::ifstream in{path};
  REQUIRE_MESSAGE(in.is_open(), path);
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string problems_of(const Loaded& loaded) {
  std::string text;
  for (const Problem& problem : loaded.problems) text += to_text(problem) + "\n";
  return text;
}

// The smallest scenario, with more in it.
std::string with(const std::string& more) {
  return R"({"title": "t", "cluster": {}, "topics": [{"name": "orders", "partitions": 2, "replication.factor": 3}],
"clients": [{"name": "shop", "producer": {"topic": "orders"}}])" +
         (more.empty() ? "" : ",\n" + more) + "}";
}

Scenario good(const std::string& more) {
  Loaded loaded = load_scenario(with(more), "good.json");
  REQUIRE_MESSAGE(loaded.scenario.has_value(), problems_of(loaded));
  CHECK(problems_of(loaded).empty());
  return std::move(*loaded.scenario);
}

// To write the golden file anew: KAFKASIM_REGENERATE=1. Commit only a difference that can be explained.
void check_golden(const std::string& path, const std::string& text) {
  if (std::getenv("KAFKASIM_REGENERATE") != nullptr) std::ofstream{path} << text;
  CHECK(text == read(path));
}

}  // namespace

TEST_CASE("all errors of a file are told at once, with line, path, what was found and what is allowed") {
  const std::string folder = root + "/tests/golden/scenarios/";
  const Loaded loaded = load_scenario(read(folder + "many_errors.json"), "many_errors.json");
  CHECK_FALSE(loaded.scenario.has_value());
  check_golden(folder + "many_errors.txt", problems_of(loaded));
}

TEST_CASE("a fault of syntax names its line; what is written twice is told") {
  CHECK(problems_of(load_scenario("{\n\"title\": \"t\",\n}", "f.json")).substr(0, 25) == "f.json:3: this is no JSON");
  CHECK(problems_of(load_scenario("", "f.json")).substr(0, 9) == "f.json:1:");
  CHECK(problems_of(load_scenario("{\"title\": \"a\",\n\"title\": \"b\"}", "f.json")) ==
        "f.json:2: the key \"title\" stands twice\n");
  CHECK(problems_of(load_scenario(std::string(100'000, '['), "f.json")).find("nested deeper") != std::string::npos);
  CHECK(problems_of(load_scenario("[1]", "f.json")) == "f.json:1: found a list; allowed is an object\n");
  CHECK(problems_of(load_scenario_file("/nowhere/x.json")).find("cannot be read") != std::string::npos);
}

TEST_CASE("what is left out has a default") {
  const Scenario scenario = good("");
  CHECK(scenario.brokers.size() == 3);
  CHECK(scenario.zookeepers == 1);
  CHECK(scenario.seed == sim::Seed{1});
  const auto& producer = std::get<ProducerSpec>(scenario.clients[0].what);
  CHECK(producer.rate == 100);
  CHECK(producer.config.acks == "all");
  CHECK_FALSE(producer.config.enable_idempotence);
}

TEST_CASE("configs may be numbers, texts or booleans; the topics' defaults are the brokers'") {
  Loaded loaded =
      load_scenario(R"({"title": "t", "cluster": {"config": {"replica.lag.time.max.ms": 5000, "num.io.threads": "4",
    "unclean.leader.election.enable": true, "min.insync.replicas": 2},
    "brokers": {"count": 2, "racks": ["a", "b"], "overrides": {"broker-2": {"num.io.threads": 1}}}},
    "topics": [{"name": "orders", "replication.factor": 2, "config": {"unclean.leader.election.enable": false}}]})",
                    "f.json");
  REQUIRE_MESSAGE(loaded.scenario.has_value(), problems_of(loaded));
  const Scenario& scenario = *loaded.scenario;
  CHECK(scenario.brokers[0].config.replica_lag_time_max == sim::Duration{5'000'000'000});
  CHECK(scenario.brokers[0].config.num_io_threads == 4);
  CHECK(scenario.brokers[1].config.num_io_threads == 1);
  CHECK(scenario.brokers[1].rack == "b");
  CHECK(scenario.topics[0].effective.min_insync_replicas == 2);
  CHECK_FALSE(scenario.topics[0].effective.unclean_leader_election);
  CHECK(scenario.topics[0].config.size() == 1);
}

TEST_CASE("a config that is known but not modelled is a warning") {
  const Loaded loaded = load_scenario(R"({"title": "t", "cluster": {"config": {"log.cleaner.threads": 2}}})", "f.json");
  CHECK(loaded.scenario.has_value());
  CHECK(problems_of(loaded) ==
        "f.json:1: warning: cluster.config[\"log.cleaner.threads\"]: Kafka knows \"log.cleaner.threads\", but it is "
        "not modelled "
        "yet: it has no effect\n");
}

TEST_CASE("steps are put in the order of their times, those of one time stay as written") {
  const Scenario scenario = good(R"("timeline": [
    {"at": "9s", "crash": "broker-1"}, {"at": "3s", "stop": "broker-2"}, {"at": "9s", "start": "broker-2"}])");
  REQUIRE(scenario.timeline.size() == 3);
  CHECK(scenario.timeline[0].text == "stop broker-2");
  CHECK(scenario.timeline[1].text == "crash broker-1");
  CHECK(scenario.timeline[2].text == "start broker-2");
}

TEST_CASE("every verb is read, and its form in the table is the one that is understood") {
  const std::string forms[] = {
      R"("start": "broker-1")",
      R"("stop": ["broker-1", "broker-2"], "for": "1s")",
      R"("restart": "random broker")",
      R"("crash": {"host": "broker-1", "after-effects": 7}, "for": "1s")",
      R"("power-off": "zookeeper", "for": "1s")",
      R"("freeze": "controller", "for": "1s")",
      R"("thaw": "zk-1")",
      R"("partition": [["broker-1"], ["broker-2", "zookeeper"]], "for": "1s")",
      R"("isolate": "leader of orders-0", "for": "1s")",
      R"("one-way-cut": {"from": "broker-1", "to": "followers of orders-1"}, "for": "1s")",
      R"("slow-link": {"between": ["broker-1", "shop"], "latency": "20ms", "jitter": "1ms"}, "for": "1s")",
      R"("lossy-link": {"from": "broker-1", "to": "broker-2", "lost": "5%"}, "for": "1s")",
      R"("change-cable": {"between": ["broker-1", "core"], "cut": true}, "for": "1s")",
      R"("reset-connections": {"between": ["broker-1", "shop"]})",
      R"("heal": "network")",
      R"("skew-clock": {"host": "broker-1", "by": "-5s"}, "for": "1s")",
      R"("drift-clock": {"host": "broker-1", "parts-per-million": 200}, "for": "1s")",
      R"("slow-disk": {"host": "broker-1", "percent": 900}, "for": "1s")",
      R"("disk-full": "broker-1", "for": "1s")",
      R"("disk-capacity": {"host": "broker-1", "bytes": "10MB"})",
      R"("disk-error": {"host": "broker-1", "access": "sync", "operations": 3}, "for": "1s")",
      R"("lying-sync": "broker-1", "for": "1s")",
      R"("heal-disk": "broker-1")",
      R"("power-loss-model": {"host": "brokers", "data": "none"})",
      R"("corrupt": {"host": "isr of orders-0", "partition": "orders-0", "offset": 3})",
  };
  static_assert(std::size(forms) == verb_count);
  for (std::size_t i = 0; i < verb_count; ++i) {
    CAPTURE(forms[i]);
    const Scenario scenario = good("\"timeline\": [{\"at\": \"1s\", " + forms[i] + "}]");
    REQUIRE(scenario.timeline.size() == 1);
    const Action& action = scenario.timeline[0].action;
    CHECK(static_cast<std::size_t>(action.verb) == i);
    // The verb is called like the fault that it makes, with hyphens.
    std::string name{sim::name_of(action.fault)};
    for (char& letter : name) letter = letter == ' ' ? '-' : letter;
    CHECK(info(action.verb).name == name);
    CHECK(info(action.verb).can_last == (forms[i].find("\"for\"") != std::string::npos));
  }
}

TEST_CASE("a step can be healed by its name") {
  const Scenario scenario = good(R"("timeline": [
    {"at": "1s", "isolate": "broker-1", "as": "the cut"}, {"at": "2s", "heal": "the cut"}])");
  CHECK(scenario.timeline[1].action.heals == "the cut");
}

TEST_CASE("expectations") {
  const Scenario scenario = good(R"("expect": [
    {"no": "lost-write"}, {"anomaly": "duplicate", "at-least": 2},
    {"at": "5s", "that": "isr of orders-1", "is": [3, "broker-1"]},
    {"finally": "high watermark of orders-0", "at-least": 100},
    {"finally": "state of shop", "is": "running"}, {"finally": "controller", "is": -1}])");
  REQUIRE(scenario.expect.size() == 6);
  CHECK(scenario.expect[0].text == "no lost-write");
  CHECK(scenario.expect[1].text == "duplicate: at least 2");
  CHECK(scenario.expect[2].text == "at 5s: isr of orders-1 is [1, 3]");
  CHECK(scenario.expect[3].text == "finally: high watermark of orders-0 is at least 100");
  CHECK(scenario.expect[4].text == "finally: state of shop is \"running\"");
  CHECK(scenario.expect[5].text == "finally: controller is -1");
}

TEST_CASE("the library and the bench are good scenarios that say what they teach") {
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{root + "/scenarios/library"}) {
    if (entry.path().extension() != ".json") continue;
    ++files;
    const Loaded loaded = load_scenario_file(entry.path().string());
    REQUIRE_MESSAGE(loaded.scenario.has_value(), problems_of(loaded));
    CHECK_MESSAGE(loaded.problems.empty(), problems_of(loaded));
    CHECK_MESSAGE(loaded.scenario->teaches.size() > 100, entry.path().string());
    CHECK_MESSAGE(!loaded.scenario->expect.empty(), entry.path().string());
  }
  CHECK(files >= 5);
  CHECK(load_scenario_file(root + "/tests/bench/cluster.json").problems.empty());
}
