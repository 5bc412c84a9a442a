// digest.hpp - what a run amounts to, in 128 bits.
// Here:  Digest, and RunningDigest, which computes the XXH3-128 of everything added so far.
// Not:   what is worth adding (the trace decides); hashes for tables or random streams (random.hpp).
// Start: `RunningDigest digest; digest.add(id, time, host, subject, cause); to_text(digest.value());`
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#ifndef XXH_STATIC_LINKING_ONLY
#define XXH_STATIC_LINKING_ONLY  // shows the layout of XXH3_state_t, which makes a member, and thereby a copy, possible
#endif
#include <xxhash.h>

namespace sim {

/// 128 bits that are equal for equal runs and for no others that anyone will meet.
struct Digest {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend constexpr bool operator==(const Digest&, const Digest&) = default;
  friend constexpr auto operator<=>(const Digest&, const Digest&) = default;
};

/// 32 hexadecimal digits, the high half first: what `xxh128sum` prints for a file of the same bytes.
std::string to_text(const Digest& digest);

/// The XXH3-128 of a growing sequence of bytes, kept as a value (about 1.1 KiB, copied in one go). Only the bytes
/// count, not in which portions they were added. Small portions are gathered in a block, because one call of xxHash for
/// each would cost twice as much.
class alignas(64) RunningDigest {
 public:
  RunningDigest();

  /// Adds integers, each as eight bytes, lowest first: the digest depends neither on the width of a type (a `size_t`
  /// has four bytes in WebAssembly) nor on the machine. A negative number goes in as two's complement of 64 bits.
  template <std::integral... Integers>
  void add(Integers... integers) {
    constexpr std::uint32_t size = sizeof...(Integers) * 8;
    static_assert(sizeof...(Integers) > 0 && size <= block_size, "too many at once");
    if (used_ + size <= block_size) {
      // Word by word: an array filled first and copied then costs a stalled load with g++ 12, three times the time.
      std::byte* to = block_.data() + used_;
      ((store(to, static_cast<std::uint64_t>(integers)), to += 8), ...);
      used_ += size;
    } else {
      std::array<std::byte, size> bytes;
      std::byte* to = bytes.data();
      ((store(to, static_cast<std::uint64_t>(integers)), to += 8), ...);
      add_bytes(bytes);
    }
  }

  /// Adds these bytes and nothing else. Where the length is not known otherwise, add it too ("ab", "c" and "a", "bc"
  /// are the same bytes), or use `add_text`.
  void add_bytes(std::span<const std::byte> bytes);

  /// Adds the length as an integer, then the characters.
  void add_text(std::string_view text);

  /// The digest of all so far. Leaves the state as it is; costs about 50 ns, so not for every event.
  Digest value() const;

 private:
  static constexpr std::size_t block_size = 512;

  static void store(std::byte* to, std::uint64_t word) {
    if constexpr (little_endian) {
      std::memcpy(to, &word, 8);
    } else {
      for (int i = 0; i < 8; ++i) {
        to[i] = static_cast<std::byte>(word >> (8 * i));
      }
    }
  }
  void flush();

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  static constexpr bool little_endian = true;
#else
  static constexpr bool little_endian = false;
#endif

  XXH3_state_t state_{};  // all whole blocks so far; holds no pointer but to xxHash's constant secret
  std::array<std::byte, block_size> block_{};
  std::uint32_t used_ = 0;  // bytes of block_ that wait
};

}  // namespace sim
