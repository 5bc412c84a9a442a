// Each invariant with a view that breaks it, and with the exceptions that it knows.
#include <doctest/doctest.h>

#include "scenarios/invariants/log_invariants.hpp"
#include "scenarios/invariants/replica_invariants.hpp"
#include "scenarios/invariants/znode_invariants.hpp"

using namespace scenarios;
using kafka::BrokerId;

namespace {

constexpr sim::Time now{1'000'000'000};

// How often an invariant was broken.
std::int64_t times(const Violations& violations, int invariant) {
  const auto found = violations.counts().find(invariant);
  return found == violations.counts().end() ? 0 : found->second;
}

BatchMark batch(std::int64_t offset, std::int32_t epoch = 0, std::uint32_t checksum = 7) {
  return BatchMark{offset, offset, epoch, checksum};
}

// Three replicas of a partition; broker 1 leads in epoch 0 with all in the ISR.
struct Partition {
  Partition() {
    logs.on_isr({1, 2, 3});
    logs.on_leader(1, 0, now, violations);
    logs.on_follower(2);
    logs.on_follower(3);
  }
  void append(std::int64_t offset, std::int32_t epoch = 0, std::uint32_t checksum = 7) {
    for (int broker = 1; broker <= 3; ++broker) logs.on_batch(broker, batch(offset, epoch, checksum), now, violations);
  }
  void commit(std::int64_t to, std::vector<int> isr = {1, 2, 3}) {
    logs.on_leader_high_watermark(1, to, isr, now, violations);
  }

  Violations violations;
  LogInvariants logs{"orders-0", 3, 2};
};

ZnodeInvariants::State state(int leader, std::int32_t epoch, std::vector<int> isr, std::int32_t version) {
  ZnodeInvariants::State made;
  made.state.leader = BrokerId{leader};
  made.state.leader_epoch = kafka::LeaderEpoch{epoch};
  for (const int member : isr) made.state.isr.emplace_back(member);
  made.version = version;
  return made;
}

const std::vector<BrokerId> replicas{BrokerId{1}, BrokerId{2}, BrokerId{3}};

}  // namespace

TEST_CASE_FIXTURE(Partition, "a quiet life breaks nothing") {
  append(0);
  commit(1);
  logs.on_follower_high_watermark(2, 0, 1, now, violations);
  append(1);
  commit(2);
  logs.on_append_as_leader(0, 3);
  logs.on_acknowledged_by_all(1, now, violations);
  logs.on_read(1, now, violations);
  logs.on_leader(2, 1, now, violations);
  logs.on_leader_high_watermark(2, 1, {2, 3}, now, violations);  // inherited: still lower
  CHECK(violations.empty());
}

TEST_CASE_FIXTURE(Partition, "1: two brokers lead in one epoch") {
  logs.on_leader(2, 0, now, violations);
  CHECK(times(violations, 1) == 1);
}

TEST_CASE("2: what only grows went back") {
  Violations violations;
  ZnodeInvariants znodes{1};
  znodes.on_state(0, "orders-0", state(1, 5, {1, 2}, 9), replicas, false, now, violations);
  znodes.on_state(0, "orders-0", state(1, 5, {1, 2, 3}, 10), replicas, false, now, violations);
  CHECK(violations.empty());
  znodes.on_state(0, "orders-0", state(1, 4, {1, 2, 3}, 11), replicas, false, now, violations);
  CHECK(times(violations, 2) == 1);
  znodes.on_state(0, "orders-0", state(1, 4, {1, 2, 3}, 10), replicas, false, now, violations);
  CHECK(times(violations, 2) == 2);
  znodes.on_controller_epoch(kafka::ControllerEpoch{3}, now, violations);
  znodes.on_controller_epoch(kafka::ControllerEpoch{2}, now, violations);
  CHECK(times(violations, 2) == 3);
}

TEST_CASE_FIXTURE(Partition, "3: the same offset and epoch, but another batch") {
  logs.on_batch(1, batch(0), now, violations);
  logs.on_batch(2, batch(0, 0, 8), now, violations);
  CHECK(times(violations, 3) == 1);
}

TEST_CASE_FIXTURE(Partition, "3: equal batches over different ones") {
  logs.on_batch(1, batch(0, 0, 7), now, violations);
  logs.on_batch(2, batch(0, 1, 8), now, violations);
  CHECK(violations.empty());
  logs.on_batch(1, batch(1, 2, 9), now, violations);
  logs.on_batch(2, batch(1, 2, 9), now, violations);
  CHECK(times(violations, 3) == 1);
}

TEST_CASE_FIXTURE(Partition, "4: committed, but a member of the ISR does not have it") {
  logs.on_batch(1, batch(0), now, violations);
  logs.on_batch(2, batch(0), now, violations);
  commit(1, {1, 2});
  CHECK(violations.empty());
  logs.on_batch(1, batch(1), now, violations);
  commit(2, {1, 2});
  CHECK(times(violations, 4) == 1);
}

TEST_CASE_FIXTURE(Partition, "4: a member that restarted with a lost tail is excused until it joins again") {
  append(0);
  logs.on_gone(2);
  commit(1);
  CHECK(violations.empty());
  logs.on_batch(2, batch(0), now, violations);
  logs.on_joined_isr(2, 1, now, violations);
  logs.on_batch(1, batch(1), now, violations);
  logs.on_batch(3, batch(1), now, violations);
  commit(2);
  CHECK(times(violations, 4) == 1);
}

TEST_CASE_FIXTURE(Partition, "5: a new leader without what was committed") {
  logs.on_batch(1, batch(0), now, violations);
  logs.on_batch(2, batch(0), now, violations);
  commit(1, {1, 2});
  logs.on_leader(3, 1, now, violations);
  CHECK(times(violations, 5) == 1);
}

TEST_CASE_FIXTURE(Partition, "5: an unclean election excuses it, once") {
  logs.on_batch(1, batch(0), now, violations);
  logs.on_batch(2, batch(0), now, violations);
  commit(1, {1, 2});
  logs.on_unclean_election();
  logs.on_leader(3, 1, now, violations);
  CHECK(violations.empty());
  CHECK(logs.excused());
  CHECK(logs.committed_end() == 0);
  logs.on_batch(3, batch(0, 1, 9), now, violations);
  logs.on_leader_high_watermark(3, 1, {3}, now, violations);
  logs.on_leader(2, 2, now, violations);  // holds the old record 0, not the new one
  CHECK(times(violations, 5) == 1);
}

TEST_CASE_FIXTURE(Partition, "5: a power loss of all members excuses it, of some does not") {
  append(0);
  commit(1);
  const auto power_off = [&](int broker) {
    logs.on_gone(broker);
    logs.on_power_loss(broker);
  };
  SUBCASE("all") {
    for (const int broker : {1, 2, 3}) power_off(broker);
    logs.on_leader(1, 1, now, violations);
    CHECK(violations.empty());
    CHECK(logs.excused());
  }
  SUBCASE("some") {
    power_off(1);
    power_off(2);
    logs.on_leader(1, 1, now, violations);
    CHECK(times(violations, 5) == 1);
  }
  SUBCASE("the last one left") {
    logs.on_isr({2});
    power_off(2);
    logs.on_leader(2, 1, now, violations);
    CHECK(violations.empty());
  }
  SUBCASE("a member that came back and joined has everything again") {
    power_off(1);
    logs.on_batch(1, batch(0), now, violations);
    logs.on_joined_isr(1, 2, now, violations);
    power_off(2);
    power_off(3);
    logs.on_leader(2, 1, now, violations);
    CHECK(times(violations, 5) == 1);
  }
}

TEST_CASE_FIXTURE(Partition, "6: the high watermark of a leader goes back in its epoch") {
  append(0);
  append(1);
  commit(2);
  commit(1);
  CHECK(times(violations, 6) == 1);
}

TEST_CASE("7: the offsets of one replica are in order") {
  Violations violations;
  check_offsets("orders-0", 1, {0, 3, 5}, now, violations);
  check_offsets("orders-0", 1, {2, 2, 2}, now, violations);
  CHECK(violations.empty());
  check_offsets("orders-0", 1, {0, 6, 5}, now, violations);
  check_offsets("orders-0", 1, {4, 3, 5}, now, violations);
  CHECK(times(violations, 7) == 2);
}

TEST_CASE_FIXTURE(Partition, "8: a follower's high watermark above any leader's") {
  append(0);
  logs.on_follower_high_watermark(2, 0, 1, now, violations);
  CHECK(times(violations, 8) == 1);
}

TEST_CASE_FIXTURE(Partition, "8: a follower's high watermark goes back without a reason") {
  append(0);
  append(1);
  commit(2);
  logs.on_follower_high_watermark(2, 0, 2, now, violations);
  logs.on_truncated(2, 1, now, violations);
  logs.on_follower_high_watermark(2, 2, 1, now, violations);
  CHECK(violations.empty());
  logs.on_follower_high_watermark(2, 1, 0, now, violations);
  CHECK(times(violations, 8) == 1);
}

TEST_CASE_FIXTURE(Partition, "9: a leader cuts off what was committed; a follower may") {
  append(0);
  append(1);
  commit(2);
  logs.on_truncated(2, 1, now, violations);
  CHECK(violations.empty());
  logs.on_truncated(1, 1, now, violations);
  CHECK(times(violations, 9) == 1);
}

TEST_CASE("10: no ISR, or a leader outside of it") {
  Violations violations;
  ZnodeInvariants znodes{1};
  znodes.on_state(0, "orders-0", state(-1, 1, {2}, 1), replicas, false, now, violations);
  CHECK(violations.empty());
  znodes.on_state(0, "orders-0", state(-1, 1, {}, 2), replicas, false, now, violations);
  CHECK(times(violations, 10) == 1);
  znodes.on_state(0, "orders-0", state(1, 1, {2, 3}, 3), replicas, false, now, violations);
  CHECK(times(violations, 10) == 2);
}

TEST_CASE("11: a member of the ISR without a replica") {
  Violations violations;
  ZnodeInvariants znodes{1};
  znodes.on_state(0, "orders-0", state(1, 1, {1, 4}, 1), replicas, false, now, violations);
  CHECK(times(violations, 11) == 1);
}

TEST_CASE("12: a clean election from outside the ISR") {
  Violations violations;
  ZnodeInvariants znodes{2};
  for (const std::uint32_t partition : {0U, 1U}) {
    znodes.on_state(partition, "orders", state(1, 1, {1, 2}, 1), replicas, false, now, violations);
  }
  znodes.on_state(0, "orders-0", state(3, 2, {3}, 2), replicas, true, now, violations);
  CHECK(violations.empty());  // the topic allows it
  znodes.on_state(1, "orders-1", state(3, 2, {3}, 2), replicas, false, now, violations);
  CHECK(times(violations, 12) == 1);
}

TEST_CASE("13: a leader that does not wait for its ISR") {
  Violations violations;
  LeaderReport leader{1, 5, {1, 2}, {{2, 5, true}, {3, 1, false}}};
  check_followers("orders-0", leader, now, violations);
  CHECK(violations.empty());
  leader.followers[0].log_end = -1;  // has not reported yet
  check_followers("orders-0", leader, now, violations);
  CHECK(violations.empty());
  leader.followers[0].log_end = 4;
  check_followers("orders-0", leader, now, violations);
  CHECK(times(violations, 13) == 1);
  leader.followers[0] = {2, 5, false};
  check_followers("orders-0", leader, now, violations);
  CHECK(times(violations, 13) == 2);
}

TEST_CASE_FIXTURE(Partition, "14: joined the ISR without what the leader had when its epoch began") {
  append(0);
  logs.on_batch(1, batch(1), now, violations);
  logs.on_leader(1, 1, now, violations);
  logs.on_joined_isr(2, 1, now, violations);
  CHECK(times(violations, 14) == 1);
  logs.on_batch(3, batch(1), now, violations);
  logs.on_joined_isr(3, 1, now, violations);
  CHECK(times(violations, 14) == 1);
}

TEST_CASE_FIXTURE(Partition, "15: acknowledged to acks=all too early, or with too few") {
  append(0);
  logs.on_append_as_leader(0, 3);
  logs.on_acknowledged_by_all(0, now, violations);
  CHECK(times(violations, 15) == 1);
  commit(1);
  logs.on_acknowledged_by_all(0, now, violations);
  CHECK(times(violations, 15) == 1);
  append(1);
  logs.on_append_as_leader(1, 1);
  commit(2, {1});
  logs.on_acknowledged_by_all(1, now, violations);
  CHECK(times(violations, 15) == 2);
}

TEST_CASE_FIXTURE(Partition, "18: read above the high watermark") {
  append(0);
  logs.on_read(0, now, violations);
  CHECK(times(violations, 18) == 1);
  commit(1);
  logs.on_read(0, now, violations);
  CHECK(times(violations, 18) == 1);
}

TEST_CASE("a shadow log compares like the log that it is a shadow of") {
  ShadowLog a;
  ShadowLog b;
  for (std::int64_t i = 0; i < 3000; i += 3) {
    a.append({i, i + 2, 0, static_cast<std::uint32_t>(i)});
    b.append({i, i + 2, 0, static_cast<std::uint32_t>(i == 1500 ? 1 : i)});
  }
  CHECK(a.end() == 3000);
  CHECK(a.chain_below(1500) == b.chain_below(1500));
  CHECK(a.chain_below(1503) != b.chain_below(1503));
  CHECK(a.chain_below(3000) != b.chain_below(3000));
  CHECK_FALSE(a.chain_below(3001).has_value());
  ShadowLog copy = a;
  copy.truncate_to(1500);
  b.truncate_to(1500);
  CHECK(copy.end() == 1500);
  CHECK(copy.chain_below(1500) == b.chain_below(1500));
  copy.append({1500, 1500, 1, 9});
  CHECK(a.chain_below(1500) == copy.chain_below(1500));
  CHECK(a.end() == 3000);  // the original does not notice
  CHECK(a.entry(500).last == 1502);
}
