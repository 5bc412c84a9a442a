// The tables of configs against what Kafka 3.9 itself reports, and the little parser behind them.
#include "model/config/config_table.hpp"

#include "model/config/broker_config.hpp"
#include "model/config/client_config.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace kafka;

namespace {

struct Reported {
  std::string type;
  std::string default_text;
};

// What Kafka said: kind of process -> name -> config.
std::map<std::string, std::map<std::string, Reported>> reported_by_kafka() {
  std::ifstream in{KAFKASIM_SOURCE_DIR "/tests/golden/config/kafka-3.9-configs.tsv"};
  REQUIRE(in.good());
  std::map<std::string, std::map<std::string, Reported>> all;
  for (std::string line; std::getline(in, line);) {
    std::vector<std::string> fields;
    std::stringstream split{line};
    for (std::string field; std::getline(split, field, '\t');) fields.push_back(field);
    fields.resize(5);
    all[fields[0]][fields[1]] = Reported{fields[2], fields[3] == "<null>" || fields[3] == "<none>" ? "" : fields[3]};
  }
  return all;
}

template <class Owner>
void compare(ConfigTable<Owner> table, const std::map<std::string, Reported>& reported, std::set<std::string>& seen) {
  for (const ConfigEntry<Owner>& entry : table) {
    const std::string name{entry.name};
    CAPTURE(name);
    CHECK(seen.insert(name).second);
    const auto found = reported.find(name);
    REQUIRE(found != reported.end());
    CHECK(entry.default_text == found->second.default_text);
    CHECK((entry.kind == ConfigKind::boolean) == (found->second.type == "BOOLEAN"));
    if (!entry.modelled()) continue;
    // The struct's own default is Kafka's default, and the default passes its own range.
    Owner fresh;
    CHECK(config_text(entry, fresh) == entry.default_text);
    Owner set;
    CHECK(set_config(table, set, name, entry.default_text).kind == ConfigOutcome::Kind::set);
    CHECK(set == fresh);
  }
}

template <class Owner>
void compare_whole(ConfigTable<Owner> table, const std::map<std::string, Reported>& reported) {
  std::set<std::string> seen;
  compare(table, reported, seen);
  CHECK(seen.size() == reported.size());
}

}  // namespace

TEST_CASE("every config of Kafka 3.9 stands in our tables with Kafka's default") {
  const auto reported = reported_by_kafka();
  compare_whole(producer_config_table(), reported.at("producer"));
  compare_whole(consumer_config_table(), reported.at("consumer"));
  compare_whole(topic_config_table(), reported.at("topic"));
  std::set<std::string> seen;
  compare(broker_config_table(), reported.at("broker"), seen);
  std::set<std::string> log_seen;
  for (const auto& entry : broker_topic_config_table()) {
    const std::string name{entry.name};
    CAPTURE(name);
    CHECK(seen.insert(name).second);
    REQUIRE(reported.at("broker").contains(name));
    // log.flush.interval.ms has no default of its own (it follows the scheduler's): "never".
    if (name != "log.flush.interval.ms") CHECK(entry.default_text == reported.at("broker").at(name).default_text);
    CHECK(entry.modelled());
  }
  CHECK(seen.size() == reported.at("broker").size());
}

TEST_CASE("a config is set by its name and refused with what would be right") {
  TopicConfig config;
  const auto set = [&](std::string_view name, std::string_view value) {
    return set_config(topic_config_table(), config, name, value);
  };
  CHECK(set("min.insync.replicas", "2").kind == ConfigOutcome::Kind::set);
  CHECK(config.min_insync_replicas == 2);
  const TopicConfig before = config;
  for (const char* bad : {"0", "two", "2x", "", " 2", "99999999999999999999"}) {
    const ConfigOutcome outcome = set("min.insync.replicas", bad);
    CHECK(outcome.kind == ConfigOutcome::Kind::bad_value);
    CHECK(outcome.allowed == "a whole number from 1 to 2147483647");
  }
  CHECK(set("unclean.leader.election.enable", "yes").allowed == "true or false");
  CHECK(set("message.timestamp.type", "Whenever").allowed == "one of CreateTime, LogAppendTime");
  CHECK(set("min.insync.replica", "2").kind == ConfigOutcome::Kind::unknown_name);
  CHECK(set("preallocate", "true").kind == ConfigOutcome::Kind::not_modelled);
  CHECK(set("preallocate", "maybe").kind == ConfigOutcome::Kind::bad_value);
  CHECK(config == before);
}

TEST_CASE("times keep their unit, and for ever is for ever") {
  BrokerConfig config;
  CHECK(set_config(broker_config_table(), config, "replica.lag.time.max.ms", "10000").kind == ConfigOutcome::Kind::set);
  CHECK(config.replica_lag_time_max == 10'000_ms);
  CHECK(set_config(broker_config_table(), config, "leader.imbalance.check.interval.seconds", "7").kind ==
        ConfigOutcome::Kind::set);
  CHECK(config.leader_imbalance_check_interval == 7_s);
  TopicConfig topic;
  CHECK(set_config(topic_config_table(), topic, "flush.ms", "9223372036854775807").kind == ConfigOutcome::Kind::set);
  CHECK(topic.flush_interval == sim::Duration::max());
}
