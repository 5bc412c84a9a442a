#include "scenarios/units.hpp"

#include <initializer_list>

namespace scenarios {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t worth;
};

__extension__ typedef unsigned __int128 Wide;

constexpr std::uint64_t most = INT64_MAX;

// The number in front of one of these units, times what the unit is worth; nothing unless that is a whole number.
std::optional<std::uint64_t> parse(std::string_view text, std::initializer_list<Unit> units) {
  const std::size_t letters = text.find_first_not_of("0123456789.");
  const std::string_view number = text.substr(0, letters);
  const std::string_view name = letters == std::string_view::npos ? std::string_view{} : text.substr(letters);
  for (const Unit& unit : units) {
    if (unit.name != name) continue;
    Wide digits = 0;
    Wide scale = 1;  // 10 to the number of decimals
    std::size_t whole = 0;
    bool behind_point = false;
    for (const char c : number) {
      if (c == '.') {
        if (behind_point || whole == 0) return std::nullopt;
        behind_point = true;
        continue;
      }
      if (digits > most || scale > most) return std::nullopt;
      digits = digits * 10 + static_cast<unsigned>(c - '0');
      if (behind_point) {
        scale *= 10;
      } else {
        ++whole;
      }
    }
    if (whole == 0 || number.back() == '.' || digits > most) return std::nullopt;
    const Wide value = digits * unit.worth;
    if (value % scale != 0 || value / scale > most) return std::nullopt;
    return static_cast<std::uint64_t>(value / scale);
  }
  return std::nullopt;
}

}  // namespace

std::optional<sim::Duration> parse_duration(std::string_view text) {
  const auto nanoseconds = parse(text, {{"ns", 1},
                                        {"us", 1'000},
                                        {"ms", 1'000'000},
                                        {"s", 1'000'000'000},
                                        {"min", 60'000'000'000},
                                        {"h", 3'600'000'000'000}});
  if (!nanoseconds) return std::nullopt;
  return sim::Duration{static_cast<std::int64_t>(*nanoseconds)};
}

std::optional<sim::Duration> parse_signed_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  const auto length = parse_duration(text);
  if (!length) return std::nullopt;
  return negative ? sim::Duration{} - *length : *length;
}

std::optional<std::int64_t> parse_rate(std::string_view text) {
  const auto rate = parse(text, {{"/s", 1}});
  if (!rate) return std::nullopt;
  return static_cast<std::int64_t>(*rate);
}

std::optional<std::uint64_t> parse_bandwidth(std::string_view text) {
  if (text == "unlimited") return 0;
  const auto bits = parse(text, {{"bit/s", 1}, {"kbit/s", 1'000}, {"Mbit/s", 1'000'000}, {"Gbit/s", 1'000'000'000}});
  if (!bits || *bits == 0) return std::nullopt;  // 0 would mean the opposite
  return bits;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
  return parse(text, {{"B", 1},
                      {"kB", 1'000},
                      {"MB", 1'000'000},
                      {"GB", 1'000'000'000},
                      {"KiB", 1'024},
                      {"MiB", 1'048'576},
                      {"GiB", 1'073'741'824},
                      {"", 1}});
}

std::optional<Fraction> parse_percentage(std::string_view text) {
  const auto parts = parse(text, {{"%", 1'000'000}});
  if (!parts || *parts > 100'000'000) return std::nullopt;
  return Fraction{static_cast<std::uint32_t>(*parts), 100'000'000};
}

}  // namespace scenarios
