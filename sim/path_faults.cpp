#include "sim/path_faults.hpp"

#include <algorithm>
#include <tuple>

namespace sim {
namespace {

auto order(const PathFault& fault) { return std::tuple{fault.from.raw(), fault.to.raw(), fault.fault.raw()}; }

}  // namespace

std::size_t PathFaults::first(HostId from, HostId to) const {
  const auto at = std::lower_bound(faults_.begin(), faults_.end(), std::tuple{from.raw(), to.raw(), std::uint64_t{0}},
                                   [](const PathFault& fault, const auto& wanted) { return order(fault) < wanted; });
  return static_cast<std::size_t>(at - faults_.begin());
}

void PathFaults::add(const PathFault& fault) {
  const auto at = std::upper_bound(faults_.begin(), faults_.end(), fault,
                                   [](const PathFault& a, const PathFault& b) { return order(a) < order(b); });
  faults_.insert(at, fault);
}

bool PathFaults::heal(EventId fault) {
  return std::erase_if(faults_, [&](const PathFault& f) { return fault == no_event || f.fault == fault; }) > 0;
}

EventId PathFaults::cut_by(HostId from, HostId to) const {
  EventId newest = no_event;
  if (none()) return newest;
  visit(from, to, [&](const PathFault& fault) {
    if (fault.cut) newest = std::max(newest, fault.fault);
  });
  return newest;
}

}  // namespace sim
