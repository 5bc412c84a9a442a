// purgatory.hpp - requests that wait for something.
// Here:  DelayedProduce, DelayedFetch, and Purgatory, which keeps them and finds them by partition.
// Not:   when one of them is complete (replica_manager_produce.cpp, replica_manager_fetch.cpp).
// Start: Purgatory::add(), watching(). Reference: replication-and-control.md §1.8, §1.9 (class
//        DelayedOperationPurgatory).
#pragma once

#include "model/broker/alter_partition_manager.hpp"
#include "model/broker/request_channel.hpp"
#include "model/protocol/fetch.hpp"
#include "model/protocol/produce.hpp"
#include "sim/message.hpp"
#include "sim/process.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace kafka {

/// A produce request with acks=all whose records are in the leader's log and wait for the followers.
struct DelayedProduce {
  struct Part {
    PartitionIndex partition;
    Offset required;       ///< complete when the high watermark is here
    bool pending = false;  ///< still waiting; otherwise the response stands as it is
  };
  ReplyTo reply_to;
  ProduceResponse response;  ///< as it will be sent if all goes well
  std::vector<Part> parts;   ///< in the order of the response's partitions
  sim::EventId appended_by;  ///< for causes
  sim::TimerId timeout;
};

/// A fetch request that found too little.
struct DelayedFetch {
  struct Part {
    PartitionIndex partition;
    Offset fetch_offset;
    LeaderEpoch current_leader_epoch;
  };
  ReplyTo reply_to;
  sim::MessagePtr request;  ///< answered anew, from the beginning, when the wait is over
  std::vector<Part> parts;
  std::int32_t min_bytes = 1;
  bool by_follower = false;
  sim::EventId asked_by;
  sim::TimerId timeout;
};

/// Operations by number, and by the partitions that they watch. A value.
template <class Operation>
class Purgatory {
 public:
  /// The number that add() will give.
  std::uint64_t next() const { return next_; }

  std::uint64_t add(Operation operation) {
    const std::uint64_t id = next_++;
    for (const auto& part : operation.parts) {
      auto& watchers = watchers_[part.partition];
      if (watchers.empty() || watchers.back() != id) watchers.push_back(id);
    }
    operations_.emplace(id, std::move(operation));
    return id;
  }

  /// Null if it is complete already.
  Operation* find(std::uint64_t id) {
    const auto found = operations_.find(id);
    return found == operations_.end() ? nullptr : &found->second;
  }

  /// REQUIRES: it is there.
  Operation take(std::uint64_t id) {
    const auto found = operations_.find(id);
    Operation operation = std::move(found->second);
    operations_.erase(found);
    for (const auto& part : operation.parts) {
      const auto watchers = watchers_.find(part.partition);
      if (watchers == watchers_.end()) continue;
      std::erase(watchers->second, id);
      if (watchers->second.empty()) watchers_.erase(watchers);
    }
    return operation;
  }

  /// The operations that watch this partition, oldest first: a copy, since completing one changes the list.
  std::vector<std::uint64_t> watching(PartitionIndex partition) const {
    const auto found = watchers_.find(partition);
    return found == watchers_.end() ? std::vector<std::uint64_t>{} : found->second;
  }

  std::size_t size() const { return operations_.size(); }

 private:
  std::map<std::uint64_t, Operation> operations_;
  std::map<PartitionIndex, std::vector<std::uint64_t>> watchers_;
  std::uint64_t next_ = 1;
};

}  // namespace kafka
