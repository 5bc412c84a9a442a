// codec.hpp - what follows from a table: size, bytes, comparison on the wire.
// Here:  put (both the exact size and the encoding: one walk, two sinks), get, same.
// Not:   headers and frames (envelope_codec.hpp); text (print.hpp). Include this only where a message is instantiated.
// Start: put_struct() and get_struct(), with docs/reference/wire-protocol.md §3 and §4 beside them.
#pragma once

#include "model/protocol/table.hpp"
#include "model/protocol/wire.hpp"
#include "model/types.hpp"
#include "sim/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kafka::codec {

/// In which form a message travels.
struct Form {
  std::int16_t version;
  bool flexible;
};

/// Kafka's own limit, in the compact form too.
inline constexpr std::size_t longest_string = 0x7fff;
/// What an int32 can count, less the one that compact lengths add.
inline constexpr std::size_t longest_array = 0x7fff'fffe;

template <class T>
concept Number = std::is_integral_v<T>;
template <class T>
concept Enumeration = std::is_enum_v<T>;
/// A sim::Strong.
template <class T>
concept Named = requires(T value) {
  typename T::rep;
  value.raw();
};

/// A struct with the defaults of all its members.
template <Described Struct>
const Struct& defaults() {
  static const Struct value{};
  return value;
}

template <Described Struct, std::size_t index>
bool is_default(const Struct& all) {
  constexpr const auto& f = field_at<Struct, index>;
  return all.*f.member == defaults<Struct>().*f.member;
}

template <Described Struct>
constexpr bool has_tags() {
  bool found = false;
  for_each_field<Struct>([&](auto index) { found = found || field_at<Struct, index>.tag != no_tag; });
  return found;
}

/// Tags must rise in the table, since they travel in its order.
template <Described Struct>
constexpr bool tags_rise() {
  int previous = no_tag;
  bool rise = true;
  for_each_field<Struct>([&](auto index) {
    constexpr int tag = field_at<Struct, index>.tag;
    rise = rise && (tag == no_tag || tag > previous);
    previous = std::max(previous, tag);
  });
  return rise;
}

// ---- put ----------------------------------------------------------------------------------------------------------

template <class Sink, Described Struct>
void put_struct(Sink& sink, const Struct& all, Form form);

/// The length of a string (`Short` = std::int16_t) or of bytes and arrays (std::int32_t).
template <class Short, class Sink>
void put_length(Sink& sink, std::size_t length, Form form) {
  if (form.flexible) {
    sink.uvarint(static_cast<std::uint32_t>(length + 1));
  } else {
    sink.integer(static_cast<Short>(length));
  }
}

template <class Sink, class T>
void put_value(Sink& sink, const T& value, Form form, [[maybe_unused]] std::string_view field) {
  if constexpr (std::is_same_v<T, bool>) {
    sink.integer(static_cast<std::int8_t>(value ? 1 : 0));
  } else if constexpr (Number<T>) {
    sink.integer(value);
  } else if constexpr (Enumeration<T>) {
    sink.integer(static_cast<std::underlying_type_t<T>>(value));
  } else if constexpr (Named<T>) {
    sink.integer(value.raw());
  } else if constexpr (std::is_same_v<T, Uuid>) {
    sink.integer(value.high);
    sink.integer(value.low);
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (value.size() > longest_string) sink.refuse(field);
    put_length<std::int16_t>(sink, value.size(), form);
    sink.raw(value.data(), value.size());
  } else if constexpr (std::is_same_v<T, sim::Bytes>) {
    if (value.size() > longest_array) sink.refuse(field);
    put_length<std::int32_t>(sink, value.size(), form);
    sink.raw(value.data(), value.size());
  } else if constexpr (is_vector<T>) {
    if (value.size() > longest_array) sink.refuse(field);
    put_length<std::int32_t>(sink, value.size(), form);
    for (const auto& element : value) put_value(sink, element, form, field);
  } else {
    static_assert(Described<T>, "a type that Kafka's protocol does not have");
    put_struct(sink, value, form);
  }
}

/// The value of an optional field that is null.
template <class T, class Sink>
void put_null(Sink& sink, Form form, bool tagged) {
  if constexpr (Described<T>) {
    if (tagged) {
      sink.uvarint(0);
    } else {
      sink.integer(std::int8_t{-1});
    }
  } else if (form.flexible) {
    sink.uvarint(0);
  } else if constexpr (std::is_same_v<T, std::string>) {
    sink.integer(std::int16_t{-1});
  } else {
    sink.integer(std::int32_t{-1});
  }
}

