// validate.hpp - what a leader and a follower accept.
// Here:  the checks of docs/reference/log-storage.md §1.7 in their order: pure functions over bytes.
// Not:   2 (the broker knows topics, leadership and ISR); 8 (nothing is recompressed yet); 9 and 10 (log.cpp).
// Start: prepare_leader_append().
#pragma once

#include "model/log/log_config.hpp"
#include "model/log/log_error.hpp"
#include "model/log/record_batch.hpp"
#include "model/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace kafka {

/// Who appends to a leader.
enum class AppendOrigin : std::uint8_t {
  client,
  coordinator,  ///< of groups or transactions: internal topics and markers
};

/// Step 1, for a Produce request of version 3 or later: nothing if the records have the right form.
std::optional<LogError> check_produced_records(ByteView records, std::int16_t produce_version);

/// A batch that the leader accepts, as it will be stored: a new header in front of the old records.
struct PreparedBatch {
  EncodedHeader header;
  ByteView records;  ///< lies in what was handed in
  Offset base_offset;
  Offset last_offset;
  Timestamp max_timestamp;
  std::size_t size() const { return header.size() + records.size(); }
};

/// Steps 3 to 7 and the rewriting of §1.5 and §1.6: the batch gets its offsets from `next`, `epoch`, and by the topic's
/// timestamp type `now`. Bytes of a partial batch at the end are ignored.
/// Errors: INVALID_RECORD, MESSAGE_TOO_LARGE, CORRUPT_MESSAGE, INVALID_TIMESTAMP, UNSUPPORTED_COMPRESSION_TYPE (a codec
/// that is not built yet), UNKNOWN_SERVER_ERROR (no codec at all).
LogResult<PreparedBatch> prepare_leader_append(ByteView records, const LogConfig& config, AppendOrigin origin,
                                               Offset next, LeaderEpoch epoch, Timestamp now);

/// What a follower is about to append, as its leader stored it.
struct FollowerRecords {
  ByteView records;  ///< whole batches only; may be empty
  Offset first_offset;
  Offset last_offset;
  Timestamp max_timestamp = no_timestamp;
};

/// Stream form, checksums, rising offsets, a known leader epoch. Errors: CORRUPT_MESSAGE (the fetcher asks again);
/// UNKNOWN_SERVER_ERROR (the partition fails).
LogResult<FollowerRecords> check_follower_append(ByteView records);

/// §6.1: where an empty follower must start anew because the leader's first batch begins below its log end (the
/// leader's log start lies inside that batch); nothing if the append is not of that kind.
std::optional<Offset> unaligned_start(Offset log_start, Offset log_end, Offset first, Offset last);

}  // namespace kafka
