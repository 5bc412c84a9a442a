// record_batch.hpp - the record batch, version 2: what is stored, sent and checked as one piece.
// Here:  BatchHeader (as a struct), RecordBatchView (read in place), walks over batches and over records, the leader's
//        rewriting of a header.
// Not:   making a batch (record_batch_builder.hpp); who may append what (validate.hpp); compression, which is not there
//        yet: records of a compressed batch cannot be read.
// Start: docs/reference/log-storage.md §1; `BatchCursor batches{bytes}; while (batches.next() == BatchStep::batch) ...`
#pragma once

#include "model/log/big_endian.hpp"
#include "model/log/record.hpp"
#include "model/log/timestamp.hpp"
#include "model/types.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace kafka {

inline constexpr std::size_t batch_header_size = 61;
/// Bytes before the ones that batchLength counts.
inline constexpr std::size_t batch_overhead = 12;
inline constexpr std::int8_t batch_magic = 2;

/// What bits 0 to 2 of the attributes say.
enum class Compression : std::uint8_t {
  none = 0,
  gzip = 1,
  snappy = 2,
  lz4 = 3,
  zstd = 4,
  invalid5,
  invalid6,
  invalid7
};

/// Every field of a header but the length and the checksum, which follow from the rest.
struct BatchHeader {
  Offset base_offset;
  LeaderEpoch leader_epoch = no_leader_epoch;
  Compression compression = Compression::none;
  TimestampType timestamp_type = TimestampType::create_time;
  bool transactional = false;
  bool control = false;
  bool has_delete_horizon = false;
  std::int32_t last_offset_delta = 0;
  Timestamp base_timestamp = no_timestamp;  ///< the delete horizon if has_delete_horizon
  Timestamp max_timestamp = no_timestamp;
  ProducerId producer_id = no_producer_id;
  ProducerEpoch producer_epoch = no_producer_epoch;
  Sequence base_sequence = no_sequence;
  std::int32_t record_count = 0;
};

using EncodedHeader = std::array<std::byte, batch_header_size>;

/// The 61 bytes in front of `records`, with length and checksum.
EncodedHeader encode_header(const BatchHeader& header, ByteView records);

/// A batch read in place: lives as long as the bytes under it. Needs at least the bytes of the header; what else the
/// batch needs is said where it is needed. Says nothing about validity unless asked.
class RecordBatchView {
 public:
  /// REQUIRES: `bytes` begins with a header (61 bytes or more); bytes behind the batch do no harm.
  explicit RecordBatchView(ByteView bytes) : bytes_{bytes} {}

  Offset base_offset() const { return Offset{load<std::int64_t>(0)}; }
  /// In bytes, header included, as the batch itself says.
  std::size_t size() const { return batch_overhead + load<std::uint32_t>(8); }
  LeaderEpoch leader_epoch() const { return LeaderEpoch{load<std::int32_t>(12)}; }
  std::int8_t magic() const { return load<std::int8_t>(16); }
  std::uint32_t checksum() const { return load<std::uint32_t>(17); }
  std::uint8_t attributes() const { return load<std::uint8_t>(22); }
  Compression compression() const { return static_cast<Compression>(attributes() & 7U); }
  TimestampType timestamp_type() const { return static_cast<TimestampType>((attributes() >> 3) & 1U); }
  bool transactional() const { return (attributes() & 0x10U) != 0; }
  bool control() const { return (attributes() & 0x20U) != 0; }
  bool has_delete_horizon() const { return (attributes() & 0x40U) != 0; }
  std::int32_t last_offset_delta() const { return load<std::int32_t>(23); }
  Timestamp base_timestamp() const { return Timestamp{load<std::int64_t>(27)}; }
  Timestamp max_timestamp() const { return Timestamp{load<std::int64_t>(35)}; }
  ProducerId producer_id() const { return ProducerId{load<std::int64_t>(43)}; }
  ProducerEpoch producer_epoch() const { return ProducerEpoch{load<std::int16_t>(51)}; }
  Sequence base_sequence() const { return Sequence{load<std::int32_t>(53)}; }
  std::int32_t record_count() const { return load<std::int32_t>(57); }

  /// Wraps where a broken batch would overflow.
  Offset last_offset() const;
  /// -1 without a base sequence.
  Sequence last_sequence() const;
  BatchHeader header() const;

  /// REQUIRES: the bytes hold the whole batch, and size() >= 61.
  ByteView whole() const { return bytes_.first(size()); }
  ByteView records() const { return bytes_.subspan(batch_header_size, size() - batch_header_size); }
  /// At least a header long, and the checksum is right. REQUIRES: the bytes hold the whole batch.
  bool valid() const;

 private:
  template <class Integer>
  Integer load(std::size_t at) const {
    return load_big_endian<Integer>(bytes_.data() + at);
  }

  ByteView bytes_;
};

enum class BatchStep : std::uint8_t {
  batch,
  end,      ///< no whole batch is left; a partial one may be
  corrupt,  ///< the next bytes are no batch
};

/// Walks over the batches in memory (§1.1, memory reader). A batch that it stops at is whole, may be shorter than a
/// header (then only valid() may be asked, which says no), and is not checked further.
class BatchCursor {
 public:
  explicit BatchCursor(ByteView bytes) : left_{bytes}, total_{bytes.size()} {}

  BatchStep next();

  /// REQUIRES: the last next() said `batch`.
  RecordBatchView batch() const { return RecordBatchView{current_}; }
  /// The same, for a batch that may be too short for a view.
  ByteView bytes() const { return current_; }
  /// Bytes of all batches so far.
  std::size_t walked() const { return total_ - left_.size(); }

 private:
  ByteView left_;
  ByteView current_;
  std::size_t total_;
};

/// Walks over the records of an uncompressed batch, and finds every fault of structure.
class RecordCursor {
 public:
  enum class Step : std::uint8_t {
    record,
    end,
    broken,  ///< a record is no record, bytes remain behind the last, the count is negative, or it is compressed
  };

  /// REQUIRES: the view holds the whole batch.
  explicit RecordCursor(const RecordBatchView& batch);

  Step next();
  /// REQUIRES: the last next() said `record`.
  const RecordView& record() const { return record_; }

 private:
  ByteView left_;
  RecordBase base_;
  std::int32_t remaining_;
  RecordView record_;
};

/// What the leader makes of the header of an uncompressed batch (§1.5, §1.6); the records stay as they are. The
/// checksum is computed anew only if what it covers has changed. REQUIRES: the batch is valid.
EncodedHeader rewritten_header(const RecordBatchView& batch, Offset base_offset, LeaderEpoch leader_epoch,
                               TimestampType type, Timestamp max_timestamp);

}  // namespace kafka
