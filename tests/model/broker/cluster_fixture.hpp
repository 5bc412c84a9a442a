// cluster_fixture.hpp - a small real cluster for tests.
// Here:  ClusterFixture: one ZooKeeper server, brokers, topics, a producer, a consumer, in one world; verbs over them.
// Not:   scenarios with files and judges (scenarios/).
// Start: `ClusterFixture cluster{{.brokers = 3}}; cluster.run_for(10_s);`
#pragma once

#include "model/broker/broker.hpp"
#include "model/client/topic_creator.hpp"
#include "model/client/workload_consumer.hpp"
#include "model/client/workload_producer.hpp"
#include "sim/world.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests {

using namespace sim::literals;

struct ClusterSpec {
  int brokers = 3;
  std::int32_t partitions = 1;
  std::int16_t replication_factor = 3;
  std::vector<std::pair<std::string, std::string>> topic_config{};
  kafka::BrokerConfig broker_config{};
  std::string acks = "all";
  std::int64_t rate = 50;  ///< records per second
  std::uint64_t seed = 1;
};

/// A value, like the world in it.
class ClusterFixture {
 public:
  explicit ClusterFixture(const ClusterSpec& spec);

  /// REQUIRES (checked): the world is not broken.
  void run_for(sim::Duration duration);
  void crash(int broker) { inject(sim::Crash{host_of(broker)}); }
  void power_off(int broker) { inject(sim::PowerOff{host_of(broker)}); }
  void start(int broker) { inject(sim::Start{host_of(broker)}); }
  void stop(int broker) { inject(sim::Stop{host_of(broker)}); }
  void inject(const sim::Fault& fault) { world.input(fault); }

  sim::HostId host_of(int broker) const { return brokers_[static_cast<std::size_t>(broker - 1)]; }
  /// Null while it does not run.
  const kafka::Broker* broker(int id) const;
  const kafka::Partition* replica(int broker, std::int32_t partition = 0) const;
  /// The broker that leads by its own word and is registered; 0 if there is none.
  int leader(std::int32_t partition = 0) const;
  int controller() const;
  /// "1,2,3": the ISR as the leader knows it.
  std::string isr(std::int32_t partition = 0) const;
  const kafka::ProducerApplication& producer() const;
  const kafka::ConsumerApplication& consumer() const;
  /// All facts of this kind since the start, as "subject a b".
  std::vector<std::string> facts(std::string_view name) const;

  sim::World world;
  sim::HostId zookeeper;
  sim::HostId shop;
  sim::HostId billing;

 private:
  sim::HostId add(std::string name, std::unique_ptr<const sim::Process> program, sim::PlaceId hub);

  std::vector<sim::HostId> brokers_;
};

}  // namespace tests
