// A program dies while its operations are not yet paid for: what would have happened later has not happened.
#include "tests/sim/disk_driver.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace {

using sim::DiskDiscard;
using sim::DiskOperationKind;
using sim::Duration;
using sim::File;
using sim::OpenMode;
using sim::Time;
using namespace sim_test;
using namespace sim::literals;

/// "log" with ten synced bytes and one operation after which it may crash.
class CrashingDisk {
 protected:
  CrashingDisk() {
    file = disk.open("log", OpenMode::create).value();
    REQUIRE(disk.append(file, sim::as_bytes("0123456789")).ok());
    REQUIRE(disk.sync(file).ok());
    REQUIRE(disk.make_directory("d").ok());
    REQUIRE(disk.sync_directory("").ok());
    host.settle();
    start = host.context.now;
  }
  /// Dies when `percent` of the time since the set-up was over.
  std::string crash_at(std::int64_t percent) {
    const Duration elapsed = host.context.now - start;
    lost = host.files.crash(start + elapsed * percent / 100);
    return listing(host.files);
  }
  std::string power_off_at(std::int64_t percent) {
    const Duration elapsed = host.context.now - start;
    sim::Random random{sim::Seed{1}};
    const sim::PowerLossModel none{sim::Survival::none, sim::Survival::none, true};
    REQUIRE(host.files.apply(sim::SetPowerLossModel{none}).ok());
    lost = host.files.power_off(start + elapsed * percent / 100, random);
    return listing(host.files);
  }

  /// A write takes 100 us, whatever its length.
  static sim::DiskModel model() {
    sim::DiskModel model;
    model.costs.write_base = 100_us;
    model.costs.write_per_kib = 0_us;
    return model;
  }

  TestHost host{model()};
  sim::SimulatedDisk disk = host.disk();
  File file;
  Time start;
  std::vector<DiskDiscard> lost;
  const std::string before = "d/\nlog = 0123456789\n";
};

TEST_CASE_FIXTURE(CrashingDisk, "an append that was going on keeps the bytes that it had time for") {
  REQUIRE(disk.append(file, sim::as_bytes("abcdefghij")).ok());
  CHECK(crash_at(50) == "d/\nlog = 0123456789abcde\n");
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].why == DiskDiscard::Why::torn);
  CHECK(lost[0].kind == DiskOperationKind::append);
  CHECK(lost[0].path == "log");
  CHECK(lost[0].offset == 10);
  CHECK(lost[0].length == 10);
  CHECK(lost[0].kept == 5);
}

TEST_CASE_FIXTURE(CrashingDisk, "an append that had not begun is undone, one that was over stays") {
  REQUIRE(disk.append(file, sim::as_bytes("abc")).ok());
  TestHost other = host;
  other.files.crash(other.context.now);
  CHECK(listing(other.files) == "d/\nlog = 0123456789abc\n");
  CHECK(crash_at(0) == before);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].why == DiskDiscard::Why::unpaid);
}

TEST_CASE_FIXTURE(CrashingDisk, "an undone append leaves time, room and device as they were") {
  const std::int64_t modified = disk.status("log").value().modified_wall_ns;
  host.settle();
  start = host.context.now;
  host.context.wall += 1'000;
  REQUIRE(disk.append(file, sim::as_bytes("abc")).ok());
  REQUIRE(disk.sync(file).ok());
  CHECK(host.files.used() == 13);
  CHECK(crash_at(0) == before);
  CHECK(host.files.used() == 10);
  host.context.now = start;
  CHECK(disk.status("log").value().modified_wall_ns == modified);
  CHECK(host.context.now == start + host.files.model().costs.lookup_base);  // nobody to wait for
  const File again = disk.open("log", OpenMode::read_write).value();
  REQUIRE(disk.append(again, sim::as_bytes("x")).ok());
  const Time begin = host.context.now;
  REQUIRE(disk.sync(again).ok());
  CHECK(host.context.now - begin == host.files.model().cost(host.files.model().costs.sync_base));
}

TEST_CASE_FIXTURE(CrashingDisk, "a write that was going on is torn in its middle, also over the end of the file") {
  REQUIRE(disk.write_at(file, 4, sim::as_bytes("abcdefghijklmnop")).ok());
  TestHost early = host;
  early.files.crash(start + (host.context.now - start) / 4);
  CHECK(listing(early.files) == "d/\nlog = 0123abcd89\n");
  CHECK(crash_at(75) == "d/\nlog = 0123abcdefghijkl\n");
}

TEST_CASE_FIXTURE(CrashingDisk, "a truncation happens whole or not at all") {
  REQUIRE(disk.truncate(file, 3).ok());
  CHECK(crash_at(99) == before);
}

TEST_CASE_FIXTURE(CrashingDisk, "names change whole or not at all: create") {
  REQUIRE(disk.open("new", OpenMode::create).ok());
  CHECK(crash_at(99) == before);
  CHECK(lost.at(0).path == "new");
}

