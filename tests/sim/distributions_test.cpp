// Checks the integer distributions against the real functions in double arithmetic. The golden lists pin the bits; a
// Python script with 60 decimal digits gave the same numbers (log-normal: within the 4 in 100,000 of its table).
#include "sim/distributions.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

using namespace sim;
using namespace sim::literals;

namespace {

constexpr int sample_count = 200'000;

template <class Function>
bool breaks_a_truth(Function function) {
  try {
    function();
    return false;
  } catch (const BrokenTruth&) {
    return true;
  }
}

template <class Distribution>
std::vector<double> samples_of(const Distribution& distribution, std::uint64_t seed) {
  Random random{Seed{seed}};
  std::vector<double> samples;
  samples.reserve(sample_count);
  for (int i = 0; i < sample_count; ++i) {
    samples.push_back(static_cast<double>(distribution.sample(random).nanoseconds()));
  }
  std::sort(samples.begin(), samples.end());
  return samples;
}

double mean_of(const std::vector<double>& samples) {
  double sum = 0;
  for (const double sample : samples) {
    sum += sample;
  }
  return sum / static_cast<double>(samples.size());
}

double variance_of(const std::vector<double>& samples) {
  const double mean = mean_of(samples);
  double sum = 0;
  for (const double sample : samples) {
    sum += (sample - mean) * (sample - mean);
  }
  return sum / static_cast<double>(samples.size());
}

double quantile_of(const std::vector<double>& sorted, double fraction) {
  return sorted.at(static_cast<std::size_t>(fraction * static_cast<double>(sorted.size())));
}

/// Kolmogorov and Smirnov: the largest distance between the samples' distribution and the wanted one, at a level that a
/// right sampler exceeds once in a thousand seeds.
template <class Cumulative>
bool follows(const std::vector<double>& sorted, Cumulative cumulative) {
  const double count = static_cast<double>(sorted.size());
  double distance = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const double wanted = cumulative(sorted[i]);
    distance = std::max({distance, std::abs(wanted - static_cast<double>(i) / count),
                         std::abs(wanted - static_cast<double>(i + 1) / count)});
  }
  return distance * std::sqrt(count) < 1.95;
}

bool near(double value, double wanted, double relative) { return std::abs(value - wanted) <= relative * wanted; }

/// The uniform number in (0, 1) that Exponential and Pareto invert.
double uniform_of(Random random) { return std::ldexp(static_cast<double>(random.next() | 1), -64); }

template <class Distribution>
std::vector<std::int64_t> first_of(const Distribution& distribution, std::size_t count) {
  Random random{Seed{42}};
  std::vector<std::int64_t> samples(count);
  for (std::int64_t& sample : samples) {
    sample = distribution.sample(random).nanoseconds();
  }
  return samples;
}

using Nanoseconds = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("fixed point: logarithm and exponential agree with the real ones") {
  const double unit = std::ldexp(1.0, fixed_point::fraction_bits);
  Random random{Seed{1}};
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t x = std::max<std::uint64_t>(1, random.next() >> random.below(64));
    const double logarithm = static_cast<double>(fixed_point::logarithm(x)) / unit;
    REQUIRE(std::abs(logarithm - std::log(static_cast<double>(x))) < 1.5e-14);  // a few last bits of a double near 44
  }
  CHECK(fixed_point::logarithm(1) == 0);
  CHECK(fixed_point::logarithm(2) * 63 == fixed_point::logarithm(std::uint64_t{1} << 63));

  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t value = std::max<std::uint64_t>(1, random.next() >> (2 + random.below(62)));
    const std::int64_t exponent =
        random.between(INT64_MIN, INT64_MAX) / static_cast<std::int64_t>(1 + random.below(64));
    const double wanted = static_cast<double>(value) * std::exp(static_cast<double>(exponent) / unit);
    const auto got = static_cast<double>(fixed_point::times_exponential(value, exponent));
    REQUIRE(std::abs(got - std::min(wanted, std::ldexp(1.0, 62))) <=
            0.5 + 2e-14 * std::min(wanted, std::ldexp(1.0, 62)));
  }
  CHECK(fixed_point::times_exponential(12345, 0) == 12345);
  CHECK(fixed_point::times_exponential(std::uint64_t{1} << 62, INT64_MAX) == std::uint64_t{1} << 62);
  CHECK(fixed_point::times_exponential(1, INT64_MIN) == 0);
  CHECK(fixed_point::times_exponential(0, INT64_MAX) == 0);
}

