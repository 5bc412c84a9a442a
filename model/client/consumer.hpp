// consumer.hpp - the consumer of the client library, on partitions that it is told.
// Here:  Consumer: positions and their reset, fetching, poll(), checks after a change of leader (KIP-320).
// Not:   groups and commits, which come later; fetched records (fetch_buffer.hpp); who uses it (workload_consumer.hpp).
// Start: assign(), poll(). Reference: clients-groups-transactions.md §2.1 to §2.3 (classes Fetcher, OffsetFetcher,
//        SubscriptionState).
//
// Sans-IO: its owner passes on every input of the process (on_connection, on_message, on_timer say whether it was the
// consumer's), then polls and takes the events. As in Kafka, fetches are sent by poll() only, behind what it hands out:
// who does not poll does not fetch.
#pragma once

#include "model/client/alarm.hpp"
#include "model/client/client_facts.hpp"
#include "model/client/cluster_client.hpp"
#include "model/client/fetch_buffer.hpp"
#include "model/config/client_config.hpp"
#include "model/log/record.hpp"
#include "model/protocol/fetch.hpp"
#include "model/protocol/offsets.hpp"
#include "sim/env.hpp"
#include "sim/ring.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kafka {

/// Names an assigned partition: its place in the order in which partitions were assigned.
using AssignmentIndex = sim::Strong<struct AssignmentIndexTag, std::uint32_t>;

/// What poll() hands out. The views are good until the next call of the consumer.
struct ConsumedRecord {
  AssignmentIndex partition;
  Offset offset;
  LeaderEpoch leader_epoch;  ///< of the leader that appended it
  Timestamp timestamp;
  std::optional<ByteView> key;
  std::optional<ByteView> value;
};

/// Why a partition is not read any further until the application calls seek().
enum class ConsumerTrouble : std::uint8_t {
  no_position,   ///< there is none yet, and auto.offset.reset is none
  out_of_range,  ///< the position is not in the log, and auto.offset.reset is none
  truncated,     ///< the log was cut below the position, and auto.offset.reset is none
  corrupt,       ///< the batch at the position is broken
  refused,       ///< the broker said no: see `error`
};

struct ConsumerEvent {
  AssignmentIndex partition;
  ConsumerTrouble trouble = ConsumerTrouble::refused;
  ErrorCode error = ErrorCode::none;
  Offset position = no_offset;
  Offset go_on_at = no_offset;  ///< truncated: where the logs part; corrupt: behind the batch; else -1
};

/// A value. Full fetches without sessions; one fetch in flight per broker.
class Consumer {
 public:
  Consumer(ClientIdentity identity, const ConsumerConfig& config);

  void start(sim::Env& env);

  /// The topic's metadata is asked for from now on.
  TopicIndex add_topic(sim::Env& env, std::string_view name);
  /// From now on the partition is read, from where auto.offset.reset says. REQUIRES: not assigned yet.
  AssignmentIndex assign(sim::Env& env, TopicIndex topic, std::int32_t partition);
  /// The next record is the one at `position`. Ends a trouble.
  void seek(sim::Env& env, AssignmentIndex partition, Offset position);
  /// The next offset to be handed out; -1 before it is known.
  Offset position(AssignmentIndex partition) const { return partitions_[partition.raw()].position; }
  /// As the last answer said; -1 before.
  Offset high_watermark(AssignmentIndex partition) const { return partitions_[partition.raw()].high_watermark; }
  std::size_t assigned() const { return partitions_.size(); }

  /// Puts at most `max.poll.records` records into `records`, which is emptied first, and fetches more. To be called
  /// after every input that was the consumer's, and again while has_records().
  void poll(sim::Env& env, std::vector<ConsumedRecord>& records);
  /// Whether poll() would have something right now.
  bool has_records() const;
  /// Takes the oldest event; false if there is none.
  bool next_event(ConsumerEvent& event);

