#include "scenarios/cluster.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "model/broker/broker.hpp"
#include "model/client/topic_creator.hpp"
#include "model/client/workload_consumer.hpp"
#include "model/client/workload_producer.hpp"
#include "model/facts.hpp"
#include "model/zookeeper/server.hpp"

namespace scenarios {
namespace {

std::vector<std::string> broker_hosts(const Scenario& scenario) {
  std::vector<std::string> names;
  for (std::size_t i = 1; i <= scenario.brokers.size(); ++i) names.push_back(broker_name(static_cast<int>(i)));
  return names;
}

std::unique_ptr<const sim::Process> make_zookeeper(const Scenario& scenario, int number) {
  zookeeper::ServerConfig config;
  config.tick_time = scenario.zookeeper.tick_time;
  config.min_session_timeout = std::max(scenario.zookeeper.min_session_timeout, sim::Duration{});
  config.max_session_timeout = std::max(scenario.zookeeper.max_session_timeout, sim::Duration{});
  config.snap_count = static_cast<std::uint32_t>(scenario.zookeeper.snap_count);
  config.server_id = static_cast<std::uint8_t>(number);
  return std::make_unique<zookeeper::Server>(std::move(config));
}

std::unique_ptr<const sim::Process> make_broker(const Scenario& scenario, int number) {
  const BrokerSpec& spec = scenario.brokers[static_cast<std::size_t>(number - 1)];
  kafka::BrokerOptions options;
  options.id = kafka::BrokerId{number};
  options.rack = spec.rack;
  options.config = spec.config;
  for (int i = 1; i <= scenario.zookeepers; ++i) options.zookeeper_servers.push_back(zookeeper_name(i));
  return std::make_unique<kafka::Broker>(std::move(options));
}

std::unique_ptr<const sim::Process> make_client(const Scenario& scenario, std::size_t index) {
  const ClientSpec& spec = scenario.clients[index];
  if (const auto* producer = std::get_if<ProducerSpec>(&spec.what)) {
    kafka::ProducerWorkload workload;
    workload.client_id = spec.name;
    workload.bootstrap = broker_hosts(scenario);
    workload.config = producer->config;
    workload.topic = producer->topic;
    workload.producer_number = static_cast<std::uint32_t>(index);
    workload.rate_per_second = producer->rate;
    workload.records = producer->records;
    workload.value_size = producer->record_size;
    workload.keys = producer->keys;
    workload.start_delay = producer->start_delay;
    return std::make_unique<kafka::ProducerApplication>(std::move(workload));
  }
  const auto& consumer = std::get<ConsumerSpec>(spec.what);
  kafka::ConsumerWorkload workload;
  workload.client_id = spec.name;
  workload.bootstrap = broker_hosts(scenario);
  workload.config = consumer.config;
  workload.topics = consumer.topics;
  workload.partitions = consumer.partitions;
  return std::make_unique<kafka::ConsumerApplication>(std::move(workload));
}

std::unique_ptr<const sim::Process> make_admin(const Scenario& scenario) {
  kafka::TopicCreation creation;
  creation.bootstrap = broker_hosts(scenario);
  creation.brokers = scenario.brokers.size();
  for (const TopicSpec& spec : scenario.topics) {
    kafka::NewTopic topic;
    topic.name = spec.name;
    topic.partitions = spec.partitions;
    topic.replication_factor = static_cast<std::int16_t>(spec.replication_factor);
    topic.config = spec.config;
    for (const std::vector<int>& replicas : spec.assignment) {
      auto& ids = topic.assignment.emplace_back();
      for (const int replica : replicas) ids.emplace_back(replica);
    }
    creation.topics.push_back(std::move(topic));
  }
  return std::make_unique<kafka::TopicCreator>(std::move(creation));
}

// Reads every partition from its start, and nothing else: checksums on, everything from the beginning.
std::unique_ptr<const sim::Process> make_judge(const Scenario& scenario) {
  kafka::ConsumerWorkload workload;
  workload.client_id = "judge";
  workload.bootstrap = broker_hosts(scenario);
  workload.config.auto_offset_reset = "earliest";
  workload.config.check_crcs = true;
  workload.config.reconnect_backoff_max = 100_ms;
  workload.config.request_timeout = 5'000_ms;  // a path that leads nowhere must not keep the verdict
  workload.partitions = all_partitions(scenario);
  return std::make_unique<kafka::ConsumerApplication>(std::move(workload));
}

// Hosts hang on their rack, or on the core; racks hang on the core. The way between two hosts of one rack costs what
// the scenario's network says, so each of its two cables costs half.
class Cabling {
 public:
  Cabling(const Scenario& scenario, sim::World& world) : scenario_{scenario}, world_{world} {
    core_ = world_.add_place("core");
    for (const BrokerSpec& broker : scenario.brokers) {
      if (broker.rack) rack(*broker.rack);
    }
  }

