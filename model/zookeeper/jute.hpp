// jute.hpp - ZooKeeper's way of writing records as bytes.
// Here:  Writer, Reader, and put, size_of, get, print for every struct with `fields()`: one description, four uses.
// Not:   the records (messages.hpp, transaction.hpp); frames (messages.cpp).
// Start: Stat::fields in types.hpp shows what a description looks like.
//
// Big-endian numbers; strings, buffers and vectors begin with their length as int32, -1 is null. There are no versions,
// tags or optional fields.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "model/zookeeper/types.hpp"
#include "sim/bytes.hpp"

namespace zookeeper::jute {

template <class T>
concept Named = requires(T value) {
  typename T::rep;
  value.raw();
};

template <class T>
concept Record = requires(T& value) {
  T::fields(value, [](std::string_view, auto&) {});
};

template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

/// A record with a form of its own: jute_put(sink), jute_get(reader), jute_print(out).
template <class T>
concept Custom = requires(T& value, std::string& out) {
  value.jute_print(out);
};

/// Appends to a vector of bytes.
class Writer {
 public:
  explicit Writer(std::vector<std::byte>& out) : out_{out} {}

  template <std::integral T>
  void integer(T value) {
    const auto bits = static_cast<std::make_unsigned_t<T>>(value);
    for (int shift = 8 * static_cast<int>(sizeof(T)) - 8; shift >= 0; shift -= 8) {
      out_.push_back(static_cast<std::byte>(static_cast<std::uint64_t>(bits) >> shift));
    }
  }
  void raw(std::string_view bytes) {
    const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
    out_.insert(out_.end(), first, first + bytes.size());
  }

 private:
  std::vector<std::byte>& out_;
};

/// Counts what a Writer would write.
class Counter {
 public:
  template <std::integral T>
  void integer(T) {
    bytes_ += sizeof(T);
  }
  void raw(std::string_view bytes) { bytes_ += bytes.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  std::size_t bytes_ = 0;
};

/// Reads; after the first malformed thing it has failed and gives zeros.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_{bytes} {}

  template <std::integral T>
  T integer() {
    if (!need(sizeof(T))) return T{};
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) bits = bits << 8 | static_cast<std::uint64_t>(bytes_[at_ + i]);
    at_ += sizeof(T);
    return static_cast<T>(static_cast<std::make_unsigned_t<T>>(bits));
  }
  std::span<const std::byte> raw(std::size_t length) {
    if (!need(length)) return {};
    const auto part = bytes_.subspan(at_, length);
    at_ += length;
    return part;
  }
  /// The length of a string, buffer or vector. Nothing for null. An element takes at least one byte, so a length beyond
  /// the rest is malformed: nobody allocates for it.
  std::optional<std::size_t> length() {
    const auto value = integer<std::int32_t>();
    if (failed_ || value == -1) return std::nullopt;
    if (value < 0 || static_cast<std::size_t>(value) > remaining()) {
      failed_ = true;
      return std::nullopt;
    }
    return static_cast<std::size_t>(value);
  }
  void fail() { failed_ = true; }
  bool failed() const { return failed_; }
  std::size_t remaining() const { return bytes_.size() - at_; }
  /// Everything was read, and was well-formed.
  bool complete() const { return !failed_ && remaining() == 0; }

 private:
  bool need(std::size_t length) {
    if (failed_ || length > remaining()) failed_ = true;
    return !failed_;
  }
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

template <class Sink, class T>
void put(Sink& sink, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    sink.integer(static_cast<std::int8_t>(value ? 1 : 0));
  } else if constexpr (std::is_integral_v<T>) {
    sink.integer(value);
  } else if constexpr (std::is_enum_v<T>) {
    sink.integer(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (Named<T>) {
    sink.integer(value.raw());
  } else if constexpr (std::is_same_v<T, std::string>) {
    sink.integer(static_cast<std::int32_t>(value.size()));
    sink.raw(value);
  } else if constexpr (std::is_same_v<T, Data>) {
    sink.integer(value ? static_cast<std::int32_t>(value->size()) : std::int32_t{-1});
    if (value) sink.raw(value->view());
  } else if constexpr (is_vector<T>) {
    sink.integer(static_cast<std::int32_t>(value.size()));
    for (const auto& element : value) put(sink, element);
  } else if constexpr (Custom<T>) {
    value.jute_put(sink);
  } else {
    T::fields(value, [&](std::string_view, const auto& field) { put(sink, field); });
  }
}

template <class T>
std::size_t size_of(const T& value) {
  Counter counter;
  put(counter, value);
  return counter.bytes();
}

template <class T>
void get(Reader& reader, T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    value = reader.integer<std::int8_t>() != 0;
  } else if constexpr (std::is_integral_v<T>) {
    value = reader.integer<T>();
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(reader.integer<std::underlying_type_t<T>>());
  } else if constexpr (Named<T>) {
    value = T{reader.integer<typename T::rep>()};
  } else if constexpr (std::is_same_v<T, std::string>) {
    const auto length = reader.length();
    if (!length) {
      reader.fail();
      return;
    }
    const auto bytes = reader.raw(*length);
    value.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  } else if constexpr (std::is_same_v<T, Data>) {
    const auto length = reader.length();
    value = length ? Data{sim::Bytes::copy_of(reader.raw(*length))} : Data{};
  } else if constexpr (is_vector<T>) {
    value.clear();
    const auto count = reader.length();  // null is read as empty, as ZooKeeper's own records treat it
    for (std::size_t i = 0; count && i < *count && !reader.failed(); ++i) get(reader, value.emplace_back());
  } else if constexpr (Custom<T>) {
    value.jute_get(reader);
  } else {
    T::fields(value, [&](std::string_view, auto& field) { get(reader, field); });
  }
}

/// Letters and the like as they are, everything else in quotes with escapes, so that a line stays a line.
void print_text(std::string& out, std::string_view text);
void print_number(std::string& out, std::int64_t number);

template <class T>
void print(std::string& out, const T& value) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, Error> || std::is_same_v<T, EventType> || std::is_same_v<T, OpCode>) {
    out += to_text(value);
  } else if constexpr (std::is_integral_v<T>) {
    print_number(out, value);
  } else if constexpr (std::is_enum_v<T>) {
    print_number(out, static_cast<std::int64_t>(value));
  } else if constexpr (Named<T>) {
    print_number(out, value.raw());
  } else if constexpr (std::is_same_v<T, std::string>) {
    print_text(out, value);
  } else if constexpr (std::is_same_v<T, Data>) {
    if (value) {
      print_text(out, value->view());
    } else {
      out += "null";
    }
  } else if constexpr (is_vector<T>) {
    out += '[';
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (i > 0) out += ' ';
      print(out, value[i]);
    }
    out += ']';
  } else if constexpr (Custom<T>) {
    value.jute_print(out);
  } else {
    out += '{';
    bool first = true;
    T::fields(value, [&](std::string_view name, const auto& field) {
      if (!first) out += ' ';
      first = false;
      out += name;
      out += '=';
      print(out, field);
    });
    out += '}';
  }
}

}  // namespace zookeeper::jute
