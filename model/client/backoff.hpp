// backoff.hpp - how long to wait before the next try.
// Here:  exponential_backoff(), Kafka's ExponentialBackoff with factor 2 and 20 % of chance.
// Not:   what is tried again (network_client.hpp, metadata.hpp, producer.hpp, consumer.hpp).
// Start: docs/reference/clients-groups-transactions.md §1.4.
#pragma once

#include "sim/random.hpp"
#include "sim/time.hpp"

#include <algorithm>
#include <cstdint>

namespace kafka {

/// first * 2^failures, at most `most`, then times a factor from 0.8 to 1.2, and again at most `most`. `failures` counts
/// those before the last one: 0 after the first. Constant (`first`) if `most` is not larger, as in Kafka. Draws always,
/// so that another config does not move the stream.
inline sim::Duration exponential_backoff(sim::Duration first, sim::Duration most, std::uint32_t failures,
                                         sim::Random& random) {
  const std::int64_t per_mille = random.between(std::int64_t{800}, std::int64_t{1200});
  if (most <= first) return first;
  // Kafka's term is in milliseconds and at least 1.
  std::int64_t term = std::max<std::int64_t>(first.nanoseconds(), 1'000'000);
  for (std::uint32_t i = 0; i < failures && term < most.nanoseconds(); ++i) term *= 2;
  term = std::min(term, most.nanoseconds());
  if (first == sim::Duration{}) return {};
  return std::min(sim::Duration{term / 1000 * per_mille}, most);
}

}  // namespace kafka
