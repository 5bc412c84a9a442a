#include "model/facts.hpp"

#include <array>
#include <cstddef>

#include "model/broker/broker_facts.hpp"
#include "model/client/client_facts.hpp"
#include "model/zookeeper/facts.hpp"

namespace kafka {
namespace {

using Table = std::array<sim::FactType, end_of_facts>;

template <std::size_t count>
constexpr void put(Table& table, std::uint16_t first, std::uint16_t end,
                   const std::array<sim::FactType, count>& types) {
  static_assert(count <= end_of_facts);
  for (std::size_t i = 0; i < count && first + i < end; ++i) table[first + i] = types[i];
}

// A part that declares facts adds its line here.
constexpr Table make_table() {
  Table table{};
  put(table, first_broker_fact, first_zookeeper_fact, broker_fact_types);
  put(table, first_zookeeper_fact, first_client_fact, zookeeper::fact_types);
  put(table, first_client_fact, end_of_facts, client_fact_types);
  return table;
}
static_assert(broker_fact_types.size() <= first_zookeeper_fact - first_broker_fact);
static_assert(zookeeper::fact_types.size() <= first_client_fact - first_zookeeper_fact);

constexpr Table all = make_table();

}  // namespace

std::span<const sim::FactType> all_fact_types() { return all; }

}  // namespace kafka
