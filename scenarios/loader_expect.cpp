#include <fmt/format.h>

#include <algorithm>

#include "scenarios/loader_parts.hpp"

namespace scenarios {
namespace {

std::optional<Anomaly> read_anomaly(Reading& reading, const Node& node) {
  std::vector<std::string> names;
  for (const Anomaly anomaly : all_anomalies) {
    names.emplace_back(to_text(anomaly));
    if (node.value->kind == JsonValue::Kind::text && node.value->text == names.back()) return anomaly;
  }
  for (const std::string_view later : {"unseen", "nonmonotonic-poll", "skipped-poll", "poll-skip", "aborted-read"}) {
    if (node.value->text != later) continue;
    reading.error(node, fmt::format("the anomaly \"{}\" is not yet supported", later));
    return std::nullopt;
  }
  std::string list;
  for (const std::string& name : names) list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", name);
  const auto nearest = nearest_name(node.value->text, names);
  reading.wrong(node,
                fmt::format("an anomaly: {}{}", list, nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
  return std::nullopt;
}

bool is_list_of_brokers(ValueTerm::Kind kind) {
  return kind == ValueTerm::Kind::isr || kind == ValueTerm::Kind::replicas;
}
bool is_broker(ValueTerm::Kind kind) { return kind == ValueTerm::Kind::leader || kind == ValueTerm::Kind::controller; }

// A broker as a number or by its name; -1 is nobody.
std::optional<std::int64_t> read_broker(Reading& reading, const Node& node, const Cast& cast) {
  if (node.value->kind == JsonValue::Kind::text) {
    auto parsed = parse_hosts(node.value->text, cast);
    if (parsed.term && parsed.term->kind == HostTerm::Kind::broker && !parsed.term->random) return parsed.term->number;
    reading.wrong(node, fmt::format("a broker: 1 to {}, or \"broker-1\", or -1 for none", cast.brokers));
    return std::nullopt;
  }
  if (node.value->kind == JsonValue::Kind::integer && node.value->number == -1) return -1;
  return reading.integer(node, 1, cast.brokers);
}

std::optional<Value> read_wanted(Reading& reading, const Node& node, const ValueTerm& term, const Cast& cast) {
  if (is_list_of_brokers(term.kind)) {
    const auto list = reading.list(node, "a list of brokers: [1, 2, 3]");
    if (!list) return std::nullopt;
    std::vector<std::int64_t> brokers;
    for (const Node& item : *list) {
      if (const auto broker = read_broker(reading, item, cast)) brokers.push_back(*broker);
    }
    std::sort(brokers.begin(), brokers.end());
    return Value{std::move(brokers)};
  }
  if (is_broker(term.kind)) {
    const auto broker = read_broker(reading, node, cast);
    return broker ? std::optional{Value{*broker}} : std::nullopt;
  }
  if (term.kind == ValueTerm::Kind::state) {
    const auto state = reading.choice(node, {"running", "frozen", "stopped", "off"});
    return state ? std::optional{Value{node.value->text}} : std::nullopt;
  }
  const auto number = reading.integer(node, 0, INT64_MAX);
  return number ? std::optional{Value{*number}} : std::nullopt;
}

void read_value(Reading& reading, const ObjectReader& in, std::string_view key, Expectation& expectation,
                const Cast& cast, bool& ok) {
  ok = false;
  const auto that = in.need(key);
  if (!that) return;
  const auto text = reading.text(*that, "a value like \"isr of orders-0\"");
  if (!text) return;
  auto parsed = parse_value(*text, cast);
  if (!parsed.term) {
    reading.error(*that, std::move(parsed.complaint));
    return;
  }
  expectation.kind = Expectation::Kind::value;
  expectation.term = std::move(*parsed.term);

  struct Word {
    std::string_view key;
    Expectation::Relation relation;
  };
  static constexpr Word words[] = {{"is", Expectation::Relation::is},
                                   {"at-least", Expectation::Relation::at_least},
                                   {"at-most", Expectation::Relation::at_most}};
  const Word* found = nullptr;
  for (const Word& word : words) {
    if (!in.find(word.key)) continue;
    if (found != nullptr) {
      reading.error(in.node(), fmt::format("either \"{}\" or \"{}\"", found->key, word.key));
      return;
    }
    found = &word;
  }
  if (found == nullptr) {
    reading.error(in.node(), "the key \"is\" (or \"at-least\", \"at-most\") is missing");
    return;
  }
  expectation.relation = found->relation;
  const bool number = expectation.term.kind == ValueTerm::Kind::high_watermark ||
                      expectation.term.kind == ValueTerm::Kind::log_end ||
                      expectation.term.kind == ValueTerm::Kind::leader_epoch;
  if (found->relation != Expectation::Relation::is && !number) {
    reading.error(*in.find(found->key), fmt::format("\"{}\" is no number; use \"is\"", expectation.term.text));
    return;
  }
  auto wanted = read_wanted(reading, *in.find(found->key), expectation.term, cast);
  if (!wanted) return;
  expectation.wanted = std::move(*wanted);
  ok = true;
}

}  // namespace

void load_expect(Reading& reading, const Node& node, Scenario& scenario) {
  const auto list = reading.list(node, "a list of expectations");
  if (!list) return;
  const Cast cast = scenario.cast();
  for (const Node& item : *list) {
    const ObjectReader in{
        reading, item, {"no", "anomaly", "at", "that", "finally", "is", "at-least", "at-most"}, {"when", "always"}};
    if (!in.ok()) continue;
    Expectation expectation;
    expectation.line = item.value->line;
    bool ok = false;
    if (const auto no = in.find("no")) {
      const auto anomaly = read_anomaly(reading, *no);
      ok = anomaly.has_value();
      expectation.anomaly = anomaly.value_or(Anomaly::lost_write);
      expectation.text = fmt::format("no {}", to_text(expectation.anomaly));
    } else if (const auto anomaly_node = in.find("anomaly")) {
      const auto anomaly = read_anomaly(reading, *anomaly_node);
      ok = anomaly.has_value();
      expectation.kind = Expectation::Kind::at_least;
      expectation.anomaly = anomaly.value_or(Anomaly::lost_write);
      if (const auto least = in.find("at-least")) {
        const auto count = reading.integer(*least, 1, INT64_MAX);
        ok = ok && count.has_value();
        expectation.count = count.value_or(1);
      }
      expectation.text = fmt::format("{}: at least {}", to_text(expectation.anomaly), expectation.count);
    } else if (in.find("finally")) {
      read_value(reading, in, "finally", expectation, cast, ok);
      expectation.text = fmt::format("finally: {}", expectation.term.text);
    } else if (const auto at = in.find("at")) {
      expectation.at = read_moment(reading, *at, scenario);
      read_value(reading, in, "that", expectation, cast, ok);
      ok = ok && expectation.at.has_value();
      expectation.text = fmt::format("at {}: {}", at->value->text, expectation.term.text);
    } else {
      reading.error(item,
                    "nothing is expected here; allowed are \"no\", \"anomaly\", \"finally\", and \"at\" with \"that\"");
    }
    if (!ok) continue;
    if (expectation.kind == Expectation::Kind::value) {
      constexpr std::string_view relations[] = {" is ", " is at least ", " is at most "};
      expectation.text += relations[static_cast<std::size_t>(expectation.relation)];
      expectation.text += to_text(expectation.wanted);
    }
    scenario.expect.push_back(std::move(expectation));
  }
}

}  // namespace scenarios
