// Random worlds under all faults: nothing breaks, nothing that was confirmed is lost, and nobody who watches changes
// anything.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "sim/example/doubled_run.hpp"
#include "sim/example/random_world.hpp"
#include "sim/trace_text.hpp"

using namespace sim;
using namespace sim::example;

namespace {

constexpr auto golden_path = KAFKASIM_SOURCE_DIR "/tests/golden/sim/random_worlds.csv";
constexpr std::uint64_t golden_worlds = 24;

const RandomWorldSpec usual{};

struct Hashes {
  Digest trace;
  Digest state;
  friend bool operator==(const Hashes&, const Hashes&) = default;
};

Hashes hashes_of(const RandomWorld& random) { return {random.world().trace_hash(), random.world().state_hash()}; }

Hashes plain_run(Seed seed, const RandomWorldSpec& spec = usual) {
  RandomWorld random{seed, spec};
  random.finish();
  return hashes_of(random);
}

void keep_their_promises(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    const RandomRun run = run_random_world(Seed{seed}, usual);
    CHECK(run.failure == "");
    const Hashes again = plain_run(Seed{seed});
    CHECK(again == Hashes{run.trace, run.state});
  }
}

void do_not_see_their_watchers(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    RandomWorldSpec unchecked = usual;
    unchecked.check_messages = false;
    const Hashes expected = plain_run(Seed{seed}, unchecked);
    CHECK(plain_run(Seed{seed}) == expected);  // the wire check

    RandomWorld recorded{Seed{seed}, unchecked};
    recorded.world().record_trace(true);
    recorded.finish();
    CHECK(hashes_of(recorded) == expected);

    RandomWorld written{Seed{seed}, usual};
    std::ostringstream text;
    JsonLines lines{text, written.world()};
    written.world().attach(&lines);
    written.finish();
    CHECK(hashes_of(written) == expected);
    CHECK(text.str().size() > 1'000);

    // A window that comes and goes, and looks at everything.
    RandomWorld visited{Seed{seed}, unchecked};
    for (int part = 1; part <= 20; ++part) {
      visited.world().record_trace(part % 2 == 0);
      visited.world().attach(part % 3 == 0 ? &lines : nullptr);
      visited.advance(Budget{Time{} + usual.length / 20 * part});
      static_cast<void>(visited.world().state_hash());
      static_cast<void>(visited.world().next_event_at());
    }
    visited.finish();
    CHECK(hashes_of(visited) == expected);
  }
}

void do_not_feel_the_budget(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    const Hashes expected = plain_run(Seed{seed});
    const Time end = Time{} + usual.length;

    RandomWorld stepped{Seed{seed}, usual};
    while (stepped.advance(Budget{end, 1}) == Stopped::events) {
    }
    CHECK(hashes_of(stepped) == expected);

    RandomWorld sliced{Seed{seed}, usual};
    for (Time at = Time{} + 7_ms; at < end; at += 7_ms) sliced.advance(Budget{at});
    sliced.finish();
    CHECK(hashes_of(sliced) == expected);

    RandomWorld mixed{Seed{seed}, usual};
    Random random = stream(Seed{seed}, "test", "budgets");
    while (mixed.world().now() < end) {
      const Time until = std::min(end, mixed.world().now() + random.between(Duration{}, 300_ms));
      mixed.advance(Budget{until, random.below(500)});
    }
    mixed.finish();
    CHECK(hashes_of(mixed) == expected);
  }
}

std::string golden_line(std::uint64_t seed) {
  const RandomRun run = run_random_world(Seed{seed}, usual);
  return std::to_string(seed) + ',' + to_text(run.trace) + ',' + to_text(run.state) + ',' + std::to_string(run.events);
}

}  // namespace

