// murmur2.hpp - the hash by which a key finds its partition.
// Here:  murmur2(), 32 bit, with Kafka's seed.
// Not:   which partition follows from it (partitioner.hpp).
// Start: docs/reference/clients-groups-transactions.md §1.6 (class Utils, murmur2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kafka {

/// The same 32 bits as Kafka's Java client, which reads them as a signed number.
constexpr std::uint32_t murmur2(std::span<const std::byte> key) {
  constexpr std::uint32_t multiplier = 0x5bd1e995;
  constexpr int shift = 24;
  const auto byte_at = [&](std::size_t i) { return std::to_integer<std::uint32_t>(key[i]); };

  std::uint32_t hash = 0x9747b28cU ^ static_cast<std::uint32_t>(key.size());
  std::size_t at = 0;
  for (; at + 4 <= key.size(); at += 4) {
    std::uint32_t word = byte_at(at) | byte_at(at + 1) << 8 | byte_at(at + 2) << 16 | byte_at(at + 3) << 24;
    word *= multiplier;
    word ^= word >> shift;
    word *= multiplier;
    hash *= multiplier;
    hash ^= word;
  }
  const std::size_t left = key.size() - at;
  if (left == 3) hash ^= byte_at(at + 2) << 16;
  if (left >= 2) hash ^= byte_at(at + 1) << 8;
  if (left >= 1) {
    hash ^= byte_at(at);
    hash *= multiplier;
  }
  hash ^= hash >> 13;
  hash *= multiplier;
  hash ^= hash >> 15;
  return hash;
}

}  // namespace kafka
