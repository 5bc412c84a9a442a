#include "scenarios/units.hpp"

#include <doctest/doctest.h>

using namespace scenarios;
using namespace sim::literals;

TEST_CASE("lengths of time are exact") {
  CHECK(parse_duration("300us") == 300_us);
  CHECK(parse_duration("0s") == 0_ns);
  CHECK(parse_duration("1.5s") == 1'500_ms);
  CHECK(parse_duration("0.000000001s") == 1_ns);
  CHECK(parse_duration("2min") == 120_s);
  CHECK(parse_duration("1h") == 3'600_s);
  CHECK(parse_duration("9223372036854775807ns") == sim::Duration::max());
}

TEST_CASE("what is no length of time is refused") {
  for (const char* text : {"", "s", "5", "5 s", "-5s", "1.s", ".5s", "1.2.3s", "0.3ns", "0.0000000001s", "5sec", "5S",
                           "9223372036854775808ns", "1e3s", "999999999999999999999999s", "0x5s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

TEST_CASE("a clock may be put back") {
  CHECK(parse_signed_duration("-5s") == sim::Duration{-5'000'000'000});
  CHECK(parse_signed_duration("+5s") == 5_s);
  CHECK(parse_signed_duration("5s") == 5_s);
  CHECK_FALSE(parse_signed_duration("--5s").has_value());
  CHECK_FALSE(parse_signed_duration("-").has_value());
}

TEST_CASE("rates, bandwidths, bytes") {
  CHECK(parse_rate("200/s") == 200);
  CHECK_FALSE(parse_rate("0.5/s").has_value());
  CHECK_FALSE(parse_rate("200").has_value());
  CHECK(parse_bandwidth("10Gbit/s") == 10'000'000'000U);
  CHECK(parse_bandwidth("2.5Mbit/s") == 2'500'000U);
  CHECK(parse_bandwidth("unlimited") == 0U);
  CHECK_FALSE(parse_bandwidth("0bit/s").has_value());
  CHECK_FALSE(parse_bandwidth("10GB/s").has_value());
  CHECK(parse_bytes("100") == 100U);
  CHECK(parse_bytes("100MB") == 100'000'000U);
  CHECK(parse_bytes("0.25KiB") == 256U);
  CHECK_FALSE(parse_bytes("0.3KiB").has_value());
}

TEST_CASE("percentages") {
  const auto five = parse_percentage("5%");
  REQUIRE(five.has_value());
  CHECK(std::uint64_t{five->parts} * 20 == five->of);
  CHECK(parse_percentage("100%").has_value());
  CHECK_FALSE(parse_percentage("100.1%").has_value());
  CHECK_FALSE(parse_percentage("5").has_value());
}
