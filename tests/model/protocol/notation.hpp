// notation.hpp - a table in the notation of wire-protocol.md §5.
// Here:  notation(), and collect_notation() for a message with all its structs.
// Not:   reading the text itself (tables_test.cpp).
// Start: "MaxBytes:i32@3+=2147483647~".
#pragma once

#include "model/protocol/table.hpp"
#include "model/types.hpp"
#include "sim/bytes.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>

namespace kafka::testing {

template <class T>
std::string type_notation() {
  if constexpr (std::is_same_v<T, bool>) {
    return "bool";
  } else if constexpr (std::is_integral_v<T>) {
    return (std::is_signed_v<T> ? "i" : "u") + std::to_string(8 * sizeof(T));
  } else if constexpr (std::is_enum_v<T>) {
    return type_notation<std::underlying_type_t<T>>();
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return "uuid";
  } else if constexpr (std::is_same_v<T, std::string>) {
    return "str";
  } else if constexpr (std::is_same_v<T, sim::Bytes>) {
    return "records";
  } else if constexpr (is_optional<T>) {
    return type_notation<typename T::value_type>();
  } else if constexpr (is_vector<T>) {
    return "[" + type_notation<typename T::value_type>() + "]";
  } else if constexpr (Described<T>) {
    return std::string{table_of<T>.name};
  } else {
    return type_notation<typename T::rep>();
  }
}

/// "=-1"; empty for the defaults that need no word (§4).
template <class T>
std::string default_notation(const T& value) {
  if constexpr (is_optional<T>) {
    if (value.has_value()) return *value == typename T::value_type{} ? "" : "=something";
    return std::is_same_v<typename T::value_type, sim::Bytes> ? "" : "=null";  // null records need no word
  } else if constexpr (std::is_same_v<T, bool>) {
    return value ? "=true" : "";
  } else if constexpr (std::is_integral_v<T>) {
    return value != 0 ? "=" + std::to_string(value) : "";
  } else if constexpr (requires { typename T::rep; }) {
    return default_notation(value.raw());
  } else {
    return value == T{} ? "" : "=something";
  }
}

template <class Struct, class Member>
std::string notation(const Field<Struct, Member>& f) {
  std::string text{f.name};
  text += ":" + type_notation<Member>();
  const auto first = std::to_string(f.versions.first);
  if (!f.versions.open()) {
    text += "@" + first;
    if (f.versions.last != f.versions.first) text += "-" + std::to_string(f.versions.last);
  } else if (f.versions.first > 0) {
    text += "@" + first + "+";
  }
  if (f.tag != no_tag) text += "#" + std::to_string(f.tag);
  if (is_optional<Member>) text += f.nullable_since > 0 ? "?" + std::to_string(f.nullable_since) + "+" : "?";
  text += default_notation(Struct{}.*f.member);
  if (f.ignorable) text += "~";
  return text;
}

template <class T>
void collect_notation(std::map<std::string, std::string>& structs) {
  if constexpr (is_optional<T> || is_vector<T>) {
    collect_notation<typename T::value_type>(structs);
  } else if constexpr (Described<T>) {
    std::string fields;
    for_each_field<T>([&](auto index) {
      constexpr const auto& f = field_at<T, index>;
      fields += (fields.empty() ? "" : ", ") + notation(f);
      collect_notation<typename std::remove_cvref_t<decltype(f)>::Value>(structs);
    });
    structs[std::string{table_of<T>.name}] = fields;
  }
}

}  // namespace kafka::testing
