// What a log answers, example by example. Random histories are in log_random_test.cpp, crashes in
// log_recovery_test.cpp.
#include "model/log/log.hpp"
#include "tests/model/log/log_fixture.hpp"
#include "tests/model/protocol/hex.hpp"

#include <doctest/doctest.h>

using namespace kafka;
using namespace kafka::testing;

namespace {

/// A log with batches a (0..4), b (5..9), c (10..14) in epochs 0, 0, 2.
struct ThreeBatches {
  HostDisk host;
  Log log;

  ThreeBatches() {
    host.use([&](sim::Disk& disk) {
      log = load(disk).log;
      append(disk, log, batch_of("a", 5, 1'000).span());
      append(disk, log, batch_of("b", 5, 3'000).span());
      append(disk, log, batch_of("c", 5, 2'000).span(), 2);
      return 0;
    });
  }

  LogResult<FetchedRecords> read(std::int64_t from, std::uint64_t max_bytes, std::int64_t bound, bool min_one) {
    return host.use([&](sim::Disk& disk) { return log.read(disk, Offset{from}, max_bytes, Offset{bound}, min_one); });
  }
  std::string values_at(std::int64_t from, std::uint64_t max_bytes = 1'000'000, std::int64_t bound = 15) {
    return values(read(from, max_bytes, bound, true).value().records.span());
  }
};

ErrorCode code_of(const LogResult<FetchedRecords>& result) {
  return result.ok() ? ErrorCode::none : result.error().code;
}

}  // namespace

TEST_CASE("appends get consecutive offsets and move nothing but the log end") {
  HostDisk host;
  host.use([](sim::Disk& disk) {
    Log log = load(disk).log;
    CHECK(log.log_end_offset() == Offset{0});
    const LogAppendInfo first = append(disk, log, batch_of("a", 3).span());
    CHECK(first.first_offset == Offset{0});
    CHECK(first.last_offset == Offset{2});
    CHECK(first.log_append_time == no_timestamp);
    CHECK(first.max_timestamp == Timestamp{1'002});
    const LogAppendInfo second = append(disk, log, batch_of("b").span());
    CHECK(second.first_offset == Offset{3});
    CHECK(log.log_end_offset() == Offset{4});
    CHECK(log.high_watermark() == Offset{0});
    CHECK(log.recovery_point() == Offset{0});
    CHECK(log.log_end() == LogOffsetMetadata{Offset{4}, Offset{0}, log.size()});

    LogConfig by_leader;
    by_leader.message_timestamp_type = TimestampType::log_append_time;
    log.set_config(by_leader);
    const LogAppendInfo third = append(disk, log, batch_of("c").span(), 0, 9'000);
    CHECK(third.log_append_time == Timestamp{9'000});
    CHECK(third.max_timestamp == Timestamp{9'000});
    return 0;
  });
}

TEST_CASE("a refused batch leaves no trace, an append above segment.bytes neither") {
  HostDisk host;
  host.use([](sim::Disk& disk) {
    Log log = load(disk).log;
    append(disk, log, batch_of("a").span());
    const std::uint64_t size = log.size();
    CHECK_FALSE(log.append_as_leader(disk, {}, LeaderEpoch{1}, Timestamp{0}).ok());
    LogConfig small;
    small.segment_bytes = 60;
    log.set_config(small);
    const auto refused = log.append_as_leader(disk, batch_of("b").span(), LeaderEpoch{0}, Timestamp{0});
    CHECK(refused.error().code == ErrorCode::record_list_too_large);
    const auto fetched = log.append_as_follower(disk, stored_batch(1, 0, "b").span());
    CHECK(fetched.error().code == ErrorCode::record_list_too_large);
    CHECK(log.size() == size);
    CHECK(log.log_end_offset() == Offset{1});
    return 0;
  });
}

TEST_CASE_FIXTURE(ThreeBatches, "reads begin at the batch that holds the offset") {
  CHECK(values_at(0) == "aaaaabbbbbccccc");
  CHECK(values_at(4) == "aaaaabbbbbccccc");
  CHECK(values_at(5) == "bbbbbccccc");
  CHECK(values_at(14) == "ccccc");
  CHECK(read(15, 1'000, 15, true).value().records.empty());
  CHECK(code_of(read(16, 1'000, 15, true)) == ErrorCode::offset_out_of_range);
  CHECK(code_of(read(-1, 1'000, 15, true)) == ErrorCode::offset_out_of_range);
}

TEST_CASE_FIXTURE(ThreeBatches, "nothing at or above the bound is read") {
  CHECK(values_at(0, 1'000'000, 10) == "aaaaabbbbb");
  CHECK(values_at(0, 1'000'000, 9) == "aaaaa");  // a bound inside a batch leaves the batch out
  CHECK(values_at(0, 1'000'000, 3).empty());
  CHECK(read(10, 1'000, 10, true).value().records.empty());
  CHECK(code_of(read(12, 1'000, 10, true)) == ErrorCode::none);
}

TEST_CASE_FIXTURE(ThreeBatches, "vector 22: a first batch that does not fit") {
  const auto with = read(12, 1, 15, true);
  CHECK(values(with.value().records.span()) == "ccccc");
  const auto without = read(12, 1, 15, false);
  CHECK(without.value().records.empty());
  CHECK(without.value().first_batch_did_not_fit);
  CHECK(without.value().start.position == log.size() - with.value().records.size());
}

TEST_CASE_FIXTURE(ThreeBatches, "the last batch of an answer may be cut short") {
  const std::uint64_t first = read(0, 1, 15, true).value().records.size();
  const auto fetched = read(0, first + 10, 15, true);
  CHECK(fetched.value().records.size() == first + 10);
  CHECK(values(fetched.value().records.span()) == "aaaaa");
}

TEST_CASE_FIXTURE(ThreeBatches, "an answer shares the file's memory and does not change when the log does") {
  const sim::Bytes before = read(0, 1'000'000, 15, true).value().records;
  const std::string text = hex(before.span());
  host.use([&](sim::Disk& disk) {
    REQUIRE(log.truncate_to(disk, Offset{5}).ok());
    append(disk, log, batch_of("z", 5).span(), 3);
    return 0;
  });
  CHECK(values_at(0, 1'000'000, 10) == "aaaaazzzzz");
  CHECK(hex(before.span()) == text);
}

TEST_CASE_FIXTURE(ThreeBatches, "high watermark and log start stay inside of the log") {
  CHECK(log.set_high_watermark(Offset{99}) == Offset{15});
  CHECK(log.set_high_watermark(Offset{7}) == Offset{7});
  CHECK_FALSE(log.raise_high_watermark(Offset{6}));
  CHECK(log.raise_high_watermark(Offset{12}));
  CHECK(log.high_watermark() == Offset{12});
  CHECK_FALSE(log.log_start_to_checkpoint().has_value());
  CHECK(log.raise_log_start(Offset{13}).error().code == ErrorCode::offset_out_of_range);
  CHECK(log.raise_log_start(Offset{11}).value());
  CHECK_FALSE(log.raise_log_start(Offset{3}).value());
  CHECK(log.log_start_offset() == Offset{11});
  CHECK(log.log_start_to_checkpoint() == Offset{11});
  CHECK(log.recovery_point() == Offset{11});
  CHECK(log.leader_epochs().entries() == std::vector<EpochEntry>{{LeaderEpoch{2}, Offset{11}}});
  CHECK(log.epoch_checkpoint_pending());
  CHECK(log.set_high_watermark(Offset{0}) == Offset{11});
  CHECK(code_of(read(10, 1'000, 15, true)) == ErrorCode::offset_out_of_range);
  CHECK(values_at(11) == "ccccc");
}

TEST_CASE_FIXTURE(ThreeBatches, "epochs are on the disk when the append returns, cuts of them are not") {
  const auto file = [&] {
    const auto bytes = host.content("orders-0/leader-epoch-checkpoint");
    return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  };
  CHECK(file() == "0\n2\n0 0\n2 10\n");
  CHECK(log.end_offset_for_epoch(LeaderEpoch{1}) == EpochEndOffset{LeaderEpoch{0}, Offset{10}});
  host.use([&](sim::Disk& disk) {
    REQUIRE(log.start_leader_epoch(disk, LeaderEpoch{5}).ok());
    CHECK_FALSE(log.truncate_to(disk, Offset{15}).value());  // the epoch began at the log end and holds nothing
    return 0;
  });
  CHECK(file() == "0\n3\n0 0\n2 10\n5 15\n");
  CHECK(log.leader_epochs().latest().epoch == LeaderEpoch{2});
  CHECK(log.epoch_checkpoint_pending());
  host.use([&](sim::Disk& disk) { return log.write_epoch_checkpoint(disk).ok(); });
  CHECK(file() == "0\n2\n0 0\n2 10\n");
  CHECK_FALSE(log.epoch_checkpoint_pending());
}

TEST_CASE_FIXTURE(ThreeBatches, "vector 12: a cut inside a batch takes all of it, and the log end is exact") {
  log.set_high_watermark(Offset{15});
  host.use([&](sim::Disk& disk) {
    REQUIRE(log.flush(disk, Offset{15}).ok());
    CHECK(log.truncate_to(disk, Offset{7}).value());
    CHECK(log.log_end_offset() == Offset{7});
    CHECK(log.high_watermark() == Offset{7});
    CHECK(log.recovery_point() == Offset{7});
    CHECK(log.leader_epochs().entries() == std::vector<EpochEntry>{{LeaderEpoch{0}, Offset{0}}});
    CHECK(log.epoch_checkpoint_pending());
    CHECK(values(everything(disk, log)) == "aaaaa");
    CHECK(log.read(disk, Offset{5}, 1'000, Offset{7}, true).value().records.empty());  // the gap
    LoadOptions clean;
    clean.clean = true;
    CHECK(load(disk, clean).log.log_end_offset() == Offset{5});
    const LogAppendInfo next = append(disk, log, batch_of("d").span(), 3);
    CHECK(next.first_offset == Offset{7});
    CHECK(values(everything(disk, log)) == "aaaaad");
    CHECK(load(disk, clean).log.log_end_offset() == Offset{8});
    return 0;
  });
}

TEST_CASE_FIXTURE(ThreeBatches, "starting anew: the new segment is there before the old one goes") {
  host.use([&](sim::Disk& disk) {
    REQUIRE(log.truncate_fully_and_start_at(disk, Offset{100}).ok());
    CHECK(log.log_start_offset() == Offset{100});
    CHECK(log.log_end_offset() == Offset{100});
    CHECK(log.high_watermark() == Offset{100});
    CHECK(log.leader_epochs().empty());
    append(disk, log, batch_of("z").span(), 7);
    return 0;
  });
  CHECK(host.has("orders-0/00000000000000000100.log"));
  CHECK(host.has("orders-0/00000000000000000000.log.deleted"));
  const std::vector<std::string> deleted = log.take_deleted_files();
  CHECK(deleted == std::vector<std::string>{"orders-0/00000000000000000000.log.deleted"});
  CHECK(log.take_deleted_files().empty());
  host.use([&](sim::Disk& disk) {
    REQUIRE(delete_files(disk, deleted).ok());
    REQUIRE(delete_files(disk, deleted).ok());
    CHECK(load(disk).log.log_start_offset() == Offset{100});
    CHECK(log.truncate_to(disk, Offset{40}).value());  // below the first segment
    CHECK(log.log_end_offset() == Offset{40});
    REQUIRE(log.truncate_fully_and_start_at(disk, Offset{40}, Offset{30}).ok());  // the same name again
    CHECK(log.log_start_offset() == Offset{30});
    CHECK(append(disk, log, batch_of("y").span(), 8).first_offset == Offset{40});
    return 0;
  });
}

TEST_CASE("followers append what the leader stored, gaps included, and start anew inside a first batch") {
  HostDisk host;
  host.use([](sim::Disk& disk) {
    Log log = load(disk).log;
    const std::vector<std::byte> two = concatenated({stored_batch(0, 1, "a", 3), stored_batch(7, 4, "b", 2)});
    const auto appended = log.append_as_follower(disk, two);
    REQUIRE(appended.ok());
    CHECK(appended.value().first_offset == Offset{0});
    CHECK(appended.value().last_offset == Offset{8});
    CHECK(everything(disk, log) == two);
    CHECK(log.leader_epochs().entries() ==
          std::vector<EpochEntry>{{LeaderEpoch{1}, Offset{0}}, {LeaderEpoch{4}, Offset{7}}});
    CHECK(log.append_as_follower(disk, {}).value().last_offset == no_offset);
    const auto again = log.append_as_follower(disk, stored_batch(8, 4, "c").span());
    CHECK(again.error().code == ErrorCode::unknown_server_error);

    REQUIRE(log.truncate_fully_and_start_at(disk, Offset{22}).ok());
    const auto unaligned = log.append_as_follower(disk, stored_batch(20, 5, "d", 5).span());
    REQUIRE(unaligned.ok());
    CHECK(unaligned.value().started_anew_at == Offset{20});
    CHECK(log.log_start_offset() == Offset{20});
    CHECK(log.log_end_offset() == Offset{25});
    return 0;
  });
}

TEST_CASE("vector 19: by time") {
  HostDisk host;
  host.use([](sim::Disk& disk) {
    Log log = load(disk).log;
    CHECK_FALSE(log.offset_of_max_timestamp(disk).value().has_value());
    append(disk, log, batch_of("a", 1, 100).span());
    append(disk, log, batch_of("b", 1, 300).span(), 1);
    append(disk, log, batch_of("c", 1, 200).span(), 1);
    const TimestampOffset second{Timestamp{300}, Offset{1}, LeaderEpoch{1}};
    CHECK(log.offset_for_timestamp(disk, Timestamp{150}).value() == second);
    CHECK(log.offset_for_timestamp(disk, Timestamp{50}).value()->offset == Offset{0});
    CHECK_FALSE(log.offset_for_timestamp(disk, Timestamp{301}).value().has_value());
    CHECK(log.offset_of_max_timestamp(disk).value() == second);
    log.set_high_watermark(Offset{3});
    REQUIRE(log.raise_log_start(Offset{2}).ok());
    CHECK(log.offset_for_timestamp(disk, Timestamp{50}).value()->offset == Offset{2});
    return 0;
  });
}

TEST_CASE("flush: what flush.messages asks for, and the name of a new segment") {
  HostDisk host;
  LogConfig config;
  config.flush_messages = 3;
  host.use([&](sim::Disk& disk) {
    Log log = load(disk, {}, config).log;
    append(disk, log, batch_of("a", 2).span());
    CHECK(log.recovery_point() == Offset{0});
    append(disk, log, batch_of("b").span());
    CHECK(log.recovery_point() == Offset{3});
    append(disk, log, batch_of("c").span());
    CHECK(log.recovery_point() == Offset{3});
    REQUIRE(log.flush_all(disk).ok());
    CHECK(log.recovery_point() == Offset{4});
    return 0;
  });
}

TEST_CASE("partition.metadata is there before the first batch") {
  HostDisk host;
  const Uuid id{1, 2};
  host.use([&](sim::Disk& disk) {
    Log log = load(disk).log;
    REQUIRE(log.set_topic_id(id).ok());
    CHECK(log.set_topic_id(id).ok());
    CHECK(log.set_topic_id(Uuid{3, 4}).error().code == ErrorCode::inconsistent_topic_id);
    CHECK_FALSE(disk.exists("orders-0/partition.metadata").value());
    append(disk, log, batch_of("a").span());
    CHECK(disk.exists("orders-0/partition.metadata").value());
    CHECK(load(disk).log.topic_id() == id);
    return 0;
  });
}

TEST_CASE("a disk that fails: KAFKA_STORAGE_ERROR now and from then on") {
  for (const sim::DiskFault& fault :
       {sim::DiskFault{sim::FailDisk{sim::DiskAccess::write, 1, ".log"}}, sim::DiskFault{sim::FillDisk{}}}) {
    HostDisk host;
    Log log = host.use([](sim::Disk& disk) { return load(disk).log; });
    host.use([&](sim::Disk& disk) { return append(disk, log, batch_of("a").span()).bytes; });
    host.fault(fault);
    host.use([&](sim::Disk& disk) {
      const auto failed = log.append_as_leader(disk, batch_of("b").span(), LeaderEpoch{0}, Timestamp{0});
      CHECK(failed.error().code == ErrorCode::kafka_storage_error);
      return 0;
    });
    host.fault(sim::HealDisk{});
    host.use([&](sim::Disk& disk) {
      const auto again = log.append_as_follower(disk, stored_batch(1, 0, "b").span());
      CHECK(again.error().code == ErrorCode::kafka_storage_error);
      CHECK(log.flush_all(disk).error().code == ErrorCode::kafka_storage_error);
      CHECK(log.truncate_to(disk, Offset{0}).error().code == ErrorCode::kafka_storage_error);
      CHECK(values(everything(disk, load(disk).log)) == "a");  // a restart is what heals it
      return 0;
    });
  }
}

TEST_CASE("reads and syncs that fail") {
  HostDisk host;
  Log log = host.use([](sim::Disk& disk) { return load(disk).log; });
  host.use([&](sim::Disk& disk) { return append(disk, log, batch_of("a").span()).bytes; });
  host.fault(sim::FailDisk{sim::DiskAccess::read, 1, ".log"});
  host.fault(sim::FailDisk{sim::DiskAccess::sync, 1, ".log"});
  host.use([&](sim::Disk& disk) {
    CHECK(code_of(log.read(disk, Offset{0}, 100, Offset{1}, true)) == ErrorCode::kafka_storage_error);
    CHECK(values(everything(disk, log)) == "a");
    CHECK(log.flush_all(disk).error().code == ErrorCode::kafka_storage_error);
    CHECK(log.recovery_point() == Offset{0});
    return 0;
  });
}

TEST_CASE_FIXTURE(ThreeBatches, "bit rot in a header is answered with CORRUPT_MESSAGE; in a record it is not noticed") {
  const std::uint64_t second = log.size() / 3;
  host.fault(sim::RotBit{"orders-0/00000000000000000000.log", second + 10, 7});  // the length of b
  CHECK(code_of(read(5, 1'000, 15, true)) == ErrorCode::corrupt_message);
  CHECK(values_at(0, 10) == "aaaaa");
  host.fault(sim::RotBit{"orders-0/00000000000000000000.log", second + 10, 7});
  host.fault(sim::RotBit{"orders-0/00000000000000000000.log", second + 66, 0});
  CHECK(code_of(read(5, 1'000, 15, true)) == ErrorCode::none);
}
