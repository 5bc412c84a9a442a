// Random histories of a log against a dumb one: a vector of batches. On the simulated disk and on a real one.
#include "model/log/checkpoint_file.hpp"
#include "model/log/log.hpp"
#include "tests/model/log/log_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

using namespace kafka;
using namespace kafka::testing;

namespace {

/// What a log is, without a file: every batch it holds, in order.
struct DumbLog {
  std::vector<sim::Bytes> batches;
  Offset start{0};
  Offset end{0};

  static RecordBatchView view(const sim::Bytes& batch) { return RecordBatchView{batch.span()}; }
  void truncate(Offset offset) {
    while (!batches.empty() && view(batches.back()).last_offset() >= offset) batches.pop_back();
    end = offset;
    start = std::min(start, offset);
  }
  void reload() { end = batches.empty() ? base : view(batches.back()).last_offset() + 1; }
  Offset base{0};

  std::vector<std::byte> read(Offset from, std::uint64_t max_bytes, Offset bound, bool min_one) const {
    std::vector<std::byte> found;
    std::uint64_t limit = max_bytes;
    for (const sim::Bytes& batch : batches) {
      if (view(batch).last_offset() < from) continue;
      if (view(batch).last_offset() >= bound) break;
      if (found.empty()) {
        if (min_one) limit = std::max<std::uint64_t>(limit, batch.size());
        if (batch.size() > limit) return {};
      }
      found.insert(found.end(), batch.begin(), batch.end());
    }
    if (found.size() > limit) found.resize(static_cast<std::size_t>(limit));
    return found;
  }
  std::vector<TimestampOffset> records() const {
    std::vector<TimestampOffset> all;
    for (const sim::Bytes& batch : batches) {
      const RecordBatchView of = view(batch);
      RecordCursor cursor{of};
      while (cursor.next() == RecordCursor::Step::record) {
        all.push_back({cursor.record().timestamp, cursor.record().offset, of.leader_epoch()});
      }
    }
    return all;
  }
};

class History {
 public:
  explicit History(std::uint64_t seed) : random_{sim::Seed{seed}} {
    // Known positions close together, or far apart.
    config_.index_interval_bytes = random_.bernoulli(1, 2) ? 200 : 4'096;
  }

  void start(sim::Disk& disk) { log_ = load(disk, {}, config_).log; }

  void step(sim::Disk& disk) {
    const std::uint64_t choice = random_.below(100);
    if (choice < 40) return append_as_leader(disk);
    if (choice < 55) return append_as_follower(disk);
    if (choice < 63) return truncate(disk);
    if (choice < 64) return start_anew(disk);
    if (choice < 68) return reload(disk);
    if (choice < 72) return flush(disk);
    if (choice < 80) return look_by_time(disk);
    read(disk);
  }

  void check_all(sim::Disk& disk) {
    REQUIRE(log_.log_end_offset() == dumb_.end);
    REQUIRE(log_.log_start_offset() == dumb_.start);
    const std::vector<std::byte> expected = dumb_.read(dumb_.start, UINT64_MAX, dumb_.end, true);
    REQUIRE((everything(disk, log_) == expected));
    for (const EpochEntry& entry : log_.leader_epochs().entries()) REQUIRE(entry.start < dumb_.end);
    for (const sim::Bytes& batch : dumb_.batches) {
      const RecordBatchView view = DumbLog::view(batch);
      REQUIRE(log_.leader_epochs().epoch_for(view.base_offset()) == view.leader_epoch());
    }
  }

