#include "scenarios/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "scenarios/nearest_name.hpp"

namespace scenarios {
namespace {

std::optional<int> number_behind(std::string_view text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  text.remove_prefix(prefix.size());
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() || number < 0) return std::nullopt;
  if (text.front() == '0' && text.size() > 1) return std::nullopt;
  return number;
}

std::string guess(std::string_view wrong, const std::vector<std::string>& names) {
  const auto nearest = nearest_name(wrong, names);
  return nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : std::string{};
}

std::string list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

template <class Term>
Parsed<Term> complain(std::string sentence) {
  return {std::nullopt, std::move(sentence)};
}

struct Word {
  std::string_view text;
  HostTerm::Kind kind;
};
// "<word> of <partition>"
constexpr Word of_partition[] = {{"leader", HostTerm::Kind::leader},
                                 {"followers", HostTerm::Kind::followers},
                                 {"isr", HostTerm::Kind::isr},
                                 {"replicas", HostTerm::Kind::replicas}};
// What may follow "random": one of these.
constexpr Word random_words[] = {{"broker", HostTerm::Kind::brokers},
                                 {"client", HostTerm::Kind::clients},
                                 {"follower", HostTerm::Kind::followers},
                                 {"isr", HostTerm::Kind::isr},
                                 {"replica", HostTerm::Kind::replicas}};
constexpr Word groups[] = {{"controller", HostTerm::Kind::controller},
                           {"brokers", HostTerm::Kind::brokers},
                           {"zookeeper", HostTerm::Kind::zookeepers},
                           {"clients", HostTerm::Kind::clients}};

bool needs_partition(HostTerm::Kind kind) {
  return kind == HostTerm::Kind::leader || kind == HostTerm::Kind::followers || kind == HostTerm::Kind::isr ||
         kind == HostTerm::Kind::replicas;
}

constexpr std::string_view host_forms =
    "allowed are the names of hosts, brokers, clients, zookeeper, controller, \"leader|followers|isr|replicas of "
    "<topic>-<n>\", "
    "\"random broker|client\" and \"random follower|isr|replica of <topic>-<n>\"";
constexpr std::string_view value_forms =
    "allowed are \"isr|replicas|leader|leader epoch of <topic>-<n>\", \"controller\", "
    "\"high watermark|log end of <topic>-<n> [on broker-<n>]\" and \"state of <host>\"";

// All words that a text of two words could begin with, and all names: for guesses.
std::vector<std::string> host_phrases(const Cast& cast) {
  std::vector<std::string> phrases = host_names(cast);
  for (const Word& word : groups) phrases.emplace_back(word.text);
  for (const auto& [topic, partitions] : cast.topics) {
    if (partitions == 0) continue;
    for (const Word& word : of_partition) phrases.push_back(fmt::format("{} of {}-0", word.text, topic));
  }
  phrases.emplace_back("random broker");
  phrases.emplace_back("random client");
  return phrases;
}

}  // namespace

std::string broker_name(int number) { return fmt::format("broker-{}", number); }
std::string zookeeper_name(int number) { return fmt::format("zk-{}", number); }

std::vector<std::string> host_names(const Cast& cast) {
  std::vector<std::string> names;
  for (int i = 1; i <= cast.brokers; ++i) names.push_back(broker_name(i));
  for (int i = 1; i <= cast.zookeepers; ++i) names.push_back(zookeeper_name(i));
  names.insert(names.end(), cast.clients.begin(), cast.clients.end());
  return names;
}

Parsed<kafka::TopicPartition> parse_partition(std::string_view text, const Cast& cast) {
  const std::size_t dash = text.rfind('-');
  const auto number = dash == std::string_view::npos ? std::nullopt : number_behind(text.substr(dash), "-");
  std::vector<std::string> topics;
  for (const auto& [topic, partitions] : cast.topics) topics.push_back(topic);
  if (!number) {
    return complain<kafka::TopicPartition>(
        fmt::format("\"{}\" is no partition; allowed is <topic>-<number>{}", text,
                    topics.empty() ? std::string{} : fmt::format(", for example \"{}-0\"", topics.front())));
  }
  const std::string topic{text.substr(0, dash)};
  const auto found = cast.topics.find(topic);
  if (found == cast.topics.end()) {
    return complain<kafka::TopicPartition>(
        topics.empty()
            ? fmt::format("there is no topic \"{}\": this scenario has none", topic)
            : fmt::format("there is no topic \"{}\"; there are: {}{}", topic, list(topics), guess(topic, topics)));
  }
  if (*number >= found->second) {
    return complain<kafka::TopicPartition>(
        fmt::format("topic \"{}\" has no partition {}; allowed are 0 to {}", topic, *number, found->second - 1));
  }
  return {kafka::TopicPartition{topic, *number}, {}};
}

