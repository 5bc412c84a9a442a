// The controller's choices, as a table: replicas, ISR, who is alive -> leader and ISR.
#include "model/broker/controller/leader_election.hpp"
#include "model/broker/controller/replica_assignment.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>
#include <vector>

using namespace kafka;

namespace {

std::vector<BrokerId> brokers(std::initializer_list<int> ids) {
  std::vector<BrokerId> list;
  for (const int id : ids) list.emplace_back(id);
  return list;
}

ControllerCache cluster(std::initializer_list<int> live, std::initializer_list<int> shutting_down = {}) {
  ControllerCache cache;
  for (const int id : live)
    cache.brokers[BrokerId{id}] = ControlledBroker{{BrokerId{id}, "broker", 9092, {}}, BrokerEpoch{1}};
  for (const int id : shutting_down) cache.shutting_down.insert(BrokerId{id});
  return cache;
}

znode::PartitionState state(int leader, std::initializer_list<int> isr) {
  znode::PartitionState s;
  s.leader = BrokerId{leader};
  s.isr = brokers(isr);
  return s;
}

std::vector<AssignableBroker> assignable(std::initializer_list<std::pair<int, const char*>> list) {
  std::vector<AssignableBroker> result;
  for (const auto& [id, rack] : list) {
    result.push_back({BrokerId{id}, rack == nullptr ? std::nullopt : std::optional<std::string>{rack}});
  }
  return result;
}

}  // namespace

TEST_CASE("offline: the first online replica of the ISR in assignment order leads, and the ISR keeps who is online") {
  const auto elected =
      elect(ElectionStrategy::offline, state(1, {1, 3, 2}), brokers({1, 2, 3}), cluster({2, 3}), false);
  REQUIRE(elected.has_value());
  CHECK(elected->leader == BrokerId{2});
  CHECK(elected->isr == brokers({3, 2}));
  CHECK(elected->recipients == brokers({2, 3}));
  CHECK_FALSE(elected->unclean);
}

TEST_CASE("offline: nobody outside the ISR, unless the topic allows it; then it leads alone") {
  const auto replicas = brokers({1, 2, 3});
  CHECK_FALSE(elect(ElectionStrategy::offline, state(1, {1}), replicas, cluster({2, 3}), false).has_value());
  const auto unclean = elect(ElectionStrategy::offline, state(1, {1}), replicas, cluster({2, 3}), true);
  REQUIRE(unclean.has_value());
  CHECK(unclean->leader == BrokerId{2});
  CHECK(unclean->isr == brokers({2}));
  CHECK(unclean->unclean);
  // With a member of the ISR alive there is no reason for it.
  const auto clean = elect(ElectionStrategy::offline, state(1, {1, 3}), replicas, cluster({2, 3}), true);
  REQUIRE(clean.has_value());
  CHECK(clean->leader == BrokerId{3});
  CHECK_FALSE(clean->unclean);
}

TEST_CASE("a broker that is shutting down is not elected, and leaves the ISR of what it led") {
  const auto elected = elect(ElectionStrategy::controlled_shutdown, state(1, {1, 2, 3}), brokers({1, 2, 3}),
                             cluster({1, 2, 3}, {1}), false);
  REQUIRE(elected.has_value());
  CHECK(elected->leader == BrokerId{2});
  CHECK(elected->isr == brokers({2, 3}));
  CHECK_MESSAGE(elected->recipients == brokers({1, 2, 3}), "it must hear that it no longer leads");
  CHECK_FALSE(elect(ElectionStrategy::controlled_shutdown, state(1, {1}), brokers({1, 2}), cluster({1, 2}, {1}), true)
                  .has_value());
}

TEST_CASE("preferred: only the first replica, and only from the ISR") {
  CHECK(elect(ElectionStrategy::preferred, state(2, {2, 1}), brokers({1, 2}), cluster({1, 2}), false)->leader ==
        BrokerId{1});
  CHECK_FALSE(elect(ElectionStrategy::preferred, state(2, {2}), brokers({1, 2}), cluster({1, 2}), false).has_value());
  CHECK_FALSE(elect(ElectionStrategy::preferred, state(2, {2, 1}), brokers({1, 2}), cluster({2}), false).has_value());
}

TEST_CASE("the first leader of a partition is the first live replica; the ISR is all live ones") {
  const auto first = first_state(brokers({3, 1, 2}), cluster({1, 2}), ControllerEpoch{4});
  REQUIRE(first.has_value());
  CHECK(first->leader == BrokerId{1});
  CHECK(first->isr == brokers({1, 2}));
  CHECK(first->leader_epoch == LeaderEpoch{0});
  CHECK_FALSE(first_state(brokers({3}), cluster({1, 2}), ControllerEpoch{4}).has_value());
}

TEST_CASE("replicas are spread as Kafka's own example says: five brokers, ten partitions, factor 3, start 0, shift 0") {
  // The table in the comment of AdminUtils.assignReplicasToBrokers.
  const auto got =
      assign_replicas(assignable({{0, nullptr}, {1, nullptr}, {2, nullptr}, {3, nullptr}, {4, nullptr}}), 10, 3, 0, 0);
  const std::map<std::int32_t, std::vector<BrokerId>> expected{
      {0, brokers({0, 1, 2})}, {1, brokers({1, 2, 3})}, {2, brokers({2, 3, 4})}, {3, brokers({3, 4, 0})},
      {4, brokers({4, 0, 1})}, {5, brokers({0, 2, 3})}, {6, brokers({1, 3, 4})}, {7, brokers({2, 4, 0})},
      {8, brokers({3, 0, 1})}, {9, brokers({4, 1, 2})}};
  CHECK(got == expected);
}

TEST_CASE("with racks every partition reaches as many racks as it has replicas, and leaders are spread evenly") {
  const auto list = assignable({{0, "a"}, {1, "b"}, {2, "c"}, {3, "c"}, {4, "b"}, {5, "a"}});
  const std::map<BrokerId, std::string> rack{{BrokerId{0}, "a"}, {BrokerId{1}, "b"}, {BrokerId{2}, "c"},
                                             {BrokerId{3}, "c"}, {BrokerId{4}, "b"}, {BrokerId{5}, "a"}};
  for (std::uint32_t start = 0; start < 6; ++start) {
    for (std::uint32_t shift = 0; shift < 6; ++shift) {
      std::map<BrokerId, int> leaders;
      for (const auto& [partition, replicas] : assign_replicas(list, 12, 3, start, shift)) {
        std::set<std::string> racks;
        for (const BrokerId replica : replicas) racks.insert(rack.at(replica));
        CHECK(racks.size() == 3);
        ++leaders[replicas.front()];
      }
      for (const auto& [broker, count] : leaders) CHECK(count == 2);
      CHECK(leaders.size() == 6);
    }
  }
}

TEST_CASE("replicas of a partition are distinct for every start and shift") {
  for (int n = 1; n <= 5; ++n) {
    std::vector<AssignableBroker> list;
    for (int i = 0; i < n; ++i) list.push_back({BrokerId{i + 1}, std::nullopt});
    for (std::int32_t factor = 1; factor <= n; ++factor) {
      for (std::uint32_t start = 0; start < static_cast<std::uint32_t>(n); ++start) {
        for (const auto& [partition, replicas] : assign_replicas(list, 7, factor, start, start)) {
          CHECK(std::set<BrokerId>(replicas.begin(), replicas.end()).size() == static_cast<std::size_t>(factor));
        }
      }
    }
  }
}