 private:
  std::string text() {
    const std::uint64_t size = random_.bernoulli(1, 30) ? random_.below(100'000) : random_.below(300);
    return std::string(static_cast<std::size_t>(size), static_cast<char>('a' + random_.below(26)));
  }
  std::int64_t timestamp() { return random_.between(0, 10'000); }

  void append_as_leader(sim::Disk& disk) {
    if (random_.bernoulli(1, 10)) ++epoch_;
    const int count = static_cast<int>(1 + random_.below(5));
    const std::string value = text();
    const std::int64_t time = timestamp();
    append(disk, log_, batch_of(value, count, time).span(), epoch_);
    dumb_.batches.push_back(stored_batch(dumb_.end.raw(), epoch_, value, count, time));
    dumb_.end = dumb_.end + count;
  }

  void append_as_follower(sim::Disk& disk) {
    std::vector<sim::Bytes> fetched;
    for (std::uint64_t i = 0; i <= random_.below(4); ++i) {
      if (random_.bernoulli(1, 10)) ++epoch_;
      const int count = static_cast<int>(1 + random_.below(5));
      const std::int64_t gap = random_.bernoulli(1, 10) ? random_.between(1, 5) : 0;
      const std::string value = text();
      fetched.push_back(stored_batch(dumb_.end.raw() + gap, epoch_, value, count, timestamp()));
      dumb_.end = dumb_.end + gap + count;
    }
    REQUIRE(log_.append_as_follower(disk, concatenated(fetched)).ok());
    dumb_.batches.insert(dumb_.batches.end(), fetched.begin(), fetched.end());
  }

  void truncate(sim::Disk& disk) {
    const Offset to{random_.between(std::max(dumb_.base.raw(), dumb_.end.raw() - 40), dumb_.end.raw() + 1)};
    const LogResult<bool> cut = log_.truncate_to(disk, to);
    REQUIRE(cut.ok());
    REQUIRE(cut.value() == (to < dumb_.end));
    if (cut.value()) dumb_.truncate(to);
  }

  void start_anew(sim::Disk& disk) {
    const Offset at{random_.between(0, dumb_.end.raw() + 10)};
    REQUIRE(log_.truncate_fully_and_start_at(disk, at).ok());
    dumb_ = DumbLog{{}, at, at, at};
    if (random_.bernoulli(1, 2)) REQUIRE(delete_files(disk, log_.take_deleted_files()).ok());
  }

  void reload(sim::Disk& disk) {
    LoadOptions options;
    options.clean = random_.bernoulli(1, 2);
    options.recovery_point = log_.recovery_point();
    options.high_watermark = log_.high_watermark();
    if (options.clean) REQUIRE(log_.flush_all(disk).ok());
    REQUIRE(log_.close(disk).ok());
    const LoadedLog loaded = load(disk, options, config_);
    REQUIRE(loaded.report.bytes_truncated == 0);
    REQUIRE((loaded.report.bytes_checked == 0) == (options.clean || log_.size() == 0));
    const LeaderEpochCache before = log_.leader_epochs();
    log_ = loaded.log;
    dumb_.reload();
    LeaderEpochCache expected = before;
    expected.truncate_from_end(dumb_.end);
    REQUIRE((log_.leader_epochs().entries() == expected.entries()));
  }

  void flush(sim::Disk& disk) {
    const Offset to{random_.between(dumb_.start.raw(), dumb_.end.raw())};
    REQUIRE(log_.flush(disk, to).ok());
    REQUIRE(log_.recovery_point() >= to);
  }

  void look_by_time(sim::Disk& disk) {
    const Timestamp wanted{timestamp()};
    const std::vector<TimestampOffset> all = dumb_.records();
    const auto first =
        std::find_if(all.begin(), all.end(), [&](const TimestampOffset& record) { return record.timestamp >= wanted; });
    const auto found = log_.offset_for_timestamp(disk, wanted);
    REQUIRE(found.ok());
    REQUIRE(found.value().has_value() == (first != all.end()));
    if (first != all.end()) REQUIRE((*found.value() == *first));

    const auto latest =
        std::max_element(all.begin(), all.end(),
                         [](const TimestampOffset& a, const TimestampOffset& b) { return a.timestamp < b.timestamp; });
    const auto max = log_.offset_of_max_timestamp(disk);
    REQUIRE(max.ok());
    REQUIRE(max.value().has_value() == (latest != all.end()));
    if (latest != all.end()) REQUIRE((*max.value() == *latest));
  }

  void read(sim::Disk& disk) {
    const Offset from{random_.between(dumb_.start.raw(), dumb_.end.raw())};
    const Offset bound{random_.bernoulli(1, 2) ? dumb_.end.raw() : random_.between(dumb_.start.raw(), dumb_.end.raw())};
    const std::uint64_t max_bytes = random_.bernoulli(1, 3) ? random_.below(500) : random_.below(300'000);
    const bool min_one = random_.bernoulli(1, 2);
    const LogResult<FetchedRecords> fetched = log_.read(disk, from, max_bytes, bound, min_one);
    REQUIRE(fetched.ok());
    const std::vector<std::byte> expected = dumb_.read(from, max_bytes, bound, min_one);
    const sim::Bytes& found = fetched.value().records;
    REQUIRE(std::equal(found.begin(), found.end(), expected.begin(), expected.end()));
    const LogResult<LogOffsetMetadata> place = log_.position_of(disk, from);
    REQUIRE(place.ok());
    if (!found.empty()) REQUIRE((fetched.value().start == place.value()));
  }

  sim::Random random_;
  LogConfig config_;
  Log log_;
  DumbLog dumb_;
  std::int32_t epoch_ = 0;
};

void run_on_simulated_disk(std::uint64_t first, std::uint64_t last, int steps) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    HostDisk host;
    History history{seed};
    host.use([&](sim::Disk& disk) { return history.start(disk), 0; });
    for (int i = 0; i < steps; ++i) {
      host.use([&](sim::Disk& disk) { return history.step(disk), 0; });
      if (i % 10 == 0) host.use([&](sim::Disk& disk) { return history.check_all(disk), 0; });
    }
  }
}

}  // namespace

TEST_CASE("random histories on the simulated disk: seeds 1 to 30") { run_on_simulated_disk(1, 30, 150); }
TEST_CASE("random histories on the simulated disk: seeds 31 to 1500 [slow]") { run_on_simulated_disk(31, 1'500, 200); }

TEST_CASE("random histories on a real disk: seeds 1 to 6") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    const TemporaryFolder root;
    sim::RealDisk disk{root.path()};
    History history{seed};
    history.start(disk);
    for (int i = 0; i < 120; ++i) history.step(disk);
    history.check_all(disk);
  }
}

namespace {

/// A disk and what works on it, as a world would hold them: a value.
struct SmallWorld {
  HostDisk host;
  History history;

