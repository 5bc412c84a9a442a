// What a log is after a crash: docs/reference/log-storage.md §7 and §8.
#include "model/log/checkpoint_file.hpp"
#include "model/log/log.hpp"
#include "tests/model/log/log_fixture.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>

using namespace kafka;
using namespace kafka::testing;

namespace {

constexpr std::string_view segment_0 = "orders-0/00000000000000000000.log";

/// Batches a (0..1), b (2..3), c (4..5), epochs 0, 1, 1; `bytes` is the whole file.
struct AfterCrash {
  HostDisk host;
  std::vector<std::byte> bytes;
  std::size_t batch_size = 0;

  AfterCrash() {
    const std::vector<sim::Bytes> batches = {stored_batch(0, 0, "a", 2), stored_batch(2, 1, "b", 2),
                                             stored_batch(4, 1, "c", 2)};
    bytes = concatenated(batches);
    batch_size = batches[0].size();
    host.use([](sim::Disk& disk) { return disk.make_directory(folder).ok(); });
    put(segment_0, bytes);
  }

  void put(std::string_view path, ByteView content) {
    host.use([&](sim::Disk& disk) { return write_file(disk, path, content), 0; });
  }
  LoadedLog loaded(const LoadOptions& options = {}) {
    return host.use([&](sim::Disk& disk) { return load(disk, options); });
  }
  /// What is readable after an unclean start.
  std::string recovered(const LoadOptions& options = {}) {
    return host.use([&](sim::Disk& disk) { return values(everything(disk, load(disk, options).log)); });
  }
  std::string recovered_from(ByteView content) {
    put(segment_0, content);
    return recovered();
  }
};

LoadOptions clean_start() {
  LoadOptions options;
  options.clean = true;
  return options;
}

}  // namespace

TEST_CASE_FIXTURE(AfterCrash, "nothing torn: everything is checked, epochs are found again, the recovery point stays") {
  const LoadedLog all = loaded();
  CHECK(all.log.log_end_offset() == Offset{6});
  CHECK(all.log.recovery_point() == Offset{0});
  CHECK(all.report.bytes_checked == bytes.size());
  CHECK(all.report.bytes_truncated == 0);
  CHECK(all.log.leader_epochs().entries() ==
        std::vector<EpochEntry>{{LeaderEpoch{0}, Offset{0}}, {LeaderEpoch{1}, Offset{2}}});
  CHECK(leader_epochs_from_text("0\n2\n0 0\n1 2\n")->entries() == all.log.leader_epochs().entries());
}

TEST_CASE_FIXTURE(AfterCrash, "a tail torn at any byte ends at the last whole batch") {
  for (std::size_t length = 0; length <= bytes.size(); ++length) {
    const std::string expected = std::string{"aabbcc"}.substr(0, length / batch_size * 2);
    REQUIRE(recovered_from(ByteView{bytes}.first(length)) == expected);
    REQUIRE(host.content(segment_0).size() == length / batch_size * batch_size);
  }
}

