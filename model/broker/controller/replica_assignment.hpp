// replica_assignment.hpp - which brokers get the replicas of a new topic.
// Here:  assign_replicas(): Kafka's spread over brokers and racks, with the start and shift that chance gave.
// Not:   drawing the chance, checking the request (controller_topics.cpp).
// Start: docs/reference/replication-and-control.md §3.10 (class AdminUtils).
#pragma once

#include "model/types.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace kafka {

struct AssignableBroker {
  BrokerId id;
  std::optional<std::string> rack;
};

/// The lists begin at partition `first_partition`, preferred replica first. `start` and `shift` are below the number of
/// brokers. Racks count if all brokers have one. REQUIRES: 1 <= replication_factor <= brokers, which are in order of
/// ids; all brokers have a rack or none has.
std::map<std::int32_t, std::vector<BrokerId>> assign_replicas(const std::vector<AssignableBroker>& brokers,
                                                              std::int32_t partitions, std::int32_t replication_factor,
                                                              std::uint32_t start, std::uint32_t shift,
                                                              std::int32_t first_partition = 0);

}  // namespace kafka