  explicit SmallWorld(std::uint64_t seed) : history{seed} {
    host.use([&](sim::Disk& disk) { return history.start(disk), 0; });
  }
  void live(int steps) {
    for (int i = 0; i < steps; ++i) host.use([&](sim::Disk& disk) { return history.step(disk), 0; });
  }
  void live_another_life(int steps) {
    for (int i = 0; i < steps; ++i) {
      host.use([&](sim::Disk& disk) {
        append(disk, other_, batch_of("another life", 2).span(), 1'000 + i);
        if (i % 3 == 0) REQUIRE(other_.truncate_to(disk, other_.log_end_offset() - 3).ok());
        return 0;
      });
    }
  }
  void take_over() {
    host.use([&](sim::Disk& disk) { return other_ = load(disk).log, 0; });
  }
  sim::Digest digest() {
    host.use([&](sim::Disk& disk) { return history.check_all(disk), 0; });
    return host.digest();
  }

 private:
  Log other_;
};

}  // namespace

TEST_CASE("copies of a log and its disk live apart: each ends as a run without the other does") {
  for (std::uint64_t seed = 1; seed <= 15; ++seed) {
    CAPTURE(seed);
    SmallWorld fresh{seed};
    fresh.live(80);
    const sim::Digest expected = fresh.digest();

    auto original = std::make_unique<SmallWorld>(seed);
    original->live(40);
    SmallWorld copy = *original;
    SmallWorld diverging = *original;
    diverging.take_over();
    for (int i = 0; i < 20; ++i) {  // alternately, so that each writes behind the other's back
      diverging.live_another_life(2);
      original->live(2);
    }
    CHECK(original->digest() == expected);
    original.reset();
    copy.live(40);
    CHECK(copy.digest() == expected);
  }
}

TEST_CASE("a copied log appends to its own table of positions") {
  HostDisk host;
  LogConfig config;
  config.index_interval_bytes = 0;
  Log log = host.use([&](sim::Disk& disk) { return load(disk, {}, config).log; });
  const auto add = [&](HostDisk& to, Log& of, int count, std::string_view text) {
    to.use([&](sim::Disk& disk) {
      for (int i = 0; i < count; ++i) append(disk, of, batch_of(text).span());
      return 0;
    });
  };
  add(host, log, 20, "common");
  HostDisk other_host = host;
  Log other = log;
  add(host, log, 20, "a");
  add(other_host, other, 20, "a much longer text");
  for (std::int64_t offset = 20; offset < 40; ++offset) {
    const auto value = [&](HostDisk& on, const Log& of) {
      return on.use([&](sim::Disk& disk) {
        return values(of.read(disk, Offset{offset}, 1, of.log_end_offset(), true).value().records.span());
      });
    };
    REQUIRE(value(host, log) == "a");
    REQUIRE(value(other_host, other) == "a much longer text");
  }
}
