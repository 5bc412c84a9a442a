#include "tests/model/zookeeper/operation_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <utility>

namespace zookeeper::test {

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream in{line};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

namespace {

bool take(std::vector<std::string>& words, const char* flag) {
  const auto found = std::find(words.begin(), words.end(), flag);
  if (found == words.end()) return false;
  words.erase(found);
  return true;
}

Data data_in(const std::string& word) { return word == "null" ? Data{} : data_of(word); }

std::string word_at(const std::vector<std::string>& words, std::size_t i) {
  return i < words.size() ? words[i] : std::string{};
}

std::int32_t version_at(const std::vector<std::string>& words, std::size_t i) {
  return i < words.size() ? std::stoi(words[i]) : any_version;
}

Multi parse_multi(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += word + " ";
  Multi multi;
  std::istringstream in{all};
  for (std::string part; std::getline(in, part, ';');) {
    std::vector<std::string> inner = words_of(part);
    if (inner.empty()) continue;
    const std::string verb = inner.front();
    inner.erase(inner.begin());
    if (verb == "check") {
      multi.operations.emplace_back(Check{word_at(inner, 0), version_at(inner, 1)});
      continue;
    }
    const std::optional<Operation> operation = parse_operation(verb == "create" ? "create1" : verb, inner);
    if (!operation) continue;
    if (const auto* create = std::get_if<Create>(&*operation)) multi.operations.emplace_back(*create);
    if (const auto* remove = std::get_if<Delete>(&*operation)) multi.operations.emplace_back(*remove);
    if (const auto* set = std::get_if<SetData>(&*operation)) multi.operations.emplace_back(*set);
  }
  return multi;
}

}  // namespace

std::optional<Operation> parse_operation(const std::string& verb, const std::vector<std::string>& given) {
  std::vector<std::string> words = given;
  if (verb == "multi") return parse_multi(words);
  const bool watch = take(words, "watch");
  const int flags = (take(words, "ephemeral") ? 1 : 0) + (take(words, "sequential") ? 2 : 0);
  const std::string path = word_at(words, 0);
  if (verb == "create" || verb == "create1") {
    Create create;
    create.path = path;
    create.data = data_in(word_at(words, 1));
    create.mode = static_cast<CreateMode>(flags);
    if (verb == "create1") return create;
    return Create2{create};
  }
  if (verb == "delete") return Delete{path, version_at(words, 1)};
  if (verb == "set") return SetData{path, data_in(word_at(words, 1)), version_at(words, 2)};
  if (verb == "get") return GetData{path, watch};
  if (verb == "exists") return Exists{path, watch};
  if (verb == "children") return GetChildren2{path, watch};
  if (verb == "children1") return GetChildren{path, watch};
  if (verb == "sync") return Sync{path};
  if (verb == "ping") return Ping{};
  if (verb == "close") return CloseSession{};
  if (verb == "setwatches") {
    SetWatches all;
    all.relative_zxid = Zxid{std::stoll(path)};
    for (const std::string& word : words) {
      if (word.rfind("data:", 0) == 0) all.data.push_back(word.substr(5));
      if (word.rfind("exist:", 0) == 0) all.exist.push_back(word.substr(6));
      if (word.rfind("child:", 0) == 0) all.child.push_back(word.substr(6));
    }
    return all;
  }
  return std::nullopt;
}

std::string verb_of(OpCode op, bool in_multi) {
  switch (op) {
    case OpCode::create: return "create1";
    case OpCode::create2: return "create";
    case OpCode::remove: return "delete";
    case OpCode::set_data: return "set";
    case OpCode::get_data: return "get";
    case OpCode::get_children: return "children1";
    case OpCode::get_children2: return "children";
    case OpCode::set_watches: return "setwatches";
    case OpCode::close_session: return "close";
    default: return in_multi && op == OpCode::error ? "" : std::string{to_text(op)};
  }
}

std::string text_of_stat(const Stat& stat, const OwnerName& owner) {
  return fmt::format("czxid={} mzxid={} pzxid={} version={} cversion={} aversion={} owner={} length={} children={}",
                     stat.czxid.raw(), stat.mzxid.raw(), stat.pzxid.raw(), stat.version, stat.cversion, stat.aversion,
                     owner(stat.ephemeral_owner), stat.data_length, stat.num_children);
}

std::string text_of_data(const Data& data) {
  return data ? "\"" + std::string{data->view()} + "\"" : std::string{"null"};
}

std::string text_of_result(const Result& result, const OwnerName& owner) {
  const auto list = [](const std::vector<std::string>& names) {
    std::string out = "[";
    for (const std::string& name : names) out += (out.size() > 1 ? " " : "") + name;
    return out + "]";
  };
  return std::visit(
      [&](const auto& body) -> std::string {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, NoResult>) return {};
        if constexpr (std::is_same_v<Body, PathResult>) return " " + body.path;
        if constexpr (std::is_same_v<Body, Create2Result>)
          return " " + body.path + " " + text_of_stat(body.stat, owner);
        if constexpr (std::is_same_v<Body, StatResult>) return " " + text_of_stat(body.stat, owner);
        if constexpr (std::is_same_v<Body, DataResult>)
          return " " + text_of_data(body.data) + " " + text_of_stat(body.stat, owner);
        if constexpr (std::is_same_v<Body, ChildrenResult>) return " " + list(body.children);
        if constexpr (std::is_same_v<Body, Children2Result>)
          return " " + list(body.children) + " " + text_of_stat(body.stat, owner);
        if constexpr (std::is_same_v<Body, MultiResult>) {
          std::string out;
          for (const MultiOutcome& outcome : body.outcomes) {
            const std::string verb = verb_of(outcome.op, true);
            out += "\n    " + verb + (verb.empty() ? "" : " ") + std::string{to_text(outcome.error)};
            if (outcome.op == OpCode::create) out += " " + outcome.path;
            if (outcome.op == OpCode::set_data) out += " " + text_of_stat(outcome.stat, owner);
          }
          return out;
        }
      },
      result);
}

void Line::encode(std::vector<std::byte>& out) const {
  for (const char c : text) out.push_back(static_cast<std::byte>(c));
}

std::optional<Line> Line::decode(std::span<const std::byte> bytes) {
  return Line{std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()}};
}

const sim::MessageType Line::type = sim::message_type_of<Line>(2'900, "ScriptLine");

sim::MessagePtr make_line(std::string text) {
  const auto size = static_cast<std::uint32_t>(text.size());
  return sim::make_message(Line{std::move(text)}, size);
}

}  // namespace zookeeper::test
