// The golden numbers of this file were computed by a second implementation (Python, from the published algorithms).
#include "sim/random.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "sim/digest.hpp"

using namespace sim;
using namespace sim::literals;

namespace {

template <class Function>
bool breaks_a_truth(Function function) {
  try {
    function();
    return false;
  } catch (const BrokenTruth&) {
    return true;
  }
}

/// Draws until every bucket expects 2,000 hits and tells whether the counts look uniform: chi-square within six
/// standard deviations of its mean (a fair die fails that once in millions; the seeds are fixed anyway).
template <class Bucket>
bool looks_uniform(std::size_t buckets, Bucket draw) {
  constexpr double expected = 2000;
  std::vector<double> counts(buckets, 0.0);
  for (std::size_t i = 0; i < buckets * 2000; ++i) {
    counts.at(static_cast<std::size_t>(draw())) += 1;
  }
  double chi_square = 0;
  for (const double count : counts) {
    chi_square += (count - expected) * (count - expected) / expected;
  }
  const double freedom = static_cast<double>(buckets - 1);
  return std::abs(chi_square - freedom) < 6 * std::sqrt(2 * freedom);
}

/// Which of the 24 orders of four elements this is, by counting inversions digit by digit.
std::uint64_t order_number(const std::vector<int>& four) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    std::uint64_t smaller_behind = 0;
    for (std::size_t j = i + 1; j < 4; ++j) {
      smaller_behind += four[j] < four[i] ? 1u : 0u;
    }
    number = number * (4 - i) + smaller_behind;
  }
  return number;
}

std::vector<std::uint64_t> first_of(Random random, std::size_t count) {
  std::vector<std::uint64_t> numbers(count);
  for (std::uint64_t& number : numbers) {
    number = random.next();
  }
  return numbers;
}

using Numbers = std::vector<std::uint64_t>;

}  // namespace

TEST_CASE("random: the generator gives the published numbers") {
  CHECK(first_of(Random{Seed{0}}, 4) ==
        Numbers{0x53175d61490b23df, 0x61da6f3dc380d507, 0x5c0fdf91ec9a7bfc, 0x02eebf8c3bbe5e1a});
  CHECK(first_of(Random{Seed{1}}, 4) ==
        Numbers{0xcfc5d07f6f03c29b, 0xbf424132963fe08d, 0x19a37d5757aaf520, 0xbf08119f05cd56d6});
  CHECK(first_of(Random{Seed{42}}, 4) ==
        Numbers{0xd0764d4f4476689f, 0x519e4174576f3791, 0xfbe07cfb0c24ed8c, 0xb37d9f600cd835b8});
}