TEST_CASE_FIXTURE(CrashingDisk, "names change whole or not at all: rename over another file") {
  const File other = disk.open("other", OpenMode::create).value();
  REQUIRE(disk.append(other, sim::as_bytes("new")).ok());
  host.settle();
  start = host.context.now;
  REQUIRE(disk.rename("other", "log").ok());
  CHECK(crash_at(99) == before + "other = new\n");
}

TEST_CASE_FIXTURE(CrashingDisk, "names change whole or not at all: unlink, make and remove directory") {
  REQUIRE(disk.unlink("log").ok());
  REQUIRE(disk.remove_directory("d").ok());
  REQUIRE(disk.make_directory("e").ok());
  CHECK(crash_at(10) == before);
  REQUIRE(lost.size() == 3);
  CHECK(lost[0].kind == DiskOperationKind::make_directory);
  CHECK(lost[2].path == "log");
}

TEST_CASE_FIXTURE(CrashingDisk, "a file that was emptied by opening it has its content again") {
  REQUIRE(disk.open("log", OpenMode::replace).ok());
  CHECK(crash_at(50) == before);
}

TEST_CASE_FIXTURE(CrashingDisk, "a sync that was not finished has not synced") {
  REQUIRE(disk.append(file, sim::as_bytes("abc")).ok());
  host.settle();
  start = host.context.now;
  REQUIRE(disk.sync(file).ok());
  TestHost later = host;
  REQUIRE(later.disk().append(file, sim::as_bytes("def")).ok());
  CHECK(power_off_at(99) == before);
  // A finished one has, without what came after it.
  sim::Random random{sim::Seed{1}};
  const sim::PowerLossModel none{sim::Survival::none, sim::Survival::none, true};
  REQUIRE(later.files.apply(sim::SetPowerLossModel{none}).ok());
  later.files.power_off(later.context.now, random);
  CHECK(listing(later.files) == "d/\nlog = 0123456789abc\n");
}

TEST_CASE_FIXTURE(CrashingDisk, "what was written during an unfinished sync follows what the sync was about") {
  REQUIRE(disk.append(file, sim::as_bytes("abc")).ok());
  host.settle();
  start = host.context.now;
  REQUIRE(disk.sync(file).ok());
  const Time synced = host.context.now;
  host.context.now = start;  // another handler, at the same time
  REQUIRE(disk.append(file, sim::as_bytes("def")).ok());
  host.context.now = synced;
  TestHost all = host;
  TestHost some = host;
  CHECK(power_off_at(50) == before);
  CHECK(lost.back().length == 6);  // both are unsynced again
  sim::Random random{sim::Seed{1}};
  const sim::PowerLossModel survive{sim::Survival::all, sim::Survival::all, true};
  REQUIRE(all.files.apply(sim::SetPowerLossModel{survive}).ok());
  all.files.power_off(start + (synced - start) / 2, random);
  CHECK(listing(all.files) == "d/\nlog = 0123456789abcdef\n");
  for (std::uint64_t seed = 0; seed < 40; ++seed) {  // a prefix of both, in this order
    TestHost one = some;
    sim::Random chance{sim::Seed{seed}};
    one.files.power_off(start + (synced - start) / 2, chance);
    const std::string found = listing(one.files);
    CHECK(found.size() >= before.size());
    CHECK(found == "d/\nlog = " + std::string{"0123456789abcdef"}.substr(0, found.size() - 10) + "\n");
  }
}

TEST_CASE_FIXTURE(CrashingDisk, "an unfinished sync of a directory has made nothing durable") {
  REQUIRE(disk.rename("log", "d/log").ok());
  host.settle();
  start = host.context.now;
  REQUIRE(disk.sync_directory("d").ok());
  CHECK(power_off_at(99) == before);
}

TEST_CASE_FIXTURE(CrashingDisk, "a file that an unfinished sync let go is back") {
  REQUIRE(disk.unlink("log").ok());
  host.settle();
  REQUIRE(disk.close(file).ok());
  start = host.context.now;
  REQUIRE(disk.sync_directory("").ok());
  host.files.settle(start);  // must not take the inode away: the sync may yet be undone
  CHECK(power_off_at(50) == before);
}

TEST_CASE_FIXTURE(CrashingDisk, "a file whose last handle is closed while a sync is about to let it go is back, too") {
  REQUIRE(disk.unlink("log").ok());
  host.settle();
  start = host.context.now;
  REQUIRE(disk.sync_directory("").ok());
  const Time synced = host.context.now;
  host.context.now = start;  // another handler, at the same time
  REQUIRE(disk.close(file).ok());
  host.files.settle(host.context.now);
  host.context.now = synced;
  CHECK(power_off_at(50) == before);
}

TEST_CASE_FIXTURE(CrashingDisk, "what is shifted by a freeze happens later") {
  REQUIRE(disk.append(file, sim::as_bytes("abcdefghij")).ok());
  const Time end = host.context.now;
  host.files.shift(start, 1_s);
  TestHost late = host;
  TestHost halfway = host;
  halfway.files.crash(end + 1_s - 50_us);
  CHECK(listing(halfway.files) == "d/\nlog = 0123456789abcde\n");
  late.files.crash(end + 1_s);
  CHECK(listing(late.files) == "d/\nlog = 0123456789abcdefghij\n");
  lost = host.files.crash(end);
  CHECK(listing(host.files) == before);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].end == end + 1_s);
}

