#include "model/log/crc32c.hpp"

#include <array>

#ifdef KAFKASIM_ISAL
#include <isa-l/crc.h>

#include <algorithm>
#endif

namespace kafka {

namespace {

constexpr std::uint32_t polynomial = 0x82f63b78;  // Castagnoli, reflected

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

/// tables[k][b]: what byte b does to the checksum when k more bytes follow it.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? polynomial : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < tables.size(); ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xffU];
    }
  }
  return tables;
}

constexpr Tables tables = make_tables();

/// Four bytes, the lowest first: the order in which a reflected checksum takes them.
std::uint32_t load_little_endian(const std::byte* from) {
  return std::to_integer<std::uint32_t>(from[0]) | std::to_integer<std::uint32_t>(from[1]) << 8 |
         std::to_integer<std::uint32_t>(from[2]) << 16 | std::to_integer<std::uint32_t>(from[3]) << 24;
}

}  // namespace

std::uint32_t crc32c_by_tables(std::uint32_t crc_so_far, std::span<const std::byte> more) {
  std::uint32_t crc = ~crc_so_far;
  const std::byte* at = more.data();
  std::size_t left = more.size();
  for (; left >= 8; left -= 8, at += 8) {
    const std::uint32_t low = crc ^ load_little_endian(at);
    const std::uint32_t high = load_little_endian(at + 4);
    crc = tables[7][low & 0xffU] ^ tables[6][(low >> 8) & 0xffU] ^ tables[5][(low >> 16) & 0xffU] ^
          tables[4][low >> 24] ^ tables[3][high & 0xffU] ^ tables[2][(high >> 8) & 0xffU] ^
          tables[1][(high >> 16) & 0xffU] ^ tables[0][high >> 24];
  }
  for (; left > 0; --left, ++at) crc = (crc >> 8) ^ tables[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xffU];
  return ~crc;
}

#ifdef KAFKASIM_ISAL

std::uint32_t crc32c(std::uint32_t crc_so_far, std::span<const std::byte> more) {
  // ISA-L takes the raw register: it neither starts from nor ends with the complement.
  constexpr std::size_t at_once = std::size_t{1} << 30;  // its length is an int
  std::uint32_t crc = ~crc_so_far;
  while (!more.empty()) {
    const std::size_t n = std::min(more.size(), at_once);
    // Its buffer is not const, but it only reads.
    auto* bytes = reinterpret_cast<unsigned char*>(const_cast<std::byte*>(more.data()));
    crc = crc32_iscsi(bytes, static_cast<int>(n), crc);
    more = more.subspan(n);
  }
  return ~crc;
}

bool crc32c_is_accelerated() { return true; }

#else

std::uint32_t crc32c(std::uint32_t crc_so_far, std::span<const std::byte> more) {
  return crc32c_by_tables(crc_so_far, more);
}

bool crc32c_is_accelerated() { return false; }

#endif

std::uint32_t crc32c(std::span<const std::byte> bytes) { return crc32c(0, bytes); }

}  // namespace kafka
