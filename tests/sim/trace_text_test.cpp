#include "sim/trace_text.hpp"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/sim/story.hpp"

using nlohmann::json;
using story::Story;

namespace {

/// Everything that can be traced happens here at least once.
constexpr const char* eventful = R"(
start a b
a: connect b; say hello 7; append log 10
run 1s
a: send b data 300; arm 1s tick; arm 2s tock
freeze b
a: send b data
run 1s
thaw b
slow a b 1ms
a: send b data; close b
run 1s
cut a b
a: connect b
run 5s
heal
heal
restart a
run 1s
a: read log; waited b; arm 1s tick
run 1ms
crash a
start a
power-off a
run 1s
)";

/// A host's or subject's name may hold anything.
const std::string odd_name = "quo\"te\\back\ttab\nline \x01 k\xc3\xa4se";

struct Recorded {
  std::vector<json> events, edges;
};

Recorded lines_of(Story& story, const std::string& lines) {
  std::ostringstream out;
  sim::JsonLines sink{out, story.world()};
  story.world().attach(&sink);
  story.tell(lines);
  story.world().attach(nullptr);
  Recorded recorded;
  std::istringstream in{out.str()};
  for (std::string line; std::getline(in, line);) {
    json parsed = json::parse(line, nullptr, false);
    REQUIRE_FALSE(parsed.is_discarded());
    REQUIRE(parsed.is_object());
    (parsed.contains("id") ? recorded.events : recorded.edges).push_back(std::move(parsed));
  }
  return recorded;
}

}  // namespace

TEST_CASE("JSON Lines: every line is JSON and says what the memory of the trace says") {
  Story story{"world digest-reads\nhost a b\non b start: listen"};
  const Recorded recorded = lines_of(story, eventful);
  const sim::Trace& trace = story.world().trace();
  REQUIRE(recorded.events.size() == trace.last().raw());
  REQUIRE(recorded.edges.size() == trace.second_parents().size());
  std::map<std::string, int> kinds;
  for (std::size_t i = 0; i < recorded.events.size(); ++i) {
    const json& event = recorded.events[i];
    const sim::TraceRecord record = trace.records()[i];
    CHECK(event.at("id") == i + 1);
    CHECK(event.at("at") == record.at.nanoseconds());
    CHECK(event.at("kind") == name_of(record.kind, story.world().spec()));
    CHECK(event.value("cause", 0U) == record.cause.raw());
    CHECK(event.value("host", "") == (record.host == sim::no_host ? "" : story.world().host(record.host).name));
    ++kinds[event.at("kind").get<std::string>()];
  }
  for (std::size_t i = 0; i < recorded.edges.size(); ++i) {
    const sim::SecondParent edge = trace.second_parents()[i];
    CHECK(recorded.edges[i].at("event") == edge.event.raw());
    CHECK(recorded.edges[i].at("also") == edge.parent.raw());
    CHECK(recorded.edges[i].at("edge") == (edge.edge == sim::Edge::silence ? "silence" : "state"));
  }
  // All of the kernel's kinds are there, none without a name.
  CHECK(kinds.count("?") == 0);
  for (int kind = 1; kind <= static_cast<int>(sim::EventKind::delayed); ++kind) {
    const std::string name{name_of(static_cast<sim::EventKind>(kind), story.world().spec())};
    CAPTURE(name);
    CHECK(kinds[name] > 0);
  }
}

TEST_CASE("members have the types that their names promise") {
  Story story{"host a b\non b start: listen"};
  const Recorded recorded = lines_of(story, eventful);
  bool message = false, fact = false, change = false, late = false;
  for (const json& event : recorded.events) {
    if (event["kind"] == "message-sent" && event["bytes"] == 300) {
      message = true;
      CHECK(event["peer"] == "b");
      CHECK(event["type"] == story::Word::index_of("data"));
      CHECK(event["connection"].is_number_unsigned());
    }
    if (event["kind"] == "says") {
      fact = true;
      CHECK(event["subject"] == "hello");
      CHECK(event["n"] == 7);
    }
    if (event["kind"] == "connection-changed" && event["change"] == "opened") change = true;
    if (event["kind"] == "delayed") late = event["by"].is_string();
  }
  CHECK(message);
  CHECK(fact);
  CHECK(change);
  CHECK(late);
}

TEST_CASE("names with quotes, backslashes and control characters stay whole") {
  sim::WorldSpec spec;
  sim::World world{spec};
  std::ostringstream out;
  auto role = std::make_shared<story::Role>();
  sim::HostSpec host;
  host.name = odd_name;
  host.place = world.add_place("somewhere");
  host.program = std::make_unique<story::Puppet>(role);
  world.add_host(std::move(host));
  sim::JsonLines sink{out, world};
  world.attach(&sink);
  world.input(sim::Start{sim::HostId{0}});
  std::istringstream in{out.str()};
  std::string line;
  REQUIRE(std::getline(in, line));
  const json parsed = json::parse(line, nullptr, false);
  REQUIRE_FALSE(parsed.is_discarded());
  CHECK(parsed["host"] == odd_name);
}

TEST_CASE("a copy of a world has no sink, and writes nothing into that of its original") {
  Story story{"host a\nstart a"};
  std::ostringstream out;
  sim::JsonLines sink{out, story.world()};
  story.world().attach(&sink);
  Story copy = story;
  copy.tell("a: say copy\nrun 1s");
  CHECK(out.str().empty());
  story.tell("a: say original\nrun 1s");
  CHECK(out.str().find("original") != std::string::npos);
  copy = story;  // nor does assigning bring it over
  copy.tell("a: say copy-again\nrun 1s");
  CHECK(out.str().find("copy-again") == std::string::npos);
}

TEST_CASE("recording can begin late and start over: ids stay those of the whole run") {
  sim::Trace trace;
  const auto record = [](int at) {
    return sim::TraceRecord{sim::Time{at}, {}, 0, 0, {}, sim::HostId{0}, sim::EventKind::fault};
  };
  trace.add(record(1));
  trace.record(true);
  CHECK(trace.add(record(2)) == sim::EventId{2});
  trace.add_parent(sim::SecondParent{sim::EventId{2}, sim::EventId{1}, sim::Edge::state});
  CHECK(trace.first_recorded() == sim::EventId{2});
  CHECK(trace.records().size() == 1);
  CHECK(trace.records()[0].at == sim::Time{2});
  CHECK(trace.second_parents().size() == 1);
  trace.record(false);
  trace.add(record(3));
  CHECK(trace.records().size() == 1);
  trace.record(true);  // a gap: what was kept before is let go
  trace.add(record(4));
  CHECK(trace.first_recorded() == sim::EventId{4});
  CHECK(trace.records().size() == 1);
  CHECK(trace.second_parents().size() == 0);
}

TEST_CASE("a parent is an earlier event") {
  sim::Trace trace;
  const sim::TraceRecord record{{}, {}, 0, 0, {}, sim::HostId{0}, sim::EventKind::fault};
  trace.add(record), trace.add(record);
  CHECK_THROWS_AS(trace.add_parent({sim::EventId{1}, sim::EventId{2}, sim::Edge::state}), sim::BrokenTruth);
  CHECK_THROWS_AS(trace.add_parent({sim::EventId{1}, sim::EventId{1}, sim::Edge::state}), sim::BrokenTruth);
  CHECK_THROWS_AS(trace.add_parent({sim::EventId{1}, sim::no_event, sim::Edge::state}), sim::BrokenTruth);
}
