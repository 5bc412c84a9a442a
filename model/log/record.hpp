// record.hpp - one record inside a batch.
// Here:  NewRecord (to be written), RecordView (read in place), their codec (docs/reference/log-storage.md §1.2).
// Not:   the batch around it (record_batch.hpp).
// Start: write_record(), read_record().
#pragma once

#include "model/log/timestamp.hpp"
#include "model/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace kafka {

/// Bytes that somebody else keeps alive.
using ByteView = std::span<const std::byte>;

struct RecordHeader {
  std::string_view key;           ///< UTF-8
  std::optional<ByteView> value;  ///< none = null
};

/// What goes into a batch. Everything is only looked at, and only during the call.
struct NewRecord {
  Timestamp timestamp = no_timestamp;
  std::optional<ByteView> key;
  std::optional<ByteView> value;
  std::span<const RecordHeader> headers;
};

/// A record read in place: lives as long as the bytes of its batch.
struct RecordView {
  Offset offset;
  Timestamp timestamp;
  std::optional<ByteView> key;
  std::optional<ByteView> value;
  std::int32_t header_count = 0;
  ByteView header_bytes;

  /// In their order, duplicates included.
  std::vector<RecordHeader> headers() const;
};

/// What the records of a batch are relative to.
struct RecordBase {
  Offset offset;
  Timestamp timestamp;
  std::optional<Timestamp> log_append_time;  ///< if set, every record reads as this
};

/// Bytes of the record with its length field. Deltas are relative to the batch.
std::size_t record_size(const NewRecord& record, std::int64_t timestamp_delta, std::int32_t offset_delta);

/// Appends the record to `to`. REQUIRES: fewer than 2^31 bytes.
void write_record(std::vector<std::byte>& to, const NewRecord& record, std::int64_t timestamp_delta,
                  std::int32_t offset_delta);

/// Reads the record at the start of `from`, all of its structure checked; returns how many bytes it takes, or 0 when it
/// is broken.
std::size_t read_record(ByteView from, const RecordBase& base, RecordView& record);

}  // namespace kafka