Parsed<HostTerm> parse_hosts(std::string_view text, const Cast& cast) {
  HostTerm term;
  term.text = std::string{text};
  if (const auto client = std::find(cast.clients.begin(), cast.clients.end(), text); client != cast.clients.end()) {
    term.kind = HostTerm::Kind::client;
    term.client = *client;
    return {term, {}};
  }
  for (const Word& word : groups) {
    if (text != word.text) continue;
    term.kind = word.kind;
    return {term, {}};
  }
  if (const auto number = number_behind(text, "broker-")) {
    if (*number < 1 || *number > cast.brokers) {
      return complain<HostTerm>(fmt::format("there is no \"{}\"; there are broker-1 to broker-{}", text, cast.brokers));
    }
    term.kind = HostTerm::Kind::broker;
    term.number = *number;
    return {term, {}};
  }
  if (const auto number = number_behind(text, "zk-")) {
    if (*number < 1 || *number > cast.zookeepers) {
      return complain<HostTerm>(fmt::format("there is no \"{}\"; there are zk-1 to zk-{}", text, cast.zookeepers));
    }
    term.kind = HostTerm::Kind::zookeeper;
    term.number = *number;
    return {term, {}};
  }

  std::string_view rest = text;
  if (rest.substr(0, 7) == "random ") {
    term.random = true;
    rest.remove_prefix(7);
  }
  const std::size_t of = rest.find(" of ");
  const std::string_view first = rest.substr(0, of);
  const auto take = [&](const Word& word) -> std::optional<Parsed<HostTerm>> {
    if (word.text != first || needs_partition(word.kind) != (of != std::string_view::npos)) return std::nullopt;
    term.kind = word.kind;
    if (of != std::string_view::npos) {
      auto partition = parse_partition(rest.substr(of + 4), cast);
      if (!partition.term) return complain<HostTerm>(std::move(partition.complaint));
      term.partition = std::move(*partition.term);
    }
    if (word.kind == HostTerm::Kind::clients && cast.clients.empty()) {
      return complain<HostTerm>("there is no client in this scenario");
    }
    return Parsed<HostTerm>{term, {}};
  };
  if (term.random) {
    for (const Word& word : random_words) {
      if (auto taken = take(word)) return *taken;
    }
  } else {
    for (const Word& word : of_partition) {
      if (auto taken = take(word)) return *taken;
    }
  }
  return complain<HostTerm>(
      fmt::format("\"{}\" is nobody here; {}{}", text, host_forms, guess(text, host_phrases(cast))));
}

Parsed<ValueTerm> parse_value(std::string_view text, const Cast& cast) {
  struct Phrase {
    std::string_view text;
    ValueTerm::Kind kind;
    bool on_broker;
  };
  static constexpr Phrase phrases[] = {
      {"isr of ", ValueTerm::Kind::isr, false},
      {"replicas of ", ValueTerm::Kind::replicas, false},
      {"leader of ", ValueTerm::Kind::leader, false},
      {"leader epoch of ", ValueTerm::Kind::leader_epoch, false},
      {"high watermark of ", ValueTerm::Kind::high_watermark, true},
      {"log end of ", ValueTerm::Kind::log_end, true},
  };
  ValueTerm term;
  term.text = std::string{text};
  if (text == "controller") {
    term.kind = ValueTerm::Kind::controller;
    return {term, {}};
  }
  constexpr std::string_view state = "state of ";
  if (text.substr(0, state.size()) == state) {
    auto host = parse_hosts(text.substr(state.size()), cast);
    if (!host.term) return complain<ValueTerm>(std::move(host.complaint));
    const bool one = host.term->kind == HostTerm::Kind::broker || host.term->kind == HostTerm::Kind::zookeeper ||
                     host.term->kind == HostTerm::Kind::client;
    if (!one) return complain<ValueTerm>(fmt::format("\"{}\" may be several; name one host", host.term->text));
    term.kind = ValueTerm::Kind::state;
    term.host = std::move(*host.term);
    return {term, {}};
  }
  for (const Phrase& phrase : phrases) {
    if (text.substr(0, phrase.text.size()) != phrase.text) continue;
    std::string_view partition = text.substr(phrase.text.size());
    if (const std::size_t on = partition.find(" on "); phrase.on_broker && on != std::string_view::npos) {
      auto host = parse_hosts(partition.substr(on + 4), cast);
      if (!host.term) return complain<ValueTerm>(std::move(host.complaint));
      if (host.term->kind != HostTerm::Kind::broker) {
        return complain<ValueTerm>(fmt::format("\"{}\" has no log; name a broker", host.term->text));
      }
      term.broker = host.term->number;
      partition = partition.substr(0, on);
    }
    auto parsed = parse_partition(partition, cast);
    if (!parsed.term) return complain<ValueTerm>(std::move(parsed.complaint));
    term.kind = phrase.kind;
    term.partition = std::move(*parsed.term);
    return {term, {}};
  }
  std::vector<std::string> known{"controller"};
  for (const auto& [topic, partitions] : cast.topics) {
    for (const Phrase& phrase : phrases) known.push_back(fmt::format("{}{}-0", phrase.text, topic));
  }
  return complain<ValueTerm>(fmt::format("\"{}\" is no value; {}{}", text, value_forms, guess(text, known)));
}

}  // namespace scenarios
