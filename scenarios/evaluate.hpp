// evaluate.hpp - what the vocabulary's terms mean in a world at this moment.
// Here:  hosts_of (whom a HostTerm names), value_of (what a ValueTerm is), a partition's state as ZooKeeper has it.
// Not:   parsing (vocabulary.hpp).
// Start: hosts_of(), value_of(). All of it only looks: no draw but from the given stream, no event.
#pragma once

#include <optional>
#include <vector>

#include "model/broker/broker.hpp"
#include "model/broker/znodes.hpp"
#include "scenarios/cluster.hpp"
#include "scenarios/scenario.hpp"
#include "sim/random.hpp"
#include "sim/world.hpp"

namespace scenarios {

/// The program of a broker's host, if it runs.
const kafka::Broker* broker_at(const sim::World& world, sim::HostId host);

/// Leader and ISR as ZooKeeper has them; while no ZooKeeper server runs, as the best informed broker believes.
std::optional<kafka::znode::PartitionState> partition_state(const sim::World& world, const Cluster& cluster,
                                                            const kafka::TopicPartition& partition);
/// Assigned replicas, from the same sources.
std::vector<kafka::BrokerId> replicas_of(const sim::World& world, const Cluster& cluster,
                                         const kafka::TopicPartition& partition);
std::optional<kafka::BrokerId> controller_of(const sim::World& world, const Cluster& cluster);

/// In the order of their numbers; empty if the term names nobody now ("leader of ..." without a leader). `random` is
/// drawn from exactly once if the term is a random one, and not otherwise.
std::vector<sim::HostId> hosts_of(const HostTerm& term, const sim::World& world, const Cluster& cluster,
                                  const Scenario& scenario, sim::Random& random);

/// Nothing if there is no such value now: no log on that broker, nobody leads whose log could be asked.
std::optional<Value> value_of(const ValueTerm& term, const sim::World& world, const Cluster& cluster,
                              const Scenario& scenario);

/// Whether a value is what an expectation wants. Lists of brokers compare as sets.
bool fulfils(const Expectation& expectation, const Value& value);

}  // namespace scenarios
