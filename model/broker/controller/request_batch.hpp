// request_batch.hpp - what the controller has to tell the brokers after an event.
// Here:  RequestBatch: collects changed partitions per broker and makes the requests, in the order in which they must
//        go.
// Not:   sending (broker_sender.hpp).
// Start: leader_and_isr(), update_metadata(), build(). Reference: replication-and-control.md §3.9 (class
//        AbstractControllerBrokerRequestBatch).
#pragma once

#include "model/broker/controller/broker_sender.hpp"
#include "model/broker/controller/controller_cache.hpp"
#include "model/types.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace kafka {

/// A value; empty between events.
class RequestBatch {
 public:
  /// This broker shall lead or follow by what the cache says when the batch is built.
  void leader_and_isr(BrokerId to, const TopicPartition& partition, bool is_new);
  /// All live brokers shall know of these partitions (and of the live brokers, even if there are none).
  void update_metadata(const TopicPartition& partition) { metadata_.insert(partition); }
  void update_metadata_of_brokers(BrokerId to) { metadata_to_.insert(to); }
  /// This broker shall know of all partitions that have leaders.
  void full_metadata(BrokerId to) { full_metadata_to_.insert(to); }
  void stop_replica(BrokerId to, const TopicPartition& partition, bool remove);

  bool empty() const;

  /// The requests, per broker in the order LeaderAndIsr, UpdateMetadata, StopReplica; only for live brokers. Empties
  /// the batch.
  std::vector<std::pair<BrokerId, ControlRequest>> build(ControllerCache& cache, BrokerId controller,
                                                         ControllerEpoch epoch);

 private:
  std::map<BrokerId, std::map<TopicPartition, bool>> leaders_;  // value: is it new there?
  std::set<TopicPartition> metadata_;
  std::set<BrokerId> metadata_to_;
  std::set<BrokerId> full_metadata_to_;
  std::map<BrokerId, std::map<TopicPartition, bool>> stops_;  // value: delete?
};

}  // namespace kafka
