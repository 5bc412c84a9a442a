// loader_parts.hpp - the loader's parts, to each other.
// Here:  one function for each part of a scenario; setting Kafka's configs by name.
// Not:   anything for others (loader.hpp).
// Start: load_scenario() in loader.cpp.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/config/config_table.hpp"
#include "scenarios/nearest_name.hpp"
#include "scenarios/reading.hpp"
#include "scenarios/scenario.hpp"

namespace scenarios {

void load_cluster(Reading& reading, const Node& node, Scenario& scenario);
void load_network(Reading& reading, const Node& node, Scenario& scenario);
void load_topics(Reading& reading, const Node& node, Scenario& scenario);
void load_clients(Reading& reading, const Node& node, Scenario& scenario);
void load_timeline(Reading& reading, const Node& node, Scenario& scenario);
void load_expect(Reading& reading, const Node& node, Scenario& scenario);

/// A moment of the run: a length of time since its begin, not behind its end.
std::optional<sim::Time> read_moment(Reading& reading, const Node& node, const Scenario& scenario);

/// A value as a properties file would hold it; numbers and booleans may stand without quotes.
std::optional<std::string> config_value(Reading& reading, const Node& node);

/// Whether a name may be a topic's (Kafka's rule), or a client's.
bool is_legal_name(std::string_view name);

/// Says what became of one setting. The value was set if the answer is true.
bool report_config(Reading& reading, const Node& node, const kafka::ConfigOutcome& outcome, std::string_view name,
                   std::string_view value, const std::vector<std::string>& names);

template <class Owner>
std::vector<std::string> config_names(kafka::ConfigTable<Owner> table) {
  std::vector<std::string> names;
  for (const auto& entry : table) names.emplace_back(entry.name);
  return names;
}

/// The settings of an object, each of which `set(name, value)` takes and answers with an outcome.
template <class Set>
std::vector<std::pair<std::string, std::string>> load_config(Reading& reading, const Node& node,
                                                             const std::vector<std::string>& names, Set set) {
  std::vector<std::pair<std::string, std::string>> done;
  if (node.value->kind != JsonValue::Kind::object) {
    reading.wrong(node, "an object of Kafka's configs by name");
    return done;
  }
  for (const JsonMember& member : node.value->members) {
    const Node at{&member.value, join(node.path, member.name)};
    const auto value = config_value(reading, at);
    if (!value) continue;
    if (report_config(reading, at, set(member.name, *value), member.name, *value, names)) {
      done.emplace_back(member.name, *value);
    }
  }
  return done;
}

template <class Owner>
std::vector<std::pair<std::string, std::string>> load_config(Reading& reading, const Node& node,
                                                             kafka::ConfigTable<Owner> table, Owner& owner) {
  return load_config(reading, node, config_names(table), [&](std::string_view name, std::string_view value) {
    return kafka::set_config(table, owner, name, value);
  });
}

}  // namespace scenarios
