// host_clock.hpp - what the clock on a host's wall shows.
// Here:  WallTime, Drift, HostClock: from virtual time to a reading that is skewed, drifts and is set by hand.
// Not:   virtual time itself (time.hpp); timers, which run on virtual time.
// Start: HostClock::wall().
#pragma once

#include <compare>
#include <cstdint>

#include "sim/strong.hpp"
#include "sim/time.hpp"

namespace sim {

class RunningDigest;

/// A reading of a wall clock: nanoseconds since 1970-01-01T00:00:00Z, in the years 1677 to 2262. What two hosts read at
/// one moment differs, so readings of two hosts must never order events.
class WallTime {
 public:
  constexpr WallTime() = default;
  constexpr explicit WallTime(std::int64_t nanoseconds) : nanoseconds_{nanoseconds} {}
  static constexpr WallTime from_milliseconds(std::int64_t milliseconds) { return WallTime{milliseconds * 1'000'000}; }

  constexpr std::int64_t nanoseconds() const { return nanoseconds_; }
  /// Rounded down, also before 1970, so that time never seems to stand still for two milliseconds.
  constexpr std::int64_t milliseconds() const {
    return nanoseconds_ / 1'000'000 - (nanoseconds_ % 1'000'000 < 0 ? 1 : 0);
  }

  friend constexpr bool operator==(WallTime, WallTime) = default;
  friend constexpr auto operator<=>(WallTime, WallTime) = default;
  friend constexpr WallTime operator+(WallTime t, Duration d) { return WallTime{t.nanoseconds_ + d.nanoseconds()}; }
  friend constexpr WallTime operator-(WallTime t, Duration d) { return WallTime{t.nanoseconds_ - d.nanoseconds()}; }
  friend constexpr Duration operator-(WallTime a, WallTime b) { return Duration{a.nanoseconds_ - b.nanoseconds_}; }

 private:
  std::int64_t nanoseconds_ = 0;
};

/// By how much a clock runs too fast (positive) or too slow, in parts per billion; 0 is a perfect clock. A quartz is
/// within 100 ppm. Must lie between -1'000'000'000 (a clock that stands still) and 1'000'000'000 (twice as fast).
using Drift = Strong<struct DriftTag, std::int64_t>;

constexpr Drift parts_per_billion(std::int64_t parts) { return Drift{parts}; }
constexpr Drift parts_per_million(std::int64_t parts) { return Drift{parts * 1'000}; }

/// The wall clock of one host. Integer arithmetic only. The reading never goes back except by a step with a negative
/// jump; a reading that would leave the range of WallTime stays at its end.
class HostClock {
 public:
  /// Reads `at_start + skew` when virtual time begins.
  explicit HostClock(WallTime at_start, Duration skew = {}, Drift drift = {});

  /// The reading at `now`, rounded down to a nanosecond. `now` must not lie before the last change of the clock: it
  /// keeps no history.
  WallTime wall(Time now) const;

  /// From `now` on the clock is ahead by `jump` more (or back, when negative), as if someone had set it.
  void step(Time now, Duration jump);

  /// From `now` on the clock runs with this drift; the reading at `now` stays.
  void set_drift(Time now, Drift drift);

  Drift drift() const { return drift_; }

  /// Adds the whole state: equal digests, equal readings for ever.
  void add_to(RunningDigest& digest) const;

  friend bool operator==(const HostClock&, const HostClock&) = default;

 private:
  // The clock as a straight line: it showed reading_ at changed_, and goes on from there with drift_.
  Time changed_;
  WallTime reading_;
  Drift drift_;
};

}  // namespace sim
