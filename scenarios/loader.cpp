#include "scenarios/loader.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "scenarios/loader_parts.hpp"
#include "scenarios/reading.hpp"
#include "scenarios/units.hpp"

namespace scenarios {

std::optional<sim::Time> read_moment(Reading& reading, const Node& node, const Scenario& scenario) {
  const auto at = reading.unit<sim::Duration>(node, parse_duration, duration_form);
  if (!at) return std::nullopt;
  if (*at > scenario.duration) {
    reading.error(node, fmt::format("{} lies behind the end of the run (\"duration\" is {})", describe(*node.value),
                                    sim::to_text(scenario.duration)));
    return std::nullopt;
  }
  return sim::Time{} + *at;
}

std::optional<std::string> config_value(Reading& reading, const Node& node) {
  switch (node.value->kind) {
    case JsonValue::Kind::boolean:
    case JsonValue::Kind::integer:
    case JsonValue::Kind::fraction:
    case JsonValue::Kind::text: return node.value->text;
    default: reading.wrong(node, "a number, a text, true or false"); return std::nullopt;
  }
}

bool is_legal_name(std::string_view name) {
  if (name.empty() || name.size() > 249 || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
}

bool report_config(Reading& reading, const Node& node, const kafka::ConfigOutcome& outcome, std::string_view name,
                   std::string_view value, const std::vector<std::string>& names) {
  using Kind = kafka::ConfigOutcome::Kind;
  switch (outcome.kind) {
    case Kind::set: return true;
    case Kind::not_modelled:
      reading.warning(node, fmt::format("Kafka knows \"{}\", but it is not modelled yet: it has no effect", name));
      return false;
    case Kind::unknown_name: {
      const auto nearest = nearest_name(name, names);
      reading.error(node, fmt::format("Kafka has no config \"{}\" here{}", name,
                                      nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
      return false;
    }
    case Kind::bad_value:
      reading.error(node, fmt::format("found \"{}\"; allowed is {}", value, outcome.allowed));
      return false;
  }
  return false;
}

Loaded load_scenario(std::string_view text, const std::string& file) {
  Loaded loaded;
  const JsonValue root = parse_json(text, file, loaded.problems);
  if (any_error(loaded.problems)) return loaded;

  Reading reading{file, loaded.problems};
  Scenario scenario;
  scenario.file = file;
  const ObjectReader in{reading,
                        Node{&root, {}},
                        {"$schema", "title", "teaches", "seed", "duration", "cluster", "network", "topics", "clients",
                         "timeline", "expect"},
                        {"lesson", "mutants", "revert"}};
  if (in.ok()) {
    if (const auto title = in.need("title")) scenario.title = reading.text(*title).value_or("");
    if (const auto teaches = in.find("teaches")) {
      if (teaches->value->kind == JsonValue::Kind::array) {
        for (std::size_t i = 0; i < teaches->value->items.size(); ++i) {
          if (i > 0) scenario.teaches += ' ';
          scenario.teaches += reading.text(Node{&teaches->value->items[i], join(teaches->path, i)}).value_or("");
        }
      } else {
        scenario.teaches = reading.text(*teaches, "a text, or a list of texts").value_or("");
      }
    }
    if (const auto seed = in.find("seed")) {
      if (const auto number = reading.integer(*seed, 0, INT64_MAX)) {
        scenario.seed = sim::Seed{static_cast<std::uint64_t>(*number)};
      }
    }
    if (const auto duration = in.find("duration")) {
      if (const auto length = reading.unit<sim::Duration>(*duration, parse_duration, duration_form)) {
        if (*length < 1_s || *length > sim::Duration{86'400'000'000'000}) {
          reading.wrong(*duration, "from 1s to 24h");
        } else {
          scenario.duration = *length;
        }
      }
    }
    if (const auto network = in.find("network")) load_network(reading, *network, scenario);
    if (const auto cluster = in.need("cluster")) load_cluster(reading, *cluster, scenario);
    if (const auto topics = in.find("topics")) load_topics(reading, *topics, scenario);
    if (const auto clients = in.find("clients")) load_clients(reading, *clients, scenario);
    if (const auto timeline = in.find("timeline")) load_timeline(reading, *timeline, scenario);
    if (const auto expect = in.find("expect")) load_expect(reading, *expect, scenario);
  }
  std::stable_sort(loaded.problems.begin(), loaded.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
  if (!any_error(loaded.problems)) loaded.scenario = std::move(scenario);
  return loaded;
}

Loaded load_scenario_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  if (!in.is_open() || in.bad() || (text.empty() && !in.eof() && in.fail())) {
    return {std::nullopt, {Problem{Problem::Kind::error, path, 0, {}, "this file cannot be read"}}};
  }
  return load_scenario(text, path);
}

}  // namespace scenarios
