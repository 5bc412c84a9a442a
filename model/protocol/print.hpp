// print.hpp - a message as one line for people.
// Here:  print_value(), derived from the tables.
// Not:   the header before it (envelope_codec.hpp).
// Start: "{MaxWaitMs=500 MinBytes=1 Topics=[{Topic=orders Partitions=[{Partition=0 FetchOffset=17}]}]}".
#pragma once

#include "model/protocol/codec.hpp"
#include "model/protocol/errors.hpp"
#include "model/protocol/table.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace kafka::codec {

void print_number(std::string& out, std::int64_t number);
/// As it is if it is made of letters, digits and "._-:/", else in quotes with escapes, so that a line stays a line.
void print_string(std::string& out, std::string_view text);

template <class T>
void print_value(std::string& out, const T& value, std::int16_t version);

/// What says nothing is left out: ErrorCode NONE, and a field that has its default, unless every version has the field
/// and the default is not one that means "none" (so partition 0 is shown, and an absent rack is not).
template <Described Struct, std::size_t index>
bool worth_printing(const Struct& all, std::int16_t version) {
  constexpr const auto& f = field_at<Struct, index>;
  if (!f.versions.contains(version)) return false;
  if (!is_default<Struct, index>(all)) return true;
  using Value = std::remove_cvref_t<decltype(all.*f.member)>;
  if constexpr (f.versions.first > 0 || f.ignorable || f.tag != no_tag) {
    return false;
  } else if constexpr (std::is_same_v<Value, ErrorCode> || is_optional<Value>) {
    return false;
  } else if constexpr (Named<Value>) {
    return all.*f.member == Value{};
  } else {
    return true;
  }
}

template <Described Struct>
void print_struct(std::string& out, const Struct& all, std::int16_t version) {
  out += '{';
  bool first = true;
  for_each_field<Struct>([&](auto index) {
    constexpr const auto& f = field_at<Struct, index>;
    if (!worth_printing<Struct, index>(all, version)) return;
    if (!first) out += ' ';
    first = false;
    out += f.name;
    out += '=';
    print_value(out, all.*f.member, version);
  });
  out += '}';
}

template <class T>
void print_value(std::string& out, const T& value, std::int16_t version) {
  if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (Number<T>) {
    print_number(out, value);
  } else if constexpr (std::is_same_v<T, ErrorCode>) {
    out += name(value);
  } else if constexpr (Enumeration<T>) {
    print_number(out, static_cast<std::int64_t>(value));
  } else if constexpr (Named<T>) {
    print_number(out, value.raw());
  } else if constexpr (std::is_same_v<T, Uuid>) {
    out += to_text(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    print_string(out, value);
  } else if constexpr (std::is_same_v<T, sim::Bytes>) {
    print_number(out, static_cast<std::int64_t>(value.size()));
    out += " bytes";
  } else if constexpr (is_optional<T>) {
    if (value) {
      print_value(out, *value, version);
    } else {
      out += "null";
    }
  } else if constexpr (is_vector<T>) {
    out += '[';
    bool first = true;
    for (const auto& element : value) {
      if (!first) out += ' ';
      first = false;
      print_value(out, element, version);
    }
    out += ']';
  } else {
    print_struct(out, value, version);
  }
}

}  // namespace kafka::codec
