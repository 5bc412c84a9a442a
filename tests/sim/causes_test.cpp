// Walking a time-out's parents leads to the fault behind it; without a fault none is claimed.
#include <doctest/doctest.h>

#include <string>

#include "tests/sim/story.hpp"

using story::Story;

namespace {

// b asks a every second and names a when the answer has not come 500ms later.
constexpr const char* asker = R"(
host a b c
on a start: listen
on a message ask: append log 10; sync log; reply answer
on b start: connect a; arm 1s tick
on b timer tick: send a ask; arm 500ms timeout; arm 1s tick
on b message answer: cancel timeout
on b timer timeout: say complain; waited a 500ms
on b reset: say reset
on b closed: say closed
start c a b
run 3900ms
)";

/// The names of the faults that the newest complaint leads back to, "nothing" if there was no complaint.
std::string blamed(Story& story) {
  if (story.count({"complain"}) == 0) return "nothing happened";
  return story.faults_behind({"timer-fired", "timer=timeout"});
}

std::string blamed_after(const std::string& lines) {
  Story story{asker};
  story.tell(lines);
  return blamed(story);
}

}  // namespace

TEST_CASE("a time-out leads back to the fault that made the silence") {
  CHECK(blamed_after("crash a\nrun 2s") == "crash");
  CHECK(blamed_after("crash a\nrun 10s") == "crash");  // ... as long as it lasts
  CHECK(blamed_after("power-off a\nrun 2s") == "power-off");
  CHECK(blamed_after("freeze a\nrun 2s") == "freeze");
  CHECK(blamed_after("isolate a\nrun 2s") == "isolate");
  CHECK(blamed_after("partition a c | b\nrun 2s") == "partition");
  CHECK(blamed_after("break-cable a switch\nrun 2s") == "change cable");
}

TEST_CASE("the path matters in both directions: the question or the answer may be lost") {
  CHECK(blamed_after("cut b a\nrun 2s") == "one-way cut");
  CHECK(blamed_after("cut a b\nrun 2s") == "one-way cut");
  CHECK(blamed_after("slow a b 700ms\nrun 2s") == "slow link");
  CHECK(blamed_after("slow b a 700ms\nrun 2s") == "slow link");
  CHECK(blamed_after("lossy a b 999/1000\nrun 2s") == "lossy link");
  CHECK(blamed_after("lossy b a 999/1000\nrun 2s") == "lossy link");
  CHECK(blamed_after("change-cable a switch latency=1s bandwidth=0\nrun 2s") ==
        "");  // a new cable is no fault of a moment
}

TEST_CASE("a slow disk of the peer explains its silence") {
  CHECK(blamed_after("disk a slow 200000\nrun 2s") == "slow disk");
}

TEST_CASE("a crash between two effects: the question is read, the answer never leaves") {
  CHECK(blamed_after("crash a after 1\ncut a b\nrun 2s").find("crash") != std::string::npos);
}

TEST_CASE("a peer that crashed behind a cut is silent for both reasons, and the newer one is named") {
  CHECK(blamed_after("crash a\nrun 1ms\ncut a b\nrun 2s") == "crash");
  CHECK(blamed_after("cut a b\ncrash a\nrun 2s") == "one-way cut, crash");  // the news of the crash is what is cut off
}

TEST_CASE("without a fault none is claimed") {
  Story slow_by_itself{asker};
  slow_by_itself.tell("on a message ask: work 700ms; reply answer\nrun 3s");
  CHECK(blamed(slow_by_itself) == "");

  Story never_answers{asker};
  never_answers.tell("on a message ask: say no-answer\nrun 3s");
  CHECK(blamed(never_answers) == "");
}

TEST_CASE("a fault elsewhere is not claimed") {
  const std::string never_answers = "on a message ask: say no-answer\n";
  CHECK(blamed_after(never_answers + "crash c\nrun 3s") == "");
  CHECK(blamed_after(never_answers + "isolate c\nrun 3s") == "");
  CHECK(blamed_after(never_answers + "cut a c\nrun 3s") == "");
  CHECK(blamed_after(never_answers + "disk c slow 100000\nrun 3s") == "");
}

