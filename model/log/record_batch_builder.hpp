// record_batch_builder.hpp - making a batch.
// Here:  RecordBatchBuilder, the producer's side; transaction markers; batches without records.
// Not:   what the leader changes afterwards (record_batch.hpp, rewritten_header).
// Start: `RecordBatchBuilder batch; batch.append(record); sim::Bytes bytes = batch.build();`
#pragma once

#include "model/log/record_batch.hpp"
#include "sim/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace kafka {

/// Gathers records with consecutive offsets. A value: a copy goes on by itself.
class RecordBatchBuilder {
 public:
  /// `base_offset` is 0 for a producer. The timestamp type is create time.
  explicit RecordBatchBuilder(Offset base_offset = Offset{0}, LeaderEpoch leader_epoch = no_leader_epoch);

  void append(const NewRecord& record);

  /// Bytes that build() would give.
  std::size_t size() const { return batch_header_size + records_.size(); }
  /// Bytes that it would give with this record, too.
  std::size_t size_with(const NewRecord& record) const;
  std::int32_t count() const { return header_.record_count; }
  bool empty() const { return count() == 0; }
  /// The largest of all records so far; -1 without any.
  Timestamp max_timestamp() const { return header_.max_timestamp; }

  /// For idempotent and transactional producers; may be called again (a new epoch) until build().
  void set_producer(ProducerId id, ProducerEpoch epoch, Sequence base_sequence, bool transactional = false);

  /// The batch as it stands; the builder stays as it is. REQUIRES: at least one record.
  sim::Bytes build() const;

 private:
  std::int64_t timestamp_delta(const NewRecord& record) const;

  BatchHeader header_;
  std::vector<std::byte> records_;
};

/// A batch of any shape from its parts. `records` must be encoded and fit to the header.
sim::Bytes encode_batch(const BatchHeader& header, ByteView records);

// --- control batches (docs/reference/log-storage.md §1.3)
// -------------------------------------------------------------

enum class ControlType : std::int16_t { abort = 0, commit = 1 };

struct TransactionMarker {
  ControlType type = ControlType::abort;
  std::int32_t coordinator_epoch = 0;
};

/// The control batch that ends a transaction. A leader assigns offset and epoch as for data.
sim::Bytes build_transaction_marker(const TransactionMarker& marker, ProducerId id, ProducerEpoch epoch, Timestamp now,
                                    Offset base_offset = Offset{0}, LeaderEpoch leader_epoch = no_leader_epoch);

/// What the record of a control batch says; nothing if it is no marker of a transaction, or is broken.
std::optional<TransactionMarker> read_transaction_marker(const RecordView& record);

}  // namespace kafka
