// distributions.hpp - shapes of chance, in integers only.
// Here:  Exponential, LogNormal, Pareto (durations), Zipf (ranks), and the logarithm and exponential under them.
// Not:   uniform numbers, fractions, shuffles (random.hpp).
// Start: `LogNormal latency{300_us, 2_ms}; latency.sample(random);`
//
// No floating point and no libm, so that every platform draws the same values for ever: a changed bit here changes
// every recorded run. Durations are drawn by inverting the distribution function: one sample is one draw from the
// stream, whatever the parameters, so that a tuned parameter does not move what is drawn afterwards.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/random.hpp"
#include "sim/time.hpp"

namespace sim {

/// Times between independent events (arrivals, failures). P(sample > t) = exp(-t / mean); never more than 45 means.
class Exponential {
 public:
  static constexpr Duration longest_mean{INT64_MAX / 64};  // 4.5 years

  /// 0 <= mean <= longest_mean.
  explicit Exponential(Duration mean);
  Duration sample(Random& random) const;

 private:
  std::int64_t mean_;
};

/// What latencies look like: a hump with a longer right side. Told by two numbers that people measure: half of all
/// samples are below `median`, 99 of 100 are below `p99`. Then ln(sample) is normal with standard deviation
/// sigma = ln(p99 / median) / 2.3263; a ratio of 2 is a quiet local network (sigma 0.30), 10 a crowded one (0.99).
class LogNormal {
 public:
  /// 1 ns <= median <= p99. Equal: every sample is the median.
  LogNormal(Duration median, Duration p99);

  /// The normal quantile comes from a table of 512 cells that reaches 8 standard deviations; samples saturate at
  /// `longest_sample`.
  Duration sample(Random& random) const;

 private:
  std::int64_t median_;
  std::int64_t sigma_;  // in units of 2^-32
};

/// Heavy tails (pauses, sizes): P(sample > t) = (minimum / t)^alpha. The smaller alpha, the heavier: at alpha <= 2 the
/// variance is infinite, at alpha <= 1 the mean too. Samples saturate at `longest_sample`.
class Pareto {
 public:
  /// minimum >= 1 ns; alpha is the fraction numerator / denominator, each in 1 ... 1000.
  Pareto(Duration minimum, std::uint32_t alpha_numerator, std::uint32_t alpha_denominator);
  Duration sample(Random& random) const;

 private:
  std::int64_t minimum_;
  std::uint32_t alpha_numerator_;
  std::uint32_t alpha_denominator_;
};

/// Where LogNormal and Pareto saturate: 146 years, half of what a Duration holds, so that adding it to a time is safe.
inline constexpr Duration longest_sample{std::int64_t{1} << 62};

/// Popularity (which key, which file): rank r of 0 ... count-1 has a weight of 1 / (r+1)^exponent. The table of
/// `count` numbers is shared by all copies and never changes, so a copy costs the same for any count.
class Zipf {
 public:
  static constexpr std::uint32_t largest_count = 1u << 20;

  /// 1 <= count <= largest_count; the exponent in hundredths (99 is 0.99), 0 (all alike) ... 1000. A weight is kept in
  /// units of 2^-43 of the first and is at least one unit, so that every rank can be met.
  Zipf(std::uint32_t count, std::uint32_t exponent_hundredths);

  /// Rank 0 is the most popular.
  std::uint32_t sample(Random& random) const;

 private:
  std::shared_ptr<const std::vector<std::uint64_t>> cumulative_;  // [r] = sum of the weights of 0 ... r
};

/// Numbers with 56 binary digits after the point: value * 2^56 in an int64, so -128 ... 128.
namespace fixed_point {

inline constexpr int fraction_bits = 56;

/// The natural logarithm of x >= 1, within 2^-49.
std::int64_t logarithm(std::uint64_t x);

/// value * e^exponent, rounded to nearest, with a relative error below 2^-49; saturates at 2^62. Needs value <= 2^62.
std::uint64_t times_exponential(std::uint64_t value, std::int64_t exponent);

/// A standard normal number in units of 2^-32, from one uniform 64-bit number; -8 ... 8.
std::int64_t normal_quantile(std::uint64_t uniform);

}  // namespace fixed_point

}  // namespace sim
