// Every fault of a disk, told one by one; the random cases about crash and power loss have files of their own.
#include "tests/sim/disk_driver.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

using sim::DiskAccess;
using sim::DiskError;
using sim::File;
using sim::OpenMode;
using sim::Survival;
using namespace sim_test;

class FaultyDisk {
 protected:
  /// Appends `text` to a file, made when needed, and says how that went.
  std::string append(std::string_view path, std::string_view text) {
    const auto file = disk.open(path, OpenMode::create);
    if (!file.ok()) return std::string{to_text(file.error())};
    const auto appended = disk.append(file.value(), sim::as_bytes(text));
    const std::string outcome{appended.ok() ? "ok" : to_text(appended.error())};
    REQUIRE(disk.close(file.value()).ok());
    return outcome;
  }
  std::string sync(std::string_view path) {
    const auto file = disk.open(path, OpenMode::read);
    if (!file.ok()) return std::string{to_text(file.error())};
    const auto synced = disk.sync(file.value());
    REQUIRE(disk.close(file.value()).ok());
    return std::string{synced.ok() ? "ok" : to_text(synced.error())};
  }
  std::string read(std::string_view path) {
    const auto file = disk.open(path, OpenMode::read);
    if (!file.ok()) return std::string{to_text(file.error())};
    const auto bytes = disk.read(file.value(), 0, 1'000'000);
    REQUIRE(disk.close(file.value()).ok());
    return bytes.ok() ? std::string{bytes.value().view()} : std::string{to_text(bytes.error())};
  }
  void sync_directory(std::string_view path) { REQUIRE(disk.sync_directory(path).ok()); }
  void fault(const sim::DiskFault& fault) { REQUIRE(host.files.apply(fault).ok()); }
  /// Unsynced data and names do not survive, unless said otherwise.
  void power_off(Survival data = Survival::none, Survival names = Survival::none) {
    fault(sim::SetPowerLossModel{{data, names, true}});
    lost = host.files.power_off(host.context.now, random);
  }

  TestHost host;
  sim::SimulatedDisk disk = host.disk();
  sim::Random random{sim::Seed{1}};
  std::vector<sim::DiskDiscard> lost;
};

TEST_CASE_FIXTURE(FaultyDisk, "a crash of the program keeps the page cache; its handles die") {
  const File file = disk.open("log", OpenMode::create).value();
  REQUIRE(disk.append(file, sim::as_bytes("unsynced")).ok());
  CHECK(host.files.crash(host.context.now).empty());
  CHECK(read("log") == "unsynced");
  CHECK(disk.append(file, sim::as_bytes("x")).error() == DiskError::bad_handle);
}

TEST_CASE_FIXTURE(FaultyDisk, "a power loss keeps what was synced, content and name") {
  CHECK(append("log", "synced ") == "ok");
  CHECK(sync("log") == "ok");
  sync_directory("");
  CHECK(append("log", "not synced") == "ok");
  power_off();
  CHECK(read("log") == "synced ");
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].why == sim::DiskDiscard::Why::unsynced);
  CHECK(lost[0].path == "log");
  CHECK(lost[0].offset == 7);
  CHECK(lost[0].length == 10);
  CHECK(lost[0].kept == 0);
}

TEST_CASE_FIXTURE(FaultyDisk, "a synced file is gone when its directory was not synced") {
  CHECK(append("log", "synced") == "ok");
  CHECK(sync("log") == "ok");
  power_off();
  CHECK(read("log") == "not found");
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].kind == sim::DiskOperationKind::create);
  CHECK(lost[0].path == "log");
}

TEST_CASE_FIXTURE(FaultyDisk, "a directory that was made in an unsynced one takes its synced content with it") {
  REQUIRE(disk.make_directory("orders").ok());
  CHECK(append("orders/log", "synced") == "ok");
  CHECK(sync("orders/log") == "ok");
  sync_directory("orders");
  power_off();
  CHECK(listing(host.files).empty());
}

TEST_CASE_FIXTURE(FaultyDisk, "a rename is lost before its directory was synced, and the replaced file is back") {
  CHECK(append("checkpoint", "old") == "ok");
  CHECK(sync("checkpoint") == "ok");
  CHECK(append("checkpoint.tmp", "new") == "ok");
  CHECK(sync("checkpoint.tmp") == "ok");
  sync_directory("");
  REQUIRE(disk.rename("checkpoint.tmp", "checkpoint").ok());
  CHECK(read("checkpoint") == "new");
  power_off();
  CHECK(listing(host.files) == "checkpoint = old\ncheckpoint.tmp = new\n");
}

