// facts.hpp - which numbers the facts of the model have in a trace.
// Here:  the range of each part of the model, and all_fact_types(), the table that a world is made with.
// Not:   the facts themselves: each part declares its own (zookeeper/facts.hpp).
// Start: `WorldSpec spec; spec.facts = kafka::all_fact_types();`
#pragma once

#include <cstdint>
#include <span>

#include "sim/trace.hpp"

namespace kafka {

/// Brokers: 0 to 63.
inline constexpr std::uint16_t first_broker_fact = 0;
/// ZooKeeper, its servers and its clients: 64 to 95.
inline constexpr std::uint16_t first_zookeeper_fact = 64;
/// Producers, consumers and their applications: 96 to 159.
inline constexpr std::uint16_t first_client_fact = 96;
inline constexpr std::uint16_t end_of_facts = 160;

/// Static. Position i describes sim::Fact::type i; positions that nobody uses yet have an empty name.
std::span<const sim::FactType> all_fact_types();

}  // namespace kafka