TEST_CASE("an old fault that was healed is not claimed") {
  const std::string never_answers = "\non a message ask: say no-answer\nrun 5s";
  CHECK(blamed_after("crash a\nstart a\nrun 100ms\nb: connect a\nrun 3s" + never_answers) == "");
  CHECK(blamed_after("power-off a\nrun 100ms\nstart a\nrun 2s\nb: connect a\nrun 3s" + never_answers) == "");
  CHECK(blamed_after("cut a b\nrun 100ms\nheal\nrun 3s" + never_answers) == "");
  CHECK(blamed_after("freeze a\nrun 100ms\nthaw a\nrun 3s" + never_answers) == "");
  CHECK(blamed_after("slow a b 300ms\nrun 3s\nheal\nrun 3s" + never_answers) == "");
  CHECK(blamed_after("disk a slow 100000\nrun 3s\ndisk a heal\nrun 3s" + never_answers) == "");
  CHECK(blamed_after("break-cable a switch\nrun 100ms\nmend-cable a switch\nrun 3s" + never_answers) == "");
}

TEST_CASE("of two cables the one that matters is named") {
  Story story{asker};
  story.tell("break-cable a switch\nrun 10ms\nbreak-cable c switch\nrun 10ms\nmend-cable c switch\nrun 2s");
  const sim::EventId timeout = story.newest({"timer-fired", "timer=timeout"});
  const sim::EventId broken = story.newest({"fault", "change cable"});
  REQUIRE(timeout != sim::no_event);
  CHECK(story.ancestors(timeout).count(broken) == 0);  // neither the cut of c's cable nor its mending
  CHECK(story.faults_behind({"timer-fired", "timer=timeout"}) == "change cable");
}

TEST_CASE("a late message names what made it late") {
  Story story{asker};
  story.tell("slow a b 300ms\nrun 1s\nheal\nrun 1s");
  CHECK(story.faults_behind({"message-received", "answer", "by"}) == "");
  const sim::EventId late = story.newest({"delayed", "by=300ms"});
  REQUIRE(late != sim::no_event);
  bool named = false;
  for (std::uint64_t id = late.raw() + 1; id <= story.world().trace().last().raw(); ++id) {
    for (const sim::EventId parent : story.parents(sim::EventId{id})) {
      const sim::TraceRecord record = story.world().trace().records()[id - 1];
      named |= parent == late && record.kind == sim::EventKind::message_received;
    }
  }
  CHECK(named);
}

TEST_CASE("state that a handler acts on is a second parent") {
  Story story{"host a\nstart a\na: remember\na: because; because; say so\nrun 1s"};
  const sim::EventId remembering = story.newest({"command-handled", "<- 3"});
  const std::vector<sim::EventId> parents = story.parents(story.newest({"command-handled"}));
  REQUIRE(parents.size() == 2);  // named twice, noted once
  CHECK(parents[1] == remembering);
  CHECK(story.ancestors(story.newest({"says"})).count(remembering) == 1);
}

TEST_CASE("waiting for a peer that was heard in time claims nothing") {
  Story story{asker};
  story.tell("cut a b\nrun 500ms\nheal\nrun 2s\nb: waited a 100ms; say fine\nrun 1s");
  CHECK(story.faults_behind({"says", "fine"}) == "");
}

TEST_CASE("every cause is an earlier event, whatever happens") {
  for (int seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    Story story{"world shuffle give-up=5s seed=" + std::to_string(seed)};
    story.tell(asker);
    for (const char* const trouble : {"cut a b",
                                      "freeze a",
                                      "thaw a",
                                      "heal",
                                      "slow a b 300ms",
                                      "crash a",
                                      "start a",
                                      "b: connect a",
                                      "power-off a",
                                      "start a",
                                      "lossy b a 1/3",
                                      "b: connect a",
                                      "disk a slow 5000",
                                      "reset a b",
                                      "restart b",
                                      "break-cable b switch",
                                      "isolate a",
                                      "mend-cable b switch",
                                      "heal",
                                      "stop a",
                                      "crash b after 2"}) {
      story.tell(std::string{trouble} + "\nrun 900ms");
    }
    story.tell("run 100s");
    REQUIRE(!story.world().broken().has_value());
    const std::uint64_t last = story.world().trace().last().raw();
    std::uint64_t without_cause = 0;
    for (std::uint64_t id = 1; id <= last; ++id) {
      for (const sim::EventId parent : story.parents(sim::EventId{id})) {
        CHECK(parent.raw() >= 1);
        CHECK(parent.raw() < id);
      }
      const sim::TraceRecord record = story.world().trace().records()[id - 1];
      if (record.cause == sim::no_event) {
        ++without_cause;
        const bool from_outside = record.kind == sim::EventKind::fault || record.kind == sim::EventKind::command;
        CHECK(from_outside);  // only what comes from outside has no cause
      }
    }
    CHECK(without_cause > 20);
  }
}
