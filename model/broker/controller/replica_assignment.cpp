#include "model/broker/controller/replica_assignment.hpp"

#include "sim/check.hpp"

#include <algorithm>
#include <set>

namespace kafka {
namespace {

// The i-th follower's place behind the first replica's, wandering with `shift`.
std::uint32_t replica_index(std::uint32_t first, std::uint32_t shift, std::uint32_t i, std::uint32_t brokers) {
  return (first + 1 + (shift + i) % (brokers - 1)) % brokers;
}

// One broker of each rack in turn, racks by name, brokers of a rack by id.
std::vector<AssignableBroker> alternate_racks(const std::vector<AssignableBroker>& brokers) {
  std::map<std::string, std::vector<AssignableBroker>> by_rack;
  for (const AssignableBroker& broker : brokers) by_rack[*broker.rack].push_back(broker);
  std::vector<AssignableBroker> list;
  for (std::size_t turn = 0; list.size() < brokers.size(); ++turn) {
    for (const auto& [rack, members] : by_rack) {
      if (turn < members.size()) list.push_back(members[turn]);
    }
  }
  return list;
}

}  // namespace

std::map<std::int32_t, std::vector<BrokerId>> assign_replicas(const std::vector<AssignableBroker>& brokers,
                                                              std::int32_t partitions, std::int32_t replication_factor,
                                                              std::uint32_t start, std::uint32_t shift,
                                                              std::int32_t first_partition) {
  const auto n = static_cast<std::uint32_t>(brokers.size());
  SIM_CHECK(replication_factor >= 1);
  SIM_CHECK(static_cast<std::uint32_t>(replication_factor) <= n);
  const bool racks = brokers.front().rack.has_value();
  const std::vector<AssignableBroker> list = racks ? alternate_racks(brokers) : brokers;
  std::set<std::string> rack_names;
  if (racks) {
    for (const AssignableBroker& broker : list) rack_names.insert(*broker.rack);
  }
  const auto rack_count = static_cast<std::uint32_t>(rack_names.size());

  std::map<std::int32_t, std::vector<BrokerId>> assignment;
  auto partition = static_cast<std::uint32_t>(std::max(first_partition, 0));
  for (std::int32_t done = 0; done < partitions; ++done, ++partition) {
    if (partition > 0 && partition % n == 0) ++shift;
    const std::uint32_t first = (partition + start) % n;
    std::vector<BrokerId> replicas{list[first].id};
    if (!racks) {
      for (std::uint32_t j = 0; j + 1 < static_cast<std::uint32_t>(replication_factor); ++j) {
        replicas.push_back(list[replica_index(first, shift, j, n)].id);
      }
    } else {
      std::set<std::string> used_racks{*list[first].rack};
      std::set<BrokerId> used{list[first].id};
      std::uint32_t k = 0;
      while (replicas.size() < static_cast<std::size_t>(replication_factor)) {
        const AssignableBroker& broker = list[replica_index(first, shift * rack_count, k, n)];
        ++k;
        const bool rack_suits = !used_racks.contains(*broker.rack) || used_racks.size() == rack_count;
        const bool broker_suits = !used.contains(broker.id) || used.size() == n;
        if (!rack_suits || !broker_suits) continue;
        replicas.push_back(broker.id);
        used_racks.insert(*broker.rack);
        used.insert(broker.id);
      }
    }
    assignment.emplace(static_cast<std::int32_t>(partition), std::move(replicas));
  }
  return assignment;
}

}  // namespace kafka