TEST_CASE_FIXTURE(FaultyDisk, "a rename without a sync of the file leaves an empty file under the new name") {
  CHECK(append("checkpoint", "old") == "ok");
  CHECK(sync("checkpoint") == "ok");
  sync_directory("");
  CHECK(append("checkpoint.tmp", "new") == "ok");
  REQUIRE(disk.rename("checkpoint.tmp", "checkpoint").ok());
  sync_directory("");
  power_off();
  CHECK(listing(host.files) == "checkpoint = \n");
}

TEST_CASE_FIXTURE(FaultyDisk, "an unlinked file is back when its directory was not synced") {
  CHECK(append("log", "content") == "ok");
  CHECK(sync("log") == "ok");
  sync_directory("");
  REQUIRE(disk.unlink("log").ok());
  power_off();
  CHECK(read("log") == "content");
  REQUIRE(disk.unlink("log").ok());
  sync_directory("");
  power_off();
  CHECK(read("log") == "not found");
}

TEST_CASE_FIXTURE(FaultyDisk, "an unlinked file that is still open dies with the power") {
  CHECK(append("log", "content") == "ok");
  CHECK(sync("log") == "ok");
  sync_directory("");
  const File file = disk.open("log", OpenMode::read_write).value();
  REQUIRE(disk.unlink("log").ok());
  REQUIRE(disk.append(file, sim::as_bytes("more")).ok());
  REQUIRE(disk.sync(file).ok());
  sync_directory("");
  CHECK(host.files.used() == 11);
  power_off();
  CHECK(listing(host.files).empty());
  CHECK(host.files.used() == 0);
}

TEST_CASE_FIXTURE(FaultyDisk, "bytes that were cut off after the last sync may reappear") {
  CHECK(append("log", "0123456789") == "ok");
  CHECK(sync("log") == "ok");
  sync_directory("");
  const File file = disk.open("log", OpenMode::read_write).value();
  REQUIRE(disk.truncate(file, 4).ok());
  CHECK(read("log") == "0123");
  power_off();
  CHECK(read("log") == "0123456789");
}

TEST_CASE_FIXTURE(FaultyDisk,
                  "a move between two directories is durable when either is synced, with what it stands on") {
  REQUIRE(disk.make_directory("from").ok());
  REQUIRE(disk.make_directory("to").ok());
  sync_directory("");
  CHECK(append("from/log", "content") == "ok");
  CHECK(sync("from/log") == "ok");
  REQUIRE(disk.rename("from/log", "to/log").ok());
  sync_directory("to");
  power_off();
  CHECK(listing(host.files) == "from/\nto/\nto/log = content\n");
}

TEST_CASE_FIXTURE(FaultyDisk, "syncing the directory that a file left makes durable what it met where it went") {
  REQUIRE(disk.make_directory("from").ok());
  REQUIRE(disk.make_directory("to").ok());
  CHECK(append("from/log", "content") == "ok");
  CHECK(sync("from/log") == "ok");
  sync_directory("from");
  sync_directory("");
  CHECK(append("to/log", "replaced") == "ok");
  REQUIRE(disk.rename("from/log", "to/log").ok());
  sync_directory("from");
  power_off();
  CHECK(listing(host.files) == "from/\nto/\nto/log = content\n");
}

TEST_CASE_FIXTURE(FaultyDisk, "a full disk refuses writes that need room, and nothing else") {
  CHECK(append("log", "content") == "ok");
  fault(sim::FillDisk{});
  CHECK(append("log", "more") == "disk full");
  CHECK(disk.free_space().value() == 0);
  CHECK(read("log") == "content");
  const File file = disk.open("log", OpenMode::read_write).value();
  CHECK(disk.write_at(file, 0, sim::as_bytes("C")).ok());
  CHECK(disk.unlink("log").ok());
  fault(sim::HealDisk{});
  CHECK(append("log", "more") == "ok");
}

