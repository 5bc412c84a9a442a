// producer.hpp - the producer of the client library.
// Here:  Producer: send() takes records, their outcomes come as ProducerEvents; batching, retries, time-outs, acks.
// Not:   its parts: record_accumulator.hpp (queues), partitioner.hpp, cluster_client.hpp (connections, metadata); who
//        uses it: workload_producer.hpp.
// Start: send(), drive(). Reference: clients-groups-transactions.md §1 (classes KafkaProducer, Sender).
//
// Sans-IO: its owner passes on every input of the process (on_connection, on_message, on_timer say whether it was the
// producer's) and then takes the events. Kafka's two threads, the application's and the sender, are one here: what
// would block the application makes blocked() true.
#pragma once

#include "model/client/alarm.hpp"
#include "model/client/client_facts.hpp"
#include "model/client/cluster_client.hpp"
#include "model/client/partitioner.hpp"
#include "model/client/record_accumulator.hpp"
#include "model/config/client_config.hpp"
#include "model/log/record.hpp"
#include "model/protocol/produce.hpp"
#include "sim/bytes.hpp"
#include "sim/env.hpp"
#include "sim/ring.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kafka {

/// The one outcome of one record.
struct ProducerEvent {
  std::uint64_t tag = 0;
  ErrorCode error = ErrorCode::none;  ///< the producer's own time-outs (delivery, max.block) are request_timed_out
  bool perhaps_written = false;       ///< with an error: some try may have been appended
  TopicIndex topic;
  std::int32_t partition = -1;  ///< -1: none was chosen
  Offset offset = no_offset;    ///< of the record; -1 with acks=0, and with an error
};

/// A value. Works without idempotence, whatever `enable.idempotence` says, until that is modelled.
class Producer {
 public:
  Producer(ClientIdentity identity, const ProducerConfig& config);

  void start(sim::Env& env);

  /// Names a topic for send(); its metadata is asked for from now on.
  TopicIndex add_topic(sim::Env& env, std::string_view name);
  /// Takes a record; both views are copied. Exactly one event with this tag follows, at the earliest when this returns.
  /// REQUIRES: !blocked().
  void send(sim::Env& env, TopicIndex topic, std::optional<ByteView> key, std::optional<ByteView> value,
            std::uint64_t tag);
  /// The last record waits for its topic's metadata or for memory, at most `max.block.ms`: an application's thread
  /// would be blocked in send().
  bool blocked() const { return blocked_.has_value(); }
  /// Nobody lingers any more until everything is done.
  void flush(sim::Env& env);
  /// No record is without outcome.
  bool idle() const { return !blocked_ && accumulator_.empty() && open_batches_ == 0; }
  /// Gives up: every record that is still open gets its outcome now.
  void abandon(sim::Env& env);

  bool on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event);
  bool on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message);
  bool on_timer(sim::Env& env, sim::Timer timer);

  /// Takes the oldest outcome; false if there is none.
  bool next_event(ProducerEvent& event);

  /// For facts: "orders-0", or "orders" if no partition was chosen.
  sim::SubjectId subject(TopicIndex topic, std::int32_t partition) const;
  const Metadata& metadata() const { return cluster_.metadata(); }
  const ProducerConfig& config() const { return config_; }

 private:
  struct TopicState {
    sim::SubjectId subject;
    StickyPartitioner sticky;
    std::vector<QueueIndex> queues;  // by partition
  };
  struct QueueState {
    sim::SubjectId subject;
    ErrorNotes errors;
  };
  struct InFlightBatch {
    DrainedBatch drained;
    bool done = false;  // it expired meanwhile: its records have their outcomes
  };
  struct InFlightRequest {
    std::uint64_t key = 0;
    std::vector<InFlightBatch> batches;
  };
  struct BlockedRecord {
    TopicIndex topic;
    std::optional<sim::Bytes> key;
    std::optional<sim::Bytes> value;
    std::uint64_t tag = 0;
    sim::Time since;
  };

  // producer.cpp: from the application to the queues
  void drive(sim::Env& env);
  bool try_append(sim::Env& env, TopicIndex topic, std::optional<ByteView> key, std::optional<ByteView> value,
                  std::uint64_t tag);
  std::int32_t choose_partition(sim::Env& env, TopicIndex topic, std::optional<ByteView> key);
  void wait_no_longer(sim::Env& env);
  void learn_partitions(sim::Env& env, TopicIndex topic);
  void refuse(TopicIndex topic, std::uint64_t tag, ErrorCode error);
  void expire(sim::Env& env);
  bool send_ready(sim::Env& env);
  void send_request(sim::Env& env, BrokerId node, std::vector<DrainedBatch> batches);

  // producer_outcomes.cpp: from the brokers to the application
  void on_outcome(sim::Env& env, const NetworkEvent& event);
  void answered(sim::Env& env, InFlightRequest& request, const ProduceResponse& answer);
  void outcome(sim::Env& env, InFlightBatch& in_flight, const ProduceResponse::PartitionProduceResponse& answer);
  bool may_retry(sim::Env& env, const ProducerBatch& batch, ErrorCode error) const;
  void retry(sim::Env& env, InFlightBatch& in_flight);
  void split(sim::Env& env, InFlightBatch& in_flight);
  void finish(sim::Env& env, InFlightBatch& in_flight, ErrorCode error, Offset base_offset);
  void tell(sim::Env& env, QueueIndex queue, const ProducerBatch& batch, ErrorCode error, Offset base_offset);

  ProducerConfig config_;
  std::int16_t acks_;
  ClusterClient cluster_;
  Alarm alarm_;
  RecordAccumulator accumulator_;
  std::vector<TopicState> topics_;          // by TopicIndex
  std::vector<QueueState> queues_;          // by QueueIndex
  std::vector<InFlightRequest> in_flight_;  // in the order of sending
  std::uint64_t next_key_ = 0;
  std::size_t open_batches_ = 0;  // in flight and not done
  std::optional<BlockedRecord> blocked_;
  sim::Ring<ProducerEvent> events_;
};

/// Whether an answer with this error leaves open if the batch is in some log: with acks=all a leader appends first and
/// may lose its leadership, or its patience, while it waits for its followers.
bool may_have_been_written(ErrorCode error, std::int16_t acks);

}  // namespace kafka
