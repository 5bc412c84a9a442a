// workload_record.hpp - records that can be told apart, and whose damage shows.
// Here:  the value of a workload's record: id, checksum, filler; its keys.
// Not:   who sends and reads them (workload_producer.hpp, workload_consumer.hpp).
// Start: write_workload_value(), read_workload_value().
#pragma once

#include "model/log/record.hpp"
#include "sim/strong.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kafka {

/// Unique in a world: the number of the producer << 40 | the number of the record among all that this producer ever
/// sent.
using RecordId = sim::Strong<struct RecordIdTag, std::uint64_t>;

inline constexpr int record_number_bits = 40;
constexpr RecordId record_id(std::uint32_t producer, std::uint64_t number) {
  return RecordId{static_cast<std::uint64_t>(producer) << record_number_bits | number};
}
constexpr std::uint32_t producer_of(RecordId id) { return static_cast<std::uint32_t>(id.raw() >> record_number_bits); }
constexpr std::uint64_t number_of(RecordId id) { return id.raw() & ((std::uint64_t{1} << record_number_bits) - 1); }

/// Bytes of the smallest value: id and checksum.
inline constexpr std::size_t smallest_workload_value = 12;

/// Makes `value` the value of this record: id, CRC-32C of all else, filler that follows from the id, `size` bytes in
/// all. REQUIRES: size >= smallest_workload_value.
void write_workload_value(std::vector<std::byte>& value, RecordId id, std::size_t size);

/// The id; nothing if the value is not as it was written.
std::optional<RecordId> read_workload_value(std::optional<ByteView> value);

/// "key-17".
std::string workload_key(std::uint64_t number);

}  // namespace kafka
