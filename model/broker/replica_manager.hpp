// replica_manager.hpp - all replicas of one broker.
// Here:  ReplicaManager: the table of partitions, becoming leader and follower, produce and fetch with their waiting
//        rooms, followers' progress and the ISR, fetchers, checkpoints.
// Not:   the rules of one partition (partition.hpp), its log (model/log/), what travels where (broker_requests.cpp).
// Start: produce(), fetch(), handle_leader_and_isr(). Reference: replication-and-control.md §1 (class ReplicaManager).
//        Sources: replica_manager.cpp (table, start, timers), _roles.cpp, _produce.cpp, _fetch.cpp, _fetcher.cpp,
//        _isr.cpp.
#pragma once

#include "model/broker/broker_context.hpp"
#include "model/broker/broker_facts.hpp"
#include "model/broker/partition.hpp"
#include "model/broker/purgatory.hpp"
#include "model/broker/replica_fetcher.hpp"
#include "model/log/log_directory.hpp"
#include "model/protocol/offsets.hpp"
#include "sim/cow.hpp"
#include "sim/shared_table.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kafka {

/// A value.
class ReplicaManager {
 public:
  // --- start and end
  // -----------------------------------------------------------------------------------------------------

  /// Opens the log directory; load_next() follows for each partition in it. False: the directory is not usable.
  bool open(BrokerContext& context);
  /// The topics whose settings must be known (set_topic_config) before load_next() is called.
  std::vector<std::string> topics_to_load() const;
  /// Loads one log; false when all are loaded. Slices of long work.
  bool load_next(BrokerContext& context);
  /// The end of a graceful stop: everything flushed, checkpoints and the clean-shutdown marker written.
  void shut_down(BrokerContext& context);

  // --- the controller's word
  // ---------------------------------------------------------------------------------------------

  /// The request's epochs have been checked.
  LeaderAndIsrResponse handle_leader_and_isr(BrokerContext& context, const LeaderAndIsrRequest& request);
  StopReplicaResponse handle_stop_replica(BrokerContext& context, const StopReplicaRequest& request);
  void handle_isr_answers(BrokerContext& context, const std::vector<IsrAnswer>& answers);
  /// The topic's settings, when the broker knows some; applied to its logs, now and later.
  void set_topic_config(const BrokerContext& context, const std::string& topic, const TopicConfig& config);

  // --- requests
  // ----------------------------------------------------------------------------------------------------------

  void produce(BrokerContext& context, const ReplyTo& to, const ProduceRequest& request);
  void fetch(BrokerContext& context, const ReplyTo& to, const sim::Message& message);
  ListOffsetsResponse list_offsets(BrokerContext& context, const ListOffsetsRequest& request, std::int16_t version);
  OffsetForLeaderEpochResponse offset_for_leader_epoch(BrokerContext& context,
                                                       const OffsetForLeaderEpochRequest& request);

  // --- inputs
  // ------------------------------------------------------------------------------------------------------------

  bool owns(sim::ConnectionId connection) const;
  void on_fetcher_message(BrokerContext& context, sim::ConnectionId connection, const sim::Message& message);
  void on_fetcher_connection(BrokerContext& context, sim::ConnectionId connection, sim::ConnectionEvent event);
  /// Its own kinds only; see BrokerTimer.
  void on_timer(BrokerContext& context, BrokerTimer kind, std::uint64_t key);

  // --- looking
  // -----------------------------------------------------------------------------------------------------------

  std::size_t partition_count() const { return partitions_.size(); }
  const Partition& partition(PartitionIndex index) const { return partitions_.read(index.raw()); }
  /// Null if this broker does not host it.
  const Partition* find(const TopicPartition& name) const;
  std::size_t delayed_produces() const { return produces_.size(); }
  std::size_t delayed_fetches() const { return fetches_.size(); }
  /// All hosted partitions, in order of their names.
  template <class Visit>
  void for_each(Visit visit) const {
    for (const auto& [name, index] : index_.read()) visit(partitions_.read(index.raw()));
  }

 private:
  // replica_manager.cpp
  std::optional<PartitionIndex> index_of(const TopicPartition& name) const;
  PartitionIndex add_partition(BrokerContext& context, const TopicPartition& name, const Uuid& topic_id);
  void remove_partition(PartitionIndex index);
  Partition& edit(PartitionIndex index) { return partitions_.edit(index.raw()); }
  LogConfig log_config(const BrokerContext& context, const std::string& topic) const;
  std::vector<const Log*> logs() const;
  /// The directory failed: nothing can be kept. With one directory that is the end of the broker (§5).
  void storage_failed(BrokerContext& context, const LogError& error);
  bool ok_or_storage_failed(BrokerContext& context, const LogResult<void>& result);
  void checkpoint_high_watermarks(BrokerContext& context);
  void checkpoint_recovery_points(BrokerContext& context);
  void checkpoint_log_starts(BrokerContext& context);
  void cut_was_made(BrokerContext& context, PartitionIndex index);
  void remember_deleted_files(BrokerContext& context, std::vector<std::string> files);
  void delete_due_files(BrokerContext& context);
  /// Checkpoints and the ISR's clock: from the first LeaderAndIsr on.
  void start_background_work(BrokerContext& context);

