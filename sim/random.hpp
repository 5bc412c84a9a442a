// random.hpp - where chance comes from.
// Here:  Random (one generator), named streams derived from one seed, RandomStreams (all streams of one host).
// Not:   shapes other than uniform (distributions.hpp).
// Start: `RandomStreams streams{seed, "host-1"}; streams.at("retry-backoff").between(1_ms, 9_ms);`
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/check.hpp"
#include "sim/strong.hpp"
#include "sim/time.hpp"

namespace sim {

class RunningDigest;

/// The one number from which all chance of a world follows. Every value is a good seed.
using Seed = Strong<struct SeedTag, std::uint64_t>;

namespace random_detail {

__extension__ typedef unsigned __int128 Wide;

/// The finalizer of splitmix64: a bijection in which every input bit reaches every output bit.
constexpr std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// FNV-1a, 64 bit. Fixed for ever: another hash would be another world for every seed.
constexpr std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  for (const char character : text) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3u;
  }
  return hash;
}

}  // namespace random_detail

/// What a stream is for ("retry-backoff"), as a hash that the compiler computes: `streams.at("retry-backoff")` costs no
/// more at run time than a number would.
class StreamName {
 public:
  /// From a literal, on purpose without `explicit`.
  template <std::size_t Size>
  consteval StreamName(const char (&literal)[Size])  // NOLINT(google-explicit-constructor)
      : hash_{random_detail::hash_text(std::string_view{literal, Size - 1})} {}

  /// From a name that is known only at run time; equal names give equal streams, whichever way they came.
  static constexpr StreamName of(std::string_view name) { return StreamName{random_detail::hash_text(name)}; }

  constexpr std::uint64_t hash() const { return hash_; }
  friend constexpr bool operator==(StreamName, StreamName) = default;

 private:
  constexpr explicit StreamName(std::uint64_t hash) : hash_{hash} {}
  std::uint64_t hash_;
};

/// One stream of random numbers: xoshiro256++ (period 2^256 - 1), its 32 bytes of state filled from the seed by
/// splitmix64. A copy gives the same numbers as its original from then on. Every function but `next` draws from `next`
/// and nothing else, with integer arithmetic only, so that all platforms see the same numbers.
class Random {
 public:
  explicit Random(Seed seed);

  /// Uniform over all 64-bit numbers.
  std::uint64_t next() {
    const std::uint64_t result = rotate_left(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate_left(state_[3], 45);
    return result;
  }

  /// Uniform over 0 ... count-1, without bias; count >= 1. Nearly always one draw, seldom more (Lemire's rejection).
  std::uint64_t below(std::uint64_t count) {
    SIM_CHECK(count >= 1, "nothing to choose from");
    random_detail::Wide product = random_detail::Wide{next()} * count;
    if (static_cast<std::uint64_t>(product) < count) {
      const std::uint64_t surplus = (0 - count) % count;  // 2^64 mod count: so many low halves would be one too many
      while (static_cast<std::uint64_t>(product) < surplus) {
        product = random_detail::Wide{next()} * count;
      }
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  /// Uniform over low ... high, both included; low <= high. The whole range of the type is allowed.
  std::int64_t between(std::int64_t low, std::int64_t high);
  Duration between(Duration low, Duration high);

  /// True with the probability numerator/denominator exactly; denominator >= 1, numerator <= denominator. Draws also
  /// where the answer is certain: a probability that becomes 0 must not move the rest of the stream.
  bool bernoulli(std::uint64_t numerator, std::uint64_t denominator);

  /// Uniform over the indexes of something with `size` elements; size >= 1.
  std::size_t index(std::size_t size) { return static_cast<std::size_t>(below(size)); }

  /// Every order equally likely (Fisher and Yates, from the back).
  template <class Element>
  void shuffle(std::span<Element> elements) {
    for (std::size_t left = elements.size(); left > 1; --left) {
      const std::size_t chosen = index(left);
      std::swap(elements[left - 1], elements[chosen]);
    }
  }
  template <class Element>
  void shuffle(std::vector<Element>& elements) {
    shuffle(std::span<Element>{elements});
  }

  /// Adds the whole state: equal digests, equal future.
  void add_to(RunningDigest& digest) const;

  friend bool operator==(const Random&, const Random&) = default;

 private:
  static constexpr std::uint64_t rotate_left(std::uint64_t x, int bits) { return (x << bits) | (x >> (64 - bits)); }

  std::array<std::uint64_t, 4> state_;
};

/// A seed for a part of something that has a seed: the index-th of its parts called `name` (world 17 of a campaign).
Seed derive(Seed seed, std::string_view name, std::uint64_t index);

/// The stream of one purpose at one host (or place: "network"). It depends on these three things only: what other
/// streams exist, and how much was drawn from them, changes nothing here. Shrinking a scenario stands on that.
Random stream(Seed world_seed, std::string_view host_or_place, std::string_view purpose);

/// All streams of one host, each made on first use and equal to `stream(world_seed, host, purpose)`, so that the order
/// of first uses does not matter.
class RandomStreams {
 public:
  RandomStreams(Seed world_seed, std::string_view host_or_place);

  /// The stream of this purpose. The reference stays good as long as this object, also when other streams are made.
  Random& at(StreamName purpose);

  /// Adds every stream that was ever asked for, in an order that does not depend on who asked first.
  void add_to(RunningDigest& digest) const;

 private:
  struct Place {
    std::uint64_t name;    // StreamName::hash()
    std::uint32_t stream;  // index into streams_
  };

  std::uint64_t root_;          // seed and host, hashed
  std::vector<Place> places_;   // sorted by name
  std::deque<Random> streams_;  // in order of first use; a deque, because references into it survive push_back
};

}  // namespace sim
