#include "sim/host_clock.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>

#include "sim/check.hpp"
#include "sim/digest.hpp"
#include "sim/random.hpp"

using namespace sim;
using namespace sim::literals;

namespace {

constexpr WallTime new_year = WallTime::from_milliseconds(1'735'689'600'000);  // 2025-01-01T00:00:00Z

Time at(Duration since_start) { return Time{} + since_start; }

template <class Function>
bool breaks_a_truth(Function function) {
  try {
    function();
    return false;
  } catch (const BrokenTruth&) {
    return true;
  }
}

}  // namespace

TEST_CASE("host clock: a perfect clock shows the epoch of the world plus virtual time") {
  const HostClock clock{new_year};
  CHECK(clock.wall(Time{}) == new_year);
  CHECK(clock.wall(at(90_min)) - new_year == 90_min);
  CHECK(clock.wall(at(1500_us)).milliseconds() == 1'735'689'600'001);
}

TEST_CASE("host clock: skew is there from the start") {
  CHECK(HostClock{new_year, 250_ms}.wall(at(1_s)) - new_year == 1250_ms);
  CHECK(HostClock{new_year, Duration{-1}}.wall(Time{}).milliseconds() == 1'735'689'599'999);
}

TEST_CASE("host clock: drift is exact over a year") {
  const Duration year = 1_s * 31'536'000;
  CHECK(HostClock{new_year, {}, parts_per_million(100)}.wall(at(year)) - new_year - year == 3153600_ms);
  CHECK(HostClock{new_year, {}, parts_per_million(-100)}.wall(at(year)) - new_year - year == Duration{} - 3153600_ms);
  CHECK(HostClock{new_year, {}, parts_per_billion(1)}.wall(at(year)) - new_year - year == Duration{31'536'000});
  CHECK(HostClock{new_year, {}, parts_per_billion(1'000'000'000)}.wall(at(year)) - new_year == year * 2);
  CHECK(HostClock{new_year, {}, parts_per_billion(-1'000'000'000)}.wall(at(year)) == new_year);
  // 1 ppb short of a second is rounded down.
  CHECK(HostClock{new_year, {}, parts_per_billion(-1)}.wall(Time{1}) == new_year);
}

TEST_CASE("host clock: a step is a jump from now on") {
  HostClock clock{new_year, {}, parts_per_million(50)};
  const WallTime before = clock.wall(at(10_s));
  clock.step(at(10_s), 3_s);
  CHECK(clock.wall(at(10_s)) - before == 3_s);
  CHECK(clock.wall(at(20_s)) - before == 13_s + 500_us);
  clock.step(at(20_s), Duration{} - 5_s);
  CHECK(clock.wall(at(20_s)) - before == 8_s + 500_us);
  CHECK(clock.drift() == parts_per_million(50));
}

TEST_CASE("host clock: a change of drift makes no jump") {
  HostClock clock{new_year};
  clock.set_drift(at(10_s), parts_per_million(1000));
  CHECK(clock.wall(at(10_s)) - new_year == 10_s);
  CHECK(clock.wall(at(20_s)) - new_year == 20_s + 10_ms);
  clock.set_drift(at(20_s), parts_per_million(-1000));
  CHECK(clock.wall(at(20_s)) - new_year == 20_s + 10_ms);
  CHECK(clock.wall(at(30_s)) - new_year == 30_s);
}

TEST_CASE("host clock: random lives against a clock in long double") {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random{Seed{seed}};
    HostClock clock{new_year};
    Time now;
    long double expected = 0;  // nanoseconds past new_year; 64 bits of mantissa on x86, 53 elsewhere
    long double rate = 1;
    WallTime previous = clock.wall(now);
    for (int i = 0; i < 200; ++i) {
      const Duration passed = random.between(0_ns, 100_s);
      now += passed;
      expected += static_cast<long double>(passed.nanoseconds()) * rate;
      REQUIRE(clock.wall(now) >= previous);
      REQUIRE(std::abs(static_cast<long double>((clock.wall(now) - new_year).nanoseconds()) - expected) < i + 2);
      const WallTime reading = clock.wall(now);
      if (random.bernoulli(1, 2)) {
        const std::int64_t parts = random.between(std::int64_t{-1'000'000'000}, std::int64_t{1'000'000'000});
        clock.set_drift(now, parts_per_billion(parts));
        rate = 1 + static_cast<long double>(parts) / 1e9L;
        REQUIRE(clock.wall(now) == reading);
      } else {
        const Duration jump = random.between(Duration{} - 10_s, 10_s);
        clock.step(now, jump);
        expected += static_cast<long double>(jump.nanoseconds());
        REQUIRE(clock.wall(now) - reading == jump);
      }
      previous = clock.wall(now);
    }
  }
}

TEST_CASE("host clock: the ends of the range hold") {
  HostClock clock{WallTime{INT64_MAX - 10}, 1_s};
  CHECK(clock.wall(at(5_s)) == WallTime{INT64_MAX});
  clock.step(at(5_s), Duration{INT64_MIN});
  CHECK(clock.wall(at(5_s)) == WallTime{-1});
  CHECK(HostClock{new_year, {}, parts_per_billion(1'000'000'000)}.wall(Time::max()) == WallTime{INT64_MAX});
}

TEST_CASE("host clock: what it cannot answer is a broken truth") {
  HostClock clock{new_year};
  clock.step(at(5_s), 1_s);
  CHECK(breaks_a_truth([&] { (void)clock.wall(at(4_s)); }));
  CHECK(breaks_a_truth([&] { clock.set_drift(at(6_s), parts_per_billion(1'000'000'001)); }));
  CHECK(breaks_a_truth([&] { clock.set_drift(at(6_s), parts_per_billion(-1'000'000'001)); }));
}

TEST_CASE("host clock: a copy is independent, and the digest sees every field") {
  const HostClock original{new_year, 1_s, parts_per_million(3)};
  const auto digest_of = [](const HostClock& clock) {
    RunningDigest digest;
    clock.add_to(digest);
    return digest.value();
  };
  HostClock stepped = original;
  stepped.step(Time{}, 1_ns);
  HostClock drifting = original;
  drifting.set_drift(Time{}, parts_per_million(4));
  CHECK(original == HostClock{new_year, 1_s, parts_per_million(3)});
  CHECK_FALSE(digest_of(stepped) == digest_of(original));
  CHECK_FALSE(digest_of(drifting) == digest_of(original));
}

TEST_CASE("wall time: milliseconds are rounded down on both sides of 1970") {
  CHECK(WallTime{1'999'999}.milliseconds() == 1);
  CHECK(WallTime{-1}.milliseconds() == -1);
  CHECK(WallTime{-1'000'000}.milliseconds() == -1);
  CHECK(WallTime{-1'000'001}.milliseconds() == -2);
  CHECK(WallTime::from_milliseconds(-7).milliseconds() == -7);
}