TEST_CASE("fixed point: the promised precision, against numbers with 60 digits") {
  // Where the series have the most to add: just below the next cell of the tables.
  constexpr std::uint64_t below_cell = (std::uint64_t{1} << 63) + (std::uint64_t{1} << 55) - 1;
  CHECK(std::abs(fixed_point::logarithm(below_cell) - 3146911569803712335) < 128);
  CHECK(std::abs(fixed_point::logarithm(3) - 79163358301925545) < 128);
  constexpr std::int64_t exponent = (std::int64_t{1} << 48) - (std::int64_t{1} << 36);
  const std::uint64_t power = fixed_point::times_exponential(std::uint64_t{1} << 60, exponent);
  CHECK(std::abs(static_cast<std::int64_t>(power) - 1157432807977211083) < 2048);
}

TEST_CASE("fixed point: the normal quantile inverts the normal distribution") {
  // z is linear within a cell of 1/64, which moves a probability by at most a 32,768th of it times 1 + z^2. Up to z =
  // 7, that is; at the end of the table the missing rest beyond 8 begins to show.
  Random random{Seed{2}};
  double worst = 0;
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t beyond = std::max<std::uint64_t>(1u << 25, (random.next() >> 1) >> random.below(38));
    const auto z = static_cast<double>(fixed_point::normal_quantile(beyond)) / std::ldexp(1.0, 32);
    const double tail = std::erfc(z / std::sqrt(2.0)) / 2;
    const double wanted = std::ldexp(static_cast<double>(beyond), -64);
    worst = std::max(worst, std::abs(tail - wanted) / wanted / (1 + z * z));
    REQUIRE(fixed_point::normal_quantile(beyond | (std::uint64_t{1} << 63)) == -fixed_point::normal_quantile(beyond));
  }
  CHECK(worst < 1.0 / 32768);
  CHECK(fixed_point::normal_quantile(0) == std::int64_t{8} << 32);
  CHECK(fixed_point::normal_quantile(INT64_MAX) == 0);
}

TEST_CASE("exponential: golden, right for every draw, and right in the mass") {
  const Exponential ten_milliseconds{10_ms};
  CHECK(first_of(ten_milliseconds, 8) ==
        Nanoseconds{2054201, 11431253, 162369, 3550540, 2312961, 5308609, 20766260, 5023244});

  Random random{Seed{3}};
  for (int i = 0; i < 10'000; ++i) {
    const double wanted = -1e7 * std::log(uniform_of(random));
    REQUIRE(std::abs(static_cast<double>(ten_milliseconds.sample(random).nanoseconds()) - wanted) < 0.51);
  }
  const std::vector<double> samples = samples_of(ten_milliseconds, 4);
  const auto cumulative = [](double mean) { return [mean](double t) { return 1 - std::exp(-t / mean); }; };
  CHECK(follows(samples, cumulative(1e7)));
  CHECK(near(mean_of(samples), 1e7, 0.01));
  CHECK(near(variance_of(samples), 1e14, 0.03));
  CHECK(near(quantile_of(samples, 0.5), 1e7 * std::log(2.0), 0.01));
  CHECK(near(quantile_of(samples, 0.999), 1e7 * std::log(1000.0), 0.03));

  const std::vector<double> two_percent_long = samples_of(Exponential{10200_us}, 4);
  CHECK_FALSE(follows(two_percent_long, cumulative(1e7)));
  CHECK_FALSE(near(mean_of(two_percent_long), 1e7, 0.01));
  CHECK_FALSE(near(variance_of(two_percent_long), 1e14, 0.03));
}

