#include "sim/time.hpp"

#include <fmt/format.h>

#include <array>

namespace sim {
namespace {

// "<whole>.<fraction>" without trailing zeros but with at least `least` decimals.
std::string decimal(std::uint64_t whole, std::uint64_t fraction, int digits, int least) {
  std::string decimals = fmt::format("{:0{}}", fraction, digits);
  while (static_cast<int>(decimals.size()) > least && decimals.back() == '0') decimals.pop_back();
  return decimals.empty() ? fmt::format("{}", whole) : fmt::format("{}.{}", whole, decimals);
}

std::uint64_t magnitude(std::int64_t n) {
  return n < 0 ? 0 - static_cast<std::uint64_t>(n) : static_cast<std::uint64_t>(n);
}

}  // namespace

std::string to_text(Duration duration) {
  struct Unit {
    std::uint64_t size;
    int digits;
    const char* name;
  };
  static constexpr std::array<Unit, 3> units{{{1'000'000'000, 9, "s"}, {1'000'000, 6, "ms"}, {1'000, 3, "us"}}};
  const std::uint64_t n = magnitude(duration.nanoseconds());
  const char* sign = duration.nanoseconds() < 0 ? "-" : "";
  for (const Unit& unit : units) {
    if (n >= unit.size) {
      return fmt::format("{}{}{}", sign, decimal(n / unit.size, n % unit.size, unit.digits, 0), unit.name);
    }
  }
  return fmt::format("{}{}ns", sign, n);
}

std::string to_text(Time time) {
  const std::uint64_t n = magnitude(time.nanoseconds());
  return fmt::format("{}{}s", time.nanoseconds() < 0 ? "-" : "", decimal(n / 1'000'000'000, n % 1'000'000'000, 9, 3));
}

}  // namespace sim
