// record_accumulator.hpp - where records wait for their batch to be sent.
// Here:  RecordAccumulator: a queue of batches per partition, `buffer.memory`; which batches may go now, and when
//        others may.
// Not:   choosing a partition (partitioner.hpp); sending and answers (producer.hpp).
// Start: append(), ready(), drain(). Reference: clients-groups-transactions.md §1.2, §1.3 (class RecordAccumulator).
#pragma once

#include "model/client/metadata.hpp"
#include "model/client/producer_batch.hpp"
#include "model/config/client_config.hpp"
#include "sim/ring.hpp"
#include "sim/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kafka {

/// Names a partition's queue in its accumulator.
using QueueIndex = sim::Strong<struct QueueIndexTag, std::uint32_t>;

/// A batch that left its queue.
struct DrainedBatch {
  QueueIndex queue;
  ProducerBatch batch;
};

/// What can be done now, and what later.
struct ReadyCheck {
  std::vector<BrokerId> nodes;        ///< leaders of batches that may go, in order of their partitions
  sim::Time next = sim::Time::max();  ///< when something else may become sendable by itself
  bool leader_unknown = false;        ///< a batch waits for a partition that has no leader
};

/// A value.
class RecordAccumulator {
 public:
  explicit RecordAccumulator(const ProducerConfig& config);

  QueueIndex add_queue(TopicIndex topic, std::int32_t partition);
  TopicIndex topic(QueueIndex queue) const { return queues_[queue.raw()].topic; }
  std::int32_t partition(QueueIndex queue) const { return queues_[queue.raw()].partition; }
  std::size_t queued_batches(QueueIndex queue) const { return queues_[queue.raw()].batches.size(); }
  /// Whether its newest batch, if any, takes no more records.
  bool all_full(QueueIndex queue) const;

  /// How many bytes the batch grew by; 0 if there is no memory: then nothing happened, and everything that waits is
  /// ready.
  std::size_t append(QueueIndex queue, const NewRecord& record, std::uint64_t tag, sim::Time now);
  /// Somebody waits for memory: nobody lingers meanwhile.
  void set_exhausted(bool exhausted) { exhausted_ = exhausted; }
  /// Everything that waits is sendable.
  void set_flushing(bool flushing) { flushing_ = flushing; }

  ReadyCheck ready(const Metadata& metadata, sim::Time now) const;
  /// At most one batch per partition that `node` leads, at most `max.request.size` together, but one in any case. They
  /// are closed. Each call begins behind the partition where the last one for this node ended.
  std::vector<DrainedBatch> drain(const Metadata& metadata, BrokerId node, sim::Time now);

  /// The batch comes first again.
  void put_back(QueueIndex queue, ProducerBatch batch);
  /// The parts of a batch that was too large, in their order.
  void put_back(QueueIndex queue, std::vector<ProducerBatch> parts);
  /// No batch of this partition goes while it is muted (strict order with one request in flight).
  void set_muted(QueueIndex queue, bool muted) { queues_[queue.raw()].muted = muted; }
  /// The batch is done: its memory can be used again.
  void release(const ProducerBatch& batch) { free_memory_ += static_cast<std::int64_t>(batch.memory()); }

  /// Takes a batch that waits for longer than `delivery.timeout.ms`; nothing if there is none.
  std::optional<DrainedBatch> take_expired(sim::Time now);
  /// Takes any batch; nothing if all queues are empty.
  std::optional<DrainedBatch> take_any();
  /// When the oldest batch expires; Time::max() without any.
  sim::Time next_expiry() const;

  bool empty() const { return active_.empty(); }
  std::int64_t free_memory() const { return free_memory_; }

 private:
  struct Queue {
    TopicIndex topic;
    std::int32_t partition = 0;
    bool muted = false;
    sim::Ring<ProducerBatch> batches;
  };
  struct DrainStart {
    BrokerId node;
    std::uint32_t queue = 0;
  };

  bool backing_off(const ProducerBatch& batch, LeaderEpoch current, sim::Time now) const;
  void activate(QueueIndex queue);
  void deactivate_if_empty(QueueIndex queue);
  std::uint32_t& drain_start(BrokerId node);

  std::size_t batch_size_;
  std::size_t max_request_size_;
  sim::Duration linger_;
  sim::Duration delivery_timeout_;
  std::int64_t free_memory_;
  bool exhausted_ = false;
  bool flushing_ = false;
  std::vector<Queue> queues_;
  std::vector<std::uint32_t> active_;  // queues that are not empty, in rising order
  std::vector<DrainStart> starts_;
};

}  // namespace kafka
