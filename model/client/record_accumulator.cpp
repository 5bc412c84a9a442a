#include "model/client/record_accumulator.hpp"

#include <algorithm>
#include <utility>

#include "sim/check.hpp"

namespace kafka {

RecordAccumulator::RecordAccumulator(const ProducerConfig& config)
    : batch_size_{static_cast<std::size_t>(std::max<std::int64_t>(config.batch_size, 1))},
      max_request_size_{static_cast<std::size_t>(config.max_request_size)},
      linger_{config.linger},
      delivery_timeout_{config.delivery_timeout},
      free_memory_{config.buffer_memory} {}

QueueIndex RecordAccumulator::add_queue(TopicIndex topic, std::int32_t partition) {
  Queue& queue = queues_.emplace_back();
  queue.topic = topic;
  queue.partition = partition;
  return QueueIndex{static_cast<std::uint32_t>(queues_.size() - 1)};
}

bool RecordAccumulator::all_full(QueueIndex index) const {
  const Queue& queue = queues_[index.raw()];
  return queue.batches.empty() || queue.batches.back().full();
}

void RecordAccumulator::activate(QueueIndex index) {
  const auto place = std::lower_bound(active_.begin(), active_.end(), index.raw());
  if (place == active_.end() || *place != index.raw()) active_.insert(place, index.raw());
}

void RecordAccumulator::deactivate_if_empty(QueueIndex index) {
  if (!queues_[index.raw()].batches.empty()) return;
  active_.erase(std::lower_bound(active_.begin(), active_.end(), index.raw()));
}

std::size_t RecordAccumulator::append(QueueIndex index, const NewRecord& record, std::uint64_t tag, sim::Time now) {
  Queue& queue = queues_[index.raw()];
  if (!queue.batches.empty()) {
    ProducerBatch& last = queue.batches.back();
    const std::size_t before = last.size();
    if (last.append(record, tag)) return last.size() - before;
    last.close();
  }
  const std::size_t room = std::max(batch_size_, upper_bound_size(record));
  if (static_cast<std::int64_t>(room) > free_memory_) return 0;
  free_memory_ -= static_cast<std::int64_t>(room);
  ProducerBatch batch{now, room, room};
  batch.append(record, tag);
  const std::size_t size = batch.size();
  queue.batches.push_back(std::move(batch));
  activate(index);
  return size;
}

// --- what may go
// -------------------------------------------------------------------------------------------------------

// A leader that is newer than the one that failed is asked at once (KIP-951).
bool RecordAccumulator::backing_off(const ProducerBatch& batch, LeaderEpoch current, sim::Time now) const {
  return batch.tries() > 0 && now < batch.not_before() && current <= batch.tried_epoch;
}

ReadyCheck RecordAccumulator::ready(const Metadata& metadata, sim::Time now) const {
  ReadyCheck check;
  for (const std::uint32_t index : active_) {
    const Queue& queue = queues_[index];
    if (queue.muted) continue;
    const Metadata::Partition partition = metadata.partition(queue.topic, queue.partition);
    if (partition.leader == no_broker) {
      check.leader_unknown = true;
      continue;
    }
    const ProducerBatch& head = queue.batches.front();
    if (backing_off(head, partition.leader_epoch, now)) {
      check.next = std::min(check.next, head.not_before());
      continue;
    }
    const bool full = queue.batches.size() > 1 || head.full();
    const sim::Time lingered = head.since() + linger_;
    if (!full && !exhausted_ && !flushing_ && now < lingered) {
      check.next = std::min(check.next, lingered);
      continue;
    }
    if (std::find(check.nodes.begin(), check.nodes.end(), partition.leader) == check.nodes.end()) {
      check.nodes.push_back(partition.leader);
    }
  }
  return check;
}

std::uint32_t& RecordAccumulator::drain_start(BrokerId node) {
  for (DrainStart& start : starts_) {
    if (start.node == node) return start.queue;
  }
  return starts_.emplace_back(DrainStart{node, 0}).queue;
}

std::vector<DrainedBatch> RecordAccumulator::drain(const Metadata& metadata, BrokerId node, sim::Time now) {
  std::vector<DrainedBatch> drained;
  if (active_.empty()) return drained;
  std::uint32_t& start = drain_start(node);
  const auto first =
      static_cast<std::size_t>(std::lower_bound(active_.begin(), active_.end(), start) - active_.begin());
  const std::vector<std::uint32_t> order = active_;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const QueueIndex index{order[(first + i) % order.size()]};
    Queue& queue = queues_[index.raw()];
    const Metadata::Partition partition = metadata.partition(queue.topic, queue.partition);
    if (queue.muted || partition.leader != node) continue;
    if (backing_off(queue.batches.front(), partition.leader_epoch, now)) continue;
    if (!drained.empty() && bytes + queue.batches.front().size() > max_request_size_) break;
    ProducerBatch batch = queue.batches.pop_front();
    batch.close();  // idempotence: before this, the batch gets its sequence numbers if it has none
    batch.tried_epoch = partition.leader_epoch;
    bytes += batch.size();
    drained.push_back(DrainedBatch{index, std::move(batch)});
    deactivate_if_empty(index);
    start = index.raw() + 1;
  }
  return drained;
}

// --- what comes back
// ---------------------------------------------------------------------------------------------------

// Two batches in flight that fail one after the other come back in reverse: without idempotence Kafka does reorder.
void RecordAccumulator::put_back(QueueIndex index, ProducerBatch batch) {
  queues_[index.raw()].batches.push_front(std::move(batch));
  activate(index);
}

void RecordAccumulator::put_back(QueueIndex index, std::vector<ProducerBatch> parts) {
  while (!parts.empty()) {
    put_back(index, std::move(parts.back()));
    parts.pop_back();
  }
}

std::optional<DrainedBatch> RecordAccumulator::take_expired(sim::Time now) {
  for (const std::uint32_t index : active_) {
    sim::Ring<ProducerBatch>& batches = queues_[index].batches;
    if (now - batches.front().created() < delivery_timeout_) continue;
    DrainedBatch taken{QueueIndex{index}, batches.pop_front()};
    deactivate_if_empty(taken.queue);
    return taken;
  }
  return std::nullopt;
}

std::optional<DrainedBatch> RecordAccumulator::take_any() {
  if (active_.empty()) return std::nullopt;
  const QueueIndex index{active_.front()};
  DrainedBatch taken{index, queues_[index.raw()].batches.pop_front()};
  deactivate_if_empty(index);
  return taken;
}

sim::Time RecordAccumulator::next_expiry() const {
  sim::Time next = sim::Time::max();
  for (const std::uint32_t index : active_) {
    next = std::min(next, queues_[index].batches.front().created() + delivery_timeout_);
  }
  return next;
}

}  // namespace kafka
