// replica_fetcher.hpp - copying partitions from one leader broker.
// Here:  ReplicaFetcher, Kafka's ReplicaFetcherThread as data: which partitions, from which offset, in what state; the
//        request that is in flight.
// Not:   what is done with the answer (replica_manager_fetcher.cpp): that needs the logs.
// Start: FetchState, build_request(). Reference: replication-and-control.md §1.3 (class AbstractFetcherThread).
#pragma once

#include "model/broker/alter_partition_manager.hpp"
#include "model/broker/broker_channel.hpp"
#include "model/config/broker_config.hpp"
#include "model/protocol/fetch.hpp"
#include "model/types.hpp"
#include "sim/time.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace kafka {

/// One partition that is fetched.
struct FetchState {
  PartitionIndex partition;
  TopicPartition name;
  Uuid topic_id;
  Offset fetch_offset;  ///< the next one; equals the log's end
  LeaderEpoch current_leader_epoch;
  LeaderEpoch last_fetched_epoch = no_leader_epoch;
  Offset log_start;
  sim::Time delayed_until;  ///< no request before
};

/// A partition of the request in flight: an answer counts only if the state is still what it was asked with.
struct AskedPartition {
  PartitionIndex partition;
  Offset fetch_offset;
  LeaderEpoch current_leader_epoch;
};

/// A value. One request in flight; one leader broker.
class ReplicaFetcher {
 public:
  /// `number`: which of the num.replica.fetchers of this leader.
  ReplicaFetcher(BrokerId leader, std::uint32_t number, BrokerChannel channel)
      : leader_{leader}, number_{number}, channel_{std::move(channel)} {}

  BrokerId leader() const { return leader_; }
  std::uint32_t number() const { return number_; }
  BrokerChannel& channel() { return channel_; }
  const BrokerChannel& channel() const { return channel_; }
  bool empty() const { return states_.empty(); }

  void add(FetchState state);
  void remove(PartitionIndex partition);
  FetchState* find(PartitionIndex partition);
  void delay_all(sim::Time until);

  /// When the next partition may be asked for again; Time::max() if none is delayed.
  sim::Time next_after(sim::Time now) const;
  /// For all partitions that are not delayed; nothing to ask for: no topics in it.
  FetchRequest build_request(sim::Time now, BrokerId me, BrokerEpoch my_epoch, const BrokerConfig& config);
  /// What the request in flight asked for; none afterwards.
  std::vector<AskedPartition> take_asked() { return std::exchange(asked_, {}); }

  sim::TimerId backoff;  ///< the timer of the earliest delayed partition

 private:
  BrokerId leader_;
  std::uint32_t number_;
  BrokerChannel channel_;
  std::vector<FetchState> states_;  // ordered by name, as requests list them
  std::vector<AskedPartition> asked_;
};

}  // namespace kafka
