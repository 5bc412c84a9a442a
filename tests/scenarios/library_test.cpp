// Every scenario of the library ends as its line in outcomes.csv says; every example of the documentation runs.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "scenarios/loader.hpp"
#include "scenarios/report.hpp"
#include "scenarios/run.hpp"

using namespace scenarios;

namespace {

const std::string root = KAFKASIM_SOURCE_DIR;
const std::string library = root + "/scenarios/library/";

std::string read(const std::string& path) {
  std::ifstream in{path};
  REQUIRE_MESSAGE(in.is_open(), path);
  return {std::istreambuf_iterator<char>{in}, {}};
}

Scenario loaded(const std::string& text, const std::string& name) {
  Loaded result = load_scenario(text, name);
  std::string problems;
  for (const Problem& problem : result.problems) problems += to_text(problem) + "\n";
  REQUIRE_MESSAGE(result.scenario.has_value(), problems);
  CHECK_MESSAGE(problems.empty(), problems);
  return std::move(*result.scenario);
}

Run finished(Scenario scenario) {
  Run run{std::move(scenario), {}};
  run.advance({run.end()});
  return run;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{library}) {
    if (entry.path().extension() != ".json") continue;
    const std::string path = entry.path().string();
    all.push_back(path.substr(library.size(), path.size() - library.size() - 5));
  }
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace

TEST_CASE("the scenarios of the library end as outcomes.csv says") {
  std::string outcomes{outcome_header()};
  for (const std::string& name : names()) {
    CAPTURE(name);
    const Run run = finished(loaded(read(library + name + ".json"), name + ".json"));
    const Conclusion conclusion = run.conclude();
    CHECK_MESSAGE(conclusion.passed(), text_report(run, conclusion, {}));
    outcomes += name + "," + outcome_line(run, conclusion);
  }
  if (std::getenv("KAFKASIM_REGENERATE") != nullptr) std::ofstream{library + "outcomes.csv"} << outcomes;
  CHECK(outcomes == read(library + "outcomes.csv"));
}

TEST_CASE("every example in docs/scenario-format.md runs") {
  // Examples that are no whole file are members of one: they are put into this one, in the place of its own.
  const std::string topics = R"("topics": [{"name": "orders", "partitions": 2, "replication.factor": 3}])";
  const std::string cluster = R"("cluster": {"config": {"zookeeper.session.timeout.ms": 4000}})";
  const std::string clients = R"("clients": [{"name": "shop", "producer": {"topic": "orders", "rate": "20/s"}}])";
  std::istringstream lines{read(root + "/docs/scenario-format.md")};
  std::string line;
  std::string example;
  bool inside = false;
  int examples = 0;
  while (std::getline(lines, line)) {
    if (line == "```json") {
      inside = true;
      example.clear();
    } else if (line == "```" && inside) {
      inside = false;
      ++examples;
      if (example.front() != '{') {
        std::string whole = R"({"title": "an example", "duration": "10s")";
        for (const std::string& member : {topics, cluster, clients}) {
          // A member of the whole begins a line; a consumer, too, has "topics".
          const std::string key = member.substr(0, member.find(':') + 1);
          if (("\n" + example).find("\n" + key) == std::string::npos) whole += ",\n" + member;
        }
        example = whole + ",\n" + example + "}";
      }
      CAPTURE(example);
      const Run run = finished(loaded(example, "example.json"));
      const Conclusion conclusion = run.conclude();
      CHECK_MESSAGE(conclusion.passed(), text_report(run, conclusion, {}));
    } else if (inside) {
      example += line + "\n";
    }
  }
  CHECK(examples >= 7);
}
