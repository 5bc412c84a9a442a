// scenario.hpp - what a scenario says, as data.
// Here:  Scenario and its parts: cluster, network, topics, clients, steps of the timeline, expectations.
// Not:   its text form (loader.hpp, docs/scenario-format.md); what is done with it (cluster.hpp, run.hpp).
// Start: Scenario. Everything in it has been checked by the loader.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/config/broker_config.hpp"
#include "model/config/client_config.hpp"
#include "model/types.hpp"
#include "scenarios/verbs.hpp"
#include "scenarios/vocabulary.hpp"
#include "sim/random.hpp"
#include "sim/time.hpp"
#include "sim/topology.hpp"

namespace scenarios {

using namespace sim::literals;

struct BrokerSpec {
  std::optional<std::string> rack;
  kafka::BrokerConfig config;  ///< cluster.config, and the broker's own on top
};

struct TopicSpec {
  std::string name;
  int partitions = 1;
  int replication_factor = 1;
  std::vector<std::pair<std::string, std::string>> config;  ///< as CreateTopics says it
  kafka::TopicConfig effective;                             ///< on top of the brokers' defaults
  std::vector<std::vector<int>> assignment;                 ///< by partition: numbers of brokers; empty: Kafka chooses
};

struct ProducerSpec {
  std::string topic;
  std::int64_t rate = 100;   ///< records a second
  std::int64_t records = 0;  ///< 0: without end
  std::size_t record_size = 100;
  std::uint64_t keys = 0;
  sim::Duration start_delay;  ///< after the topics are there
  kafka::ProducerConfig config;
};

struct ConsumerSpec {
  std::vector<std::string> topics;
  std::vector<kafka::TopicPartition> partitions;
  kafka::ConsumerConfig config;
};

struct ClientSpec {
  std::string name;
  std::variant<ProducerSpec, ConsumerSpec> what;
};

/// One line of the timeline.
struct Step {
  sim::Time at;
  std::optional<sim::Duration> lasts;  ///< "for": then it is undone
  std::string name;                    ///< "as": so that a later heal can name it; may be empty
  Action action;
  std::string text;  ///< for people: "crash leader of orders-0"
  int line = 0;
};

/// What the judges can find.
enum class Anomaly : std::uint8_t { lost_write, duplicate, inconsistent_offsets, corrupt_record };
inline constexpr Anomaly all_anomalies[] = {Anomaly::lost_write, Anomaly::duplicate, Anomaly::inconsistent_offsets,
                                            Anomaly::corrupt_record};
/// "lost-write".
std::string_view to_text(Anomaly anomaly);

/// The value of a ValueTerm in a world, or what it should be.
using Value = std::variant<std::int64_t, std::vector<std::int64_t>, std::string>;
std::string to_text(const Value& value);

struct Expectation {
  enum class Kind : std::uint8_t {
    none_of,   ///< {"no": anomaly}
    at_least,  ///< {"anomaly": anomaly, "at-least": count}
    value,     ///< {"at": time, "that": value, ...}, {"finally": value, ...}
  };
  enum class Relation : std::uint8_t { is, at_least, at_most };
  Kind kind = Kind::none_of;
  Anomaly anomaly = Anomaly::lost_write;
  std::int64_t count = 1;
  std::optional<sim::Time> at;  ///< nothing: at the end
  ValueTerm term;
  Relation relation = Relation::is;
  Value wanted;
  std::string text;  ///< for people: "no lost-write", "at 19s: isr of orders-0 is [1, 2]"
  int line = 0;
};

struct Scenario {
  std::string file;
  std::string title;
  std::string teaches;  ///< a few sentences
  sim::Seed seed{1};
  sim::Duration duration = 60_s;

  sim::LinkSpec network{.latency = 300_us, .jitter = 0_ns};  ///< between any two hosts of one rack, end to end
  sim::Duration between_racks;                               ///< what comes on top between racks
  int zookeepers = 1;
  kafka::ZooKeeperConfig zookeeper;
  std::vector<BrokerSpec> brokers;
  std::vector<TopicSpec> topics;
  std::vector<ClientSpec> clients;
  std::vector<Step> timeline;  ///< by time; steps of one time in the order of the file
  std::vector<Expectation> expect;

  Cast cast() const;
};

}  // namespace scenarios