TEST_CASE_FIXTURE(FaultyDisk, "capacity counts what is stored; the write that fills the disk is cut") {
  fault(sim::SetDiskCapacity{10});
  CHECK(append("a", "123456") == "ok");
  CHECK(disk.free_space().value() == 4);
  CHECK(append("b", "abcdef") == "disk full");
  CHECK(read("b") == "abcd");
  CHECK(disk.free_space().value() == 0);
  REQUIRE(disk.unlink("a").ok());
  CHECK(disk.free_space().value() == 6);
  const File file = disk.open("b", OpenMode::read_write).value();
  REQUIRE(disk.truncate(file, 1).ok());
  CHECK(disk.free_space().value() == 9);
  REQUIRE(disk.truncate(file, 1'000'000).ok());
  CHECK(disk.free_space().value() == 9);
}

TEST_CASE_FIXTURE(FaultyDisk, "an I/O error on write changes nothing; it can be limited to paths and a count") {
  CHECK(append("orders/log", "x") == "not found");
  REQUIRE(disk.make_directory("orders").ok());
  CHECK(append("orders/log", "content") == "ok");
  CHECK(append("other", "content") == "ok");
  fault(sim::FailDisk{DiskAccess::write, 2, "orders"});
  CHECK(append("other", "+") == "ok");
  CHECK(append("orders/log", "+") == "I/O error");
  CHECK(disk.rename("orders/log", "orders/moved").error() == DiskError::io_error);
  CHECK(append("orders/log", "!") == "ok");
  CHECK(read("orders/log") == "content!");
}

TEST_CASE_FIXTURE(FaultyDisk, "an I/O error on read lasts until the disk is healed") {
  CHECK(append("log", "content") == "ok");
  fault(sim::FailDisk{DiskAccess::read, 0, ""});
  CHECK(read("log") == "I/O error");
  CHECK(read("log") == "I/O error");
  CHECK(append("log", "+") == "ok");
  fault(sim::HealDisk{});
  CHECK(read("log") == "content+");
}

TEST_CASE_FIXTURE(FaultyDisk, "after an I/O error on sync the data is not durable") {
  CHECK(append("log", "content") == "ok");
  fault(sim::FailDisk{DiskAccess::sync, 2, ""});
  CHECK(sync("log") == "I/O error");
  CHECK(disk.sync_directory("").error() == DiskError::io_error);
  sync_directory("");
  power_off();
  CHECK(read("log") == "");
}

TEST_CASE_FIXTURE(FaultyDisk, "a sync that lies reports success, and the power loss tells") {
  CHECK(append("log", "content") == "ok");
  sync_directory("");
  fault(sim::LieOnSync{});
  CHECK(sync("log") == "ok");
  REQUIRE(disk.unlink("log").ok());
  sync_directory("");
  CHECK(platter_listing(host.files).empty());
  power_off();
  CHECK(read("log") == "");
}

TEST_CASE_FIXTURE(FaultyDisk, "a rotten bit is read, survives a power loss, and does not reach bytes read before") {
  CHECK(append("log", "abc") == "ok");
  CHECK(sync("log") == "ok");
  sync_directory("");
  const File file = disk.open("log", OpenMode::read).value();
  const sim::Bytes before = disk.read(file, 0, 3).value();
  fault(sim::RotBit{"log", 1, 5});
  CHECK(read("log") == "aBc");
  CHECK(before.view() == "abc");
  power_off();
  CHECK(read("log") == "aBc");
  CHECK(host.files.apply(sim::RotBit{"none", 0, 0}).error() == DiskError::not_found);
  CHECK(host.files.apply(sim::RotBit{"log", 3, 0}).error() == DiskError::out_of_range);
  CHECK(host.files.apply(sim::RotBit{"log", 0, 8}).error() == DiskError::out_of_range);
  CHECK(host.files.apply(sim::RotBit{"", 0, 0}).error() == DiskError::is_a_directory);
}

TEST_CASE_FIXTURE(FaultyDisk, "the journal of names is finite: very old changes are durable without a sync") {
  for (int i = 0; i < 5'000; ++i) {
    REQUIRE(disk.close(disk.open("f" + std::to_string(i), OpenMode::create).value()).ok());
    host.settle();
  }
  power_off();
  const std::size_t left = disk.list("").value().size();
  CHECK(left > 500);
  CHECK(left < 5'000);
  CHECK(disk.exists("f0").value());
  CHECK_FALSE(disk.exists("f4999").value());
}

}  // namespace
