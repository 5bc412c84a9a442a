// The leader's rules over its followers, each over all small inputs or with the example that made it necessary.
#include "model/broker/isr_state.hpp"
#include "model/broker/replica_progress.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace kafka;
using sim::WallTime;

namespace {

std::vector<BrokerId> brokers(std::initializer_list<int> ids) {
  std::vector<BrokerId> list;
  for (const int id : ids) list.emplace_back(id);
  return list;
}

WallTime at_ms(std::int64_t ms) { return WallTime::from_milliseconds(ms); }

RemoteReplica follower(int id, std::int64_t log_end, std::int64_t caught_up_ms = 0) {
  RemoteReplica replica;
  replica.id = BrokerId{id};
  replica.log_end = Offset{log_end};
  replica.last_caught_up = at_ms(caught_up_ms);
  return replica;
}

constexpr sim::Duration max_lag{30'000'000'000};

}  // namespace

TEST_CASE("a shrink is not assumed before the controller has confirmed it; an expansion is") {
  IsrState isr{brokers({1, 2, 3})};
  isr.propose_shrink(brokers({2}));
  CHECK(isr.in_flight());
  CHECK(isr.proposed() == brokers({1, 3}));
  CHECK(isr.in_maximal(BrokerId{2}));
  CHECK(isr.maximal_size() == 3);

  isr.abandon();
  CHECK(isr.committed() == brokers({1, 2, 3}));
  CHECK_FALSE(isr.in_flight());

  IsrState small{brokers({1})};
  small.propose_expand(BrokerId{3});
  CHECK(small.proposed() == brokers({1, 3}));
  CHECK(small.in_maximal(BrokerId{3}));
  CHECK_FALSE(small.in_committed(BrokerId{3}));
  CHECK_FALSE(small.in_maximal(BrokerId{2}));
  CHECK(small.maximal_size() == 2);
}

TEST_CASE("the high watermark candidate is the least end of all that count, over all small logs") {
  for (std::int64_t leader = 0; leader <= 3; ++leader) {
    for (std::int64_t a = -1; a <= 3; ++a) {
      for (std::int64_t b = -1; b <= 3; ++b) {
        for (int counted = 0; counted < 4; ++counted) {
          const std::vector<RemoteReplica> followers{follower(2, a), follower(3, b)};
          const Offset candidate = high_watermark_candidate(
              Offset{leader}, followers,
              [&](const RemoteReplica& replica) { return (counted >> (replica.id.raw() - 2) & 1) != 0; });
          std::int64_t expected = leader;
          if ((counted & 1) != 0) expected = std::min(expected, a);
          if ((counted & 2) != 0) expected = std::min(expected, b);
          CHECK(candidate.raw() == expected);
        }
      }
    }
  }
}

TEST_CASE("a follower is caught up when it was at the leader's end, not when it fetched last") {
  RemoteReplica replica = follower(2, -1);
  // The leader ends at 10; the follower asks from 4: it is behind.
  note_fetch(replica, Offset{4}, Offset{0}, Offset{10}, at_ms(1'000), sim::no_event);
  CHECK(replica.last_caught_up == at_ms(0));
  // The leader has moved to 20; asking from 10 proves that it had everything at the time of its last fetch.
  note_fetch(replica, Offset{10}, Offset{0}, Offset{20}, at_ms(2'000), sim::no_event);
  CHECK(replica.last_caught_up == at_ms(1'000));
  // At the end: caught up now.
  note_fetch(replica, Offset{20}, Offset{0}, Offset{20}, at_ms(3'000), sim::no_event);
  CHECK(replica.last_caught_up == at_ms(3'000));

  CHECK(is_caught_up(replica, Offset{25}, at_ms(33'000), max_lag));
  CHECK_FALSE(is_caught_up(replica, Offset{25}, at_ms(33'001), max_lag));
  CHECK_MESSAGE(is_caught_up(replica, Offset{20}, at_ms(999'999), max_lag), "an idle partition leaves nobody behind");
}

TEST_CASE("a leader's end never goes back in the follower's record, the follower's own end may") {
  RemoteReplica replica = follower(2, 8);
  note_fetch(replica, Offset{8}, Offset{0}, Offset{8}, at_ms(1), sim::no_event);
  note_fetch(replica, Offset{3}, Offset{0}, Offset{8}, at_ms(2), sim::no_event);
  CHECK(replica.log_end == Offset{3});
  CHECK(replica.last_fetch_leader_end == Offset{8});
}

TEST_CASE("a new leader forgets what its predecessor's followers told somebody else") {
  RemoteReplica fresh = follower(2, 7, 500);
  reset_for_epoch(fresh, true, false, at_ms(9'000));
  CHECK(fresh.log_end == no_offset);
  CHECK(fresh.last_caught_up == at_ms(9'000));

  RemoteReplica outside = follower(2, 7, 500);
  reset_for_epoch(outside, false, false, at_ms(9'000));
  CHECK(outside.last_caught_up == WallTime{});

  RemoteReplica kept = follower(2, 7, 500);
  reset_for_epoch(kept, true, true, at_ms(9'000));
  CHECK(kept.log_end == Offset{7});
  CHECK(kept.last_fetch_leader_end == Offset{7});
}

TEST_CASE("min.insync.replicas counts for no more than there are replicas") {
  CHECK(effective_min_isr(2, 3) == 2);
  CHECK(effective_min_isr(3, 2) == 2);
  CHECK(effective_min_isr(0, 2) == 1);
}