template <Described Struct, std::size_t index, class Sink>
void put_field(Sink& sink, const Struct& all, Form form) {
  constexpr const auto& f = field_at<Struct, index>;
  constexpr bool tagged = f.tag != no_tag;
  const auto& value = all.*f.member;
  using Value = std::remove_cvref_t<decltype(value)>;
  if constexpr (is_optional<Value>) {
    using Content = typename Value::value_type;
    if (value) {
      if constexpr (Described<Content> && tagged) sink.uvarint(1);
      if constexpr (Described<Content> && !tagged) sink.integer(std::int8_t{1});
      put_value(sink, *value, form, f.name);
    } else {
      if (form.version < f.nullable_since) sink.refuse(f.name);
      put_null<Content>(sink, form, tagged);
    }
  } else {
    put_value(sink, value, form, f.name);
  }
}

/// The tagged section: how many, then each that differs from its default as tag, size, value.
template <class Sink, Described Struct>
void put_tags(Sink& sink, const Struct& all, Form form) {
  if constexpr (!has_tags<Struct>()) {
    sink.uvarint(0);
  } else {
    static_assert(tags_rise<Struct>());
    const auto travels = [&](auto index) {
      constexpr const auto& f = field_at<Struct, index>;
      return f.tag != no_tag && f.versions.contains(form.version) && !is_default<Struct, index>(all);
    };
    std::uint32_t count = 0;
    for_each_field<Struct>([&](auto index) {
      if constexpr (field_at<Struct, index>.tag != no_tag) count += travels(index) ? 1U : 0U;
    });
    sink.uvarint(count);
    if (count == 0) return;
    for_each_field<Struct>([&](auto index) {
      constexpr const auto& f = field_at<Struct, index>;
      if constexpr (f.tag != no_tag) {
        if (!travels(index)) return;
        wire::Counter inner;
        put_field<Struct, index>(inner, all, form);
        sink.uvarint(static_cast<std::uint32_t>(f.tag));
        sink.uvarint(static_cast<std::uint32_t>(inner.bytes()));
        if constexpr (Sink::counts) {
          sink.skip(inner.bytes());
          if (!inner.problem().empty()) sink.refuse(inner.problem());
        } else {
          put_field<Struct, index>(sink, all, form);
        }
      }
    });
  }
}

template <class Sink, Described Struct>
void put_struct(Sink& sink, const Struct& all, Form form) {
  for_each_field<Struct>([&](auto index) {
    constexpr const auto& f = field_at<Struct, index>;
    if (f.versions.contains(form.version)) {
      if constexpr (f.tag == no_tag) put_field<Struct, index>(sink, all, form);
    } else if constexpr (!f.ignorable && Sink::counts) {
      if (!is_default<Struct, index>(all)) sink.refuse(f.name);  // its meaning would be lost
    }
  });
  if (form.flexible) put_tags(sink, all, form);
}

// ---- get ----------------------------------------------------------------------------------------------------------

template <Described Struct>
void get_struct(wire::Reader& reader, Struct& all, Form form);

/// The length of a string or of bytes, or a count; nothing if it stands for null. Never more than the bytes that are
/// left: an element takes at least one.
template <class Short>
std::optional<std::size_t> get_length(wire::Reader& reader, Form form) {
  std::int64_t length = 0;
  if (form.flexible) {
    length = std::int64_t{reader.uvarint()} - 1;
  } else {
    length = reader.template integer<Short>();
  }
  if (reader.failed() || length == -1) return std::nullopt;
  if (length < 0 || static_cast<std::uint64_t>(length) > reader.remaining()) {
    reader.fail();
    return std::nullopt;
  }
  return static_cast<std::size_t>(length);
}