TEST_CASE("random worlds keep their promises and repeat: seeds 1 to 300") { keep_their_promises(1, 300); }
TEST_CASE("random worlds keep their promises and repeat: seeds 301 to 20000 [slow]") {
  keep_their_promises(301, 20'000);
}

TEST_CASE("random worlds do not see their watchers: seeds 1 to 20") { do_not_see_their_watchers(1, 20); }
TEST_CASE("random worlds do not see their watchers: seeds 21 to 500 [slow]") { do_not_see_their_watchers(21, 500); }

TEST_CASE("random worlds do not feel the budget: seeds 1 to 20") { do_not_feel_the_budget(1, 20); }
TEST_CASE("random worlds do not feel the budget: seeds 21 to 500 [slow]") { do_not_feel_the_budget(21, 500); }

TEST_CASE("random worlds meet every kind of fault, and the counter gets its work done") {
  std::array<std::uint64_t, fault_kinds> faults{};
  std::uint64_t confirmations = 0;
  std::uint64_t primaries = 0;
  std::size_t fewest_hosts = SIZE_MAX;
  std::size_t most_hosts = 0;
  int shuffled = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    RandomWorld random{Seed{seed}, usual};
    fewest_hosts = std::min(fewest_hosts, random.world().host_count());
    most_hosts = std::max(most_hosts, random.world().host_count());
    shuffled += random.world().spec().shuffle_ties ? 1 : 0;
    RandomRunObserver observer;
    random.world().attach(&observer);
    random.finish();
    const RandomRun run = observer.result(random);
    for (std::size_t kind = 0; kind < fault_kinds; ++kind) faults[kind] += run.faults[kind];
    confirmations += run.confirmations;
    primaries += run.primaries;
  }
  for (std::size_t kind = 0; kind < fault_kinds; ++kind) {
    CAPTURE(kind);
    CHECK(faults[kind] >= 5);
  }
  CHECK(confirmations > 200 * 50);
  CHECK(primaries > 200 * 3 / 2);  // there were elections beyond the first
  CHECK(fewest_hosts == 3);
  CHECK(most_hosts == 12);
  CHECK(shuffled > 20);
}

TEST_CASE("a plan names the fault that a Heal undoes") {
  int heals = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const RandomWorld random{Seed{seed}, usual};
    for (const RandomWorld::Planned& planned : random.plan()) {
      if (planned.heals < 0) continue;
      ++heals;
      const RandomWorld::Planned& healed = random.plan()[static_cast<std::size_t>(planned.heals)];
      CHECK(healed.at <= planned.at);
      const std::string_view name = name_of(std::get<Fault>(healed.what));
      CAPTURE(name);
      const bool path = name == "partition" || name == "isolate" || name == "one-way cut" || name == "slow link" ||
                        name == "lossy link";
      CHECK(path);
    }
  }
  CHECK(heals > 50);
}

// Renew after a change that is meant to change worlds: KAFKASIM_RENEW_GOLDEN=1 ./kafkasim test -R sim/random_worlds
TEST_CASE("a few worlds have the same hashes as ever") {
  std::string now = "seed,trace,state,events\n";
  for (std::uint64_t seed = 1; seed <= golden_worlds; ++seed) now += golden_line(seed) + '\n';
  if (const char* renew = std::getenv("KAFKASIM_RENEW_GOLDEN"); renew != nullptr && *renew == '1') {
    std::ofstream{golden_path} << now;
    MESSAGE("renewed ", golden_path);
    return;
  }
  std::ifstream file{golden_path};
  std::stringstream golden;
  golden << file.rdbuf();
  CHECK_MESSAGE(golden.str() == now, "worlds changed; if that was meant, renew with KAFKASIM_RENEW_GOLDEN=1");
}

TEST_CASE("a doubled run finds nothing in a random world, and shows where two worlds part") {
  CHECK_FALSE(runs_differ([] { return RandomWorld{Seed{5}, usual}; }, Budget{Time{} + 2_s}));
  std::uint64_t seed = 5;
  const auto difference = runs_differ([&] { return RandomWorld{Seed{seed++}, usual}; }, Budget{Time{} + 2_s});
  REQUIRE(difference);
  CHECK(difference->find("first event that differs") != std::string::npos);
}
