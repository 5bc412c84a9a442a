// partitioner.hpp - which partition a record goes to.
// Here:  keyed_partition() for records with a key; StickyPartitioner for those without (KIP-794).
// Not:   the queues whose lengths are weighed (record_accumulator.hpp).
// Start: docs/reference/clients-groups-transactions.md §1.6 (class BuiltInPartitioner).
#pragma once

#include "sim/random.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kafka {

/// Over all partitions, available or not. REQUIRES: partitions >= 1.
std::int32_t keyed_partition(std::span<const std::byte> key, std::int32_t partitions);

/// A partition that could be chosen next.
struct PartitionLoad {
  std::int32_t partition = 0;
  std::uint32_t queued = 0;  ///< batches that wait for it
};

/// How often each is to be chosen, relative to the others: the longer the queue, the seldomer. All 1 if it makes no
/// difference. REQUIRES: nothing; an empty input gives an empty answer.
std::vector<std::uint64_t> adaptive_weights(std::span<const PartitionLoad> loads);

/// Stays with one partition until about a batch has been produced to it, then moves on. A value, one per topic.
class StickyPartitioner {
 public:
  /// `batch_size` in bytes, as `batch.size`.
  explicit StickyPartitioner(std::int64_t batch_size = 16'384) : batch_size_{batch_size < 1 ? 1 : batch_size} {}

  /// -1: none chosen yet, or it is time for another one.
  std::int32_t current() const { return partition_; }
  /// Chooses one of `loads`. Draws once. REQUIRES: not empty; equal weights if not `adaptive`.
  std::int32_t choose(std::span<const PartitionLoad> loads, bool adaptive, sim::Random& random);
  /// `bytes` were appended to the current partition. It is given up when `batch.size` is reached and no batch of it is
  /// open (`all_full`): a switch in mid-batch would leave that batch to its linger; at twice the size in any case.
  void produced(std::int64_t bytes, bool all_full);

 private:
  std::int64_t batch_size_;
  std::int64_t produced_ = 0;
  std::int32_t partition_ = -1;
};

}  // namespace kafka