TEST_CASE("exponential: extreme means") {
  Random random{Seed{5}};
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(Exponential{0_ns}.sample(random) == 0_ns);
    REQUIRE(Exponential{Exponential::longest_mean}.sample(random) >= 0_ns);
    REQUIRE(Exponential{Exponential::longest_mean}.sample(random) <= Exponential::longest_mean * 45);
  }
  CHECK(breaks_a_truth([] { Exponential{Duration{-1}}; }));
  CHECK(breaks_a_truth([] { Exponential{Exponential::longest_mean + 1_ns}; }));
}

TEST_CASE("log-normal: golden, and right in the mass") {
  const LogNormal latency{300_us, 2_ms};
  CHECK(first_of(latency, 8) == Nanoseconds{202217, 440488, 290281, 151522, 192639, 99559, 765491, 107990});

  const double sigma = std::log(2000.0 / 300.0) / 2.3263478740408408;
  const auto cumulative = [sigma](double median) {
    return [=](double t) { return std::erfc(-std::log(t / median) / sigma / std::sqrt(2.0)) / 2; };
  };
  const std::vector<double> samples = samples_of(latency, 6);
  CHECK(follows(samples, cumulative(300e3)));
  CHECK(near(quantile_of(samples, 0.5), 300e3, 0.01));
  CHECK(near(quantile_of(samples, 0.99), 2000e3, 0.03));
  CHECK(near(quantile_of(samples, 0.01), 45e3, 0.03));
  CHECK(near(mean_of(samples), 300e3 * std::exp(sigma * sigma / 2), 0.01));

  CHECK_FALSE(follows(samples_of(LogNormal{306_us, 2_ms}, 6), cumulative(300e3)));
  CHECK_FALSE(follows(samples_of(LogNormal{300_us, 2100_us}, 6), cumulative(300e3)));
  CHECK_FALSE(near(quantile_of(samples_of(LogNormal{300_us, 2100_us}, 6), 0.99), 2000e3, 0.03));
}

TEST_CASE("log-normal: extreme shapes") {
  Random random{Seed{7}};
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(LogNormal{7_us, 7_us}.sample(random) == 7_us);
    const Duration wild = LogNormal{1_ns, longest_sample}.sample(random);
    REQUIRE((wild >= 0_ns && wild <= longest_sample));
  }
  CHECK(breaks_a_truth([] { LogNormal{0_ns, 1_ms}; }));
  CHECK(breaks_a_truth([] { LogNormal{2_ms, 1_ms}; }));
  CHECK(breaks_a_truth([] { LogNormal{2_ms, Duration::max()}; }));
}

TEST_CASE("pareto: golden, right for every draw, and right in the mass") {
  const Pareto pause{1_ms, 5, 2};
  CHECK(first_of(pause, 8) == Nanoseconds{1085638, 1579724, 1006516, 1152602, 1096933, 1236574, 2294811, 1222539});

  Random random{Seed{8}};
  for (int i = 0; i < 10'000; ++i) {
    const double wanted = 1e6 * std::pow(uniform_of(random), -0.4);
    REQUIRE(std::abs(static_cast<double>(pause.sample(random).nanoseconds()) - wanted) < 0.51 + wanted * 1e-13);
  }
  const auto cumulative = [](double alpha) { return [alpha](double t) { return 1 - std::pow(1e6 / t, alpha); }; };
  const std::vector<double> samples = samples_of(pause, 9);
  CHECK(samples.front() >= 1e6);
  CHECK(follows(samples, cumulative(2.5)));
  CHECK(near(mean_of(samples), 2.5 / 1.5 * 1e6, 0.01));
  CHECK_FALSE(follows(samples_of(Pareto{1_ms, 255, 100}, 9), cumulative(2.5)));
}

