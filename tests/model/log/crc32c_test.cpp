#include "model/log/crc32c.hpp"
#include "sim/bytes.hpp"
#include "sim/random.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace kafka;

TEST_CASE("the checksum of the digits is the one that everybody knows") {
  CHECK(crc32c(sim::as_bytes("123456789")) == 0xe3069283);
  CHECK(crc32c_by_tables(0, sim::as_bytes("123456789")) == 0xe3069283);
  CHECK(crc32c({}) == 0);
  MESSAGE("ISA-L: " << crc32c_is_accelerated());
}

TEST_CASE("ISA-L and tables agree, at every length and alignment, whole or in two pieces") {
  sim::Random random{sim::Seed{1}};
  std::vector<std::byte> bytes(300);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random.below(256));
  for (std::size_t from = 0; from < 16; ++from) {
    for (std::size_t length = 0; length + from <= bytes.size(); ++length) {
      const auto part = std::span<const std::byte>{bytes}.subspan(from, length);
      const std::uint32_t whole = crc32c_by_tables(0, part);
      REQUIRE(crc32c(part) == whole);
      const std::size_t cut = random.index(length + 1);
      REQUIRE(crc32c(crc32c(part.first(cut)), part.subspan(cut)) == whole);
      REQUIRE(crc32c_by_tables(crc32c_by_tables(0, part.first(cut)), part.subspan(cut)) == whole);
    }
  }
}