TEST_CASE_FIXTURE(AfterCrash, "a tail of zeros, a length beyond the end, a wrong length, a wrong magic number") {
  std::vector<std::byte> zeros = bytes;
  zeros.resize(bytes.size() + 4'096);
  CHECK(recovered_from(zeros) == "aabbcc");

  std::vector<std::byte> beyond = bytes;
  beyond[2 * batch_size + 9] = std::byte{1};
  CHECK(recovered_from(beyond) == "aabb");

  std::vector<std::byte> shorter = bytes;
  shorter[2 * batch_size + 11] = std::byte{20};
  CHECK(recovered_from(shorter) == "aabb");

  std::vector<std::byte> magic = bytes;
  magic[2 * batch_size + 16] = std::byte{1};
  CHECK(recovered_from(magic) == "aabb");
}

TEST_CASE_FIXTURE(AfterCrash, "a wrong checksum in the middle takes everything behind it, good batches too") {
  std::vector<std::byte> rotten = bytes;
  rotten[batch_size + 65] ^= std::byte{1};
  put(segment_0, rotten);
  const LoadedLog cut = loaded();
  CHECK(cut.log.log_end_offset() == Offset{2});
  CHECK(cut.report.bytes_truncated == 2 * batch_size);
  CHECK(cut.report.bytes_checked == 2 * batch_size);
  CHECK(host.content(segment_0).size() == batch_size);
}

TEST_CASE_FIXTURE(AfterCrash, "offsets that go back empty the segment") {
  CHECK(recovered_from(concatenated({stored_batch(0, 0, "a", 2), stored_batch(1, 0, "b")})).empty());
  CHECK(host.content(segment_0).empty());
  // The checksum does not cover the base offset: a lost sector that ends with it makes it 0, and the batch stays valid.
  std::vector<std::byte> lost = bytes;
  std::fill_n(lost.begin() + static_cast<std::ptrdiff_t>(2 * batch_size), 8, std::byte{0});
  CHECK(recovered_from(lost).empty());
}

TEST_CASE_FIXTURE(AfterCrash, "after a clean shutdown nothing is checked, only walked over") {
  std::vector<std::byte> rotten = bytes;
  rotten[batch_size + 65] ^= std::byte{1};
  put(segment_0, rotten);
  const LoadedLog all = loaded(clean_start());
  CHECK(all.log.log_end_offset() == Offset{6});
  CHECK(all.log.recovery_point() == Offset{6});
  CHECK(all.report.bytes_checked == 0);
  // ... unless the walk itself does not reach the end.
  rotten[batch_size + 9] = std::byte{1};
  put(segment_0, rotten);
  const LoadedLog cut = loaded(clean_start());
  CHECK(cut.log.log_end_offset() == Offset{2});
  CHECK(cut.report.segments_recovered == 1);
}

TEST_CASE_FIXTURE(AfterCrash, "what a start takes from the checkpoints is clamped to what the log has") {
  LoadOptions options;
  options.recovery_point = Offset{99};
  options.high_watermark = Offset{99};
  const LoadedLog shorter = loaded(options);
  CHECK(shorter.log.recovery_point() == Offset{6});
  CHECK(shorter.log.high_watermark() == Offset{6});
  options.log_start = Offset{3};
  options.high_watermark = Offset{0};
  const LoadedLog later = loaded(options);
  CHECK(later.log.log_start_offset() == Offset{3});
  CHECK(later.log.high_watermark() == Offset{3});
  CHECK(later.log.leader_epochs().entries() == std::vector<EpochEntry>{{LeaderEpoch{1}, Offset{3}}});
}

TEST_CASE_FIXTURE(AfterCrash, "a log that ends before its log start is given up") {
  LoadOptions options;
  options.log_start = Offset{7};
  const LoadedLog anew = loaded(options);
  CHECK(anew.log.log_start_offset() == Offset{7});
  CHECK(anew.log.log_end_offset() == Offset{7});
  CHECK(anew.log.leader_epochs().empty());
  CHECK(anew.report.segments_deleted == 1);
  CHECK(host.has("orders-0/00000000000000000007.log"));
  CHECK(host.has("orders-0/00000000000000000000.log.deleted"));
}

TEST_CASE_FIXTURE(AfterCrash, "epochs that begin at or behind the recovered end are forgotten") {
  put("orders-0/leader-epoch-checkpoint", sim::as_bytes("0\n3\n0 0\n1 2\n4 6\n"));
  const LoadedLog all = loaded();
  CHECK(all.log.leader_epochs().latest() == EpochEntry{LeaderEpoch{1}, Offset{2}});
  CHECK(all.log.epoch_checkpoint_pending());
}

TEST_CASE_FIXTURE(AfterCrash, "remains of deletions go, and a malformed epoch checkpoint takes the directory offline") {
  put("orders-0/00000000000000000100.log.deleted", bytes);
  put("orders-0/00000000000000000200.log.cleaned", bytes);
  CHECK(recovered() == "aabbcc");
  CHECK_FALSE(host.has("orders-0/00000000000000000100.log.deleted"));
  CHECK_FALSE(host.has("orders-0/00000000000000000200.log.cleaned"));
  put("orders-0/leader-epoch-checkpoint", sim::as_bytes("0\n7\n"));
  host.use([](sim::Disk& disk) {
    const auto refused = Log::load(disk, orders_0, folder, LogConfig{}, LoadOptions{});
    CHECK(refused.error().code == ErrorCode::kafka_storage_error);
    return 0;
  });
}

TEST_CASE("vector 14: three segments, the recovery point in the second, whose second batch is bad") {
  const std::vector<sim::Bytes> batches = {stored_batch(0, 0, "a", 2), stored_batch(2, 0, "b", 2),
                                           stored_batch(4, 0, "c", 2)};
  HostDisk host;
  host.use([&](sim::Disk& disk) {
    REQUIRE(disk.make_directory(folder).ok());
    std::vector<std::byte> rotten = concatenated({batches[0], batches[1], batches[2]});
    rotten[batches[0].size() + 65] ^= std::byte{1};  // below the recovery point: nobody looks
    write_file(disk, segment_0, rotten);
    std::vector<std::byte> second =
        concatenated({stored_batch(10, 0, "d", 2), stored_batch(12, 0, "e", 2), stored_batch(14, 0, "f", 2)});
    second[batches[0].size() + 65] ^= std::byte{1};
    write_file(disk, "orders-0/00000000000000000010.log", second);
    write_file(disk, "orders-0/00000000000000000020.log", stored_batch(20, 0, "g", 2).span());
    LoadOptions options;
    options.recovery_point = Offset{11};
    const LoadedLog loaded = load(disk, options);
    CHECK(loaded.report.segments == 2);
    CHECK(loaded.report.segments_recovered == 1);
    CHECK(loaded.report.segments_deleted == 1);
    CHECK(loaded.report.bytes_checked == 2 * batches[0].size());
    CHECK(loaded.log.log_end_offset() == Offset{12});
    // Over the border of segments: a read never crosses it, an offset behind the first one's end is in the second.
    CHECK(loaded.log.read(disk, Offset{4}, 10'000, Offset{12}, true).value().records.size() == batches[2].size());
    CHECK(values(loaded.log.read(disk, Offset{6}, 10'000, Offset{12}, true).value().records.span()) == "dd");
    CHECK(loaded.log.position_of(disk, Offset{8}).value() == LogOffsetMetadata{Offset{8}, Offset{10}, 0});
    Log cut = loaded.log;
    REQUIRE(cut.truncate_to(disk, Offset{5}).ok());
    CHECK(cut.log_end_offset() == Offset{5});
    CHECK(cut.take_deleted_files().size() == 2);
    return 0;
  });
  CHECK(host.has("orders-0/00000000000000000020.log.deleted"));
  CHECK(host.has("orders-0/00000000000000000010.log.deleted"));
}

TEST_CASE("a process that dies inside an append leaves a part of the batch, and the start removes it") {
  std::map<std::string, int> seen;
  for (int percent = 0; percent <= 100; percent += 4) {
    HostDisk host;
    Log log = host.use([](sim::Disk& disk) { return load(disk).log; });
    host.use([&](sim::Disk& disk) { return append(disk, log, batch_of("a").span()).bytes; });
    const sim::Bytes large = batch_of(std::string(3'000, 'b'));
    host.crash_within([&](sim::Disk& disk) { append(disk, log, large.span()); }, percent);
    const std::size_t left = host.content(segment_0).size();
    const std::string found = host.use([](sim::Disk& disk) { return values(everything(disk, load(disk).log)); });
    const std::size_t whole = stored_batch(0, 0, "a").size();
    REQUIRE(found.substr(0, 1) == "a");
    REQUIRE((found.size() == 1 || found.size() == 3'001));
    ++seen[found.size() == 3'001 ? "whole" : left == whole ? "nothing" : "torn"];
  }
  CHECK(seen["whole"] == 1);
  CHECK(seen["torn"] > 5);
  CHECK(seen["nothing"] >= 1);
}

TEST_CASE("§8: what was cut and not synced may be back after a power loss, with good checksums") {
  HostDisk host;
  sim::PowerLossModel model;
  model.data = sim::Survival::none;
  model.names = sim::Survival::none;
  host.fault(sim::SetPowerLossModel{model});
  Log log = host.use([](sim::Disk& disk) { return load(disk).log; });
  host.use([&](sim::Disk& disk) {
    REQUIRE(disk.sync_directory("").ok());
    append(disk, log, batch_of("a", 2).span());
    append(disk, log, batch_of("b", 2).span(), 1);
    REQUIRE(log.flush_all(disk).ok());
    REQUIRE(log.truncate_to(disk, Offset{2}).ok());
    CHECK(values(everything(disk, log)) == "aa");
    return 0;
  });
  sim::Random random{sim::Seed{1}};
  host.power_off(random);
  host.use([&](sim::Disk& disk) {
    LoadOptions options;
    options.recovery_point = log.recovery_point();  // the caller had checkpointed it after the cut
    const LoadedLog back = load(disk, options);
    CHECK(back.report.bytes_truncated == 0);
    CHECK(values(everything(disk, back.log)) == "aabb");
    // The epochs are back, too, and so the next leader finds out.
    CHECK(back.log.end_offset_for_epoch(LeaderEpoch{0}) == EpochEndOffset{LeaderEpoch{0}, Offset{2}});
    CHECK(truncation_point({LeaderEpoch{0}, Offset{2}}, back.log.leader_epochs(), back.log.log_end_offset(),
                           Offset{0}) == TruncationPoint{Offset{2}, true});
    return 0;
  });
}

TEST_CASE("a flush makes the name of a new segment durable, too") {
  for (const bool flushed : {false, true}) {
    HostDisk host;
    sim::PowerLossModel model;
    model.names = sim::Survival::none;
    host.fault(sim::SetPowerLossModel{model});
    Log log = host.use([](sim::Disk& disk) { return load(disk).log; });
    host.use([&](sim::Disk& disk) { return disk.sync_directory("").ok(); });
    if (flushed) host.use([&](sim::Disk& disk) { return log.flush_all(disk).ok(); });
    sim::Random random{sim::Seed{1}};
    host.power_off(random);
    CHECK(host.has(folder));
    CHECK(host.has(segment_0) == flushed);
  }
}

namespace {

/// Appends, flushes and cuts until the power goes, at a random moment; then checks what the start finds.
class PowerLoss {
 public:
  PowerLoss(std::uint64_t seed, sim::Survival survival, bool with_cuts)
      : random_{sim::Seed{seed}}, with_cuts_{with_cuts} {
    sim::PowerLossModel model;
    model.data = survival;
    model.names = survival;
    host_.fault(sim::SetPowerLossModel{model});
  }

  void run() {
    log_ = host_.use([](sim::Disk& disk) { return load(disk).log; });
    host_.use([&](sim::Disk& disk) { return checkpoint(disk), 0; });
    const std::uint64_t steps = random_.below(40);
    for (std::uint64_t i = 0; i < steps; ++i) host_.use([&](sim::Disk& disk) { return step(disk), 0; });
    const Offset surely_synced = synced_;
    host_.crash_within([&](sim::Disk& disk) { step(disk); }, static_cast<int>(random_.below(101)));
    synced_ = std::min(synced_, surely_synced);  // a last sync may not have come to its end
    host_.power_off(random_);
    host_.use([&](sim::Disk& disk) { return check(disk), 0; });
  }

 private:
  /// A batch at the place where it was once written.
  using Written = std::map<std::uint64_t, std::vector<sim::Bytes>>;

  void step(sim::Disk& disk) {
    const std::uint64_t choice = random_.below(12);
    if (choice == 0) {
      REQUIRE(log_.flush_all(disk).ok());
      synced_ = stored_end(disk);
    } else if (choice == 1) {
      checkpoint(disk);
    } else if (choice == 2 && with_cuts_) {
      const Offset to{random_.between(0, log_.log_end_offset().raw())};
      REQUIRE(log_.truncate_to(disk, to).ok());
      synced_ = std::min(synced_, stored_end(disk));
      checkpoint(disk);
    } else {
      if (random_.bernoulli(1, 6)) ++epoch_;
      const auto letter = static_cast<char>('a' + random_.below(26));
      const std::string value(static_cast<std::size_t>(random_.below(1'500)), letter);
      const std::int64_t base = log_.log_end_offset().raw();
      written_[log_.size()].push_back(stored_batch(base, epoch_, value, 2));
      append(disk, log_, batch_of(value, 2).span(), epoch_);
    }
  }

  /// Behind the last batch: the log end, unless a cut went through a batch.
  Offset stored_end(sim::Disk& disk) const {
    const std::vector<std::byte> all = everything(disk, log_);
    BatchCursor batches{all};
    Offset end{0};
    while (batches.next() == BatchStep::batch) end = batches.batch().last_offset() + 1;
    return end;
  }

  void checkpoint(sim::Disk& disk) {
    const PartitionOffset entry{orders_0, log_.recovery_point()};
    REQUIRE(write_offset_checkpoint(disk, "", recovery_point_checkpoint, {&entry, 1}).ok());
  }

  /// A valid batch whose base offset (which no checksum covers) was lost with its sector: recovery empties the segment.
  bool offsets_go_back() const {
    const std::vector<std::byte> left = host_.content(segment_0);
    BatchCursor batches{left};
    Offset next{0};
    while (batches.next() == BatchStep::batch && batches.batch().valid()) {
      if (batches.batch().last_offset() < next) return true;
      next = batches.batch().last_offset() + 1;
    }
    return false;
  }

  void check(sim::Disk& disk) {
    if (offsets_go_back()) synced_ = Offset{0};
    LoadOptions options;
    const auto points = read_offset_checkpoint(disk, "", recovery_point_checkpoint);
    REQUIRE(points.ok());
    if (points.value().count(orders_0) > 0) options.recovery_point = points.value().at(orders_0);
    const LoadedLog loaded = load(disk, options);
    // Never invents: each batch was once written there.
    const std::vector<std::byte> found = everything(disk, loaded.log);
    BatchCursor batches{found};
    std::uint64_t position = 0;
    Offset next{0};
    while (batches.next() == BatchStep::batch) {
      const ByteView bytes = batches.bytes();
      const std::vector<sim::Bytes>& candidates = written_[position];
      const bool was_written = std::any_of(candidates.begin(), candidates.end(), [&](const sim::Bytes& once) {
        return std::equal(once.begin(), once.end(), bytes.begin(), bytes.end());
      });
      REQUIRE(was_written);
      REQUIRE(batches.batch().base_offset() >= next);
      next = batches.batch().last_offset() + 1;
      position += bytes.size();
    }
    // Everything synced (and not cut since) is there.
    REQUIRE(loaded.log.log_end_offset() >= synced_);
    REQUIRE(loaded.log.recovery_point() <= loaded.log.log_end_offset());
    if (!with_cuts_) {  // a prefix: nothing is missing in between
      REQUIRE(loaded.log.log_end_offset() == next);
      REQUIRE(next.raw() % 2 == 0);
    }
    // Epochs are those of the batches, none begins behind the end.
    for (const EpochEntry& entry : loaded.log.leader_epochs().entries()) REQUIRE(entry.start < next);
    // And the log goes on.
    Log log = loaded.log;
    append(disk, log, batch_of("after").span(), epoch_ + 1);
    REQUIRE(values(everything(disk, log)).size() == values(found).size() + 5);
  }

  sim::Random random_;
  bool with_cuts_;
  HostDisk host_;
  Log log_;
  Written written_;
  Offset synced_{0};  ///< known to be on the platter, and not cut
  std::int32_t epoch_ = 0;
};

void lose_power(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    CAPTURE(seed);
    for (const sim::Survival survival : {sim::Survival::prefix, sim::Survival::none, sim::Survival::all}) {
      PowerLoss{seed, survival, false}.run();
      PowerLoss{seed, survival, true}.run();
    }
    // With sectors in any order a cut may leave old batches behind new ones; without cuts there are none.
    PowerLoss{seed, sim::Survival::reordered, false}.run();
  }
}

}  // namespace

TEST_CASE("power lost at a random moment: seeds 1 to 150") { lose_power(1, 150); }
TEST_CASE("power lost at a random moment: seeds 151 to 8000 [slow]") { lose_power(151, 8'000); }
