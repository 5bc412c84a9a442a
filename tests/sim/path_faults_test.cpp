#include "sim/path_faults.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace sim::literals;
using sim::EventId;
using sim::HostId;
using sim::no_event;
using sim::PathFault;
using sim::PathFaults;

namespace {

const HostId a{0}, b{1}, c{2};

PathFault cut(std::uint64_t fault, HostId from, HostId to) {
  PathFault path;
  path.fault = EventId{fault}, path.from = from, path.to = to, path.cut = true;
  return path;
}

PathFault slow(std::uint64_t fault, HostId from, HostId to, sim::Duration extra) {
  PathFault path;
  path.fault = EventId{fault}, path.from = from, path.to = to, path.extra = extra;
  return path;
}

sim::Duration slowness(const PathFaults& faults, HostId from, HostId to) {
  sim::Duration sum;
  faults.visit(from, to, [&](const PathFault& fault) { sum += fault.extra; });
  return sum;
}

}  // namespace

TEST_CASE("a cut has a direction, and the newest one is named") {
  PathFaults faults;
  CHECK(faults.none());
  CHECK(faults.cut_by(a, b) == no_event);
  faults.add(cut(5, a, b));
  faults.add(cut(9, a, b));
  faults.add(cut(7, a, b));
  CHECK(faults.cut_by(a, b) == EventId{9});
  CHECK(faults.cut_by(b, a) == no_event);
  CHECK(faults.cut_by(a, c) == no_event);
}

TEST_CASE("faults are healed one by one, or all at once") {
  PathFaults faults;
  faults.add(cut(5, a, b));
  faults.add(cut(5, b, a));  // one fault with two paths
  faults.add(cut(9, a, b));
  CHECK(faults.heal(EventId{9}));
  CHECK(faults.cut_by(a, b) == EventId{5});
  CHECK(!faults.heal(EventId{9}));
  CHECK(faults.heal(EventId{5}));
  CHECK(faults.none());
  faults.add(cut(11, c, b));
  faults.add(slow(12, a, c, 1_ms));
  CHECK(faults.heal(no_event));
  CHECK(faults.none());
  CHECK(!faults.heal(no_event));
}

TEST_CASE("slowness adds up per direction, in order of the faults, and is no cut") {
  PathFaults faults;
  faults.add(slow(9, a, b, 3_ms));
  faults.add(slow(2, a, b, 2_ms));
  faults.add(slow(4, b, a, 7_ms));
  faults.add(slow(5, a, c, 9_ms));
  CHECK(slowness(faults, a, b) == 5_ms);
  CHECK(slowness(faults, b, a) == 7_ms);
  CHECK(slowness(faults, c, a) == 0_ns);
  CHECK(faults.cut_by(a, b) == no_event);
  std::vector<std::uint64_t> order;
  faults.visit(a, b, [&](const PathFault& fault) { order.push_back(fault.fault.raw()); });
  CHECK(order == std::vector<std::uint64_t>{2, 9});
}