TEST_CASE("random: derived numbers are golden") {
  Random below{Seed{42}};
  Random between{Seed{42}};
  for (const std::uint64_t expected : {814u, 318u, 983u, 701u, 793u, 588u, 125u, 605u, 207u, 933u}) {
    CHECK(below.below(1000) == expected);
  }
  for (const std::int64_t expected : {3, -2, 5, 2, 3, 1, -4, 1, -3, 5}) {
    CHECK(between.between(-5, 5) == expected);
  }
  Random shuffling{Seed{42}};
  std::vector<int> ten{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  shuffling.shuffle(ten);
  CHECK(ten == std::vector<int>{5, 3, 1, 0, 9, 6, 4, 7, 2, 8});
}

TEST_CASE("random: below is fair where modulo and a plain multiplication are not") {
  Random random{Seed{3}};
  CHECK(random.below(1) == 0);
  CHECK(looks_uniform(7, [&] { return random.below(7); }));
  CHECK(looks_uniform(1000, [&] { return random.below(1000); }));

  // 3 * 2^62 choices for 2^64 numbers: a third of the choices gets twice its share, unless some numbers are rejected.
  constexpr std::uint64_t awkward = std::uint64_t{3} << 62;
  constexpr std::uint64_t third = std::uint64_t{1} << 62;
  CHECK(looks_uniform(3, [&] { return random.below(awkward) / third; }));
  CHECK(looks_uniform(3, [&] { return random.below(awkward) % 3; }));
  CHECK_FALSE(looks_uniform(3, [&] { return random.next() % awkward / third; }));
  CHECK_FALSE(looks_uniform(
      3, [&] { return static_cast<std::uint64_t>((random_detail::Wide{random.next()} * awkward) >> 64) % 3; }));
  CHECK_FALSE(looks_uniform(1000, [&] { return random.below(1001) % 1000; }));
}

TEST_CASE("random: between reaches both ends and nothing beyond") {
  Random random{Seed{4}};
  bool low = false;
  bool high = false;
  for (int i = 0; i < 1000; ++i) {
    const Duration drawn = random.between(Duration{-1'000'000}, Duration{-999'998});
    CHECK((drawn >= Duration{-1'000'000} && drawn <= Duration{-999'998}));
    low = low || drawn == Duration{-1'000'000};
    high = high || drawn == Duration{-999'998};
  }
  CHECK((low && high));
  CHECK(random.between(std::int64_t{9}, std::int64_t{9}) == 9);

  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  CHECK(looks_uniform(2, [&] { return random.between(least, most) < 0 ? std::size_t{0} : std::size_t{1}; }));
  CHECK(random.between(most - 1, most) >= most - 1);
  CHECK(random.between(least, least + 1) <= least + 1);
}

TEST_CASE("random: a fraction is exact") {
  Random random{Seed{5}};
  const auto looks_like_3_of_7 = [&](std::uint64_t numerator, std::uint64_t denominator) {
    constexpr double draws = 200'000;
    double hits = 0;
    for (int i = 0; i < static_cast<int>(draws); ++i) {
      hits += random.bernoulli(numerator, denominator) ? 1 : 0;
    }
    return std::abs(hits - draws * 3 / 7) < 5 * std::sqrt(draws * 3 / 7 * 4 / 7);
  };
  CHECK(looks_like_3_of_7(3, 7));
  CHECK(looks_like_3_of_7(3'000'000'000'000'000'000u, 7'000'000'000'000'000'000u));
  CHECK_FALSE(looks_like_3_of_7(42, 100));
  for (int i = 0; i < 1000; ++i) {
    CHECK_FALSE(random.bernoulli(0, 5));
    CHECK(random.bernoulli(5, 5));
  }
  Random certain{Seed{6}};
  Random chancy{Seed{6}};
  certain.bernoulli(0, 100);
  chancy.bernoulli(37, 100);
  CHECK(certain == chancy);  // a probability of 0 draws too
}

TEST_CASE("random: shuffle gives every order the same chance, the well-known wrong one does not") {
  Random random{Seed{7}};
  const auto shuffled = [&] {
    std::vector<int> four{0, 1, 2, 3};
    random.shuffle(four);
    return order_number(four);
  };
  const auto wrongly_shuffled = [&] {
    std::vector<int> four{0, 1, 2, 3};
    for (std::size_t i = 0; i < 4; ++i) {
      std::swap(four[i], four[random.index(4)]);
    }
    return order_number(four);
  };
  CHECK(looks_uniform(24, shuffled));
  CHECK_FALSE(looks_uniform(24, wrongly_shuffled));
  std::vector<int> none;
  random.shuffle(none);
  CHECK(none.empty());
}

TEST_CASE("random: what cannot be drawn is a broken truth") {
  Random random{Seed{8}};
  CHECK(breaks_a_truth([&] { random.below(0); }));
  CHECK(breaks_a_truth([&] { random.between(std::int64_t{2}, std::int64_t{1}); }));
  CHECK(breaks_a_truth([&] { random.bernoulli(2, 1); }));
  CHECK(breaks_a_truth([&] { random.bernoulli(0, 0); }));
}

TEST_CASE("streams: seed, host and purpose make the stream, golden") {
  CHECK(first_of(stream(Seed{7}, "broker-1", "retry-backoff"), 2) == Numbers{0x7a054ee927d5585f, 0x7f3a2b64a5c72dbb});
  CHECK(first_of(stream(Seed{7}, "broker-1", "election"), 2) == Numbers{0xae546a7e64640838, 0x53881ca05caef01d});
  CHECK(first_of(stream(Seed{7}, "broker-2", "retry-backoff"), 2) == Numbers{0xd02ec6fd65e4be86, 0xeff90e500f099d35});
  CHECK(first_of(stream(Seed{8}, "broker-1", "retry-backoff"), 2) == Numbers{0xe2dd8ca905d26416, 0xf90b6ca972f0ea0b});
  CHECK(derive(Seed{7}, "world", 3) == Seed{0x9b01e5800dd485bc});
  CHECK_FALSE(derive(Seed{7}, "world", 3) == derive(Seed{7}, "world", 4));
  CHECK_FALSE(derive(Seed{7}, "world", 3) == derive(Seed{7}, "host", 3));
  // The border between the two names counts.
  CHECK_FALSE(stream(Seed{7}, "ab", "c") == stream(Seed{7}, "a", "bc"));
}

TEST_CASE("streams: neighbouring streams have nothing in common") {
  // Bits that differ between the first numbers of streams whose names differ in one character: half of 64 on average.
  const auto looks_independent = [](auto make) {
    double differing = 0;
    for (std::uint64_t i = 0; i < 1000; ++i) {
      Random even = make(2 * i);
      Random odd = make(2 * i + 1);
      for (std::uint64_t bits = even.next() ^ odd.next(); bits != 0; bits &= bits - 1) {
        differing += 1;
      }
    }
    return std::abs(differing / 1000 - 32) < 5 * 4 / std::sqrt(1000.0);
  };
  CHECK(looks_independent([](std::uint64_t i) { return stream(Seed{i}, "host", "purpose"); }));
  CHECK(looks_independent([](std::uint64_t i) { return stream(Seed{1}, "host-" + std::to_string(i), "purpose"); }));
  CHECK(looks_independent([](std::uint64_t i) { return stream(Seed{1}, "host", "purpose-" + std::to_string(i)); }));
  CHECK(looks_independent([](std::uint64_t i) { return Random{derive(Seed{1}, "world", i)}; }));
  CHECK_FALSE(looks_independent([](std::uint64_t i) { return stream(Seed{i / 2}, "host", "purpose"); }));
}

TEST_CASE("streams: neither the order of first use nor draws elsewhere change a stream") {
  RandomStreams one{Seed{7}, "broker-1"};
  RandomStreams other{Seed{7}, "broker-1"};
  one.at("election").next();
  one.at("retry-backoff").next();
  for (int i = 0; i < 100; ++i) {
    other.at("retry-backoff").next();
    other.at("something else").next();
  }
  const Numbers from_one = first_of(one.at("election"), 3);
  other.at("election").next();
  CHECK(first_of(other.at("election"), 3) == from_one);

  Random alone = stream(Seed{7}, "broker-1", "election");
  CHECK_FALSE(alone == one.at("election"));
  alone.next();
  CHECK(alone == one.at("election"));
  CHECK(one.at(StreamName::of(std::string{"elec"} + "tion")) == alone);
}

TEST_CASE("streams: a reference survives the making of other streams") {
  RandomStreams streams{Seed{7}, "broker-1"};
  Random& kept = streams.at("election");
  for (int i = 0; i < 200; ++i) {
    streams.at(StreamName::of("purpose-" + std::to_string(i))).next();
  }
  kept.next();
  Random expected = stream(Seed{7}, "broker-1", "election");
  expected.next();
  CHECK(streams.at("election") == expected);
}

TEST_CASE("streams: a copy lives its own life") {
  RandomStreams original{Seed{7}, "broker-1"};
  original.at("election").next();
  RandomStreams copy = original;
  for (int i = 0; i < 10; ++i) {
    copy.at("election").next();
  }
  Random expected = stream(Seed{7}, "broker-1", "election");
  expected.next();
  CHECK(original.at("election") == expected);
  CHECK_FALSE(copy.at("election") == expected);
}

TEST_CASE("streams: the digest sees states, not the order in which streams were made") {
  const auto digest_of = [](const RandomStreams& streams) {
    RunningDigest digest;
    streams.add_to(digest);
    return digest.value();
  };
  RandomStreams one{Seed{7}, "broker-1"};
  RandomStreams other{Seed{7}, "broker-1"};
  one.at("a");
  one.at("b");
  other.at("b");
  other.at("a");
  CHECK(digest_of(one) == digest_of(other));
  other.at("a").next();
  CHECK_FALSE(digest_of(one) == digest_of(other));
}

TEST_CASE("streams: a name is hashed by the compiler") {
  constexpr StreamName name{"retry-backoff"};
  static_assert(name == StreamName::of("retry-backoff"));
  static_assert(name.hash() != StreamName{"retry-backofg"}.hash());
  CHECK(name.hash() == random_detail::hash_text("retry-backoff"));
}