TEST_CASE_FIXTURE(CrashingDisk, "what has happened before a freeze is not shifted") {
  REQUIRE(disk.append(file, sim::as_bytes("abc")).ok());
  const Time end = host.context.now;
  host.files.shift(end, 1_s);
  CHECK(host.files.crash(end).empty());
  CHECK(listing(host.files) == "d/\nlog = 0123456789abc\n");
}

// --- random handlers side by side ----------------------------------------------------------------------------------

struct Recorded {
  DiskStep step;
  std::size_t station = 0;
  Time end;
  std::string outcome;
};

/// Two handlers at a time, each with its own meter and handles, whose steps alternate in any way.
class SideBySide {
 public:
  explicit SideBySide(sim::Random& random) {
    auto disk = host.disk();
    for (int i = 0; i < 120; ++i) {
      Recorded record;
      record.station = random.index(2);
      record.step = random_step(random);
      Time& meter = meters_[record.station];
      if (random.below(3) == 0) meter += Duration{static_cast<std::int64_t>(random.below(50'000))};
      if (random.below(20) == 0) {  // both are done, and the world goes on
        meters_[0] = meters_[1] = std::max(meters_[0], meters_[1]);
        host.files.settle(meter);
        settled_ = meter;
      }
      host.context.now = meter;
      record.outcome = run_step(record.step, disk, handles_[record.station]);
      meter = host.context.now;
      record.end = meter;
      records.push_back(std::move(record));
    }
  }

  Time random_moment(sim::Random& random) const {
    const Time last = std::max(meters_[0], meters_[1]);
    const std::uint64_t range = static_cast<std::uint64_t>((last - settled_).nanoseconds()) + 1;
    return settled_ + Duration{static_cast<std::int64_t>(random.below(range))};
  }

  /// Long writes, so that many are going on when the crash comes.
  static sim::DiskModel model() {
    sim::DiskModel model;
    model.costs.write_per_kib = 50_us;
    return model;
  }

  TestHost host{model()};
  std::vector<Recorded> records;

 private:
  std::array<Time, 2> meters_;
  std::array<Handles, 2> handles_{};
  Time settled_;
};

/// A disk on which only that happened which ended until `crash`, and the torn part of what did not.
TestHost replay(const SideBySide& run, Time crash, const std::vector<DiskDiscard>& lost) {
  TestHost fresh;
  auto disk = fresh.disk();
  std::array<Handles, 2> handles{};
  std::array<bool, 2> stopped{};
  for (const Recorded& record : run.records) {
    if (stopped[record.station]) continue;
    DiskStep step = record.step;
    if (record.end > crash) {
      stopped[record.station] = true;  // everything later of this handler lies behind the crash, too
      const auto torn = std::find_if(lost.begin(), lost.end(), [&](const DiskDiscard& discard) {
        return discard.why == DiskDiscard::Why::torn && discard.end == record.end && discard.length == step.length;
      });
      if (torn == lost.end()) continue;
      if (step.kind != DiskStep::Kind::append && step.kind != DiskStep::Kind::write_at) continue;
      step.length = torn->kept;
      run_step(step, disk, handles[record.station]);
    } else {
      const std::string outcome = run_step(step, disk, handles[record.station]);
      REQUIRE(outcome == record.outcome);
    }
    fresh.settle();
  }
  return fresh;
}

std::string after_power_loss(TestHost host, Time now, sim::Survival survival) {
  sim::Random random{sim::Seed{1}};
  REQUIRE(host.files.apply(sim::SetPowerLossModel{{survival, survival, true}}).ok());
  host.files.power_off(now, random);
  return listing(host.files);
}

TEST_CASE("random handlers side by side: after a crash the disk is as if only the past had happened") {
  int torn = 0;
  int undone = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    CAPTURE(seed);
    sim::Random random{sim::Seed{seed}};
    SideBySide run{random};
    const Time moment = run.random_moment(random);
    TestHost crashed = run.host;
    const std::vector<DiskDiscard> lost = crashed.files.crash(moment);
    for (const DiskDiscard& discard : lost) ++(discard.why == DiskDiscard::Why::torn ? torn : undone);

    const TestHost expected = replay(run, moment, lost);
    REQUIRE(listing(crashed.files) == listing(expected.files));
    REQUIRE(after_power_loss(crashed, moment, sim::Survival::none) ==
            after_power_loss(expected, expected.context.now, sim::Survival::none));
    REQUIRE(after_power_loss(run.host, moment, sim::Survival::none) ==
            after_power_loss(expected, expected.context.now, sim::Survival::none));
    REQUIRE(after_power_loss(crashed, moment, sim::Survival::all) == listing(expected.files));
  }
  CHECK(torn > 50);
  CHECK(undone > 500);
}

}  // namespace
