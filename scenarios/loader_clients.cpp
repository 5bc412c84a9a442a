#include <fmt/format.h>

#include <algorithm>

#include "model/client/workload_record.hpp"
#include "scenarios/loader_parts.hpp"
#include "scenarios/units.hpp"

namespace scenarios {
namespace {

// Complains about a topic that is not there.
void check_topic(Reading& reading, const Node& node, const std::string& topic, const Scenario& scenario) {
  std::vector<std::string> names;
  for (const TopicSpec& known : scenario.topics) names.push_back(known.name);
  if (std::find(names.begin(), names.end(), topic) != names.end()) return;
  const auto nearest = nearest_name(topic, names);
  reading.error(node, fmt::format("there is no topic \"{}\" in \"topics\"{}", topic,
                                  nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
}

ProducerSpec load_producer(Reading& reading, const Node& node, const Scenario& scenario) {
  const ObjectReader in{reading,
                        node,
                        {"topic", "rate", "records", "record-size", "keys", "start-after", "config"},
                        {"transactions", "groups"}};
  ProducerSpec producer;
  producer.config.enable_idempotence = false;  // until it is modelled; the report says so
  if (const auto topic = in.need("topic")) {
    if (const auto name = reading.text(*topic, "the name of a topic")) {
      producer.topic = *name;
      check_topic(reading, *topic, *name, scenario);
    }
  }
  if (const auto rate = in.find("rate")) {
    if (rate->value->kind == JsonValue::Kind::text && rate->value->text == "max") {
      producer.rate = 0;
    } else if (const auto value = reading.unit<std::int64_t>(*rate, parse_rate, "a rate like \"200/s\", or \"max\"")) {
      producer.rate = *value;
      if (*value < 1 || *value > 10'000'000) reading.wrong(*rate, "from 1/s to 10000000/s, or \"max\"");
    }
  }
  if (const auto records = in.find("records")) producer.records = reading.integer(*records, 1, INT64_MAX).value_or(0);
  if (const auto size = in.find("record-size")) {
    const auto smallest = static_cast<std::int64_t>(kafka::smallest_workload_value);
    std::optional<std::int64_t> bytes;
    if (size->value->kind == JsonValue::Kind::integer) {
      bytes = reading.integer(*size, smallest, 100'000'000);
    } else if (const auto value = reading.unit<std::uint64_t>(*size, parse_bytes, bytes_form)) {
      bytes = static_cast<std::int64_t>(*value);
      if (*bytes < smallest || *bytes > 100'000'000) reading.wrong(*size, fmt::format("from {}B to 100MB", smallest));
    }
    if (bytes) producer.record_size = static_cast<std::size_t>(*bytes);
  }
  if (const auto keys = in.find("keys")) {
    producer.keys = static_cast<std::uint64_t>(reading.integer(*keys, 0, INT64_MAX).value_or(0));
  }
  if (const auto delay = in.find("start-after")) {
    producer.start_delay = reading.unit<sim::Duration>(*delay, parse_duration, duration_form).value_or(sim::Duration{});
  }
  if (const auto config = in.find("config")) {
    load_config(reading, *config, kafka::producer_config_table(), producer.config);
    if (const JsonValue* idempotence = config->value->find("enable.idempotence");
        idempotence != nullptr && producer.config.enable_idempotence) {
      reading.warning(Node{idempotence, join(config->path, "enable.idempotence")},
                      "idempotent producers are not modelled yet: this one runs with enable.idempotence=false");
    }
    producer.config.enable_idempotence = false;
  }
  return producer;
}

ConsumerSpec load_consumer(Reading& reading, const Node& node, const Scenario& scenario) {
  const ObjectReader in{reading, node, {"topics", "partitions", "config"}, {"group", "delivery", "isolation"}};
  ConsumerSpec consumer;
  consumer.config.auto_offset_reset = "earliest";  // a consumer that misses the beginning is a surprise in a scenario
  if (const auto topics = in.find("topics")) {
    if (const auto names = reading.list(*topics, "a list of names of topics")) {
      for (const Node& name : *names) {
        const auto topic = reading.text(name, "the name of a topic");
        if (!topic) continue;
        check_topic(reading, name, *topic, scenario);
        consumer.topics.push_back(*topic);
      }
    }
  }
  if (const auto partitions = in.find("partitions")) {
    if (const auto names = reading.list(*partitions, "a list of partitions like \"orders-0\"")) {
      for (const Node& name : *names) {
        const auto text = reading.text(name, "a partition like \"orders-0\"");
        if (!text) continue;
        auto parsed = parse_partition(*text, scenario.cast());
        if (parsed.term) {
          consumer.partitions.push_back(std::move(*parsed.term));
        } else {
          reading.error(name, std::move(parsed.complaint));
        }
      }
    }
  }
  if (in.ok() && !in.find("topics") && !in.find("partitions")) {
    reading.error(node, "the key \"topics\" (or \"partitions\") is missing");
  }
  if (const auto config = in.find("config")) {
    load_config(reading, *config, kafka::consumer_config_table(), consumer.config);
  }
  return consumer;
}

bool is_taken(std::string_view name) {
  for (const std::string_view prefix : {"broker-", "zk-", "rack-"}) {
    if (name.substr(0, prefix.size()) == prefix) return true;
  }
  for (const std::string_view word :
       {"brokers", "clients", "controller", "zookeeper", "network", "admin", "judge", "core"}) {
    if (name == word) return true;
  }
  return false;
}

}  // namespace

void load_clients(Reading& reading, const Node& node, Scenario& scenario) {
  const auto clients = reading.list(node, "a list of clients");
  if (!clients) return;
  for (const Node& client : *clients) {
    const ObjectReader in{reading, client, {"name", "producer", "consumer"}, {"admin", "transactional"}};
    if (!in.ok()) continue;
    ClientSpec spec;
    if (const auto name = in.need("name")) {
      if (const auto text = reading.text(*name)) {
        spec.name = *text;
        if (!is_legal_name(*text)) {
          reading.wrong(*name, "letters, digits, dots, hyphens and underscores");
        } else if (is_taken(*text)) {
          reading.error(*name, fmt::format("\"{}\" means something else in scenarios; choose another name", *text));
        }
        for (const ClientSpec& other : scenario.clients) {
          if (other.name == *text) reading.error(*name, fmt::format("there is a client \"{}\" already", *text));
        }
      }
    }
    const auto producer = in.find("producer");
    const auto consumer = in.find("consumer");
    if (producer.has_value() == consumer.has_value()) {
      reading.error(client, "a client is either a \"producer\" or a \"consumer\"");
    }
    if (producer) spec.what = load_producer(reading, *producer, scenario);
    if (consumer) {
      ConsumerSpec loaded = load_consumer(reading, *consumer, scenario);
      if (!producer) spec.what = std::move(loaded);
    }
    scenario.clients.push_back(std::move(spec));
  }
}

}  // namespace scenarios
