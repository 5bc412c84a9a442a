// The folder of all logs: starts, shutdowns, new and deleted partitions.
#include "model/log/log_directory.hpp"
#include "model/log/clean_shutdown.hpp"
#include "model/log/meta_properties.hpp"
#include "tests/model/log/log_fixture.hpp"
#include "tests/model/protocol/hex.hpp"

#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <sstream>

using namespace kafka;
using namespace kafka::testing;

namespace {

const Uuid topic_id{0x1111222233334444, 0x5555666677778888};
const TopicPartition payments_3{"payments", 3};

OpenedLogDirectory open(sim::Disk& disk) {
  LogResult<OpenedLogDirectory> opened = LogDirectory::open(disk, "logs");
  if (!opened.ok()) FAIL(opened.error().message);
  return opened.value();
}

/// A directory with two partitions that hold a batch each.
struct TwoPartitions {
  HostDisk host;
  LogDirectory directory;
  Log orders;
  Log payments;

  TwoPartitions() {
    host.use([&](sim::Disk& disk) {
      directory = open(disk).directory;
      orders = directory.create(disk, orders_0, LogConfig{}, topic_id).value();
      payments = directory.create(disk, payments_3, LogConfig{}, std::nullopt).value();
      append(disk, orders, batch_of("a", 2).span());
      append(disk, payments, batch_of("b", 3).span(), 7);
      orders.set_high_watermark(Offset{2});
      return 0;
    });
  }

  void shut_down(bool all_loaded) {
    host.use([&](sim::Disk& disk) {
      const std::array<const Log*, 2> logs{&orders, &payments};
      REQUIRE(directory.checkpoint_high_watermarks(disk, high_watermarks_of(logs)).ok());
      for (Log* log : {&orders, &payments}) {
        REQUIRE(log->flush_all(disk).ok());
        REQUIRE(log->close(disk).ok());
      }
      REQUIRE(directory.finish_shutdown(disk, logs, all_loaded).ok());
      return 0;
    });
  }
  void lose_power() {
    sim::PowerLossModel model;
    model.data = sim::Survival::none;
    model.names = sim::Survival::none;
    host.fault(sim::SetPowerLossModel{model});
    sim::Random random{sim::Seed{1}};
    host.power_off(random);
  }
};

/// Every file: its path, then its content, as text where it is text.
std::string dump(const HostDisk& host) {
  std::ostringstream out;
  host.files.for_each([&](const sim::FileSystem::FileView& file) {
    if (file.status.directory) return;
    const std::vector<std::byte> bytes = host.content(file.path);
    out << file.path << '\n';
    const bool text = file.path.find(".log") == std::string_view::npos;
    if (!text) out << "  " << hex(bytes) << '\n';
    std::istringstream lines{std::string(reinterpret_cast<const char*>(bytes.data()), text ? bytes.size() : 0)};
    for (std::string line; std::getline(lines, line);) out << "  " << line << '\n';
  });
  return out.str();
}

std::string golden_file(const char* name) {
  std::string path{KAFKASIM_SOURCE_DIR "/tests/golden/log/"};
  path += name;
  std::ifstream file{path};
  std::ostringstream text;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line[0] != '#') text << line << '\n';
  }
  return text.str();
}

}  // namespace

TEST_CASE("names of folders") {
  CHECK(partition_of_directory("orders-0") == orders_0);
  CHECK(partition_of_directory("a-b-12") == TopicPartition{"a-b", 12});
  CHECK_FALSE(partition_of_directory("orders").has_value());
  CHECK_FALSE(partition_of_directory("-0").has_value());
  CHECK_FALSE(partition_of_directory("orders-").has_value());
  CHECK_FALSE(partition_of_directory("orders-x").has_value());
  CHECK(deletion_name(orders_0, topic_id) == "orders-0.11112222333344445555666677778888-delete");
  const TopicPartition longest{std::string(249, 't'), 10};
  CHECK(deletion_name(longest, topic_id).size() == 255);
}

TEST_CASE_FIXTURE(TwoPartitions, "a clean shutdown: the next start checks nothing and knows everything") {
  CHECK_FALSE(directory.was_clean());
  shut_down(true);
  CHECK(host.has("logs/.kafka_cleanshutdown"));
  host.use([&](sim::Disk& disk) {
    const OpenedLogDirectory opened = open(disk);
    CHECK(opened.directory.was_clean());
    CHECK_FALSE(disk.exists("logs/.kafka_cleanshutdown").value());
    REQUIRE(opened.partitions.size() == 2);
    const FoundPartition& found = opened.partitions[0];
    CHECK(found.partition == orders_0);
    CHECK(found.directory == "logs/orders-0");
    const LoadedLog loaded = Log::load(disk, found.partition, found.directory, LogConfig{}, found.options).value();
    CHECK(loaded.report.bytes_checked == 0);
    CHECK(loaded.log.log_end_offset() == Offset{2});
    CHECK(loaded.log.recovery_point() == Offset{2});
    CHECK(loaded.log.high_watermark() == Offset{2});
    CHECK(loaded.log.topic_id() == topic_id);
    CHECK_FALSE(open(disk).directory.was_clean());  // died during the start: unclean
    return 0;
  });
}

TEST_CASE_FIXTURE(TwoPartitions, "a clean shutdown survives a power loss, though perhaps not as a clean one") {
  shut_down(true);
  lose_power();
  host.use([&](sim::Disk& disk) {
    const OpenedLogDirectory opened = open(disk);
    REQUIRE(opened.partitions.size() == 2);
    for (const FoundPartition& found : opened.partitions) {
      const LoadedLog loaded = Log::load(disk, found.partition, found.directory, LogConfig{}, found.options).value();
      CHECK(loaded.log.log_end_offset() == (found.partition == orders_0 ? Offset{2} : Offset{3}));
      CHECK(loaded.report.bytes_truncated == 0);
    }
    return 0;
  });
}

