// time.hpp - virtual time.
// Here:  Duration and Time in whole nanoseconds, their arithmetic, literals and text form.
// Not:   the wall clock of a host (host_clock.hpp), which is skewed and drifts.
// Start: `Time{} + 5_ms`.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace sim {

/// A length of virtual time in nanoseconds, signed; about 292 years either way. Plain integer arithmetic: an overflow
/// is a bug of the caller (the sanitizer build traps it).
class Duration {
 public:
  constexpr Duration() = default;
  constexpr explicit Duration(std::int64_t nanoseconds) : nanoseconds_{nanoseconds} {}

  constexpr std::int64_t nanoseconds() const { return nanoseconds_; }
  /// Rounded towards zero.
  constexpr std::int64_t microseconds() const { return nanoseconds_ / 1'000; }
  /// Rounded towards zero.
  constexpr std::int64_t milliseconds() const { return nanoseconds_ / 1'000'000; }

  static constexpr Duration max() { return Duration{INT64_MAX}; }

  friend constexpr bool operator==(Duration, Duration) = default;
  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return Duration{a.nanoseconds_ + b.nanoseconds_}; }
  friend constexpr Duration operator-(Duration a, Duration b) { return Duration{a.nanoseconds_ - b.nanoseconds_}; }
  friend constexpr Duration operator*(Duration a, std::int64_t n) { return Duration{a.nanoseconds_ * n}; }
  friend constexpr Duration operator/(Duration a, std::int64_t n) { return Duration{a.nanoseconds_ / n}; }
  friend constexpr std::int64_t operator/(Duration a, Duration b) { return a.nanoseconds_ / b.nanoseconds_; }
  constexpr Duration& operator+=(Duration d) { return *this = *this + d; }
  constexpr Duration& operator-=(Duration d) { return *this = *this - d; }

 private:
  std::int64_t nanoseconds_ = 0;
};

/// A moment of virtual time: nanoseconds since the world began. Never negative in a running world.
class Time {
 public:
  constexpr Time() = default;
  constexpr explicit Time(std::int64_t nanoseconds) : nanoseconds_{nanoseconds} {}

  constexpr std::int64_t nanoseconds() const { return nanoseconds_; }
  constexpr Duration since_start() const { return Duration{nanoseconds_}; }

  /// Later than every event; also "never".
  static constexpr Time max() { return Time{INT64_MAX}; }

  friend constexpr bool operator==(Time, Time) = default;
  friend constexpr auto operator<=>(Time, Time) = default;
  friend constexpr Time operator+(Time t, Duration d) { return Time{t.nanoseconds_ + d.nanoseconds()}; }
  friend constexpr Time operator-(Time t, Duration d) { return Time{t.nanoseconds_ - d.nanoseconds()}; }
  friend constexpr Duration operator-(Time a, Time b) { return Duration{a.nanoseconds_ - b.nanoseconds_}; }
  constexpr Time& operator+=(Duration d) { return *this = *this + d; }

 private:
  std::int64_t nanoseconds_ = 0;
};

inline namespace literals {
constexpr Duration operator""_ns(unsigned long long n) { return Duration{static_cast<std::int64_t>(n)}; }
constexpr Duration operator""_us(unsigned long long n) { return Duration{static_cast<std::int64_t>(n) * 1'000}; }
constexpr Duration operator""_ms(unsigned long long n) { return Duration{static_cast<std::int64_t>(n) * 1'000'000}; }
constexpr Duration operator""_s(unsigned long long n) { return Duration{static_cast<std::int64_t>(n) * 1'000'000'000}; }
constexpr Duration operator""_min(unsigned long long n) {
  return Duration{static_cast<std::int64_t>(n) * 60'000'000'000};
}
}  // namespace literals

/// "1.250s", "300us", "0ns": the shortest exact form with one unit, for people.
std::string to_text(Duration duration);

/// "12.345678s": seconds with as many of nine decimals as are needed, at least three.
std::string to_text(Time time);

}  // namespace sim