  bool on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event);
  bool on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message);
  bool on_timer(sim::Env& env, sim::Timer timer);

  sim::SubjectId subject(AssignmentIndex partition) const { return partitions_[partition.raw()].subject; }
  TopicIndex topic_of(AssignmentIndex partition) const { return partitions_[partition.raw()].topic; }
  std::int32_t partition_of(AssignmentIndex partition) const { return partitions_[partition.raw()].number; }
  const Metadata& metadata() const { return cluster_.metadata(); }

 private:
  enum class State : std::uint8_t {
    awaiting_reset,
    awaiting_validation,  ///< the leader changed: is our position still in its log?
    fetching,
    stopped,  ///< trouble; the application must seek
  };
  struct Partition {
    TopicIndex topic;
    std::int32_t number = 0;
    sim::SubjectId subject;
    State state = State::awaiting_reset;
    Offset position = no_offset;
    LeaderEpoch position_epoch = no_leader_epoch;  ///< of the batch before the position; -1: not known
    Offset high_watermark = no_offset;
    BrokerId leader = no_broker;  ///< as metadata said when it was last looked at
    LeaderEpoch leader_epoch = no_leader_epoch;
    sim::EventId leader_learned_by;
    bool asked = false;          ///< a request about it is in flight
    sim::Time not_before;        ///< backoff
    std::uint32_t failures = 0;  ///< in a row
    bool buffered = false;
    FetchBuffer buffer;
    ErrorNotes errors;
  };
  struct Asked {
    AssignmentIndex partition;
    Offset position;
    LeaderEpoch leader_epoch;
  };
  struct Request {
    std::uint64_t key = 0;
    BrokerId node;
    std::vector<Asked> partitions;
  };

  // consumer.cpp
  void drive(sim::Env& env);
  void send_fetches(sim::Env& env);
  bool make_ready(sim::Env& env, BrokerId node);
  void on_outcome(sim::Env& env, const NetworkEvent& event);
  void look_at_leaders(sim::Env& env);
  void drop_buffer(Partition& partition);
  void try_later(sim::Env& env, Partition& partition);
  void met_error(sim::Env& env, Partition& partition, ApiKey api, ErrorCode error);
  void stop(sim::Env& env, AssignmentIndex index, ConsumerTrouble trouble, ErrorCode error, Offset go_on_at);
  bool wants(const Partition& partition, State state, sim::Time now) const;
  std::vector<BrokerId> leaders_of(State state, sim::Time now) const;
  Partition* find(const Request& request, std::optional<TopicIndex> topic, std::int32_t number, const Asked*& asked,
                  AssignmentIndex& index);

  // consumer_positions.cpp
  void send_resets(sim::Env& env, BrokerId node);
  void send_validations(sim::Env& env, BrokerId node);
  void reset_came(sim::Env& env, const Request& request, const ListOffsetsResponse& answer);
  void validation_came(sim::Env& env, const Request& request, const OffsetForLeaderEpochResponse& answer);
  void reset_by_policy(sim::Env& env, AssignmentIndex index, ConsumerTrouble without_policy, Offset go_on_at);

  // consumer_fetches.cpp
  void send_fetch(sim::Env& env, BrokerId node);
  void fetch_came(sim::Env& env, const Request& request, const FetchResponse& answer);
  void partition_came(sim::Env& env, AssignmentIndex index, const Asked& asked,
                      const FetchResponse::PartitionData& data);
  void read_buffer(sim::Env& env, AssignmentIndex index, std::vector<ConsumedRecord>& records, std::size_t most);

  ConsumerConfig config_;
  ClusterClient cluster_;
  Alarm alarm_;
  std::vector<Partition> partitions_;   // by AssignmentIndex
  std::vector<AssignmentIndex> turns_;  // who is asked first: partitions that brought records go to the end
  std::vector<Request> in_flight_;
  std::vector<BrokerId> fetching_from_;  // brokers with a fetch in flight
  sim::Ring<AssignmentIndex> buffered_;  // in order of arrival; may name some whose buffer is gone again
  std::vector<FetchBuffer> handed_out_;  // keeps alive what the last poll() handed out
  std::uint64_t next_key_ = 0;
  std::uint64_t metadata_seen_ = UINT64_MAX;
  sim::Ring<ConsumerEvent> events_;
};

}  // namespace kafka
