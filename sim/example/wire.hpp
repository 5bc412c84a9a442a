// wire.hpp - how the example writes numbers and bytes, on the wire and on the disk.
// Here:  encode_fields, decode_fields, encoded_size over a std::tie of fields; checksum.
// Not:   the messages (messages.hpp), the files (durable_file.hpp, counter_log.hpp).
// Start: `auto fields() const { return std::tie(client, sequence); }`.
//
// Integers go lowest byte first, lists and bytes after their length in four bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <tuple>
#include <type_traits>
#include <vector>

#include "sim/bytes.hpp"

namespace sim::example {

/// XXH3, 64 bits: tells a torn or rotten record from a whole one.
std::uint64_t checksum(std::span<const std::byte> bytes);

/// Appends to a vector.
class Writer {
 public:
  explicit Writer(std::vector<std::byte>& out) : out_{out} {}

  template <class Integer>
  requires std::is_integral_v<Integer>
  void put(Integer value) {
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
      out_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i)));
    }
  }
  void put(const Bytes& bytes) {
    put(static_cast<std::uint32_t>(bytes.size()));
    out_.insert(out_.end(), bytes.begin(), bytes.end());
  }
  template <class Element>
  void put(const std::vector<Element>& list) {
    put(static_cast<std::uint32_t>(list.size()));
    for (const Element& element : list) put(element);
  }
  template <class Struct>
  requires requires(const Struct& s) { s.fields(); }
  void put(const Struct& value) {
    std::apply([this](const auto&... field) { (this->put(field), ...); }, value.fields());
  }

 private:
  std::vector<std::byte>& out_;
};

/// Reads what a Writer wrote; after the first thing that does not fit, ok() is false and everything reads as zero.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_{bytes} {}

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

  template <class Integer>
  requires std::is_integral_v<Integer>
  void get(Integer& value) {
    const std::span<const std::byte> raw = take(sizeof(Integer));
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < raw.size(); ++i) word |= std::to_integer<std::uint64_t>(raw[i]) << (8 * i);
    value = static_cast<Integer>(word);
  }
  void get(Bytes& bytes) { bytes = Bytes::copy_of(take(length())); }
  template <class Element>
  void get(std::vector<Element>& list) {
    const std::size_t count = length();
    for (std::size_t i = 0; i < count && ok_; ++i) get(list.emplace_back());
  }
  template <class Struct>
  requires requires(Struct& s) { s.fields(); }
  void get(Struct& value) {
    std::apply([this](auto&... field) { (this->get(field), ...); }, value.fields());
  }

 private:
  std::size_t length() {
    std::uint32_t count = 0;
    get(count);
    return count;
  }
  std::span<const std::byte> take(std::size_t count) {
    ok_ = ok_ && count <= bytes_.size();
    if (!ok_) return {};
    const std::span<const std::byte> taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

  std::span<const std::byte> bytes_;
  bool ok_ = true;
};

template <class Struct>
std::vector<std::byte> encode_fields(const Struct& value) {
  std::vector<std::byte> out;
  Writer{out}.put(value);
  return out;
}

/// Nothing if the bytes are too few or too many.
template <class Struct>
std::optional<Struct> decode_fields(std::span<const std::byte> bytes) {
  Reader reader{bytes};
  Struct value;
  reader.get(value);
  if (!reader.ok() || !reader.at_end()) return std::nullopt;
  return value;
}

/// How many bytes the value takes on the wire.
template <class Value>
constexpr std::uint32_t encoded_size(const Value& value) {
  if constexpr (std::is_integral_v<Value>) {
    return sizeof(Value);
  } else if constexpr (std::is_same_v<Value, Bytes>) {
    return static_cast<std::uint32_t>(4 + value.size());
  } else if constexpr (requires { value.fields(); }) {
    return std::apply([](const auto&... field) { return (0U + ... + encoded_size(field)); }, value.fields());
  } else {
    std::uint32_t size = 4;
    for (const auto& element : value) size += encoded_size(element);
    return size;
  }
}

}  // namespace sim::example
