#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "scenarios/loader_parts.hpp"
#include "scenarios/units.hpp"

namespace scenarios {
namespace {

std::vector<std::string> broker_config_names() {
  auto names = config_names(kafka::broker_config_table());
  const auto topic_names = config_names(kafka::broker_topic_config_table());
  names.insert(names.end(), topic_names.begin(), topic_names.end());
  return names;
}

void load_broker_config(Reading& reading, const Node& node, kafka::BrokerConfig& config) {
  load_config(reading, node, broker_config_names(), [&](std::string_view name, std::string_view value) {
    if (kafka::find_config(kafka::broker_config_table(), name) != nullptr) {
      return kafka::set_config(kafka::broker_config_table(), config, name, value);
    }
    return kafka::set_config(kafka::broker_topic_config_table(), config.topic_defaults, name, value);
  });
}

void load_zookeeper(Reading& reading, const Node& node, Scenario& scenario) {
  const ObjectReader in{reading, node, {"servers", "config"}};
  if (const auto servers = in.find("servers")) {
    if (const auto count = reading.integer(*servers, 1, 9); count && *count != 1) {
      reading.error(*servers, "more than one ZooKeeper server is not yet supported; allowed is 1");
    }
  }
  if (const auto config = in.find("config")) {
    load_config(reading, *config, kafka::zookeeper_config_table(), scenario.zookeeper);
  }
}

void load_brokers(Reading& reading, const Node& node, Scenario& scenario, const kafka::BrokerConfig& common) {
  const ObjectReader in{reading, node, {"count", "racks", "overrides"}};
  std::int64_t count = 3;
  if (const auto given = in.find("count")) count = reading.integer(*given, 1, 1'000).value_or(3);
  scenario.brokers.assign(static_cast<std::size_t>(count), BrokerSpec{std::nullopt, common});

  if (const auto racks = in.find("racks")) {
    if (const auto names = reading.list(*racks, "a list of names of racks, dealt out to the brokers in turn")) {
      std::vector<std::string> given;
      for (const Node& name : *names) given.push_back(reading.text(name).value_or("?"));
      if (given.empty()) reading.wrong(*racks, "a list of at least one name");
      for (std::size_t i = 0; i < scenario.brokers.size() && !given.empty(); ++i) {
        scenario.brokers[i].rack = given[i % given.size()];
      }
    }
  }
  if (const auto overrides = in.find("overrides")) {
    const Cast cast = scenario.cast();
    if (overrides->value->kind != JsonValue::Kind::object) {
      reading.wrong(*overrides, "an object of brokers with their configs");
      return;
    }
    for (const JsonMember& member : overrides->value->members) {
      const Node at{&member.value, join(overrides->path, member.name)};
      const auto broker = parse_hosts(member.name, cast);
      if (!broker.term || broker.term->kind != HostTerm::Kind::broker) {
        reading.error_at(member.line, at.path,
                         fmt::format("\"{}\" is none of the brokers broker-1 to broker-{}", member.name, count));
        continue;
      }
      load_broker_config(reading, at, scenario.brokers[static_cast<std::size_t>(broker.term->number - 1)].config);
    }
  }
}

void load_assignment(Reading& reading, const Node& node, TopicSpec& topic, bool partitions_given, std::size_t brokers) {
  const auto partitions = reading.list(node, "a list with the replicas of each partition: [[1, 2], [2, 3]]");
  if (!partitions) return;
  for (const Node& partition : *partitions) {
    const auto replicas = reading.list(partition, "a list of brokers' numbers: [1, 2]");
    if (!replicas) return;
    std::vector<int> numbers;
    for (const Node& replica : *replicas) {
      const auto number = reading.integer(replica, 1, static_cast<std::int64_t>(brokers));
      if (!number) continue;
      if (std::find(numbers.begin(), numbers.end(), *number) != numbers.end()) {
        reading.error(replica, fmt::format("broker {} stands twice", *number));
      }
      numbers.push_back(static_cast<int>(*number));
    }
    topic.assignment.push_back(std::move(numbers));
  }
  if (topic.assignment.empty()) {
    reading.wrong(node, "the replicas of at least one partition");
    return;
  }
  if (partitions_given && topic.assignment.size() != static_cast<std::size_t>(topic.partitions)) {
    reading.error(node, fmt::format("{} partitions are assigned, but \"partitions\" is {}", topic.assignment.size(),
                                    topic.partitions));
  }
  topic.partitions = static_cast<int>(topic.assignment.size());
  topic.replication_factor = static_cast<int>(topic.assignment.front().size());
  for (const std::vector<int>& replicas : topic.assignment) {
    if (static_cast<int>(replicas.size()) != topic.replication_factor || replicas.empty()) {
      reading.error(node, "all partitions of a topic must have equally many replicas, at least one");
      return;
    }
  }
}

void load_topic(Reading& reading, const Node& node, Scenario& scenario) {
  const ObjectReader in{reading, node, {"name", "partitions", "replication.factor", "config", "assignment"}};
  if (!in.ok()) return;
  TopicSpec topic;
  const std::size_t brokers = scenario.brokers.size();
  if (const auto name = in.need("name")) {
    topic.name = reading.text(*name).value_or("");
    if (name->value->kind == JsonValue::Kind::text && !is_legal_name(topic.name)) {
      reading.wrong(*name, "1 to 249 letters, digits, dots, hyphens and underscores");
    }
    for (const TopicSpec& other : scenario.topics) {
      if (other.name == topic.name) reading.error(*name, fmt::format("there is a topic \"{}\" already", topic.name));
    }
  }
  const auto partitions = in.find("partitions");
  if (partitions) topic.partitions = static_cast<int>(reading.integer(*partitions, 1, 100'000).value_or(1));
  const auto factor = in.find("replication.factor");
  if (factor) {
    topic.replication_factor = static_cast<int>(reading.integer(*factor, 1, 1'000).value_or(1));
    if (topic.replication_factor > static_cast<int>(brokers) && brokers > 0) {
      reading.error(*factor,
                    fmt::format("found {}, but there are only {} brokers; allowed is a whole number from 1 to {}",
                                topic.replication_factor, brokers, brokers));
    }
  }
  if (const auto assignment = in.find("assignment")) {
    const int wanted = topic.replication_factor;
    load_assignment(reading, *assignment, topic, partitions.has_value(), brokers);
    if (factor && topic.replication_factor != wanted) {
      reading.error(*assignment, fmt::format("the partitions have {} replicas, but \"replication.factor\" is {}",
                                             topic.replication_factor, wanted));
    }
  }
  topic.effective = scenario.brokers.empty() ? kafka::TopicConfig{} : scenario.brokers.front().config.topic_defaults;
  const auto config = in.find("config");
  if (config) topic.config = load_config(reading, *config, kafka::topic_config_table(), topic.effective);
  if (topic.effective.min_insync_replicas > topic.replication_factor) {
    // Kafka takes the smaller of the two for acks=all since 3.x; a scenario that asks for it asks for something else.
    Node at = node;
    if (config && config->value->find("min.insync.replicas") != nullptr) {
      at = Node{config->value->find("min.insync.replicas"), join(config->path, "min.insync.replicas")};
    }
    reading.error(at, fmt::format("min.insync.replicas is {}, more than the {} replicas of topic \"{}\"",
                                  topic.effective.min_insync_replicas, topic.replication_factor, topic.name));
  }
  scenario.topics.push_back(std::move(topic));
}

}  // namespace

void load_cluster(Reading& reading, const Node& node, Scenario& scenario) {
  const ObjectReader in{reading, node, {"zookeeper", "brokers", "config"}};
  kafka::BrokerConfig common;
  if (const auto config = in.find("config")) load_broker_config(reading, *config, common);
  if (const auto zookeeper = in.find("zookeeper")) load_zookeeper(reading, *zookeeper, scenario);
  if (const auto brokers = in.find("brokers")) {
    load_brokers(reading, *brokers, scenario, common);
  } else {
    scenario.brokers.assign(3, BrokerSpec{std::nullopt, common});
  }
}

void load_network(Reading& reading, const Node& node, Scenario& scenario) {
  const ObjectReader in{reading, node, {"default", "between-racks"}};
  if (const auto given = in.find("default")) {
    const ObjectReader link{reading, *given, {"latency", "jitter", "bandwidth", "lost"}};
    if (const auto latency = link.find("latency")) {
      if (const auto value = reading.unit<sim::Duration>(*latency, parse_duration, duration_form)) {
        scenario.network.latency = *value;
      }
    }
    if (const auto jitter = link.find("jitter")) {
      if (const auto value = reading.unit<sim::Duration>(*jitter, parse_duration, duration_form)) {
        scenario.network.jitter = *value;
      }
    }
    if (const auto bandwidth = link.find("bandwidth")) {
      if (const auto value = reading.unit<std::uint64_t>(*bandwidth, parse_bandwidth, bandwidth_form)) {
        scenario.network.bandwidth = *value;
      }
    }
    if (const auto lost = link.find("lost")) {
      if (const auto value = reading.unit<Fraction>(*lost, parse_percentage, percentage_form)) {
        scenario.network.lost = value->parts;
        scenario.network.lost_of = value->of;
      }
    }
  }
  if (const auto racks = in.find("between-racks")) {
    if (const auto value = reading.unit<sim::Duration>(*racks, parse_duration, duration_form)) {
      scenario.between_racks = *value;
    }
  }
}

void load_topics(Reading& reading, const Node& node, Scenario& scenario) {
  const auto topics = reading.list(node, "a list of topics");
  if (!topics) return;
  for (const Node& topic : *topics) load_topic(reading, topic, scenario);
}

}  // namespace scenarios