/// Reads `value`, which holds its default. False if null stands in its place.
template <class T>
bool get_value(wire::Reader& reader, T& value, Form form) {
  if constexpr (std::is_same_v<T, bool>) {
    value = reader.template integer<std::int8_t>() != 0;
  } else if constexpr (Number<T>) {
    value = reader.template integer<T>();
  } else if constexpr (Enumeration<T>) {
    value = static_cast<T>(reader.template integer<std::underlying_type_t<T>>());
  } else if constexpr (Named<T>) {
    value = T{reader.template integer<typename T::rep>()};
  } else if constexpr (std::is_same_v<T, Uuid>) {
    value.high = reader.template integer<std::uint64_t>();
    value.low = reader.template integer<std::uint64_t>();
  } else if constexpr (std::is_same_v<T, std::string>) {
    const auto length = get_length<std::int16_t>(reader, form);
    if (!length) return false;
    if (*length > longest_string) reader.fail();
    const auto bytes = reader.raw(*length);
    value.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  } else if constexpr (std::is_same_v<T, sim::Bytes>) {
    const auto length = get_length<std::int32_t>(reader, form);
    if (!length) return false;
    value = sim::Bytes::copy_of(reader.raw(*length));
  } else if constexpr (is_vector<T>) {
    using Element = typename T::value_type;
    const auto count = get_length<std::int32_t>(reader, form);
    if (!count) return false;
    value.clear();
    // A count that lies must not allocate more than the frame itself did.
    value.reserve(std::min(*count, 1 + reader.remaining() / sizeof(Element)));
    for (std::size_t i = 0; i < *count && !reader.failed(); ++i) {
      Element element{};
      if (!get_value(reader, element, form)) reader.fail();
      value.push_back(std::move(element));
    }
  } else {
    get_struct(reader, value, form);
  }
  return true;
}

template <Described Struct, std::size_t index>
void get_field(wire::Reader& reader, Struct& all, Form form) {
  constexpr const auto& f = field_at<Struct, index>;
  auto& value = all.*f.member;
  using Value = std::remove_cvref_t<decltype(value)>;
  if constexpr (is_optional<Value>) {
    using Content = typename Value::value_type;
    Content content{};
    bool present = true;
    if constexpr (Described<Content>) {
      present = f.tag != no_tag ? reader.uvarint() != 0 : reader.template integer<std::int8_t>() >= 0;
    }
    if (present) present = get_value(reader, content, form);
    if (!present && form.version < f.nullable_since) reader.fail();
    if (present) {
      value = std::move(content);
    } else {
      value.reset();
    }
  } else if (!get_value(reader, value, form)) {
    reader.fail();
  }
}

template <Described Struct>
void get_tags(wire::Reader& reader, Struct& all, Form form) {
  const std::uint32_t count = reader.uvarint();
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    [[maybe_unused]] const std::uint32_t tag = reader.uvarint();
    const std::uint32_t size = reader.uvarint();
    [[maybe_unused]] const auto content = reader.raw(size);  // skipped if nobody knows the tag
    for_each_field<Struct>([&](auto index) {
      constexpr const auto& f = field_at<Struct, index>;
      if constexpr (f.tag != no_tag) {
        if (tag != static_cast<std::uint32_t>(f.tag) || !f.versions.contains(form.version) || reader.failed()) return;
        wire::Reader inner{content};
        all.*f.member = defaults<Struct>().*f.member;
        get_field<Struct, index>(inner, all, form);
        if (inner.failed() || inner.remaining() != 0) reader.fail();
      }
    });
  }
}

/// Reads `all`, which holds its defaults.
template <Described Struct>
void get_struct(wire::Reader& reader, Struct& all, Form form) {
  for_each_field<Struct>([&](auto index) {
    constexpr const auto& f = field_at<Struct, index>;
    if constexpr (f.tag == no_tag) {
      if (f.versions.contains(form.version) && !reader.failed()) get_field<Struct, index>(reader, all, form);
    }
  });
  if (form.flexible) get_tags(reader, all, form);
}

// ---- same ---------------------------------------------------------------------------------------------------------

/// True if `a` and `b` are the same to one who receives them in `version`: a field that does not travel does not count.
template <class T>
bool same(const T& a, const T& b, std::int16_t version) {
  if constexpr (is_optional<T>) {
    return a.has_value() == b.has_value() && (!a || same(*a, *b, version));
  } else if constexpr (is_vector<T>) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [version](const auto& x, const auto& y) { return same(x, y, version); });
  } else if constexpr (Described<T>) {
    bool equal = true;
    for_each_field<T>([&](auto index) {
      constexpr const auto& f = field_at<T, index>;
      if (f.versions.contains(version)) equal = equal && same(a.*f.member, b.*f.member, version);
    });
    return equal;
  } else {
    return a == b;
  }
}

}  // namespace kafka::codec
