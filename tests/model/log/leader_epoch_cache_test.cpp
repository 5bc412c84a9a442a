#include "model/log/leader_epoch_cache.hpp"
#include "sim/random.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace kafka;

namespace {

LeaderEpochCache cache_of(std::vector<EpochEntry> entries) { return LeaderEpochCache{std::move(entries)}; }
EpochEntry entry(std::int32_t epoch, std::int64_t start) { return {LeaderEpoch{epoch}, Offset{start}}; }
EpochEndOffset ends(std::int32_t epoch, std::int64_t end) { return {LeaderEpoch{epoch}, Offset{end}}; }

}  // namespace

TEST_CASE("vector 10: the end of an epoch") {
  const LeaderEpochCache cache = cache_of({entry(2, 10), entry(5, 20)});
  const auto end = [&](std::int32_t epoch) { return cache.end_offset_for(LeaderEpoch{epoch}, Offset{30}); };
  CHECK(end(1) == ends(1, 10));
  CHECK(end(2) == ends(2, 20));
  CHECK(end(3) == ends(2, 20));
  CHECK(end(5) == ends(5, 30));
  CHECK(end(6) == ends(-1, -1));
  CHECK(end(-1).undefined());
  CHECK(LeaderEpochCache{}.end_offset_for(LeaderEpoch{0}, Offset{30}).undefined());
}

TEST_CASE("vector 11: assigning and cutting") {
  const LeaderEpochCache original = cache_of({entry(1, 0), entry(2, 10), entry(3, 20)});
  LeaderEpochCache assigned = original;
  CHECK(assigned.assign(LeaderEpoch{4}, Offset{15}));
  CHECK(assigned.entries() == std::vector{entry(1, 0), entry(2, 10), entry(4, 15)});

  LeaderEpochCache from_start = original;
  CHECK(from_start.truncate_from_start(Offset{15}));
  CHECK(from_start.entries() == std::vector{entry(2, 15), entry(3, 20)});
  CHECK_FALSE(from_start.truncate_from_start(Offset{15}));

  LeaderEpochCache from_end = original;
  CHECK(from_end.truncate_from_end(Offset{10}));
  CHECK(from_end.entries() == std::vector{entry(1, 0)});
  CHECK_FALSE(from_end.truncate_from_end(Offset{10}));
  CHECK(original.entries().size() == 3);
}

TEST_CASE("assigning the latest epoch again changes nothing, unless it began earlier") {
  LeaderEpochCache cache = cache_of({entry(1, 0), entry(3, 10)});
  CHECK_FALSE(cache.assign(LeaderEpoch{3}, Offset{12}));
  CHECK(cache.assign(LeaderEpoch{3}, Offset{8}));
  CHECK(cache.entries() == std::vector{entry(1, 0), entry(3, 8)});
  CHECK(cache.assign(LeaderEpoch{2}, Offset{20}));  // a leader that goes back in epochs: the higher one was wrong
  CHECK(cache.entries() == std::vector{entry(1, 0), entry(2, 20)});
}

TEST_CASE("epochs of offsets") {
  const LeaderEpochCache cache = cache_of({entry(1, 5), entry(3, 10)});
  CHECK_FALSE(cache.epoch_for(Offset{4}).has_value());
  CHECK(cache.epoch_for(Offset{5}) == LeaderEpoch{1});
  CHECK(cache.epoch_for(Offset{9}) == LeaderEpoch{1});
  CHECK(cache.epoch_for(Offset{10}) == LeaderEpoch{3});
  CHECK(cache.epoch_for(Offset{1'000}) == LeaderEpoch{3});
}

TEST_CASE("random epochs against a map from offset to epoch") {
  sim::Random random{sim::Seed{4}};
  for (int round = 0; round < 200; ++round) {
    LeaderEpochCache cache;
    std::map<std::int64_t, std::int32_t> written;  // offset -> epoch, of every record
    std::int64_t end = 0;
    std::int32_t epoch = 0;
    for (int step = 0; step < 30; ++step) {
      if (random.bernoulli(1, 3)) epoch += static_cast<std::int32_t>(random.below(3));
      if (random.bernoulli(1, 4) && end > 0) {
        end = random.between(0, end);
        written.erase(written.lower_bound(end), written.end());
        cache.truncate_from_end(Offset{end});
      }
      const std::int64_t count = random.between(1, 5);
      cache.assign(LeaderEpoch{epoch}, Offset{end});
      for (std::int64_t i = 0; i < count; ++i) written[end++] = epoch;
    }
    for (const auto& record : written) {
      REQUIRE(cache.epoch_for(Offset{record.first}) == LeaderEpoch{record.second});
    }
    for (std::int32_t asked = 0; asked <= epoch; ++asked) {
      std::int64_t expected_end = 0;  // behind the last record with an epoch not above the one asked for
      for (const auto& [offset, of] : written) {
        if (of <= asked) expected_end = offset + 1;
      }
      REQUIRE(cache.end_offset_for(LeaderEpoch{asked}, Offset{end}).end == Offset{expected_end});
    }
  }
}

TEST_CASE("a follower that has more than the leader, or another history, diverges") {
  CHECK_FALSE(follower_diverges(ends(5, 30), LeaderEpoch{5}, Offset{30}));
  CHECK_FALSE(follower_diverges(ends(5, 30), LeaderEpoch{5}, Offset{10}));
  CHECK(follower_diverges(ends(5, 30), LeaderEpoch{5}, Offset{31}));
  CHECK(follower_diverges(ends(4, 30), LeaderEpoch{5}, Offset{10}));
}

TEST_CASE("where a follower cuts its log: every branch of §6.3") {
  const LeaderEpochCache local = cache_of({entry(1, 0), entry(3, 20)});
  const auto point = [&](EpochEndOffset leader) { return truncation_point(leader, local, Offset{30}, Offset{7}); };
  const auto at = [](std::int64_t offset, bool done) { return TruncationPoint{Offset{offset}, done}; };
  CHECK(point(ends(-1, -1)) == at(7, true));  // the leader knows nothing
  CHECK(point(ends(-1, 12)) == at(12, true));
  CHECK(point(ends(-1, 99)) == at(30, true));
  CHECK(point(ends(1, 15)) == at(15, true));   // same epoch, the leader ended it earlier
  CHECK(point(ends(1, 25)) == at(20, true));   // same epoch, the follower ended it earlier
  CHECK(point(ends(2, 25)) == at(20, false));  // the follower does not know epoch 2: cut to the end of 1, ask again
  CHECK(point(ends(3, 99)) == at(30, true));
  CHECK(point(ends(4, 28)) == at(28, true));  // nothing known from 4 on
}
