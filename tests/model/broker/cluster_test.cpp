// The whole small cluster: what a student would try first, and what must come of it.
#include "tests/model/broker/cluster_fixture.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

using namespace sim::literals;
using tests::ClusterFixture;
using tests::ClusterSpec;

namespace {

// The values in a replica's log below `end`, as the bytes that are stored.
std::vector<std::byte> log_bytes(const ClusterFixture& cluster, int broker, std::int32_t partition = 0) {
  std::vector<std::byte> bytes;
  const std::string path = fmt::format("kafka-logs/orders-{}/00000000000000000000.log", partition);
  cluster.world.host(cluster.host_of(broker)).files.for_each([&](const sim::FileSystem::FileView& file) {
    if (file.path != path) return;
    bytes.resize(file.content.size());
    file.content.read(0, bytes);
  });
  return bytes;
}

}  // namespace

TEST_CASE("a fresh cluster elects a controller, makes the topic, and every record is acknowledged and read") {
  ClusterFixture cluster{{.partitions = 3}};
  cluster.run_for(15_s);
  CHECK(cluster.controller() != 0);
  CHECK(cluster.facts("controller-elected").size() == 1);
  for (std::int32_t partition = 0; partition < 3; ++partition) CHECK(cluster.isr(partition) == "1,2,3");
  CHECK(cluster.producer().acknowledged() >= 490);
  CHECK(cluster.producer().failed() + cluster.producer().unknown() == 0);
  CHECK(cluster.consumer().read() >= cluster.producer().acknowledged());
  CHECK(cluster.facts("record-corrupt").empty());
}

