// fetch_buffer.hpp - records that a consumer has fetched and not yet handed out.
// Here:  FetchBuffer: one partition's share of a fetch answer, read record by record.
// Not:   fetching (consumer.hpp); what a batch is (model/log/record_batch.hpp).
// Start: next(). Reference: clients-groups-transactions.md §2.2 (class CompletedFetch).
#pragma once

#include "model/log/record_batch.hpp"
#include "model/types.hpp"
#include "sim/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kafka {

/// A value; copies share the bytes.
class FetchBuffer {
 public:
  enum class Step : std::uint8_t {
    record,
    end,
    corrupt,  ///< the batch at position() is broken; every further step says so again
  };

  FetchBuffer() = default;
  /// `position`: what was asked for. Records before it, which a batch may have, are passed over.
  FetchBuffer(sim::Bytes records, Offset position, bool check_crcs)
      : bytes_{std::move(records)}, position_{position}, check_crcs_{check_crcs} {}

  Step next();
  /// REQUIRES: the last next() said `record`. Lives as long as this buffer or a copy of it.
  const RecordView& record() const { return cursor_->record(); }
  /// Of the batch that was read last; -1 before.
  LeaderEpoch leader_epoch() const { return leader_epoch_; }

  /// The offset that comes next: behind the last record that was handed out, or behind the last batch.
  Offset position() const { return position_; }
  /// Where an application can go on that does without the corrupt batch. REQUIRES: the last next() said `corrupt`.
  Offset behind_corrupt() const;

 private:
  Step next_batch();

  sim::Bytes bytes_;
  std::size_t at_ = 0;  // where the current batch begins
  std::size_t batch_size_ = 0;
  std::optional<RecordCursor> cursor_;  // looks into bytes_
  Offset position_ = no_offset;
  Offset behind_batch_ = no_offset;
  LeaderEpoch leader_epoch_ = no_leader_epoch;
  bool check_crcs_ = true;
  bool corrupt_ = false;
};

}  // namespace kafka
