// wire.hpp - Kafka's primitive types as bytes.
// Here:  Counter and Writer, two sinks that take the same calls, one adding sizes, one laying down bytes; Reader, which
//        never reads outside of its bytes.
// Not:   structs, arrays, null (codec.hpp).
// Start: docs/reference/wire-protocol.md §3.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace kafka::wire {

/// Bytes that `value` takes as an unsigned varint: 1 to 5.
constexpr std::size_t uvarint_size(std::uint32_t value) {
  std::size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

/// Adds up what the same calls to a Writer would write, and remembers what cannot be written at all.
class Counter {
 public:
  static constexpr bool counts = true;

  std::size_t bytes() const { return bytes_; }
  /// Name of the first field that the version at hand cannot carry; empty if there is none.
  std::string_view problem() const { return problem_; }
  void refuse(std::string_view field) {
    if (problem_.empty()) problem_ = field;
  }

  template <class Integer>
  void integer(Integer) {
    bytes_ += sizeof(Integer);
  }
  void uvarint(std::uint32_t value) { bytes_ += uvarint_size(value); }
  void raw(const void*, std::size_t size) { bytes_ += size; }
  void skip(std::size_t size) { bytes_ += size; }

 private:
  std::size_t bytes_ = 0;
  std::string_view problem_;
};

/// Lays bytes into a buffer of the size that a Counter found. Writes nothing beyond its end.
class Writer {
 public:
  explicit Writer(std::span<std::byte> out) : at_{out.data()}, end_{out.data() + out.size()} {}

  static constexpr bool counts = false;

  /// A Counter has been here before and would have seen it.
  void refuse(std::string_view) {}

  /// True if the buffer was filled to its last byte and not written beyond.
  bool exact() const { return !overflow_ && at_ == end_; }

  template <class Integer>
  void integer(Integer value) {
    static_assert(std::is_integral_v<Integer>);
    const auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
    if (!room(sizeof(Integer))) return;
    for (std::size_t i = sizeof(Integer); i-- > 0;) *at_++ = static_cast<std::byte>((bits >> (8 * i)) & 0xffU);
  }

  void uvarint(std::uint32_t value) {
    if (!room(uvarint_size(value))) return;
    for (; value >= 0x80; value >>= 7) *at_++ = static_cast<std::byte>((value & 0x7fU) | 0x80U);
    *at_++ = static_cast<std::byte>(value);
  }

  void raw(const void* data, std::size_t size) {
    if (size == 0 || !room(size)) return;  // an empty string may have no address, which memcpy must not see
    std::memcpy(at_, data, size);
    at_ += size;
  }

 private:
  bool room(std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) >= size) return true;
    overflow_ = true;
    return false;
  }

  std::byte* at_;
  std::byte* end_;
  bool overflow_ = false;
};

/// Reads from the front of some bytes. After the first read that fails every other one fails too, and yields 0 or
/// nothing.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : at_{bytes.data()}, end_{bytes.data() + bytes.size()} {}

  bool failed() const { return failed_; }
  void fail() {
    failed_ = true;
    at_ = end_;
  }
  std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }

  template <class Integer>
  Integer integer() {
    static_assert(std::is_integral_v<Integer>);
    if (remaining() < sizeof(Integer)) {
      fail();
      return 0;
    }
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(Integer); ++i) bits = (bits << 8) | std::to_integer<std::uint64_t>(*at_++);
    return static_cast<Integer>(static_cast<std::make_unsigned_t<Integer>>(bits));
  }

  /// Fails after five bytes, and if the value has more than 32 bits.
  std::uint32_t uvarint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
      if (at_ == end_) break;
      const auto byte = std::to_integer<std::uint64_t>(*at_++);
      value |= (byte & 0x7fU) << shift;
      if (byte < 0x80) {
        if (value > UINT32_MAX) break;
        return static_cast<std::uint32_t>(value);
      }
    }
    fail();
    return 0;
  }

  /// The next `size` bytes, which belong to the caller of the constructor; empty if there are not as many.
  std::span<const std::byte> raw(std::size_t size) {
    if (remaining() < size) {
      fail();
      return {};
    }
    const std::span<const std::byte> result{at_, size};
    at_ += size;
    return result;
  }

 private:
  const std::byte* at_;
  const std::byte* end_;
  bool failed_ = false;
};

}  // namespace kafka::wire
