// cluster.hpp - a scenario's machines as a world.
// Here:  Cluster (which host is who), build_world: cables, ZooKeeper, brokers, clients, the topics' admin.
// Not:   running it (run.hpp); what a scenario says (scenario.hpp).
// Start: build_world().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/types.hpp"
#include "scenarios/scenario.hpp"
#include "sim/world.hpp"

namespace scenarios {

/// Who is where. Never changes in the life of a world.
struct Cluster {
  std::vector<sim::HostId> zookeepers;  ///< zk-1 first
  std::vector<sim::HostId> brokers;     ///< broker-1 first; broker.id 1 is the first
  std::vector<sim::HostId> clients;     ///< in the order of the scenario
  sim::HostId admin;                    ///< runs TopicCreator once
  sim::HostId judge;                    ///< off during the run; reads everything at the end (judges/final_read.hpp)

  sim::HostId broker(int number) const { return brokers[static_cast<std::size_t>(number - 1)]; }
  /// From 1; nothing if no broker runs there.
  std::optional<int> broker_number(sim::HostId host) const;
};

struct BuiltWorld {
  sim::World world;
  Cluster cluster;
};

/// All hosts are there and switched off. Host names are the names of the vocabulary. `check_messages`: wire check.
BuiltWorld build_world(const Scenario& scenario, bool check_messages);

/// All partitions of a scenario, in the order of its topics.
std::vector<kafka::TopicPartition> all_partitions(const Scenario& scenario);

}  // namespace scenarios