  sim::HostId add(const std::string& name, const std::optional<std::string>& in_rack,
                  std::unique_ptr<const sim::Process> program) {
    const sim::PlaceId place = world_.add_place(name);
    sim::LinkSpec cable = scenario_.network;
    cable.latency = cable.latency / 2;
    cable.jitter = cable.jitter / 2;
    cable.lost = cable.lost / 2;
    world_.add_link(place, in_rack ? rack(*in_rack) : core_, cable);
    sim::HostSpec spec;
    spec.name = name;
    spec.place = place;
    spec.program = std::move(program);
    return world_.add_host(std::move(spec));
  }

 private:
  sim::PlaceId rack(const std::string& name) {
    const auto known = racks_.find(name);
    if (known != racks_.end()) return known->second;
    const sim::PlaceId place = world_.add_place("rack-" + name);
    sim::LinkSpec uplink;
    uplink.latency = scenario_.between_racks / 2;
    uplink.bandwidth = 0;
    world_.add_link(place, core_, uplink);
    racks_.emplace(name, place);
    return place;
  }

  const Scenario& scenario_;
  sim::World& world_;
  sim::PlaceId core_;
  std::map<std::string, sim::PlaceId> racks_;
};

}  // namespace

std::optional<int> Cluster::broker_number(sim::HostId host) const {
  const auto found = std::find(brokers.begin(), brokers.end(), host);
  if (found == brokers.end()) return std::nullopt;
  return static_cast<int>(found - brokers.begin()) + 1;
}

std::vector<kafka::TopicPartition> all_partitions(const Scenario& scenario) {
  std::vector<kafka::TopicPartition> all;
  for (const TopicSpec& topic : scenario.topics) {
    for (int i = 0; i < topic.partitions; ++i) all.push_back(kafka::TopicPartition{topic.name, i});
  }
  return all;
}

BuiltWorld build_world(const Scenario& scenario, bool check_messages) {
  sim::WorldSpec spec;
  spec.seed = scenario.seed;
  spec.check_messages = check_messages;
  spec.facts = kafka::all_fact_types();
  BuiltWorld built{sim::World{spec}, {}};
  Cabling cabling{scenario, built.world};
  Cluster& cluster = built.cluster;
  for (int i = 1; i <= scenario.zookeepers; ++i) {
    cluster.zookeepers.push_back(cabling.add(zookeeper_name(i), std::nullopt, make_zookeeper(scenario, i)));
  }
  for (std::size_t i = 0; i < scenario.brokers.size(); ++i) {
    const int number = static_cast<int>(i) + 1;
    cluster.brokers.push_back(
        cabling.add(broker_name(number), scenario.brokers[i].rack, make_broker(scenario, number)));
  }
  for (std::size_t i = 0; i < scenario.clients.size(); ++i) {
    cluster.clients.push_back(cabling.add(scenario.clients[i].name, std::nullopt, make_client(scenario, i)));
  }
  cluster.admin = cabling.add("admin", std::nullopt, make_admin(scenario));
  cluster.judge = cabling.add("judge", std::nullopt, make_judge(scenario));
  return built;
}

}  // namespace scenarios
