// The power goes: what is left can be explained, and what was synced is there.
#include "tests/sim/disk_driver.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace {

using sim::File;
using sim::OpenMode;
using sim::Survival;
using namespace sim_test;

/// One file with a synced name, and everything that its content has been since the last sync.
class FileWithHistory {
 public:
  /// An unsynced step: the content after it, and which bytes a write wrote (none: it is no write).
  struct Step {
    std::string after;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
  };

  explicit FileWithHistory(sim::Random& random, std::uint64_t at_least = 3) {
    file_ = disk_.open("log", OpenMode::create).value();
    REQUIRE(disk_.sync_directory("").ok());
    const std::uint64_t count = at_least + random.below(12);
    for (std::uint64_t i = 0; i < count; ++i) {
      random_change(random, at_least < 20);
      host.settle();
    }
  }

  std::string power_off(const sim::PowerLossModel& model, sim::Random& random) {
    REQUIRE(host.files.apply(sim::SetPowerLossModel{model}).ok());
    lost = host.files.power_off(host.context.now, random);
    const File file = disk_.open("log", OpenMode::read).value();
    return std::string{disk_.read(file, 0, UINT64_MAX).value().view()};
  }

  const std::string& last() const { return steps.empty() ? synced : steps.back().after; }

  TestHost host;
  std::string synced;
  std::vector<Step> steps;
  std::vector<sim::DiskDiscard> lost;

 private:
  void random_change(sim::Random& random, bool may_sync) {
    Step step;
    step.after = last();
    const std::uint64_t kind = random.below(may_sync ? 12 : 11);
    const std::string bytes = pattern(random.below(1'000), 1 + random.below(random.below(4) == 0 ? 3'000 : 300));
    if (kind < 6) {
      step.begin = step.after.size();
      step.end = step.begin + bytes.size();
      step.after += bytes;
      REQUIRE(disk_.append(file_, sim::as_bytes(bytes)).ok());
    } else if (kind < 9) {
      step.begin = random.below(step.after.size() + 100);
      step.end = step.begin + bytes.size();
      if (step.after.size() < step.end) step.after.resize(step.end, '\0');
      step.after.replace(step.begin, bytes.size(), bytes);
      REQUIRE(disk_.write_at(file_, step.begin, sim::as_bytes(bytes)).ok());
    } else if (kind < 11) {
      step.after.resize(random.below(step.after.size() + 200), '\0');
      REQUIRE(disk_.truncate(file_, step.after.size()).ok());
    } else {
      REQUIRE(disk_.sync(file_).ok());
      synced = last();
      steps.clear();
      return;
    }
    steps.push_back(std::move(step));
  }

  sim::SimulatedDisk disk_ = host.disk();
  File file_;
};

/// Whether the first `k` bytes of some step, and all steps before it, give `found`.
bool is_some_prefix(const FileWithHistory& history, const std::string& found, bool torn_sectors) {
  std::string before = history.synced;
  if (found == before) return true;
  for (const FileWithHistory::Step& step : history.steps) {
    for (std::uint64_t cut = step.begin + 1; cut < step.end; ++cut) {
      if (!torn_sectors && cut % sim::sector_size != 0) continue;
      std::string partly = before;
      if (partly.size() < cut) partly.resize(cut, '\0');
      const std::uint64_t n = cut - step.begin;
      partly.replace(step.begin, n, step.after.substr(step.begin, n));
      if (found == partly) return true;
    }
    before = step.after;
    if (found == before) return true;
  }
  return false;
}

TEST_CASE("nothing unsynced survives, or everything, when the model says so") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    sim::Random random{sim::Seed{seed}};
    FileWithHistory none{random};
    REQUIRE(none.power_off({Survival::none, Survival::none, true}, random) == none.synced);
    FileWithHistory all{random};
    REQUIRE(all.power_off({Survival::all, Survival::all, true}, random) == all.last());
    REQUIRE(all.lost.empty());
  }
}