TEST_CASE_FIXTURE(TwoPartitions, "an unclean start checks everything above the recovery point") {
  host.use([&](sim::Disk& disk) {
    const std::array<const Log*, 2> logs{&orders, &payments};
    REQUIRE(directory.checkpoint_recovery_points(disk, recovery_points_of(logs)).ok());
    return 0;
  });
  host.crash();
  host.use([&](sim::Disk& disk) {
    const OpenedLogDirectory opened = open(disk);
    CHECK_FALSE(opened.directory.was_clean());
    for (const FoundPartition& found : opened.partitions) {
      const LoadedLog loaded = Log::load(disk, found.partition, found.directory, LogConfig{}, found.options).value();
      CHECK(loaded.report.bytes_checked == loaded.log.size());
      CHECK(loaded.log.recovery_point() == Offset{0});
    }
    return 0;
  });
}

TEST_CASE_FIXTURE(TwoPartitions, "without a clean start the marker is only written when all logs were loaded") {
  shut_down(false);
  CHECK_FALSE(host.has("logs/.kafka_cleanshutdown"));
  host.use([&](sim::Disk& disk) {
    REQUIRE(write_clean_shutdown_marker(disk, "logs").ok());
    const LogDirectory clean = open(disk).directory;
    REQUIRE(clean.finish_shutdown(disk, {}, false).ok());
    CHECK(disk.exists("logs/.kafka_cleanshutdown").value());
    return 0;
  });
}

TEST_CASE_FIXTURE(TwoPartitions, "without any checkpoint even the folders are lost with the power, as in Kafka") {
  lose_power();
  CHECK(host.use([](sim::Disk& disk) { return open(disk).partitions; }).empty());
}

TEST_CASE_FIXTURE(TwoPartitions, "a deleted partition: renamed, found by the next start, removed") {
  host.use([&](sim::Disk& disk) {
    const std::string doomed = directory.mark_for_deletion(disk, orders, topic_id).value();
    CHECK(doomed == "logs/orders-0.11112222333344445555666677778888-delete");
    CHECK(orders.directory() == doomed);
    const OpenedLogDirectory opened = open(disk);
    CHECK(opened.to_remove == std::vector<std::string>{doomed});
    REQUIRE(opened.partitions.size() == 1);
    CHECK(opened.partitions[0].partition == payments_3);
    REQUIRE(LogDirectory::remove(disk, doomed).ok());
    REQUIRE(LogDirectory::remove(disk, doomed).ok());
    CHECK_FALSE(disk.exists(doomed).value());
    // The name is free again.
    CHECK(directory.create(disk, orders_0, LogConfig{}, Uuid{1, 1}).value().log_end_offset() == Offset{0});
    return 0;
  });
}

TEST_CASE_FIXTURE(TwoPartitions, "only log starts above the first segment are checkpointed") {
  orders.set_high_watermark(Offset{2});
  REQUIRE(orders.raise_log_start(Offset{1}).ok());
  const std::array<const Log*, 2> logs{&orders, &payments};
  const std::vector<PartitionOffset> entries = log_starts_of(logs);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].partition == orders_0);
  CHECK(entries[0].offset == Offset{1});
  shut_down(true);
  host.use([&](sim::Disk& disk) {
    const FoundPartition found = open(disk).partitions[0];
    const LoadedLog loaded = Log::load(disk, found.partition, found.directory, LogConfig{}, found.options).value();
    CHECK(loaded.log.log_start_offset() == Offset{1});
    return 0;
  });
}

TEST_CASE_FIXTURE(TwoPartitions, "malformed checkpoints: high watermarks stop the start, the others read as unset") {
  shut_down(true);
  host.use([&](sim::Disk& disk) {
    write_file(disk, "logs/recovery-point-offset-checkpoint", sim::as_bytes("rubbish"));
    write_file(disk, "logs/log-start-offset-checkpoint", sim::as_bytes("0\n9\n"));
    CHECK(open(disk).partitions[0].options.recovery_point == Offset{0});
    write_file(disk, "logs/replication-offset-checkpoint", sim::as_bytes("rubbish"));
    CHECK(LogDirectory::open(disk, "logs").error().code == ErrorCode::kafka_storage_error);
    return 0;
  });
}

TEST_CASE("what is no partition is refused; strays are left alone") {
  HostDisk host;
  host.use([](sim::Disk& disk) {
    open(disk);
    REQUIRE(disk.make_directory("logs/orders-0.0123-stray").ok());
    CHECK(open(disk).partitions.empty());
    REQUIRE(disk.make_directory("logs/lost+found").ok());
    CHECK(LogDirectory::open(disk, "logs").error().code == ErrorCode::kafka_storage_error);
    return 0;
  });
}

TEST_CASE_FIXTURE(TwoPartitions, "golden: every file of a directory, byte by byte") {
  host.use([&](sim::Disk& disk) {
    append(disk, orders, batch_of("c", 2).span(), 3);
    REQUIRE(orders.truncate_to(disk, Offset{3}).ok());
    append(disk, orders, batch_of("d", 1).span(), 4);
    orders.set_high_watermark(Offset{4});
    REQUIRE(orders.raise_log_start(Offset{1}).ok());
    MetaProperties properties;
    properties.broker_id = BrokerId{1};
    properties.cluster_id = "4L6g3nShT-eMCtK--X86sw";
    REQUIRE(write_meta_properties(disk, "logs", properties, Timestamp{1'600'000'000'000}).ok());
    return 0;
  });
  shut_down(true);
  CHECK(dump(host) == golden_file("partition_folder.txt"));
}
