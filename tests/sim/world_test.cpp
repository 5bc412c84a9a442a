#include "sim/world.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <sstream>
#include <string>

#include "sim/trace_text.hpp"
#include "tests/sim/story.hpp"

using sim::Stopped;
using story::Story;

namespace {

constexpr const char* pair = R"(
host a b
on b start: listen
on b message ask: append log 100; reply answer
on a opened: send b ask
on a message answer: arm 3ms tick
on a timer tick: draw; send b ask
start a b
a: connect b
)";

/// What can be seen of a world: equal for equal worlds.
std::string state(Story& story) {
  return to_text(story.world().trace_hash()) + " " + to_text(story.world().state_hash());
}

}  // namespace

// --- how far advance() goes
// --------------------------------------------------------------------------------------------

TEST_CASE("advance() stops at the time, at the number of events, or when nothing is left") {
  Story story{"host a\non a timer tick: say tick\nstart a\na: arm 1s tick; arm 2s tick; arm 3s tick"};
  sim::World& world = story.world();
  CHECK(world.advance({sim::Time{} + sim::Duration{1'500'000'000}, UINT64_MAX}) == Stopped::time);
  CHECK(world.now() == sim::Time{1'500'000'000});
  CHECK(world.advance({sim::Time::max(), 1}) == Stopped::events);
  CHECK(world.now() == sim::Time{2'000'000'000});
  CHECK(world.next_event_at() == sim::Time{3'000'000'000});
  // Events at the very limit still happen.
  CHECK(world.advance({sim::Time{3'000'000'000}, UINT64_MAX}) == Stopped::time);
  CHECK(story.count({"tick"}) == 6);
  CHECK(world.advance({}) == Stopped::idle);
  CHECK(world.next_event_at() == sim::Time::max());
  CHECK(!world.step());
  // Time passes although nothing happens, and never runs back.
  CHECK(world.advance({sim::Time{9'000'000'000}, UINT64_MAX}) == Stopped::time);
  CHECK(world.advance({sim::Time{4'000'000'000}, UINT64_MAX}) == Stopped::time);
  CHECK(world.now() == sim::Time{9'000'000'000});
}

TEST_CASE("how the run is cut into pieces makes no difference") {
  Story whole{pair}, by_event{pair}, by_time{pair};
  whole.tell("run 100ms");
  while (by_event.world().next_event_at() <= sim::Time{100'000'000}) by_event.world().step();
  by_event.tell("run-to 100ms");
  for (int i = 0; i < 1000; ++i) by_time.tell("run 100us");
  CHECK(state(whole) == state(by_event));
  CHECK(state(whole) == state(by_time));
  CHECK(whole.count({"draws"}) == 32);
}

TEST_CASE("what comes from outside is journalled by event number, and repeats the run") {
  Story first{pair};
  first.tell("run 10ms\nfreeze b\nrun 10ms\nthaw b\nrun 7ms\ncrash b\nrun 1s\nstart b\na: connect b\nrun 1s");
  Story again{
      "host a b\non b start: listen\non b message ask: append log 100; reply answer\non a opened: send b ask\n"
      "on a message answer: arm 3ms tick\non a timer tick: draw; send b ask"};
  for (const sim::World::JournalEntry& entry : first.world().journal()) {
    const std::uint64_t missing = entry.after_events - again.world().events();
    if (missing > 0) again.world().advance({sim::Time::max(), missing});
    again.world().advance({entry.at, UINT64_MAX});
    CHECK(again.world().events() == entry.after_events);
    again.world().input(entry.outside);
  }
  again.world().advance({first.world().now(), UINT64_MAX});
  CHECK(state(first) == state(again));
  CHECK(first.world().journal().size() == 8);
}

// --- copies
// ------------------------------------------------------------------------------------------------------------

TEST_CASE("a copy has the same future, also when the original is gone") {
  Story fresh{pair};
  fresh.tell("run 200ms");
  std::optional<Story> original{pair};
  original->tell("run 43ms");
  Story copy = *original;
  original.reset();
  copy.tell("run 157ms");
  CHECK(state(copy) == state(fresh));
}

TEST_CASE("a diverging copy changes nothing in its original") {
  Story fresh{pair}, original{pair};
  fresh.tell("run 200ms");
  original.tell("run 40ms");
  Story branch = original;
  branch.tell("power-off b\nrun 1ms\nstart b\na: connect b");
  for (int i = 0; i < 160; ++i) {
    branch.tell("run 1ms\na: append mine 100; connect b");
    original.tell("run 1ms");
  }
  CHECK(state(original) == state(fresh));
  CHECK(state(branch) != state(fresh));
}

// --- observers
// ---------------------------------------------------------------------------------------------------------

TEST_CASE("the hash does not depend on who watches") {
  Story story{pair};
  sim::World recorded = story.world(), silent = story.world(), watched = story.world();
  silent.record_trace(false);
  std::ostringstream out;
  sim::JsonLines lines{out, watched};
  watched.attach(&lines);
  for (sim::World* const world : {&recorded, &silent, &watched}) {
    world->advance({sim::Time{50'000'000}, UINT64_MAX});
    watched.attach(nullptr);  // also not on whether somebody stops watching
    world->advance({sim::Time{100'000'000}, UINT64_MAX});
  }
  CHECK(recorded.trace_hash() == silent.trace_hash());
  CHECK(recorded.trace_hash() == watched.trace_hash());
  CHECK(recorded.state_hash() == silent.state_hash());
  CHECK(recorded.state_hash() == watched.state_hash());
  CHECK(recorded.trace().records().size() == recorded.trace().last().raw());
  CHECK(silent.trace().records().size() < recorded.trace().records().size());
}

TEST_CASE("the wire check sees everything and touches nothing") {
  Story plain{pair}, checked{fmt::format("world wirecheck\n{}", pair)};
  plain.tell("run 100ms");
  checked.tell("run 100ms");
  CHECK(state(plain) == state(checked));
}

TEST_CASE("differences in what files hold show in the hash if reads are digested, and only then") {
  const auto hash = [](const std::string& spec, const std::string& filling) {
    Story story{spec + "\nhost a\nstart a\na: append log 10 " + filling + "\nrun 1s\na: peek log\nrun 1s"};
    return to_text(story.world().trace_hash());
  };
  CHECK(hash("world", "x") == hash("world", "y"));
  CHECK(hash("world digest-reads", "x") == hash("world digest-reads", "x"));
  CHECK(hash("world digest-reads", "x") != hash("world digest-reads", "y"));
}

TEST_CASE("another seed is another world, another order of ties is another trace") {
  const auto hash = [](const std::string& spec) {
    Story story{spec + "\n" + pair};
    story.tell("run 100ms");
    return to_text(story.world().trace_hash());
  };
  CHECK(hash("world seed=1") == hash("world seed=1"));
  CHECK(hash("world seed=1") != hash("world seed=2"));

  const auto order = [](const std::string& spec) {
    Story story{
        spec +
        "\nhost a b c d\non a timer tick: say x\non b timer tick: say x\non c timer tick: say x\n"
        "on d timer tick: say x\nstart a b c d\na: arm 1s tick\nb: arm 1s tick\nc: arm 1s tick\nd: arm 1s tick"};
    return story.tell("hide command-handled command program-started fault timer-fired\nrun 2s");
  };
  CHECK(order("world shuffle seed=4") == order("world shuffle seed=4"));
  bool different = false;
  for (int seed = 1; seed < 10; ++seed)
    different |= order("world shuffle seed=" + std::to_string(seed)) != order("world");
  CHECK(different);
}

// --- broken truths
// -----------------------------------------------------------------------------------------------------

TEST_CASE("a check that fails in a handler stops the world: it says where, and refuses to go on") {
  Story story{"world seed=77\nhost a b\nstart a b\na: say before; append log 10; work 1ms; break"};
  // The command was handled when it came, so the world is broken already; nothing escaped.
  sim::World& world = story.world();
  REQUIRE(world.broken().has_value());
  CHECK(world.broken()->what.find("told to break") != std::string::npos);
  CHECK(world.broken()->where.find("puppet.cpp:") != std::string::npos);
  CHECK(world.broken()->seed == sim::Seed{77});
  CHECK(world.broken()->at == sim::Time{});

  CHECK(world.advance({}) == Stopped::broken);
  CHECK(!world.step());
  const sim::EventId last = world.trace().last();
  CHECK(world.input(sim::Crash{sim::HostId{0}, 0}) == sim::no_event);
  CHECK(world.trace().last() == last);

  // It can still be looked at, and copied.
  const sim::World copy = world;
  CHECK(copy.broken()->what == world.broken()->what);
  CHECK(copy.state_hash() == world.state_hash());
  CHECK(story.count({"command-handled"}) == 1);
  CHECK(copy.host(sim::HostId{0}).files.used() == 10);
}

TEST_CASE("a broken truth tells event number and time") {
  Story story{"host a\non a timer tick: break\nstart a\na: arm 3s tick"};
  CHECK(story.world().advance({}) == Stopped::broken);
  CHECK(story.world().broken()->at == sim::Time{3'000'000'000});
  CHECK(story.world().broken()->event == story.world().events());
  CHECK(story.world().events() == 1);
}

TEST_CASE("the wire check catches a message that lies about its size, changes on its way or cannot be decoded") {
  const auto broken_by = [](const std::string& word, const std::string& spec) {
    Story story{spec + "\nhost a b\non b start: listen\nstart a b\na: connect b\nrun 1s\na: send b " + word +
                " 50\nrun 1s"};
    const auto& broken = story.world().broken();
    return broken ? broken->what : "fine";
  };
  CHECK(broken_by("data", "world wirecheck") == "fine");
  CHECK(broken_by("liar", "world wirecheck").find("liar says it has 50 bytes and has 51") != std::string::npos);
  CHECK(broken_by("garbled", "world wirecheck").find("garbled 1 becomes garbled 2") != std::string::npos);
  CHECK(broken_by("noise", "world wirecheck").find("noise cannot be decoded") != std::string::npos);
  for (const char* const word : {"liar", "garbled", "noise"}) CHECK(broken_by(word, "world") == "fine");
}

TEST_CASE("commands that make no sense are broken truths") {
  Story nobody{"host a"};
  CHECK(nobody.world().input(sim::Command{sim::HostId{9}, sim::make_message(story::Script{""}, 0)}) == sim::no_event);
  CHECK(nobody.world().broken().has_value());
  Story empty{"host a\nstart a"};
  empty.world().input(sim::Command{sim::HostId{0}, {}});
  CHECK(empty.world().broken().has_value());
}
