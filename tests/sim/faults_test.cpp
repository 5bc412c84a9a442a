#include "sim/fault.hpp"

#include <doctest/doctest.h>

#include <set>

#include "tests/sim/golden.hpp"
#include "tests/sim/story.hpp"

using story::play_golden;
using story::Story;

TEST_CASE("life and death of programs and machines") { CHECK(play_golden("life_and_death") == ""); }

TEST_CASE("clocks and disks go wrong") { CHECK(play_golden("clocks_and_disks") == ""); }

TEST_CASE("every fault has a name of its own and says which host it is about") {
  const sim::HostId one{1}, two{2};
  const std::vector<std::pair<sim::Fault, sim::HostId>> all{{sim::Start{one}, one},
                                                            {sim::Stop{one}, one},
                                                            {sim::Restart{one}, one},
                                                            {sim::Crash{one, 0}, one},
                                                            {sim::PowerOff{one}, one},
                                                            {sim::Freeze{one}, one},
                                                            {sim::Thaw{one}, one},
                                                            {sim::Isolate{one}, one},
                                                            {sim::Partition{}, sim::no_host},
                                                            {sim::CutOneWay{one, two}, sim::no_host},
                                                            {sim::SlowPath{one, two, {}, {}}, sim::no_host},
                                                            {sim::LossyPath{one, two, 1, 2}, sim::no_host},
                                                            {sim::ChangeLink{}, sim::no_host},
                                                            {sim::ResetConnections{one, two}, sim::no_host},
                                                            {sim::Heal{}, sim::no_host},
                                                            {sim::SkewClock{one, {}}, one},
                                                            {sim::DriftClock{one, 1}, one},
                                                            {sim::DiskTrouble{one, sim::SlowDisk{}}, one},
                                                            {sim::DiskTrouble{one, sim::FillDisk{}}, one},
                                                            {sim::DiskTrouble{one, sim::SetDiskCapacity{}}, one},
                                                            {sim::DiskTrouble{one, sim::FailDisk{}}, one},
                                                            {sim::DiskTrouble{one, sim::LieOnSync{}}, one},
                                                            {sim::DiskTrouble{one, sim::HealDisk{}}, one},
                                                            {sim::DiskTrouble{one, sim::SetPowerLossModel{}}, one},
                                                            {sim::DiskTrouble{one, sim::RotBit{}}, one}};
  std::set<std::string_view> names;
  std::set<std::size_t> kinds;
  for (const auto& entry : all) {
    CAPTURE(name_of(entry.first));
    CHECK(names.insert(name_of(entry.first)).second);
    CHECK(host_of(entry.first) == entry.second);
    kinds.insert(entry.first.index());
  }
  CHECK(kinds.size() == std::variant_size_v<sim::Fault>);  // a new fault belongs into this list
}

TEST_CASE("a fault about a host that does not exist is a broken truth, not a crash of ours") {
  Story story{"host a"};
  CHECK(story.world().input(sim::Crash{sim::HostId{7}, 0}) == sim::no_event);
  CHECK(story.world().broken().has_value());
}

TEST_CASE("a dead incarnation leaves nothing behind") {
  // Whatever kills the program: what it had armed, queued, posted and promised is gone, and each piece is traced as
  // discarded with the fault behind it. The next incarnation hears nothing of it.
  struct Death {
    const char* line;
    const char* fault;
  };
  for (const Death death : {Death{"crash a", "crash"}, Death{"power-off a", "power-off"}}) {
    CAPTURE(death.line);
    Story story{"host a b\non b start: listen\nstart a b\na: connect b\nrun 1s"};
    story.tell("a: arm 10s tick; work 10ms; say never; send b data; post main step\na: say never-either\nrun 1ms");
    story.tell(death.line);
    const sim::EventId died = story.world().trace().last();
    for (const char* const what : {"timer=tick", "timer=step", "what=input", "type=data"}) {
      CAPTURE(what);
      CHECK(story.count({"discarded", what}) == 1);
      CHECK(story.faults_behind({"discarded", what}) == death.fault);
    }
    story.tell("start a\nrun 100s");
    CHECK(story.count({"never"}) == 0);
    CHECK(story.count({"timer-fired"}) == 0);
    CHECK(story.count({"type=data"}) == 1);  // its discard
    CHECK(died < story.newest({"program-started", "start=2"}));
  }
}

TEST_CASE("faults of nearly the same moment act in the order in which they came") {
  Story story{"host a\nstart a\nfreeze a\ncrash a\nfreeze a\nstart a\nrun 1s\na: say alive\nrun 1s"};
  CHECK(story.count({"fault-without-effect"}) == 1);
  CHECK(story.count({"alive"}) == 1);
}
