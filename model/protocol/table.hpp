// table.hpp - the words in which a message is described once.
// Here:  field(), since(), tag() ... and StructTable: what a struct's `table()` returns; operator== from that table.
// Not:   what is derived from a table: size, bytes, comparison by version, text (codec.hpp).
// Start: any message, for example list_offsets.hpp.
//
// A struct of a message lists its members twice: as members, whose initialisers are Kafka's defaults, and in `table()`,
// in the order in which they travel, with everything else that wire-protocol.md §7 says of them. A test compares every
// table with that text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace kafka {

/// The versions in which a field exists, both ends included.
struct VersionRange {
  std::int16_t first = 0;
  std::int16_t last = std::numeric_limits<std::int16_t>::max();

  constexpr bool contains(std::int16_t version) const { return version >= first && version <= last; }
  constexpr bool open() const { return last == std::numeric_limits<std::int16_t>::max(); }
};

inline constexpr int no_tag = -1;

/// One field of a struct. Its default is the initialiser of the member; it can be null if the member is std::optional.
template <class Struct, class Member>
struct Field {
  using Value = Member;

  std::string_view name;  ///< as Kafka writes it: "MaxWaitMs"
  Member Struct::*member;
  VersionRange versions{};
  int tag = no_tag;                 ///< not no_tag: travels in the struct's tagged section
  std::int16_t nullable_since = 0;  ///< the first version in which an optional may be null
  bool ignorable = false;           ///< dropped silently by versions without it; others must then hold the default
};

struct Since {
  std::int16_t version;
};
struct Versions {
  std::int16_t first, last;
};
struct Tag {
  int number;
};
struct NullableSince {
  std::int16_t version;
};
struct Ignorable {};

constexpr Since since(std::int16_t version) { return {version}; }
constexpr Versions versions(std::int16_t first, std::int16_t last) { return {first, last}; }
constexpr Versions only(std::int16_t version) { return {version, version}; }
constexpr Tag tag(int number) { return {number}; }
constexpr NullableSince nullable_since(std::int16_t version) { return {version}; }
inline constexpr Ignorable ignorable{};

namespace table_detail {
template <class F>
constexpr void apply(F& field, Since option) {
  field.versions.first = option.version;
}
template <class F>
constexpr void apply(F& field, Versions option) {
  field.versions = {option.first, option.last};
}
template <class F>
constexpr void apply(F& field, Tag option) {
  field.tag = option.number;
}
template <class F>
constexpr void apply(F& field, NullableSince option) {
  field.nullable_since = option.version;
}
template <class F>
constexpr void apply(F& field, Ignorable) {
  field.ignorable = true;
}
}  // namespace table_detail

template <class Struct, class Member, class... Options>
constexpr Field<Struct, Member> field(std::string_view name, Member Struct::*member, Options... options) {
  Field<Struct, Member> result{name, member};
  (table_detail::apply(result, options), ...);
  return result;
}

/// Written with braces and a comma behind the last field, so that the formatter keeps a field on each line.
template <class... Fields>
struct StructTable {
  constexpr explicit StructTable(std::string_view kafka_name, Fields... all) : name{kafka_name}, fields{all...} {}

  std::string_view name;
  std::tuple<Fields...> fields;
};

/// A struct with a table.
template <class T>
concept Described = requires {
  T::table().name;
};

template <Described Struct>
inline constexpr auto table_of = Struct::table();

/// Calls `visit(index)` with std::integral_constant<std::size_t, 0>, 1, ... for every field, in order, so that
/// `field_at<Struct, index>` is a constant in the visitor.
template <Described Struct, class Visit>
constexpr void for_each_field(Visit&& visit) {
  [&]<std::size_t... index>(std::index_sequence<index...>) {
    (visit(std::integral_constant<std::size_t, index>{}), ...);
  }
  (std::make_index_sequence<std::tuple_size_v<decltype(table_of<Struct>.fields)>>{});
}

template <Described Struct, std::size_t index>
inline constexpr auto field_at = std::get<index>(table_of<Struct>.fields);

/// Equal in every field, whatever version it belongs to. (What a version carries: Request::same_on_wire.)
template <Described Struct>
bool operator==(const Struct& a, const Struct& b) {
  bool equal = true;
  for_each_field<Struct>([&](auto index) {
    constexpr const auto& f = field_at<Struct, index>;
    equal = equal && a.*f.member == b.*f.member;
  });
  return equal;
}

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_vector = false;
template <class T>
inline constexpr bool is_vector<std::vector<T>> = true;

}  // namespace kafka
