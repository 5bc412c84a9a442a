// units.hpp - numbers with a unit, as people write them in a scenario.
// Here:  lengths of time, rates, bandwidths, amounts of bytes, fractions: text to exact whole numbers.
// Not:   where in a file they stand and what is said about a wrong one (loader.hpp).
// Start: parse_duration("1.5s").
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/time.hpp"

namespace scenarios {

// All: digits, perhaps a decimal point with digits behind it, the unit, no blanks. Nothing is rounded: "0.3ns" is no
// length of time. Nothing for any other text, and for what does not fit.

/// ns, us, ms, s, min, h: "300us", "0s", "1.5s".
std::optional<sim::Duration> parse_duration(std::string_view text);
/// The same with a sign: "-5s", "+250ms"; without one it is positive.
std::optional<sim::Duration> parse_signed_duration(std::string_view text);
/// Per second: "200/s".
std::optional<std::int64_t> parse_rate(std::string_view text);
/// Bits per second: "10Gbit/s", "512kbit/s", "100Mbit/s"; "unlimited" is 0.
std::optional<std::uint64_t> parse_bandwidth(std::string_view text);
/// "100B", "100kB" (1000), "100KiB" (1024), likewise M and G; "100" are bytes, too.
std::optional<std::uint64_t> parse_bytes(std::string_view text);

/// parts / of
struct Fraction {
  std::uint32_t parts = 0;
  std::uint32_t of = 1;
};
/// "5%", "0.01%": 0% to 100%, at most six decimals.
std::optional<Fraction> parse_percentage(std::string_view text);

// What would have been right, for error messages.
inline constexpr std::string_view duration_form = "a length of time like \"300us\", \"1.5s\" or \"2min\"";
inline constexpr std::string_view signed_duration_form = "a length of time with a sign like \"-5s\" or \"+250ms\"";
inline constexpr std::string_view rate_form = "a rate like \"200/s\"";
inline constexpr std::string_view bandwidth_form = "a bandwidth like \"10Gbit/s\" or \"unlimited\"";
inline constexpr std::string_view bytes_form = "an amount of bytes like \"100B\", \"16KiB\" or \"10MB\"";
inline constexpr std::string_view percentage_form = "a percentage like \"5%\", from 0% to 100%";

}  // namespace scenarios