  // replica_manager_roles.cpp
  ErrorCode apply_leader_and_isr(BrokerContext& context, const std::string& topic, const Uuid& topic_id,
                                 const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state);
  ErrorCode ensure_log(BrokerContext& context, PartitionIndex index, const Uuid& topic_id);
  void make_leader(BrokerContext& context, PartitionIndex index,
                   const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state);
  void make_follower(BrokerContext& context, PartitionIndex index,
                     const LeaderAndIsrRequest::LeaderAndIsrPartitionState& state);
  void role_lost(BrokerContext& context, PartitionIndex index);
  void delete_replica(BrokerContext& context, PartitionIndex index);

  // replica_manager_produce.cpp
  ProduceResponse::PartitionProduceResponse append(BrokerContext& context, const std::string& topic,
                                                   const ProduceRequest::PartitionProduceData& data,
                                                   std::int16_t version, std::int16_t acks, DelayedProduce::Part& part);
  void try_complete_produce(BrokerContext& context, std::uint64_t id, bool timed_out = false);

  // replica_manager_fetch.cpp
  ErrorCode find_for_reading(BrokerContext& context, const std::string& topic, std::int32_t partition,
                             LeaderEpoch current_leader_epoch, bool leader_only, PartitionIndex& index) const;
  FetchResponse read_all(BrokerContext& context, const FetchRequest& request, std::int16_t version, bool first_time,
                         DelayedFetch& waiting, std::uint64_t& bytes, bool& answer_now);
  FetchResponse::PartitionData read_one(BrokerContext& context, const std::string& topic, const Uuid& topic_id,
                                        const FetchRequest::FetchPartition& asked, BrokerId replica,
                                        std::int16_t version, std::uint64_t max_bytes, bool min_one_batch,
                                        std::optional<PartitionIndex>& index);
  void try_complete_fetch(BrokerContext& context, std::uint64_t id, bool timed_out = false);
  void complete_waiting_fetches(BrokerContext& context, PartitionIndex index, bool by_follower);

  // replica_manager_isr.cpp
  void follower_fetched(BrokerContext& context, PartitionIndex index, BrokerId replica, Offset offset, Offset log_start,
                        Offset leader_end, sim::WallTime now);
  void try_advance(BrokerContext& context, PartitionIndex index);
  void high_watermark_moved(BrokerContext& context, PartitionIndex index, Offset from);
  void propose(BrokerContext& context, PartitionIndex index);
  void expire_isr(BrokerContext& context);

  // replica_manager_fetcher.cpp
  void start_fetching(BrokerContext& context, PartitionIndex index);
  void stop_fetching(PartitionIndex index);
  std::size_t fetcher_for(BrokerContext& context, BrokerId leader, const TopicPartition& name);
  void fetch_more(BrokerContext& context, std::size_t fetcher);
  void fetcher_failed(BrokerContext& context, std::size_t fetcher);
  void process_fetched(BrokerContext& context, std::size_t fetcher, const FetchResponse& response);
  bool process_partition(BrokerContext& context, FetchState& state, const FetchResponse::PartitionData& data);
  bool truncate_follower(BrokerContext& context, PartitionIndex index, Offset offset);
  void on_list_offsets(BrokerContext& context, std::size_t fetcher, const ListOffsetsResponse& response);

  /// A follower whose offset its leader does not have: it asks for the leader's end, then perhaps for its start.
  struct OutOfRange {
    std::size_t fetcher = 0;
    PartitionIndex partition;
    LeaderEpoch leader_epoch;
    bool earliest = false;  ///< which of the two is asked for
    bool asked = false;
  };

  sim::LockTime state_change_lock_;  // one change of roles at a time (replicaStateChangeLock)
  LogDirectory directory_;
  std::vector<FoundPartition> to_load_;
  std::size_t loaded_ = 0;
  bool all_loaded_ = false;
  bool background_running_ = false;
  sim::SharedTable<Partition, 16> partitions_;
  std::vector<PartitionIndex> free_;
  sim::Cow<std::map<TopicPartition, PartitionIndex>> index_;
  sim::Cow<std::map<std::string, TopicConfig>> topic_configs_;
  Purgatory<DelayedProduce> produces_;
  Purgatory<DelayedFetch> fetches_;
  std::vector<ReplicaFetcher> fetchers_;
  std::vector<OutOfRange> out_of_range_;
  struct DeletedFiles {
    sim::Time due;
    std::vector<std::string> files;
    std::string directory;  ///< or a whole directory
  };
  std::vector<DeletedFiles> deleted_;
};

}  // namespace kafka