TEST_CASE("pareto: extreme shapes") {
  Random random{Seed{10}};
  Duration longest;
  for (int i = 0; i < 1000; ++i) {
    longest = std::max(longest, Pareto{1_ns, 1, 1000}.sample(random));
    REQUIRE(Pareto{longest_sample, 1, 1}.sample(random) == longest_sample);
    REQUIRE(Pareto{1_ms, 1000, 1}.sample(random) < 1_ms + 45_us);
  }
  CHECK(longest == longest_sample);
  CHECK(breaks_a_truth([] { Pareto{0_ns, 1, 1}; }));
  CHECK(breaks_a_truth([] { Pareto{1_ms, 0, 1}; }));
  CHECK(breaks_a_truth([] { Pareto{1_ms, 1, 1001}; }));
}

TEST_CASE("durations: one sample is one draw, whatever the parameters") {
  Random expected{Seed{11}};
  expected.next();
  const auto draws_once = [&](const auto& distribution) {
    Random random{Seed{11}};
    (void)distribution.sample(random);
    return random == expected;
  };
  CHECK(draws_once(Exponential{0_ns}));
  CHECK(draws_once(Exponential{1_s}));
  CHECK(draws_once(LogNormal{1_ms, 1_ms}));
  CHECK(draws_once(LogNormal{1_ms, 9_ms}));
  CHECK(draws_once(Pareto{1_ms, 1, 2}));
}

TEST_CASE("zipf: golden, and every rank gets its share") {
  const auto looks_like_099 = [](const Zipf& zipf, std::uint32_t ranks) {
    double total = 0;
    for (std::uint32_t rank = 1; rank <= ranks; ++rank) {
      total += std::pow(rank, -0.99);
    }
    std::vector<double> counts(ranks, 0.0);
    Random random{Seed{12}};
    for (int i = 0; i < sample_count; ++i) {
      counts.at(zipf.sample(random)) += 1;
    }
    double chi_square = 0;
    for (std::uint32_t rank = 1; rank <= ranks; ++rank) {
      const double expected = sample_count * std::pow(rank, -0.99) / total;
      chi_square += (counts[rank - 1] - expected) * (counts[rank - 1] - expected) / expected;
    }
    return std::abs(chi_square - (ranks - 1)) < 6 * std::sqrt(2.0 * (ranks - 1));
  };
  CHECK(looks_like_099(Zipf{100, 99}, 100));
  CHECK(looks_like_099(Zipf{1000, 99}, 1000));
  CHECK_FALSE(looks_like_099(Zipf{100, 102}, 100));
  CHECK_FALSE(looks_like_099(Zipf{99, 99}, 100));

  const Zipf zipf{1'000'000, 99};
  Random random{Seed{42}};
  std::vector<std::uint32_t> first(8);
  for (std::uint32_t& rank : first) {
    rank = zipf.sample(random);
  }
  CHECK(first == std::vector<std::uint32_t>{80387, 68, 805619, 16756, 60369, 3412, 3, 4343});
}

TEST_CASE("zipf: extreme shapes") {
  Random random{Seed{13}};
  CHECK(Zipf{1, 99}.sample(random) == 0);
  const Zipf all_alike{4, 0};
  std::vector<int> counts(4, 0);
  for (int i = 0; i < 40'000; ++i) {
    ++counts.at(all_alike.sample(random));
  }
  CHECK(*std::min_element(counts.begin(), counts.end()) > 9'600);
  const Zipf steep{Zipf::largest_count, 1000};
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(steep.sample(random) < 5);
  }
  CHECK(breaks_a_truth([] { Zipf{0, 99}; }));
  CHECK(breaks_a_truth([] { Zipf{Zipf::largest_count + 1, 99}; }));
  CHECK(breaks_a_truth([] { Zipf{10, 1001}; }));
}

TEST_CASE("zipf: a copy shares the table and outlives the original") {
  static_assert(sizeof(Zipf) <= 2 * sizeof(void*));
  auto* original = new Zipf{1000, 99};
  const Zipf copy = *original;
  Random one{Seed{14}};
  Random other{Seed{14}};
  std::vector<std::uint32_t> expected(10);
  for (std::uint32_t& rank : expected) {
    rank = original->sample(one);
  }
  delete original;
  for (const std::uint32_t rank : expected) {
    CHECK(copy.sample(other) == rank);
  }
}
