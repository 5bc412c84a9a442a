// words.hpp - reading the lines of a story.
// Here:  words, numbers, durations and partitions from text.
// Not:   what lines mean (client_story.hpp, scripted_broker.hpp).
// Start: words_of().
#pragma once

#include "model/types.hpp"
#include "sim/check.hpp"
#include "sim/time.hpp"

#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace client_test {

inline std::vector<std::string> words_of(std::string_view line) {
  std::istringstream in{std::string{line}};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

inline std::int64_t number_of(const std::string& text) {
  SIM_CHECK(!text.empty() && text.find_first_not_of("-0123456789") == std::string::npos, "'{}' is no number", text);
  return std::stoll(text);
}

/// "10ms", "300us", "2s".
inline sim::Duration duration_of(const std::string& text) {
  const std::size_t unit = text.find_first_not_of("0123456789");
  SIM_CHECK(unit != std::string::npos && unit > 0, "'{}' is no duration", text);
  const std::int64_t number = number_of(text.substr(0, unit));
  const std::string name = text.substr(unit);
  if (name == "us") return sim::Duration{number * 1'000};
  if (name == "ms") return sim::Duration{number * 1'000'000};
  SIM_CHECK(name == "s", "'{}' is no duration", text);
  return sim::Duration{number * 1'000'000'000};
}

/// "orders-0".
inline kafka::TopicPartition partition_named(const std::string& text) {
  const std::size_t dash = text.rfind('-');
  SIM_CHECK(dash != std::string::npos, "'{}' is no partition", text);
  return {text.substr(0, dash), static_cast<std::int32_t>(number_of(text.substr(dash + 1)))};
}

}  // namespace client_test