TEST_CASE("a prefix survives: the content is one that the file has had, to the byte or to the sector") {
  int nothing = 0;
  int everything = 0;
  int between = 0;
  int within_a_sector = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    CAPTURE(seed);
    sim::Random random{sim::Seed{seed}};
    FileWithHistory history{random};
    const bool torn_sectors = seed % 2 == 0;
    const std::string found = history.power_off({Survival::prefix, Survival::prefix, torn_sectors}, random);
    REQUIRE(is_some_prefix(history, found, torn_sectors));
    if (found == history.last()) ++everything;
    if (found == history.synced) ++nothing;
    if (found == history.last() || found == history.synced) continue;
    ++between;
    if (!is_some_prefix(history, found, false)) ++within_a_sector;
  }
  CHECK(nothing > 50);
  CHECK(everything > 50);
  CHECK(between > 50);
  CHECK(within_a_sector > 20);
}

TEST_CASE("a very long unsynced history is kept in fewer steps, but each was a state of the file") {
  int between = 0;
  for (std::uint64_t seed = 0; seed < 25; ++seed) {
    CAPTURE(seed);
    sim::Random random{sim::Seed{seed}};
    FileWithHistory history{random, 150};
    const std::string found = history.power_off({Survival::prefix, Survival::prefix, true}, random);
    REQUIRE(is_some_prefix(history, found, true));
    if (found != history.last() && found != history.synced) ++between;
  }
  CHECK(between > 5);
}

