#include "model/config/config_table.hpp"

#include <fmt/format.h>

#include <charconv>

namespace kafka {

std::string_view to_text(ConfigKind kind) {
  switch (kind) {
    case ConfigKind::boolean: return "true or false";
    case ConfigKind::integer: return "a whole number";
    case ConfigKind::milliseconds: return "a whole number of milliseconds";
    case ConfigKind::seconds: return "a whole number of seconds";
    case ConfigKind::text: return "text";
    case ConfigKind::choice: return "a word";
  }
  return "?";
}

namespace config_detail {
namespace {

std::string range_text(ConfigKind kind, std::int64_t minimum, std::int64_t maximum) {
  if (minimum == INT64_MIN && maximum == INT64_MAX) return std::string{to_text(kind)};
  if (maximum == INT64_MAX) return fmt::format("{}, at least {}", to_text(kind), minimum);
  return fmt::format("{} from {} to {}", to_text(kind), minimum, maximum);
}

bool is_one_of(std::string_view value, std::string_view choices) {
  while (!choices.empty()) {
    const std::size_t bar = choices.find('|');
    if (choices.substr(0, bar) == value) return true;
    if (bar == std::string_view::npos) break;
    choices.remove_prefix(bar + 1);
  }
  return false;
}

std::string choices_text(std::string_view choices) {
  std::string text = "one of ";
  for (const char c : choices) text += c == '|' ? std::string{", "} : std::string{c};
  return text;
}

}  // namespace

Parsed parse(ConfigKind kind, std::string_view value, std::int64_t minimum, std::int64_t maximum,
             std::string_view choices) {
  Parsed parsed;
  switch (kind) {
    case ConfigKind::boolean:
      parsed.ok = value == "true" || value == "false";
      parsed.number = value == "true" ? 1 : 0;
      if (!parsed.ok) parsed.allowed = to_text(kind);
      break;
    case ConfigKind::integer:
    case ConfigKind::milliseconds:
    case ConfigKind::seconds: {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed.number);
      parsed.ok = error == std::errc{} && end == value.data() + value.size() && parsed.number >= minimum &&
                  parsed.number <= maximum;
      if (!parsed.ok) parsed.allowed = range_text(kind, minimum, maximum);
      break;
    }
    case ConfigKind::text: parsed.ok = true; break;
    case ConfigKind::choice:
      parsed.ok = is_one_of(value, choices);
      if (!parsed.ok) parsed.allowed = choices_text(choices);
      break;
  }
  return parsed;
}

// Kafka's "for ever" (2^63-1 ms) does not fit into nanoseconds; the longest time that we have stands for it.
sim::Duration duration_of(ConfigKind kind, std::int64_t number) {
  const std::int64_t unit = kind == ConfigKind::seconds ? 1'000'000'000 : 1'000'000;
  if (number > INT64_MAX / unit) return sim::Duration::max();
  return sim::Duration{number * unit};
}

std::int64_t number_of(ConfigKind kind, sim::Duration duration) {
  if (duration == sim::Duration::max()) return INT64_MAX;
  return duration.nanoseconds() / (kind == ConfigKind::seconds ? 1'000'000'000 : 1'000'000);
}

}  // namespace config_detail
}  // namespace kafka
