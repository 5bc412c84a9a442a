// crc32c.hpp - the checksum of record batches.
// Here:  CRC-32C (Castagnoli), through ISA-L where it was built in (KAFKASIM_ISAL), else by tables; both give the same.
// Not:   which bytes of a batch it covers (record_batch.hpp).
// Start: crc32c().
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace kafka {

/// The CRC-32C of these bytes: 0xE3069283 for "123456789".
std::uint32_t crc32c(std::span<const std::byte> bytes);

/// The CRC-32C of some bytes, whose own one is `crc_so_far`, followed by `more`.
std::uint32_t crc32c(std::uint32_t crc_so_far, std::span<const std::byte> more);

/// The same without ISA-L, in every build; eight bytes a step.
std::uint32_t crc32c_by_tables(std::uint32_t crc_so_far, std::span<const std::byte> more);

/// Whether crc32c() uses ISA-L.
bool crc32c_is_accelerated();

}  // namespace kafka
