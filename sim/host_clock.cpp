#include "sim/host_clock.hpp"

#include <algorithm>

#include "sim/check.hpp"
#include "sim/digest.hpp"

namespace sim {
namespace {

__extension__ typedef __int128 Wide;

constexpr std::int64_t billion = 1'000'000'000;

void check_drift(Drift drift) {
  SIM_CHECK(drift.raw() >= -billion && drift.raw() <= billion, "a drift of {} parts per billion", drift.raw());
}

WallTime within_range(Wide nanoseconds) {
  return WallTime{static_cast<std::int64_t>(std::clamp(nanoseconds, Wide{INT64_MIN}, Wide{INT64_MAX}))};
}

}  // namespace

HostClock::HostClock(WallTime at_start, Duration skew, Drift drift)
    : reading_{within_range(Wide{at_start.nanoseconds()} + skew.nanoseconds())}, drift_{drift} {
  check_drift(drift);
}

WallTime HostClock::wall(Time now) const {
  SIM_CHECK(now >= changed_, "a reading at {} of a clock that was changed at {}", now.nanoseconds(),
            changed_.nanoseconds());
  // (billion + drift) >= 0 and the passed time too: rounding down never lets the reading go back.
  const Wide passed = Wide{(now - changed_).nanoseconds()} * (billion + drift_.raw()) / billion;
  return within_range(reading_.nanoseconds() + passed);
}

void HostClock::step(Time now, Duration jump) {
  reading_ = within_range(Wide{wall(now).nanoseconds()} + jump.nanoseconds());
  changed_ = now;
}

void HostClock::set_drift(Time now, Drift drift) {
  check_drift(drift);
  reading_ = wall(now);
  changed_ = now;
  drift_ = drift;
}

void HostClock::add_to(RunningDigest& digest) const {
  digest.add(changed_.nanoseconds(), reading_.nanoseconds(), drift_.raw());
}

}  // namespace sim
