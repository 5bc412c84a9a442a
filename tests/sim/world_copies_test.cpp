// A world is a value: copies live the life of the original, and leave it alone.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/example/random_world.hpp"

using namespace sim;
using namespace sim::example;

namespace {

// Short, because each world is lived many times; the troubles are as dense as in a long one.
const RandomWorldSpec short_run{.length = 3_s};

/// Everything that a finished world can be compared by.
struct Ending {
  Digest trace;
  Digest state;
  std::uint64_t events = 0;
  std::vector<std::string> files;  // "host path: content", directories without content

  explicit Ending(const RandomWorld& random)
      : trace{random.world().trace_hash()}, state{random.world().state_hash()}, events{random.world().events()} {
    const World& world = random.world();
    for (std::uint16_t id = 0; id < world.host_count(); ++id) {
      world.host(HostId{id}).files.for_each([&](const FileSystem::FileView& file) {
        std::string line = world.host(HostId{id}).name + ' ' + std::string{file.path} + ": ";
        std::string content(static_cast<std::size_t>(file.content.size()), '\0');
        file.content.read(0, std::as_writable_bytes(std::span{content.data(), content.size()}));
        files.push_back(line + content);
      });
    }
  }
  friend bool operator==(const Ending&, const Ending&) = default;
};

Ending fresh_run(Seed seed) {
  RandomWorld random{seed, short_run};
  REQUIRE(random.finish() == Stopped::time);
  return Ending{random};
}

// Copies of one world at random moments. Every second copy has lost its original before it goes on; the others go on
// first, and their original goes on afterwards.
void copy_at_random_moments(Seed seed, int moments) {
  CAPTURE(seed.raw());
  const Ending expected = fresh_run(seed);
  REQUIRE(expected.events > 100);
  Random random = stream(seed, "test", "moments");
  for (int i = 0; i < moments; ++i) {
    const std::uint64_t moment = random.below(expected.events + 1);
    CAPTURE(moment);
    auto original = std::make_unique<RandomWorld>(seed, short_run);
    if (i % 3 == 0) original->world().record_trace(true);
    original->advance(Budget{Time::max(), moment});
    RandomWorld copy = *original;
    if (i % 2 == 0) {
      original->advance(Budget{Time::max(), random.below(2'000)});
      original.reset();
      copy.finish();
    } else {
      copy.finish();
      original->finish();
      CHECK(Ending{*original} == expected);
    }
    CHECK(Ending{copy} == expected);
  }
}

// A branch with troubles of its own runs in turns with its original, event by event.
void branch_leaves_original_alone(Seed seed) {
  CAPTURE(seed.raw());
  const Ending expected = fresh_run(seed);
  Random random = stream(seed, "test", "branch");
  RandomWorld original{seed, short_run};
  original.advance(Budget{Time::max(), random.below(expected.events)});
  RandomWorld branch = original;

  Surroundings around;
  around.hosts = static_cast<std::uint16_t>(branch.world().host_count());
  around.cruel_disks = true;
  const Topology& topology = branch.world().network().topology();
  for (std::uint32_t i = 0; i < topology.link_count(); ++i) around.links.push_back(topology.spec(LinkId{i}));
  FaultDice dice{random, around};

  const Budget one_event{Time{} + short_run.length, 1};
  bool original_runs = true;
  for (bool branch_runs = true; original_runs || branch_runs;) {
    if (branch_runs) branch_runs = branch.advance(one_event) == Stopped::events;
    if (branch_runs && random.bernoulli(1, 50)) branch.world().input(dice.roll().fault);
    if (original_runs) original_runs = original.advance(one_event) == Stopped::events;
  }
  CHECK(Ending{original} == expected);
  CHECK_FALSE(branch.world().broken());
  // If it was the same after all, the test has shown nothing.
  if (branch.world().journal().size() > original.world().journal().size()) {
    CHECK(branch.world().trace_hash() != expected.trace);
  }
}

void every_branch(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) branch_leaves_original_alone(Seed{seed});
}

}  // namespace

TEST_CASE("a copy at any of 1,000 moments has the future of its original, which may be gone") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) copy_at_random_moments(Seed{seed}, 10);
}

TEST_CASE("a copy at any of 10,000 moments has the future of its original, which may be gone [slow]") {
  for (std::uint64_t seed = 101; seed <= 350; ++seed) copy_at_random_moments(Seed{seed}, 40);
}

TEST_CASE("a diverging branch changes nothing in its original: seeds 1 to 60") { every_branch(1, 60); }

TEST_CASE("a diverging branch changes nothing in its original: seeds 61 to 1500 [slow]") { every_branch(61, 1500); }

TEST_CASE("a copy of a copy, and an assigned world") {
  const Ending expected = fresh_run(Seed{7});
  RandomWorld first{Seed{7}, short_run};
  first.advance(Budget{Time::max(), expected.events / 3});
  RandomWorld second = first;
  second.advance(Budget{Time::max(), expected.events / 3});
  RandomWorld third = second;
  second = first;  // back in time
  first = RandomWorld{Seed{8}, short_run};
  third.finish();
  second.finish();
  CHECK(Ending{third} == expected);
  CHECK(Ending{second} == expected);
}

TEST_CASE("the trace in memory is shared by copies, and each writes its own end") {
  RandomWorld original{Seed{3}, short_run};
  original.world().record_trace(true);
  original.advance(Budget{Time{} + 1_s});
  RandomWorld copy = original;
  copy.world().input(Fault{Crash{HostId{1}}});
  const std::uint64_t shared = original.world().trace().records().size();
  copy.finish();
  original.finish();
  RandomWorld fresh{Seed{3}, short_run};
  fresh.world().record_trace(true);
  fresh.finish();
  REQUIRE(original.world().trace().records().size() == fresh.world().trace().records().size());
  for (std::uint64_t i = 0; i < fresh.world().trace().records().size(); ++i) {
    const TraceRecord expected = fresh.world().trace().records()[i];
    const TraceRecord found = original.world().trace().records()[i];
    REQUIRE(found.at == expected.at);
    REQUIRE(found.kind == expected.kind);
    REQUIRE(found.a == expected.a);
    REQUIRE(found.cause == expected.cause);
  }
  CHECK(copy.world().trace().records()[shared].kind == EventKind::fault);
}
