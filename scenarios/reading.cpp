#include "scenarios/reading.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/nearest_name.hpp"

namespace scenarios {
namespace {

std::string quoted_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", name);
  return text;
}

}  // namespace

std::string join(const std::string& path, std::string_view key) {
  if (key.find_first_of(". []") != std::string_view::npos) return fmt::format("{}[\"{}\"]", path, key);
  return path.empty() ? std::string{key} : fmt::format("{}.{}", path, key);
}

std::string join(const std::string& path, std::size_t index) { return fmt::format("{}[{}]", path, index); }

void Reading::wrong(const Node& at, std::string_view allowed) {
  error(at, fmt::format("found {}; allowed is {}", describe(*at.value), allowed));
}

std::optional<std::string> Reading::text(const Node& node, std::string_view allowed) {
  if (node.value->kind == JsonValue::Kind::text) return node.value->text;
  wrong(node, allowed);
  return std::nullopt;
}

std::optional<std::int64_t> Reading::integer(const Node& node, std::int64_t minimum, std::int64_t maximum) {
  if (node.value->kind == JsonValue::Kind::integer && node.value->number >= minimum && node.value->number <= maximum) {
    return node.value->number;
  }
  wrong(node, maximum == INT64_MAX ? fmt::format("a whole number, at least {}", minimum)
                                   : fmt::format("a whole number from {} to {}", minimum, maximum));
  return std::nullopt;
}

std::optional<bool> Reading::boolean(const Node& node) {
  if (node.value->kind == JsonValue::Kind::boolean) return node.value->flag;
  wrong(node, "true or false");
  return std::nullopt;
}

std::optional<std::vector<Node>> Reading::list(const Node& node, std::string_view allowed) {
  if (node.value->kind != JsonValue::Kind::array) {
    wrong(node, allowed);
    return std::nullopt;
  }
  std::vector<Node> nodes;
  for (std::size_t i = 0; i < node.value->items.size(); ++i)
    nodes.push_back({&node.value->items[i], join(node.path, i)});
  return nodes;
}

std::optional<std::size_t> Reading::choice(const Node& node, std::initializer_list<std::string_view> words) {
  std::vector<std::string> names;
  for (const std::string_view word : words) {
    if (node.value->kind == JsonValue::Kind::text && node.value->text == word) return names.size();
    names.emplace_back(word);
  }
  const auto nearest = nearest_name(node.value->text, names);
  wrong(node,
        fmt::format("one of {}{}", quoted_list(names), nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
  return std::nullopt;
}

ObjectReader::ObjectReader(Reading& reading, Node node, std::vector<std::string_view> keys,
                           std::vector<std::string_view> later)
    : reading_{reading}, node_{std::move(node)} {
  if (!ok()) {
    reading.wrong(node_, "an object");
    return;
  }
  const std::vector<std::string> names(keys.begin(), keys.end());
  for (const JsonMember& member : node_.value->members) {
    if (std::find(keys.begin(), keys.end(), member.name) != keys.end()) continue;
    const std::string path = join(node_.path, member.name);
    if (std::find(later.begin(), later.end(), member.name) != later.end()) {
      reading.error_at(member.line, path, "not yet supported");
      continue;
    }
    const auto nearest = nearest_name(member.name, names);
    reading.error_at(member.line, path,
                     fmt::format("there is no key \"{}\" here; allowed are {}{}", member.name, quoted_list(names),
                                 nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
  }
}

std::optional<Node> ObjectReader::find(std::string_view key) const {
  if (!ok()) return std::nullopt;
  const JsonValue* value = node_.value->find(key);
  if (value == nullptr) return std::nullopt;
  return Node{value, join(node_.path, key)};
}

std::optional<Node> ObjectReader::need(std::string_view key) const {
  auto found = find(key);
  if (!found && ok()) reading_.error(node_, fmt::format("the key \"{}\" is missing", key));
  return found;
}

std::vector<std::pair<std::string, Node>> ObjectReader::members() const {
  std::vector<std::pair<std::string, Node>> all;
  for (const JsonMember& member : node_.value->members) {
    all.emplace_back(member.name, Node{&member.value, join(node_.path, member.name)});
  }
  return all;
}

}  // namespace scenarios