TEST_CASE("the oldest of very many unsynced steps survive together or not at all") {
  const std::string first(10'000, 'a');
  const std::string second(10'000, 'b');
  int whole = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    TestHost host;
    auto disk = host.disk();
    const File file = disk.open("log", OpenMode::create).value();
    REQUIRE(disk.sync_directory("").ok());
    REQUIRE(disk.append(file, sim::as_bytes(first)).ok());
    REQUIRE(disk.write_at(file, 5'000, sim::as_bytes(second)).ok());
    for (std::uint64_t i = 0; i < 80; ++i) {
      host.settle();
      REQUIRE(disk.write_at(file, 20'000 + i * 2, sim::as_bytes("c")).ok());
    }
    REQUIRE(host.files.apply(sim::SetPowerLossModel{{Survival::prefix, Survival::all, true}}).ok());
    sim::Random random{sim::Seed{seed}};
    host.files.power_off(host.context.now, random);
    std::string found;
    host.files.for_each([&](const sim::FileSystem::FileView& view) { found = text_of(view.content); });
    if (found.empty()) continue;
    ++whole;
    REQUIRE(found.substr(0, 15'000) == first.substr(0, 5'000) + second);
  }
  CHECK(whole > 5);
  CHECK(whole < 40);
}

/// Whether sector by sector (or byte by byte, where sectors tear) `found` is old, new, or zero.
bool is_explained_by_sectors(const FileWithHistory& history, const std::string& found, bool torn_sectors) {
  const std::string& last = history.last();
  std::string old = history.synced;
  old.resize(std::max(old.size(), found.size()), '\0');
  std::string fresh = last;
  fresh.resize(std::max(fresh.size(), found.size()), '\0');
  for (std::size_t sector = 0; sector < found.size(); sector += sim::sector_size) {
    const std::size_t end = std::min(found.size(), sector + sim::sector_size);
    const std::string_view here = std::string_view{found}.substr(sector, end - sector);
    const std::string_view was = std::string_view{old}.substr(sector, end - sector);
    const std::string_view is = std::string_view{fresh}.substr(sector, end - sector);
    if (here == was || here == is) continue;
    std::size_t i = 0;  // new at its beginning, old behind: torn, or cut by the end of what was written
    while (i < here.size() && here[i] == is[i]) ++i;
    const bool new_then_old = here.substr(i) == was.substr(i);
    if (new_then_old && torn_sectors) continue;
    // A sector may hold several dirty ranges that do not touch: each of its bytes is then old or new.
    for (std::size_t k = 0; k < here.size(); ++k) {
      if (here[k] != was[k] && here[k] != is[k]) return false;
    }
  }
  return true;
}

TEST_CASE("reordered writes: every sector is old or new, and the size is one that the file has had") {
  int holes = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    CAPTURE(seed);
    sim::Random random{sim::Seed{seed}};
    FileWithHistory history{random};
    const bool torn_sectors = seed % 2 == 0;
    const std::string found = history.power_off({Survival::reordered, Survival::all, torn_sectors}, random);
    REQUIRE(is_explained_by_sectors(history, found, torn_sectors));
    std::uint64_t smallest = history.synced.size();
    std::uint64_t largest = history.synced.size();
    for (const FileWithHistory::Step& step : history.steps) {
      smallest = std::min<std::uint64_t>(smallest, step.after.size());
      largest = std::max<std::uint64_t>(largest, step.after.size());
    }
    REQUIRE(found.size() >= smallest);
    REQUIRE(found.size() <= largest);
    if (!is_some_prefix(history, found, true)) ++holes;
  }
  CHECK(holes > 100);
}

TEST_CASE("lost sectors under a size that has grown read as zeros") {
  bool seen = false;
  for (std::uint64_t seed = 0; seed < 50 && !seen; ++seed) {
    TestHost host;
    auto disk = host.disk();
    const File file = disk.open("log", OpenMode::create).value();
    REQUIRE(disk.sync_directory("").ok());
    REQUIRE(disk.append(file, sim::as_bytes(std::string(2'048, 'x'))).ok());
    REQUIRE(host.files.apply(sim::SetPowerLossModel{{Survival::reordered, Survival::all, false}}).ok());
    sim::Random random{sim::Seed{seed}};
    host.files.power_off(host.context.now, random);
    std::string found;
    host.files.for_each([&](const sim::FileSystem::FileView& view) { found = text_of(view.content); });
    for (std::size_t sector = 0; sector + 512 <= found.size(); sector += 512) {
      const std::string here = found.substr(sector, 512);
      REQUIRE((here == std::string(512, 'x') || here == std::string(512, '\0')));
    }
    seen = found.size() == 2'048 && found.substr(0, 512) == std::string(512, '\0') && found.back() == 'x';
  }
  CHECK(seen);
}

TEST_CASE("what was cut off and became a hole is old or zero, sector by sector") {
  bool seen_old = false;
  bool seen_zero = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    TestHost host;
    auto disk = host.disk();
    const File file = disk.open("log", OpenMode::create).value();
    REQUIRE(disk.sync_directory("").ok());
    REQUIRE(disk.append(file, sim::as_bytes(std::string(2'048, 'x'))).ok());
    REQUIRE(disk.sync(file).ok());
    REQUIRE(disk.truncate(file, 0).ok());
    REQUIRE(disk.truncate(file, 2'048).ok());
    REQUIRE(host.files.apply(sim::SetPowerLossModel{{Survival::reordered, Survival::all, false}}).ok());
    sim::Random random{sim::Seed{seed}};
    host.files.power_off(host.context.now, random);
    std::string found;
    host.files.for_each([&](const sim::FileSystem::FileView& view) { found = text_of(view.content); });
    std::string sectors;
    for (std::size_t sector = 0; sector + 512 <= found.size(); sector += 512) {
      const std::string here = found.substr(sector, 512);
      const bool old = here == std::string(512, 'x');
      REQUIRE((old || here == std::string(512, '\0')));
      sectors += old ? 'x' : '0';
    }
    // The older sector was written back, a younger one was not: no order of steps explains that.
    if (sectors.find("0x") != std::string::npos) seen_zero = true;
    if (sectors.find("x0") != std::string::npos) seen_old = true;
  }
  CHECK(seen_old);
  CHECK(seen_zero);
}

// --- names ---------------------------------------------------------------------------------------------------------

std::string names_of(const sim::FileSystem& files) {
  std::string text;
  files.for_each([&](const sim::FileSystem::FileView& view) { text += std::string{view.path} + ' '; });
  return text;
}

/// Random renames, creations and unlinkings in one directory; `states` is what its names have been since its last sync.
struct NamesWithHistory {
  explicit NamesWithHistory(sim::Random& random) {
    auto disk = host.disk();
    states.push_back("");
    for (int i = 0; i < 12; ++i) {
      const std::string from(1, static_cast<char>('a' + random.below(5)));
      const std::string to(1, static_cast<char>('a' + random.below(5)));
      const std::uint64_t kind = random.below(8);
      bool changed = false;
      if (kind < 4) changed = disk.open(from, OpenMode::create_new).ok();
      if (kind == 4) changed = disk.unlink(from).ok();
      if (kind > 4 && kind < 7) changed = disk.rename(from, to).ok();
      if (kind == 7 && random.below(3) == 0) {
        REQUIRE(disk.sync_directory("").ok());
        states.clear();
        changed = true;
      }
      if (!changed) continue;
      std::string names = names_of(host.files);
      if (states.empty() || names != states.back()) states.push_back(std::move(names));
    }
    host.settle();
  }
  TestHost host;
  std::vector<std::string> states;
};

TEST_CASE("names survive as a prefix: the directory is one that has been") {
  int between = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    sim::Random random{sim::Seed{seed}};
    NamesWithHistory history{random};
    TestHost none = history.host;
    REQUIRE(none.files.apply(sim::SetPowerLossModel{{Survival::all, Survival::none, true}}).ok());
    const auto lost = none.files.power_off(none.context.now, random);
    REQUIRE(names_of(none.files) == history.states.front());
    REQUIRE(lost.size() + 1 >= history.states.size());

    TestHost prefix = history.host;
    REQUIRE(prefix.files.apply(sim::SetPowerLossModel{{Survival::all, Survival::prefix, true}}).ok());
    prefix.files.power_off(prefix.context.now, random);
    const std::string found = names_of(prefix.files);
    REQUIRE(std::count(history.states.begin(), history.states.end(), found) > 0);
    if (found != history.states.front() && found != history.states.back()) ++between;
  }
  CHECK(between > 40);
}

TEST_CASE("reordered names: a later change can survive an earlier one") {
  int out_of_order = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    TestHost host;
    auto disk = host.disk();
    REQUIRE(disk.open("first", OpenMode::create).ok());
    REQUIRE(disk.open("second", OpenMode::create).ok());
    REQUIRE(disk.rename("first", "third").ok());
    REQUIRE(host.files.apply(sim::SetPowerLossModel{{Survival::all, Survival::reordered, true}}).ok());
    sim::Random random{sim::Seed{seed}};
    const auto lost = host.files.power_off(host.context.now, random);
    const std::string found = names_of(host.files);
    const std::set<std::string> possible{"", "first ", "second ", "first second ", "second third ", "third "};
    REQUIRE(possible.count(found) == 1);
    const std::size_t left = static_cast<std::size_t>(std::count(found.begin(), found.end(), ' '));
    REQUIRE(left <= 2);
    REQUIRE(lost.size() >= 2 - left);
    if (found == "second " || found == "third ") ++out_of_order;
  }
  CHECK(out_of_order > 10);
}

TEST_CASE("reordered names: a name is never given to two files") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    TestHost host;
    auto disk = host.disk();
    REQUIRE(disk.open("a", OpenMode::create).ok());
    REQUIRE(disk.open("b", OpenMode::create).ok());
    REQUIRE(disk.sync_directory("").ok());
    REQUIRE(disk.unlink("b").ok());
    REQUIRE(disk.rename("a", "b").ok());
    REQUIRE(disk.open("a", OpenMode::create_new).ok());
    REQUIRE(host.files.apply(sim::SetPowerLossModel{{Survival::all, Survival::reordered, true}}).ok());
    sim::Random random{sim::Seed{seed}};
    host.files.power_off(host.context.now, random);
    const std::set<std::string> possible{"a b ", "a ", "b "};
    CAPTURE(names_of(host.files));
    REQUIRE(possible.count(names_of(host.files)) == 1);
  }
}

TEST_CASE("reordered names: a directory never ends up inside itself") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    TestHost host;
    auto disk = host.disk();
    REQUIRE(disk.make_directory("a").ok());
    REQUIRE(disk.make_directory("a/b").ok());
    REQUIRE(disk.sync_directory("").ok());
    REQUIRE(disk.sync_directory("a").ok());
    REQUIRE(disk.rename("a/b", "b").ok());
    REQUIRE(disk.rename("a", "b/a").ok());  // alone, it would move a into a/b
    REQUIRE(host.files.apply(sim::SetPowerLossModel{{Survival::all, Survival::reordered, true}}).ok());
    sim::Random random{sim::Seed{seed}};
    host.files.power_off(host.context.now, random);
    const std::set<std::string> possible{"a a/b ", "a b ", "b b/a "};
    CAPTURE(names_of(host.files));
    REQUIRE(possible.count(names_of(host.files)) == 1);
  }
}

// --- whole disks ---------------------------------------------------------------------------------------------------

sim::PowerLossModel random_model(sim::Random& random) {
  const auto survival = [&] { return static_cast<Survival>(random.below(4)); };
  sim::PowerLossModel model;
  model.data = survival();
  model.names = survival();
  model.torn_sectors = random.below(2) == 0;
  return model;
}

void sync_everything(TestHost& host) {
  auto disk = host.disk();
  std::vector<std::string> files;
  std::vector<std::string> directories{""};
  host.files.for_each([&](const sim::FileSystem::FileView& view) {
    (view.status.directory ? directories : files).emplace_back(view.path);
  });
  for (const std::string& path : files) {
    const File file = disk.open(path, OpenMode::read).value();
    REQUIRE(disk.sync(file).ok());
    REQUIRE(disk.close(file).ok());
  }
  for (const std::string& path : directories) REQUIRE(disk.sync_directory(path).ok());
}

void copy_tree(const sim::FileSystem& from, sim::Disk& to) {
  from.for_each([&](const sim::FileSystem::FileView& view) {
    if (view.status.directory) {
      REQUIRE(to.make_directory(view.path).ok());
      return;
    }
    const File file = to.open(view.path, OpenMode::create).value();
    REQUIRE(to.append(file, sim::as_bytes(text_of(view.content))).ok());
    REQUIRE(to.close(file).ok());
  });
}

TEST_CASE("random disks lose power again and again: what was synced is there, and the rest is a sound file system") {
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    sim::Random random{sim::Seed{seed}};
    TestHost host;
    for (int life = 0; life < 4; ++life) {
      CAPTURE(life);
      auto disk = host.disk();
      DumbDisk model;
      copy_tree(host.files, model);
      Handles handles{};
      Handles model_handles{};
      for (int i = 0; i < 80; ++i) {
        const DiskStep step = random_step(random);
        REQUIRE(run_step(step, disk, handles) == run_step(step, model, model_handles));
        if (random.below(5) == 0) host.settle();
      }
      REQUIRE(host.files.apply(sim::SetPowerLossModel{random_model(random)}).ok());
      std::string synced;
      const bool all_synced = random.below(3) == 0;
      if (all_synced) {
        sync_everything(host);
        synced = listing(host.files);
      }
      const auto lost = host.files.power_off(host.context.now, random);
      REQUIRE(listing(host.files) == platter_listing(host.files));
      if (!all_synced) continue;
      REQUIRE(listing(host.files) == synced);
      for (const sim::DiskDiscard& discard : lost) REQUIRE(discard.path.empty());
    }
  }
}

TEST_CASE("the same disk and the same stream of chance leave the same files") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    std::string digests[2];
    std::vector<sim::DiskDiscard> lost[2];
    for (int i = 0; i < 2; ++i) {
      sim::Random random{sim::Seed{seed}};
      TestHost host;
      auto disk = host.disk();
      Handles handles{};
      for (int step = 0; step < 100; ++step) run_step(random_step(random), disk, handles);
      REQUIRE(host.files.apply(sim::SetPowerLossModel{random_model(random)}).ok());
      lost[i] = host.files.power_off(host.context.now, random);
      digests[i] = digest_of(host.files);
    }
    REQUIRE(digests[0] == digests[1]);
    REQUIRE(lost[0] == lost[1]);
  }
}

}  // namespace
