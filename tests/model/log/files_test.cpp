// The small files beside the log: text forms, and what a crash in the middle of writing leaves.
#include "model/log/checkpoint_file.hpp"
#include "model/log/clean_shutdown.hpp"
#include "model/log/meta_properties.hpp"
#include "model/log/partition_metadata.hpp"
#include "model/log/text_file.hpp"
#include "tests/model/log/log_fixture.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace kafka;
using namespace kafka::testing;

namespace {

const Uuid some_id{0x0123456789abcdef, 0xfedcba9876543210};

std::string text_in(const HostDisk& host, std::string_view path) {
  const std::vector<std::byte> bytes = host.content(path);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("vector 18: a checkpoint of high watermarks") {
  const PartitionOffset entry{{"orders", 3}, Offset{42}};
  CHECK(offset_checkpoint_text({&entry, 1}) == "0\n1\norders 3 42\n");
  CHECK(offset_checkpoint_text({}) == "0\n0\n");
  const auto read = offsets_from_text("0\n1\norders 3 42\n");
  REQUIRE(read.has_value());
  CHECK(read->at({"orders", 3}) == Offset{42});
}

TEST_CASE("checkpoints that are well formed, and those that are not") {
  CHECK(offsets_from_text("")->empty());
  CHECK(offsets_from_text("0\n")->empty());
  CHECK(offsets_from_text("0\n0\n")->empty());
  CHECK(offsets_from_text("0\n2\na 0 1\nb\t 1   2")->size() == 2);
  CHECK_FALSE(offsets_from_text("1\n0\n").has_value());
  CHECK_FALSE(offsets_from_text("x").has_value());
  CHECK_FALSE(offsets_from_text("0\nx\n").has_value());
  CHECK_FALSE(offsets_from_text("0\n-1\n").has_value());
  CHECK_FALSE(offsets_from_text("0\n2\na 0 1\n").has_value());
  CHECK_FALSE(offsets_from_text("0\n1\na 0 1\nb 0 1\n").has_value());
  CHECK_FALSE(offsets_from_text("0\n1\na 0\n").has_value());
  CHECK_FALSE(offsets_from_text("0\n1\na 0 1 2\n").has_value());
  CHECK_FALSE(offsets_from_text("0\n1\na 0 1x\n").has_value());

  LeaderEpochCache epochs;
  epochs.assign(LeaderEpoch{0}, Offset{0});
  epochs.assign(LeaderEpoch{4}, Offset{17});
  CHECK(leader_epoch_checkpoint_text(epochs) == "0\n2\n0 0\n4 17\n");
  CHECK(leader_epochs_from_text("0\n2\n0 0\n4 17\n")->entries() == epochs.entries());
  CHECK(leader_epochs_from_text("")->empty());
  CHECK_FALSE(leader_epochs_from_text("0\n1\n-1 0\n").has_value());
  CHECK_FALSE(leader_epochs_from_text("0\n1\n1\n").has_value());
}

TEST_CASE("partition.metadata") {
  const std::string text = partition_metadata_text(some_id);
  CHECK(text == "version: 0\ntopic_id: " + to_text(some_id));
  CHECK(topic_id_from_text(text) == some_id);
  CHECK(topic_id_from_text("version:0\ntopic_id:   " + to_text(some_id) + "\n") == some_id);
  CHECK_FALSE(topic_id_from_text("version: 0\n").has_value());
  CHECK_FALSE(topic_id_from_text("version: -1\ntopic_id: " + to_text(some_id)).has_value());
  CHECK_FALSE(topic_id_from_text("version: 0\ntopic_id: " + to_text(Uuid{})).has_value());
  CHECK_FALSE(topic_id_from_text("topic_id: " + to_text(some_id) + "\nversion: 0").has_value());
}

TEST_CASE("meta.properties") {
  MetaProperties properties;
  properties.broker_id = BrokerId{2};
  properties.cluster_id = "4L6g3nShT-eMCtK--X86sw";
  const std::string text = meta_properties_text(properties, Timestamp{1'600'000'000'123});
  CHECK(text == "#\n#Sun Sep 13 12:26:40 UTC 2020\ncluster.id=4L6g3nShT-eMCtK--X86sw\nversion=0\nbroker.id=2\n");
  CHECK(meta_properties_from_text(text) == properties);
  CHECK(meta_properties_text({}, Timestamp{0}) == "#\n#Thu Jan 01 00:00:00 UTC 1970\nversion=0\n");
  CHECK(meta_properties_text({}, Timestamp{951'782'400'000}) == "#\n#Tue Feb 29 00:00:00 UTC 2000\nversion=0\n");

  properties.version = 1;
  properties.directory_id = some_id;
  CHECK(meta_properties_from_text(meta_properties_text(properties, Timestamp{0})) == properties);

  CHECK(meta_properties_from_text("broker.id : 7\n! comment\n  cluster.id=a\\:b\nother=1")->cluster_id == "a:b");
  CHECK(meta_properties_from_text("broker.id 7")->broker_id == BrokerId{7});
  CHECK(meta_properties_from_text("")->version == 0);
  CHECK_FALSE(meta_properties_from_text("version=2").has_value());
  CHECK_FALSE(meta_properties_from_text("broker.id=x").has_value());
  CHECK_FALSE(meta_properties_from_text("directory.id=short").has_value());
}

TEST_CASE("files come back from the disk, and a missing one is no error") {
  HostDisk host;
  host.use([](sim::Disk& disk) {
    CHECK(read_offset_checkpoint(disk, "", high_watermark_checkpoint).value().empty());
    CHECK_FALSE(read_partition_metadata(disk, "").value().has_value());
    CHECK_FALSE(read_meta_properties(disk, "").value().has_value());
    REQUIRE(disk.make_directory("logs").ok());
    REQUIRE(write_partition_metadata(disk, "logs", some_id).ok());
    CHECK(read_partition_metadata(disk, "logs").value() == some_id);
    REQUIRE(write_clean_shutdown_marker(disk, "logs").ok());
    write_file(disk, "logs/meta.properties", sim::as_bytes("version=9"));
    const auto read = read_meta_properties(disk, "logs");
    CHECK(read.error().code == ErrorCode::kafka_storage_error);
    return 0;
  });
  CHECK(text_in(host, "logs/.kafka_cleanshutdown") == R"({"version":0,"brokerEpoch":-1})");
  host.use([](sim::Disk& disk) {
    CHECK(take_clean_shutdown_marker(disk, "logs").value());
    CHECK_FALSE(take_clean_shutdown_marker(disk, "logs").value());
    return 0;
  });
}

TEST_CASE("a replaced file is the old one or the new one, wherever the power goes") {
  const auto old_text = offset_checkpoint_text({});
  std::set<std::string> seen;
  for (int percent = 0; percent <= 100; percent += 2) {
    for (const sim::Survival survival : {sim::Survival::none, sim::Survival::prefix, sim::Survival::reordered}) {
      HostDisk host;
      sim::PowerLossModel model;
      model.data = survival;
      model.names = survival;
      host.fault(sim::SetPowerLossModel{model});
      host.use([&](sim::Disk& disk) { return replace_file(disk, "", "checkpoint", old_text).ok(); });
      host.crash_within(
          [&](sim::Disk& disk) { CHECK(replace_file(disk, "", "checkpoint", "0\n1\norders 3 42\n").ok()); }, percent);
      sim::Random random{sim::Seed{static_cast<std::uint64_t>(percent)}};
      host.power_off(random);
      const std::string text = text_in(host, "checkpoint");
      seen.insert(text);
      REQUIRE(offsets_from_text(text).has_value());
      REQUIRE((text == old_text || text == "0\n1\norders 3 42\n"));
      if (percent == 100) REQUIRE(text != old_text);
    }
  }
  CHECK(seen.size() == 2);
}
