#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/network.hpp"
#include "sim/random.hpp"
#include "tests/sim/golden.hpp"
#include "tests/sim/story.hpp"

using story::play_golden;
using story::Story;

TEST_CASE("a power loss leaves the peer half-open") { CHECK(play_golden("half_open") == ""); }

TEST_CASE("TCP gives up, and both directions matter") { CHECK(play_golden("give_up") == ""); }

TEST_CASE("cuts, partitions and resets") { CHECK(play_golden("cuts") == ""); }

TEST_CASE("slow and lossy paths delay") { CHECK(play_golden("slow_and_lossy") == ""); }

namespace {

/// The sizes of the messages in lines of one kind, in order. In these tests each message has a size of its own.
std::vector<std::uint64_t> sizes(Story& story, sim::EventKind kind) {
  std::vector<std::uint64_t> found;
  const auto& records = story.world().trace().records();
  for (std::uint64_t i = 0; i < records.size(); ++i) {
    const sim::TraceRecord record = records[i];
    if (record.kind == kind) found.push_back(record.b & 0xffffffff);
  }
  return found;
}

}  // namespace

TEST_CASE("whatever the path does, messages arrive once and in order, all of them when it is healed") {
  const std::vector<std::string> troubles{"cut a b",          "cut b a",  "slow a b 3ms 20ms",    "lossy a b 1/3",
                                          "lossy b a 1/2",    "freeze b", "break-cable a switch", "mend-cable a switch",
                                          "slow b a 1ms 9ms", "heal",     "partition a | b",      "isolate b"};
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    sim::Random random{sim::Seed{seed}};
    Story story{"world window=3000 buffer=3000 seed=" + std::to_string(seed)};
    story.tell(
        "cables latency=1ms jitter=300us bandwidth=8000000\nhost a b\non b start: listen\nstart a b\na: connect b\nrun "
        "1s");
    std::size_t size = 1;
    for (int step = 0; step < 60; ++step) {
      if (random.bernoulli(1, 4)) story.tell(troubles[random.index(troubles.size())]);
      if (random.bernoulli(1, 6)) story.tell("thaw b");
      story.tell("a: send b data " + std::to_string(size++));
      story.tell("run " + std::to_string(random.below(40)) + "ms");
    }
    const std::vector<std::uint64_t> before = sizes(story, sim::EventKind::message_received);
    const std::vector<std::uint64_t> sent = sizes(story, sim::EventKind::message_sent);
    REQUIRE(before.size() <= sent.size());
    CHECK(std::equal(before.begin(), before.end(), sent.begin()));
    story.tell("heal\nmend-cable a switch\nthaw b\nrun 900s");
    CHECK(sizes(story, sim::EventKind::message_received) == sent);
    CHECK(!sent.empty());
    CHECK(!story.world().broken().has_value());
  }
}

TEST_CASE("a connection ends for both ends, and its place is used again") {
  Story story{"world give-up=5s\nhost a b\non b start: listen\nstart a b"};
  for (const char* const end :
       {"a: close b", "b: close a", "crash a\nstart a", "reset a b", "power-off b\nstart b\na: send b data",
        "isolate b\na: send b data\nb: send a data\nrun 20s\nheal"}) {
    CAPTURE(end);
    story.tell("a: connect b\nrun 1s");
    REQUIRE(story.newest({"change=opened", "connection=1"}) > story.newest({"change=reset"}));
    story.tell(std::string{end} + "\nrun 20s");
  }
  CHECK(story.count({"change=opened", "connection=3"}) == 0);  // there was never more than one at a time
  CHECK(story.count({"change=opened", "connection=1.6"}) == 1);
}
