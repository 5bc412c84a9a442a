// producer_batch.hpp - records of one partition that travel together.
// Here:  ProducerBatch: taking records until it is full, its bytes, its tries, its parts when it was too large.
// Not:   the queues (record_accumulator.hpp); what becomes of a try (producer.hpp).
// Start: append(), close(). Reference: clients-groups-transactions.md §1.2, §1.4 (class ProducerBatch).
#pragma once

#include "model/log/record_batch_builder.hpp"
#include "model/types.hpp"
#include "sim/bytes.hpp"
#include "sim/strong.hpp"
#include "sim/time.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace kafka {

/// Bytes that a record takes at most, alone in a batch.
std::size_t upper_bound_size(const NewRecord& record);

/// A value. (Idempotence adds producer id, epoch and base sequence here: set when the batch is closed for its first
/// try.)
class ProducerBatch {
 public:
  ProducerBatch() = default;
  /// Takes records up to `limit` bytes, but one in any case. `memory`: what it holds of `buffer.memory`.
  ProducerBatch(sim::Time now, std::size_t limit, std::size_t memory)
      : created_{now}, since_{now}, limit_{limit}, memory_{memory} {}

  /// False if there is no room for the record; nothing happened then. `tag` is the owner's.
  bool append(const NewRecord& record, std::uint64_t tag);
  /// Whether nothing more fits, or close() was called.
  bool full() const { return closed() || (!tags_.empty() && builder_.size() >= limit_); }
  /// No more records from now on; the bytes are there.
  void close();
  bool closed() const { return !bytes_.empty(); }

  std::size_t size() const { return closed() ? bytes_.size() : builder_.size(); }
  /// REQUIRES: closed().
  const sim::Bytes& bytes() const { return bytes_; }
  /// One per record, in their order.
  const std::vector<std::uint64_t>& tags() const { return tags_; }
  std::size_t memory() const { return memory_; }

  sim::Time created() const { return created_; }
  /// When it was created or, later, put back.
  sim::Time since() const { return since_; }

  /// A try failed and another one follows, not before `not_before` unless a newer leader is known.
  void failed(sim::Time now, sim::Time not_before, sim::EventId why);
  std::uint32_t tries() const { return tries_; }
  sim::Time not_before() const { return not_before_; }
  sim::EventId failed_by() const { return failed_by_; }

  /// Batches of `limit` bytes with the same records; they hold none of `buffer.memory`. REQUIRES: closed(), whole.
  std::vector<ProducerBatch> split(std::size_t limit) const;

  LeaderEpoch tried_epoch = no_leader_epoch;  ///< which leader the last try went to
  bool perhaps_written = false;               ///< some try may have been appended, though no success was told

 private:
  RecordBatchBuilder builder_;
  sim::Bytes bytes_;
  std::vector<std::uint64_t> tags_;
  sim::Time created_;
  sim::Time since_;
  sim::Time not_before_;
  std::size_t limit_ = 0;
  std::size_t memory_ = 0;
  std::uint32_t tries_ = 0;
  sim::EventId failed_by_;
};

}  // namespace kafka
