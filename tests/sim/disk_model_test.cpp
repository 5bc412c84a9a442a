// What operations cost, and who waits for whom.
#include "sim/disk_model.hpp"

#include "tests/sim/disk_driver.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using sim::Duration;
using sim::File;
using sim::OpenMode;
using sim::Time;
using namespace sim_test;
using namespace sim::literals;

/// Round numbers, so that a test can be read.
sim::DiskModel round_costs() {
  sim::DiskModel model;
  model.costs.write_base = 10_us;
  model.costs.write_per_kib = 1_us;
  model.costs.read_base = 5_us;
  model.costs.read_per_kib = 2_us;
  model.costs.names_base = 20_us;
  model.costs.lookup_base = 1_us;
  model.costs.sync_base = 1_ms;
  model.costs.sync_per_kib = 10_us;
  model.costs.sync_directory_base = 2_ms;
  return model;
}

/// How long the last operation took.
Duration last(const TestHost& host) {
  return host.context.operations.back().end - host.context.operations.back().begin;
}

TEST_CASE("every operation moves the meter by its cost") {
  TestHost host{round_costs()};
  auto disk = host.disk();
  const File file = disk.open("log", OpenMode::create).value();
  CHECK(last(host) == 20_us);
  REQUIRE(disk.append(file, sim::as_bytes(std::string(2'048, 'x'))).ok());
  CHECK(last(host) == 12_us);
  REQUIRE(disk.write_at(file, 0, sim::as_bytes(std::string(512, 'y'))).ok());
  CHECK(last(host) == 10'500_ns);
  REQUIRE(disk.read(file, 1'024, 4'096).ok());
  CHECK(last(host) == 7_us);
  REQUIRE(disk.sync(file).ok());
  CHECK(last(host) == 1'025_us);  // 2048 bytes appended, 512 overwritten
  REQUIRE(disk.sync(file).ok());
  CHECK(last(host) == 1_us);  // nothing to do
  REQUIRE(disk.sync_directory("").ok());
  CHECK(last(host) == 2_ms);
  REQUIRE(disk.sync_directory("").ok());
  CHECK(last(host) == 1_us);
  REQUIRE(disk.rename("log", "old").ok());
  CHECK(last(host) == 20_us);
  REQUIRE_FALSE(disk.open("none", OpenMode::read).ok());
  CHECK(last(host) == 1_us);
  CHECK(host.context.operations.back().error == sim::DiskError::not_found);
  CHECK(host.context.now == host.context.operations.back().end);
}

TEST_CASE("the trace says what was done to what") {
  TestHost host;
  auto disk = host.disk();
  const File file = disk.open("log", OpenMode::create).value();
  REQUIRE(disk.append(file, sim::as_bytes("12345")).ok());
  REQUIRE(disk.append(file, sim::as_bytes("678")).ok());
  REQUIRE(host.context.operations.size() == 3);
  CHECK(host.context.operations[0].kind == sim::DiskOperationKind::create);
  const sim::DiskOperation& append = host.context.operations[2];
  CHECK(append.kind == sim::DiskOperationKind::append);
  CHECK(append.inode == host.context.operations[0].inode);
  CHECK(append.file == file);
  CHECK(append.offset == 5);
  CHECK(append.length == 3);
  CHECK(append.error == sim::DiskError::none);
  CHECK(append.begin == host.context.operations[1].end);
}

TEST_CASE("syncs of one host queue at the device") {
  TestHost host{round_costs()};
  auto disk = host.disk();
  const File a = disk.open("a", OpenMode::create).value();
  const File b = disk.open("b", OpenMode::create).value();
  REQUIRE(disk.append(a, sim::as_bytes(std::string(1'024, 'x'))).ok());
  REQUIRE(disk.append(b, sim::as_bytes(std::string(1'024, 'x'))).ok());
  const Time start = Time{} + 1_s;
  host.context.now = start;
  REQUIRE(disk.sync(a).ok());
  CHECK(host.context.now == start + 1'010_us);
  host.context.now = start + 100_us;  // another handler, side by side with the first
  REQUIRE(disk.sync(b).ok());
  CHECK(host.context.now == start + 2'020_us);
}

TEST_CASE("an operation waits until an earlier one on the same file is over, but not for others, and not for a sync") {
  TestHost host{round_costs()};
  auto disk = host.disk();
  const File a = disk.open("a", OpenMode::create).value();
  const File b = disk.open("b", OpenMode::create).value();
  const Time start = Time{} + 1_s;
  host.context.now = start + 500_us;
  REQUIRE(disk.append(a, sim::as_bytes("slow")).ok());
  const Time appended = host.context.now;

  host.context.now = start;  // another handler, which began earlier
  REQUIRE(disk.read(a, 0, 4).ok());
  CHECK(host.context.now > appended);
  host.context.now = start;
  REQUIRE(disk.read(b, 0, 4).ok());
  CHECK(host.context.now < appended);

  host.context.now = start + 1_ms;
  REQUIRE(disk.sync(a).ok());
  const Time synced = host.context.now;
  host.context.now = start + 1_ms;
  REQUIRE(disk.append(a, sim::as_bytes("more")).ok());
  CHECK(host.context.now < synced);
}

TEST_CASE("a sync that finds nothing to do waits for the one that is doing it") {
  TestHost host{round_costs()};
  auto disk = host.disk();
  const File file = disk.open("log", OpenMode::create).value();
  REQUIRE(disk.append(file, sim::as_bytes("x")).ok());
  const Time start = Time{} + 1_s;
  host.context.now = start;
  REQUIRE(disk.sync(file).ok());
  const Time synced = host.context.now;
  host.context.now = start;
  REQUIRE(disk.sync(file).ok());
  CHECK(host.context.now >= synced);
  host.context.now = start;
  REQUIRE(disk.sync_directory("").ok());
  const Time names_synced = host.context.now;
  host.context.now = start;
  REQUIRE(disk.sync_directory("").ok());
  CHECK(host.context.now >= names_synced);
}

TEST_CASE("a slow disk takes longer until it is healed") {
  TestHost host{round_costs()};
  auto disk = host.disk();
  const File file = disk.open("log", OpenMode::create).value();
  REQUIRE(host.files.apply(sim::SlowDisk{1'000}).ok());
  REQUIRE(disk.append(file, sim::as_bytes(std::string(1'024, 'x'))).ok());
  CHECK(last(host) == 110_us);
  REQUIRE(disk.sync(file).ok());
  CHECK(last(host) == 10'100_us);
  REQUIRE(host.files.apply(sim::HealDisk{}).ok());
  REQUIRE(disk.append(file, sim::as_bytes(std::string(1'024, 'x'))).ok());
  CHECK(last(host) == 11_us);
}

TEST_CASE("faults are told in words") {
  CHECK(to_text(sim::DiskFault{sim::SlowDisk{500}}) == "disk at 500% of its normal time");
  CHECK(to_text(sim::DiskFault{sim::FailDisk{sim::DiskAccess::sync, 3, "orders"}}) ==
        "sync fails for the next 3 operations on paths with 'orders'");
  CHECK(to_text(sim::DiskFault{sim::FailDisk{}}) == "write fails until healed");
  CHECK(to_text(sim::DiskFault{sim::RotBit{"a/b", 7, 2}}) == "bit 2 of byte 7 of a/b flips");
  CHECK(to_text(sim::DiskFault{sim::SetPowerLossModel{{sim::Survival::reordered, sim::Survival::none, false}}}) ==
        "power loss leaves data reordered, names none, whole sectors");
}

}  // namespace