TEST_CASE("the leader crashes: another member of the ISR leads in the next epoch, and with acks=all nothing is lost") {
  ClusterFixture cluster{{.topic_config = {{"min.insync.replicas", "2"}}}};
  cluster.run_for(10_s);
  const int old_leader = cluster.leader();
  const auto acknowledged = cluster.producer().acknowledged();
  cluster.crash(old_leader);
  cluster.run_for(30_s);
  CHECK(cluster.leader() != 0);
  CHECK(cluster.leader() != old_leader);
  CHECK(cluster.replica(cluster.leader())->leader_epoch.raw() >= 1);
  CHECK(cluster.producer().acknowledged() > acknowledged);
  CHECK(cluster.consumer().read() >= cluster.producer().acknowledged());

  cluster.start(old_leader);
  cluster.run_for(15_s);
  CHECK(cluster.isr() == "1,2,3");
  CHECK_FALSE(cluster.replica(old_leader)->is_leader());
  const auto leader_log = log_bytes(cluster, cluster.leader());
  const auto follower_log = log_bytes(cluster, old_leader);
  const std::size_t common = std::min(leader_log.size(), follower_log.size());
  REQUIRE(common > 10'000);
  CHECK(std::equal(leader_log.begin(), leader_log.begin() + static_cast<std::ptrdiff_t>(common), follower_log.begin()));
}

TEST_CASE("the controller crashes: another takes over with a higher epoch, and can still elect leaders") {
  ClusterFixture cluster{{}};
  cluster.run_for(10_s);
  const int first = cluster.controller();
  cluster.crash(first);
  cluster.run_for(30_s);
  const int second = cluster.controller();
  CHECK(second != 0);
  CHECK(second != first);
  CHECK(cluster.facts("controller-elected").size() == 2);
  CHECK(cluster.leader() != 0);
  CHECK(cluster.leader() != first);
}

TEST_CASE("a frozen follower leaves the ISR after replica.lag.time.max.ms, and comes back when it has caught up") {
  ClusterSpec spec;
  spec.broker_config.replica_lag_time_max = 3_s;
  ClusterFixture cluster{spec};
  cluster.run_for(10_s);
  const int leader = cluster.leader();
  const int follower = leader == 1 ? 2 : 1;
  cluster.inject(sim::Freeze{cluster.host_of(follower)});
  cluster.run_for(8_s);  // shorter than the session: no election
  CHECK(cluster.leader() == leader);
  CHECK(cluster.isr().find(std::to_string(follower)) == std::string::npos);
  cluster.inject(sim::Thaw{cluster.host_of(follower)});
  cluster.run_for(5_s);
  CHECK(cluster.isr() == "1,2,3");
  CHECK(cluster.producer().failed() == 0);
}

TEST_CASE("below min.insync.replicas acks=all is refused, and the high watermark stands still") {
  ClusterSpec spec;
  spec.topic_config = {{"min.insync.replicas", "3"}};
  ClusterFixture cluster{spec};
  cluster.run_for(10_s);
  const int leader = cluster.leader();
  cluster.crash(leader == 1 ? 2 : 1);
  cluster.run_for(30_s);
  REQUIRE(cluster.leader() == leader);
  const kafka::Offset high_watermark = cluster.replica(leader)->log->high_watermark();
  const auto acknowledged = cluster.producer().acknowledged();
  cluster.run_for(10_s);
  CHECK(cluster.replica(leader)->log->high_watermark() == high_watermark);
  CHECK(cluster.producer().acknowledged() == acknowledged);
  bool refused = false;
  for (const std::string& fact : cluster.facts("error-answered")) refused |= fact == "orders-0 0 19";
  CHECK(refused);
}

TEST_CASE("a controlled shutdown hands leadership over before the broker goes, and the log is clean afterwards") {
  ClusterFixture cluster{{}};
  cluster.run_for(10_s);
  const int leader = cluster.leader();
  cluster.stop(leader);
  cluster.run_for(3_s);  // far less than a session timeout
  CHECK(cluster.broker(leader) == nullptr);
  CHECK(cluster.leader() != 0);
  CHECK(cluster.leader() != leader);
  CHECK(cluster.producer().failed() == 0);
  cluster.start(leader);
  cluster.run_for(5_s);
  CHECK(cluster.isr() == "1,2,3");
}

TEST_CASE("unclean leader election: nobody leads without it, a replica from outside the ISR with it") {
  for (const bool allowed : {false, true}) {
    ClusterSpec spec;
    spec.replication_factor = 2;
    spec.broker_config.replica_lag_time_max = 3_s;
    spec.topic_config = {{"unclean.leader.election.enable", allowed ? "true" : "false"}};
    ClusterFixture cluster{spec};
    cluster.run_for(10_s);
    const int leader = cluster.leader();
    int follower = 0;
    for (int id = 1; id <= 3; ++id) {
      if (id != leader && cluster.replica(id) != nullptr) follower = id;
    }
    REQUIRE(follower != 0);
    cluster.crash(follower);
    cluster.run_for(25_s);
    REQUIRE(cluster.isr() == std::to_string(leader));
    cluster.crash(leader);
    cluster.start(follower);
    cluster.run_for(30_s);
    CHECK(cluster.leader() == (allowed ? follower : 0));
    CHECK(cluster.facts("unclean-leader-elected").size() == (allowed ? 1 : 0));
  }
}

TEST_CASE("acks=1 loses acknowledged records that the next leader had not fetched; acks=all does not") {
  // Both followers are cut off from the leader for a moment before it dies.
  for (const std::string acks : {"1", "all"}) {
    ClusterSpec spec;
    spec.acks = acks;
    ClusterFixture cluster{spec};
    cluster.run_for(10_s);
    const int leader = cluster.leader();
    for (int id = 1; id <= 3; ++id) {
      if (id != leader) cluster.inject(sim::CutOneWay{cluster.host_of(leader), cluster.host_of(id)});
    }
    cluster.run_for(2_s);
    const auto acknowledged = cluster.producer().acknowledged();
    cluster.crash(leader);
    cluster.inject(sim::Heal{});
    cluster.run_for(30_s);
    REQUIRE(cluster.leader() != 0);
    cluster.start(leader);
    cluster.run_for(10_s);
    const auto truncations = cluster.facts("truncated");
    if (acks == "1") {
      CHECK_MESSAGE(!truncations.empty(), acknowledged << " acknowledged");
    } else {
      CHECK(cluster.consumer().read() >= cluster.producer().acknowledged());
    }
  }
}

TEST_CASE("the same seed gives the same trace, a copy lives the same future, another seed does not") {
  ClusterSpec spec;
  ClusterFixture first{spec};
  first.run_for(12_s);
  ClusterFixture copy = first;
  first.crash(1);
  copy.crash(1);
  first.run_for(25_s);
  ClusterFixture second{spec};
  second.run_for(12_s);
  second.crash(1);
  second.run_for(25_s);
  copy.run_for(25_s);
  CHECK(to_text(first.world.trace_hash()) == to_text(second.world.trace_hash()));
  CHECK(to_text(first.world.trace_hash()) == to_text(copy.world.trace_hash()));
  CHECK(to_text(first.world.state_hash()) == to_text(copy.world.state_hash()));
  spec.seed = 2;
  ClusterFixture other{spec};
  other.run_for(12_s);
  CHECK(to_text(other.world.trace_hash()) != to_text(first.world.trace_hash()));
}
