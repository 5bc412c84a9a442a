// arbitrary.hpp - random content for any message, from its table.
// Here:  Dice; fill(), which gives a struct content that its version can carry; change_one().
// Not:   a distribution that anybody should rely on.
// Start: `fill(dice, body, version)`.
#pragma once

#include "model/protocol/table.hpp"
#include "model/types.hpp"
#include "sim/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace kafka::testing {

/// A small generator of its own (xorshift64*), the same in every build.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_{seed * 2 + 1} {}

  std::uint64_t bits() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  /// 0 .. limit-1; slightly uneven.
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>((bits() >> 11) % limit); }
  bool one_in(std::size_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

template <Described Struct>
void fill(Dice& dice, Struct& all, std::int16_t version);

/// Half of them the numbers at which codecs break.
template <class Integer>
Integer any_integer(Dice& dice) {
  using Limits = std::numeric_limits<Integer>;
  const Integer special[] = {Integer{0}, Integer{1}, static_cast<Integer>(-1), Limits::min(), Limits::max()};
  if (dice.one_in(2)) return special[dice.below(std::size(special))];
  return static_cast<Integer>(dice.bits() >> dice.below(40));
}

/// Mostly short; one in sixteen long enough for a length of two varint bytes.
inline std::string any_text(Dice& dice) {
  std::string text(dice.one_in(16) ? 120 + dice.below(40) : dice.below(12), '\0');
  for (char& character : text) character = static_cast<char>(dice.bits() & 0xffU);
  return text;
}

template <class T>
void fill_value(Dice& dice, T& value, std::int16_t version, bool nullable) {
  if constexpr (std::is_same_v<T, bool>) {
    value = dice.one_in(2);
  } else if constexpr (std::is_integral_v<T>) {
    value = any_integer<T>(dice);
  } else if constexpr (std::is_enum_v<T>) {
    value = static_cast<T>(any_integer<std::underlying_type_t<T>>(dice));
  } else if constexpr (std::is_same_v<T, Uuid>) {
    value.high = any_integer<std::uint64_t>(dice);
    value.low = any_integer<std::uint64_t>(dice);
  } else if constexpr (std::is_same_v<T, std::string>) {
    value = any_text(dice);
  } else if constexpr (std::is_same_v<T, sim::Bytes>) {
    value = sim::Bytes::copy_of(any_text(dice));
  } else if constexpr (is_optional<T>) {
    if (nullable && dice.one_in(4)) {
      value.reset();
    } else {
      value.emplace();
      fill_value(dice, *value, version, false);
    }
  } else if constexpr (is_vector<T>) {
    value.clear();
    const std::size_t count = dice.below(4);
    for (std::size_t i = 0; i < count; ++i) {
      value.emplace_back();
      fill_value(dice, value.back(), version, false);
    }
  } else if constexpr (Described<T>) {
    fill(dice, value, version);
  } else {
    value = T{any_integer<typename T::rep>(dice)};
  }
}

/// Fields that `version` does not have keep their default if it may not drop them, else get content that it must drop.
template <Described Struct>
void fill(Dice& dice, Struct& all, std::int16_t version) {
  for_each_field<Struct>([&](auto index) {
    constexpr const auto& f = field_at<Struct, index>;
    if (!f.versions.contains(version) && !f.ignorable) return;
    if (f.tag != no_tag && dice.one_in(2)) return;  // leave some of the tagged ones out
    fill_value(dice, all.*f.member, version, version >= f.nullable_since);
  });
}

/// Gives one field, at any depth, new content, which may happen to be the old one.
template <Described Struct>
void change_one(Dice& dice, Struct& all, std::int16_t version) {
  const std::size_t chosen = dice.below(std::tuple_size_v<decltype(table_of<Struct>.fields)>);
  for_each_field<Struct>([&](auto index) {
    constexpr const auto& f = field_at<Struct, index>;
    if (index() != chosen || (!f.versions.contains(version) && !f.ignorable)) return;
    auto& value = all.*f.member;
    using Value = std::remove_cvref_t<decltype(value)>;
    if constexpr (is_vector<Value>) {
      if constexpr (Described<typename Value::value_type>) {
        if (!value.empty()) return change_one(dice, value[dice.below(value.size())], version);
      }
    }
    fill_value(dice, value, version, version >= f.nullable_since);
  });
}

}  // namespace kafka::testing
