#include "sim/time.hpp"

#include <doctest/doctest.h>

using namespace sim::literals;
using sim::Duration;
using sim::Time;
using sim::to_text;

TEST_CASE("durations are written with one unit, exactly") {
  CHECK(to_text(Duration{}) == "0ns");
  CHECK(to_text(7_ns) == "7ns");
  CHECK(to_text(300_us) == "300us");
  CHECK(to_text(1'500_ns) == "1.5us");
  CHECK(to_text(1'250_ms) == "1.25s");
  CHECK(to_text(1_ms + 1_ns) == "1.000001ms");
  CHECK(to_text(2_min) == "120s");
  CHECK(to_text(Duration{} - 5_ms) == "-5ms");
  CHECK(to_text(Duration{INT64_MIN}) == "-9223372036.854775808s");
  CHECK(to_text(Duration::max()) == "9223372036.854775807s");
}

TEST_CASE("moments are written in seconds, with three decimals or more") {
  CHECK(to_text(Time{}) == "0.000s");
  CHECK(to_text(Time{} + 12_s + 345_ms) == "12.345s");
  CHECK(to_text(Time{} + 1_ns) == "0.000000001s");
  CHECK(to_text(Time{} + 10_us) == "0.00001s");
  CHECK(to_text(Time{-1'500'000'000}) == "-1.500s");
}

TEST_CASE("arithmetic") {
  CHECK(1_s / 1_ms == 1'000);
  CHECK(7_ms / 2_ms == 3);
  CHECK(3_ms * 4 == 12_ms);
  CHECK(9_ms / 3 == 3_ms);
  CHECK(Time{} + 5_ms - (Time{} + 2_ms) == 3_ms);
  CHECK((Time{} + 5_ms) - 2_ms == Time{} + 3_ms);
  CHECK((1'999_us).milliseconds() == 1);
  CHECK((Duration{} - 1'999_us).milliseconds() == -1);  // towards zero
  CHECK((1'999_ns).microseconds() == 1);
  Duration grown = 1_ms;
  grown += 2_ms;
  grown -= 1_us;
  CHECK(grown == 2'999_us);
  CHECK(Time{} < Time{} + 1_ns);
  CHECK(Time::max() > Time{} + 1'000'000_min);
}
