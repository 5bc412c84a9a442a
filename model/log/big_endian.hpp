// big_endian.hpp - integers in the byte order of Kafka's files.
// Here:  load_big_endian, store_big_endian.
// Not:   variable-length integers (varint.hpp); whole messages (model/protocol/).
// Start: `load_big_endian<std::int32_t>(bytes + 8)`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace kafka {

namespace big_endian_detail {

template <class Bits>
constexpr Bits swap_if_little(Bits bits) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  return bits;
#else
  if constexpr (sizeof(Bits) == 8) return __builtin_bswap64(bits);
  if constexpr (sizeof(Bits) == 4) return __builtin_bswap32(bits);
  if constexpr (sizeof(Bits) == 2) return __builtin_bswap16(bits);
  return bits;
#endif
}

}  // namespace big_endian_detail

/// Reads sizeof(Integer) bytes, which need no alignment.
template <class Integer>
Integer load_big_endian(const std::byte* from) {
  static_assert(std::is_integral_v<Integer>);
  std::make_unsigned_t<Integer> bits;
  std::memcpy(&bits, from, sizeof(bits));
  return static_cast<Integer>(big_endian_detail::swap_if_little(bits));
}

/// Writes sizeof(Integer) bytes.
template <class Integer>
void store_big_endian(std::byte* to, Integer value) {
  static_assert(std::is_integral_v<Integer>);
  const auto bits = big_endian_detail::swap_if_little(static_cast<std::make_unsigned_t<Integer>>(value));
  std::memcpy(to, &bits, sizeof(bits));
}

}  // namespace kafka
