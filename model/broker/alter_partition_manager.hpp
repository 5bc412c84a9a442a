// alter_partition_manager.hpp - asking the controller to change an ISR.
// Here:  AlterPartitionManager: proposals that wait, the request that is in flight, its answer taken apart.
// Not:   what a proposal means to its partition (partition.cpp); the way to the controller (controller_link.hpp).
// Start: submit(). Reference: replication-and-control.md §1.6 (class DefaultAlterPartitionManager).
#pragma once

#include "model/protocol/alter_partition.hpp"
#include "model/types.hpp"
#include "sim/strong.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace kafka {

/// Index of a partition in its broker's table.
using PartitionIndex = sim::Strong<struct PartitionIndexTag, std::uint32_t>;

/// One proposed ISR.
struct IsrProposal {
  PartitionIndex partition;
  TopicPartition name;
  Uuid topic_id;
  LeaderEpoch leader_epoch;
  PartitionEpoch partition_epoch;
  std::vector<BrokerId> isr;
};

/// What the controller said to one of them.
struct IsrAnswer {
  PartitionIndex partition;
  LeaderEpoch proposed_in;  ///< the leader epoch of the proposal
  ErrorCode error = ErrorCode::none;
  BrokerId leader = no_broker;
  LeaderEpoch leader_epoch = no_leader_epoch;
  PartitionEpoch partition_epoch;
  std::vector<BrokerId> isr;
};

/// A value. One request in flight per broker, any number of partitions in it, one proposal per partition.
class AlterPartitionManager {
 public:
  /// False (OPERATION_NOT_ATTEMPTED in Kafka) if this partition already has a proposal that waits or is in flight.
  bool submit(IsrProposal proposal);
  bool has_work() const { return !waiting_.empty() && in_flight_.empty(); }

  /// REQUIRES: has_work(). All that waits goes into the request and is in flight from now on.
  AlterPartitionRequest next_request(BrokerId broker, BrokerEpoch epoch);
  /// The answer to the request in flight. With an error for the whole request nothing is answered and all proposals
  /// wait again; the caller tries again after a pause.
  std::vector<IsrAnswer> on_response(const AlterPartitionResponse& response);
  /// The request in flight will not be answered: its proposals wait again.
  void on_failure();

 private:
  std::vector<IsrProposal> waiting_;
  std::vector<IsrProposal> in_flight_;
};

}  // namespace kafka
