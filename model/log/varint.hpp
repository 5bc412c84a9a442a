// varint.hpp - integers of variable length, as records use them.
// Here:  zigzag and 7-bit groups, lowest first (docs/reference/log-storage.md §1.2): write, size, read.
// Not:   the unsigned varints of messages (model/protocol/wire.hpp).
// Start: write_varint(), VarintReader.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace kafka {

namespace varint_detail {

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
/// In 32 bits: Kafka zigzags an int as an int.
constexpr std::uint32_t zigzag(std::int32_t value) {
  return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31);
}
template <class Bits>
constexpr std::size_t size_of(Bits bits) {
  std::size_t bytes = 1;
  for (; bits >= 0x80; bits >>= 7) ++bytes;
  return bytes;
}

}  // namespace varint_detail

inline constexpr std::size_t longest_varint = 5;
inline constexpr std::size_t longest_varlong = 10;

/// Bytes that `value` takes: 1 to 5 for 32 bits, 1 to 10 for 64.
template <class Integer>
constexpr std::size_t varint_size(Integer value) {
  return varint_detail::size_of(varint_detail::zigzag(value));
}

/// Writes varint_size(value) bytes and returns the place behind them.
template <class Integer>
constexpr std::byte* write_varint(std::byte* to, Integer value) {
  auto bits = varint_detail::zigzag(value);
  for (; bits >= 0x80; bits >>= 7) *to++ = static_cast<std::byte>((bits & 0x7f) | 0x80);
  *to++ = static_cast<std::byte>(bits);
  return to;
}

/// Reads fields one after the other and never outside of its bytes. After the first failure everything fails.
class VarintReader {
 public:
  explicit VarintReader(std::span<const std::byte> bytes) : at_{bytes.data()}, end_{bytes.data() + bytes.size()} {}

  bool failed() const { return failed_; }
  std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
  const std::byte* at() const { return at_; }

  /// 0 after a failure: the bytes end, or a sixth byte would be needed.
  std::int32_t varint() {
    const auto bits = static_cast<std::uint32_t>(read(longest_varint));
    return static_cast<std::int32_t>((bits >> 1) ^ (0U - (bits & 1U)));
  }
  /// 0 after a failure: the bytes end, or an eleventh byte would be needed.
  std::int64_t varlong() {
    const std::uint64_t bits = read(longest_varlong);
    return static_cast<std::int64_t>((bits >> 1) ^ (std::uint64_t{0} - (bits & 1U)));
  }
  std::byte byte() {
    if (left() == 0) return fail(), std::byte{};
    return *at_++;
  }
  /// A length and so many bytes; nothing for a negative length, which means null.
  std::optional<std::span<const std::byte>> nullable_bytes() {
    const std::int32_t length = varint();
    if (failed_ || length < 0) return std::nullopt;
    const auto size = static_cast<std::size_t>(length);
    if (size > left()) return fail(), std::nullopt;
    const std::span<const std::byte> bytes{at_, size};
    at_ += size;
    return bytes;
  }

 private:
  std::uint64_t read(std::size_t longest) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < longest; ++i) {
      const auto group = std::to_integer<std::uint64_t>(byte());
      if (failed_) return 0;
      bits |= (group & 0x7f) << (7 * i);
      if ((group & 0x80) == 0) return bits;
    }
    fail();
    return 0;
  }
  void fail() {
    failed_ = true;
    at_ = end_;
  }

  const std::byte* at_;
  const std::byte* end_;
  bool failed_ = false;
};

}  // namespace kafka
