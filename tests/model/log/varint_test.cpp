#include "model/log/varint.hpp"
#include "sim/random.hpp"
#include "tests/model/protocol/hex.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace kafka;
using kafka::testing::from_hex;
using kafka::testing::hex;

namespace {

template <class Integer>
std::string encoded(Integer value) {
  std::array<std::byte, longest_varlong> bytes;
  const std::byte* end = write_varint(bytes.data(), value);
  const auto size = static_cast<std::size_t>(end - bytes.data());
  CHECK(size == varint_size(value));
  return hex(std::span{bytes}.first(size));
}

}  // namespace

TEST_CASE("varints as docs/reference/log-storage.md §1.2 lists them") {
  CHECK(encoded(std::int32_t{0}) == "00");
  CHECK(encoded(std::int32_t{-1}) == "01");
  CHECK(encoded(std::int32_t{1}) == "02");
  CHECK(encoded(std::int32_t{63}) == "7e");
  CHECK(encoded(std::int32_t{-64}) == "7f");
  CHECK(encoded(std::int32_t{64}) == "8001");
  CHECK(encoded(std::int32_t{300}) == "d804");
  CHECK(encoded(INT32_MAX) == "feffffff0f");
  CHECK(encoded(INT32_MIN) == "ffffffff0f");
  CHECK(encoded(std::int64_t{-1}) == "01");
  CHECK(encoded(INT64_MAX) == "feffffffffffffffff01");
  CHECK(encoded(INT64_MIN) == "ffffffffffffffffff01");
}

TEST_CASE("varints and varlongs come back") {
  sim::Random random{sim::Seed{2}};
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t bits = random.next();
    const auto value = static_cast<std::int64_t>(bits) >> random.below(64);  // all lengths, both signs
    const auto narrow = static_cast<std::int32_t>(value);
    const auto bytes = from_hex(encoded(value));
    VarintReader reader{bytes};
    REQUIRE(reader.varlong() == value);
    REQUIRE(reader.left() == 0);
    const auto narrow_bytes = from_hex(encoded(narrow));
    VarintReader narrow_reader{narrow_bytes};
    REQUIRE(narrow_reader.varint() == narrow);
    REQUIRE_FALSE(narrow_reader.failed());
  }
}

TEST_CASE("too long or cut short is an error, and stays one") {
  const auto six = from_hex("808080808001");
  VarintReader too_long{six};
  CHECK(too_long.varint() == 0);
  CHECK(too_long.failed());
  CHECK(too_long.varint() == 0);
  CHECK(too_long.failed());

  const auto eleven = from_hex("8080808080808080808001");
  VarintReader too_long_for_64{eleven};
  too_long_for_64.varlong();
  CHECK(too_long_for_64.failed());

  const auto cut = from_hex("80");
  VarintReader cut_short{cut};
  cut_short.varint();
  CHECK(cut_short.failed());

  const auto no_room = from_hex("0601");  // three bytes, one is there
  VarintReader bytes{no_room};
  CHECK_FALSE(bytes.nullable_bytes().has_value());
  CHECK(bytes.failed());
}
