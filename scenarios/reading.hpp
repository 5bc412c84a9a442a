// reading.hpp - getting typed values out of a JSON text, with a complaint for whatever is not as it should be.
// Here:  Node (a value and its path), Reading (values of one kind), ObjectReader (the keys of one object).
// Not:   JSON itself (json_source.hpp); what a scenario is made of (loader.hpp).
// Start: `ObjectReader in{reading, node, {"name", "rate"}}; if (auto rate = in.find("rate")) reading.text(*rate);`
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/json_source.hpp"
#include "sim/time.hpp"

namespace scenarios {

struct Node {
  const JsonValue* value = nullptr;
  std::string path;
};

/// Each getter answers nothing after it has complained: found this, allowed is that. Nothing is thrown, and reading
/// goes on, so that one pass tells everything.
class Reading {
 public:
  Reading(std::string file, std::vector<Problem>& problems) : file_{std::move(file)}, problems_{problems} {}

  const std::string& file() const { return file_; }
  void error(const Node& at, std::string sentence) {
    add(Problem::Kind::error, at.value->line, at.path, std::move(sentence));
  }
  void warning(const Node& at, std::string sentence) {
    add(Problem::Kind::warning, at.value->line, at.path, std::move(sentence));
  }
  void error_at(int line, const std::string& path, std::string sentence) {
    add(Problem::Kind::error, line, path, std::move(sentence));
  }
  /// "found 17; allowed is <allowed>"
  void wrong(const Node& at, std::string_view allowed);

  std::optional<std::string> text(const Node& node, std::string_view allowed = "a text");
  std::optional<std::int64_t> integer(const Node& node, std::int64_t minimum, std::int64_t maximum);
  std::optional<bool> boolean(const Node& node);
  std::optional<std::vector<Node>> list(const Node& node, std::string_view allowed);
  /// One of these words; its index.
  std::optional<std::size_t> choice(const Node& node, std::initializer_list<std::string_view> words);
  /// A text that `parse` (units.hpp) understands.
  template <class T>
  std::optional<T> unit(const Node& node, std::optional<T> (*parse)(std::string_view), std::string_view form) {
    if (node.value->kind == JsonValue::Kind::text) {
      if (const auto value = parse(node.value->text)) return value;
    }
    wrong(node, form);
    return std::nullopt;
  }

 private:
  void add(Problem::Kind kind, int line, const std::string& path, std::string sentence) {
    problems_.push_back(Problem{kind, file_, line, path, std::move(sentence)});
  }

  std::string file_;
  std::vector<Problem>& problems_;
};

/// One object: complains at once about a value that is none, and about unknown keys.
class ObjectReader {
 public:
  /// `later`: keys that will mean something one day.
  ObjectReader(Reading& reading, Node node, std::vector<std::string_view> keys,
               std::vector<std::string_view> later = {});

  bool ok() const { return node_.value->kind == JsonValue::Kind::object; }
  const Node& node() const { return node_; }
  std::optional<Node> find(std::string_view key) const;
  /// Complains if it is missing.
  std::optional<Node> need(std::string_view key) const;
  /// All members, for objects whose keys are names.
  std::vector<std::pair<std::string, Node>> members() const;

 private:
  Reading& reading_;
  Node node_;
};

/// "clients[2].name"; a key with dots in it is put into brackets.
std::string join(const std::string& path, std::string_view key);
std::string join(const std::string& path, std::size_t index);

}  // namespace scenarios
