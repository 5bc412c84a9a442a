#include "sim/example/doubled_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/trace_text.hpp"

namespace sim::example {
namespace {

bool equal(const TraceRecord& a, const TraceRecord& b) {
  return a.at == b.at && a.cause == b.cause && a.a == b.a && a.b == b.b && a.subject == b.subject && a.host == b.host &&
         a.kind == b.kind;
}

std::string line_of(const World& world, std::uint64_t index) {
  if (index >= world.trace().records().size()) return "(this run ends before)";
  return to_line(world, EventId{index + 1}, world.trace().records()[index]);
}

}  // namespace

std::optional<std::string> first_difference(const World& one, const World& other) {
  const auto& a = one.trace().records();
  const auto& b = other.trace().records();
  const std::uint64_t both = std::min(a.size(), b.size());
  for (std::uint64_t i = 0; i < both; ++i) {
    if (!equal(a[i], b[i]))
      return fmt::format("the first event that differs:\n  {}\n  {}", line_of(one, i), line_of(other, i));
  }
  if (a.size() != b.size()) {
    return fmt::format("one run is longer:\n  {}\n  {}", line_of(one, both), line_of(other, both));
  }
  if (one.trace_hash() != other.trace_hash()) return "the same events with other second parents";
  if (one.state_hash() != other.state_hash()) return "the same events, but the worlds are not equal at the end";
  return std::nullopt;
}

}  // namespace sim::example
