// config_table.hpp - Kafka's configs by name, as one table per kind of process.
// Here:  ConfigEntry (name, kind, default, range, meaning, where the value lives) and what can be done with a table:
//        find a name, set a value from text or number, apply defaults, print.
// Not:   the tables themselves (broker_config.cpp, client_config.cpp); where values come from (scenarios/).
// Start: `set_config(topic_config_table(), config, "min.insync.replicas", "2")`.
#pragma once

#include "sim/time.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace kafka {

/// What a value looks like in a properties file.
enum class ConfigKind : std::uint8_t {
  boolean,  ///< true or false
  integer,
  milliseconds,  ///< a whole number; -1 means "no limit" where the range allows it
  seconds,
  text,
  choice,  ///< one of a few words
};
std::string_view to_text(ConfigKind kind);

/// One config of Kafka 3.9. `Owner` is the struct that holds the values of one process or topic.
template <class Owner>
struct ConfigEntry {
  using Member =
      std::variant<std::monostate, bool Owner::*, std::int64_t Owner::*, sim::Duration Owner::*, std::string Owner::*>;

  std::string_view name;  ///< as Kafka spells it: "min.insync.replicas"
  ConfigKind kind;
  std::string_view default_text;     ///< as Kafka's documentation gives it
  Member member;                     ///< empty: known to Kafka, not modelled here; setting it is worth a warning
  std::int64_t minimum = INT64_MIN;  ///< of numbers, in the config's own unit
  std::int64_t maximum = INT64_MAX;
  std::string_view choices = {};  ///< "all|-1|0|1", for choices only
  std::string_view meaning = {};  ///< one line for people

  bool modelled() const { return member.index() != 0; }
};

template <class Owner>
using ConfigTable = std::span<const ConfigEntry<Owner>>;

/// What became of a setting.
struct ConfigOutcome {
  enum class Kind : std::uint8_t { set, unknown_name, not_modelled, bad_value };
  Kind kind = Kind::set;
  std::string allowed;  ///< for bad_value: what would be right ("a whole number from 1 to 32767")
};

/// The entry of this name, or null.
template <class Owner>
const ConfigEntry<Owner>* find_config(ConfigTable<Owner> table, std::string_view name) {
  for (const ConfigEntry<Owner>& entry : table) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

namespace config_detail {

/// A parsed value: the number of a boolean (0, 1), integer or time in the config's unit, or a text. Nothing is set if
/// the text does not fit; `allowed` then says what would.
struct Parsed {
  bool ok = false;
  std::int64_t number = 0;
  std::string allowed;
};
Parsed parse(ConfigKind kind, std::string_view value, std::int64_t minimum, std::int64_t maximum,
             std::string_view choices);
sim::Duration duration_of(ConfigKind kind, std::int64_t number);
std::int64_t number_of(ConfigKind kind, sim::Duration duration);

}  // namespace config_detail

/// Sets the config `name` of `owner` to `value`, written as in a properties file. On any outcome but `set` nothing
/// changes.
template <class Owner>
ConfigOutcome set_config(ConfigTable<Owner> table, Owner& owner, std::string_view name, std::string_view value) {
  const ConfigEntry<Owner>* entry = find_config(table, name);
  if (entry == nullptr) return {ConfigOutcome::Kind::unknown_name, {}};
  auto parsed = config_detail::parse(entry->kind, value, entry->minimum, entry->maximum, entry->choices);
  if (!parsed.ok) return {ConfigOutcome::Kind::bad_value, std::move(parsed.allowed)};
  if (!entry->modelled()) return {ConfigOutcome::Kind::not_modelled, {}};
  if (auto* flag = std::get_if<bool Owner::*>(&entry->member)) {
    owner.** flag = parsed.number != 0;
  } else if (auto* number = std::get_if<std::int64_t Owner::*>(&entry->member)) {
    owner.** number = parsed.number;
  } else if (auto* time = std::get_if<sim::Duration Owner::*>(&entry->member)) {
    owner.** time = config_detail::duration_of(entry->kind, parsed.number);
  } else if (auto* text = std::get_if<std::string Owner::*>(&entry->member)) {
    owner.** text = std::string{value};
  }
  return {};
}

/// The present value as a properties file would say it; empty for a config that is not modelled.
template <class Owner>
std::string config_text(const ConfigEntry<Owner>& entry, const Owner& owner) {
  if (auto* flag = std::get_if<bool Owner::*>(&entry.member)) return owner.**flag ? "true" : "false";
  if (auto* number = std::get_if<std::int64_t Owner::*>(&entry.member)) return std::to_string(owner.**number);
  if (auto* time = std::get_if<sim::Duration Owner::*>(&entry.member)) {
    return std::to_string(config_detail::number_of(entry.kind, owner.**time));
  }
  if (auto* text = std::get_if<std::string Owner::*>(&entry.member)) return owner.**text;
  return {};
}

}  // namespace kafka
