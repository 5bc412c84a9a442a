#include "sim/random.hpp"

#include <algorithm>

#include "sim/digest.hpp"

namespace sim {
namespace {

using random_detail::hash_text;
using random_detail::mix;

constexpr std::uint64_t golden_gamma = 0x9e3779b97f4a7c15u;  // splitmix64's step

/// The next link of a chain of hashes: depends on all words so far and on their order.
constexpr std::uint64_t absorb(std::uint64_t chain, std::uint64_t word) { return mix((chain ^ word) + golden_gamma); }

}  // namespace

Random::Random(Seed seed) : state_{} {
  std::uint64_t x = seed.raw();
  for (std::uint64_t& word : state_) {
    x += golden_gamma;
    word = mix(x);  // never zero four times in a row, since mix is a bijection and x changes
  }
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  SIM_CHECK(low <= high, "an empty range {} ... {}", low, high);
  const std::uint64_t distance = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t offset = distance == UINT64_MAX ? next() : below(distance + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

Duration Random::between(Duration low, Duration high) {
  return Duration{between(low.nanoseconds(), high.nanoseconds())};
}

bool Random::bernoulli(std::uint64_t numerator, std::uint64_t denominator) {
  SIM_CHECK(numerator <= denominator, "{}/{} is no probability", numerator, denominator);
  return below(denominator) < numerator;
}

void Random::add_to(RunningDigest& digest) const { digest.add(state_[0], state_[1], state_[2], state_[3]); }

Seed derive(Seed seed, std::string_view name, std::uint64_t index) {
  return Seed{absorb(absorb(seed.raw(), hash_text(name)), index)};
}

Random stream(Seed world_seed, std::string_view host_or_place, std::string_view purpose) {
  return Random{Seed{absorb(absorb(world_seed.raw(), hash_text(host_or_place)), hash_text(purpose))}};
}

RandomStreams::RandomStreams(Seed world_seed, std::string_view host_or_place)
    : root_{absorb(world_seed.raw(), hash_text(host_or_place))} {}

Random& RandomStreams::at(StreamName purpose) {
  const auto place = std::lower_bound(places_.begin(), places_.end(), purpose.hash(),
                                      [](const Place& candidate, std::uint64_t name) { return candidate.name < name; });
  if (place != places_.end() && place->name == purpose.hash()) {
    return streams_[place->stream];
  }
  places_.insert(place, Place{purpose.hash(), static_cast<std::uint32_t>(streams_.size())});
  return streams_.emplace_back(Seed{absorb(root_, purpose.hash())});
}

void RandomStreams::add_to(RunningDigest& digest) const {
  digest.add(root_, places_.size());
  for (const Place& place : places_) {
    digest.add(place.name);
    streams_[place.stream].add_to(digest);
  }
}

}  // namespace sim
