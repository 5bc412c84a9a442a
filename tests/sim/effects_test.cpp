#include <doctest/doctest.h>

#include <string>

#include "tests/sim/golden.hpp"
#include "tests/sim/story.hpp"

using story::play_golden;
using story::Story;

namespace {

// A handler with six effects on disk, network and trace, each a millisecond after the one before.
constexpr const char* prologue = R"(
host a b
on b start: listen
start a b
a: connect b; append log 1
run 1s
)";
constexpr const char* six_effects =
    "a: say one; work 1ms; append log 100; work 1ms; send b ping; work 1ms; say two; work 1ms; sync log; work 1ms; "
    "send b pong";

/// What of the handler happened, one letter an effect, in the order of the handler.
std::string what_happened(Story& story) {
  std::string happened;
  const auto add = [&](const std::vector<std::string>& words, char letter) {
    if (story.count(words) > 0) happened += letter;
  };
  add({"says", "one"}, '1');
  add({"append", "offset=1"}, 'a');
  add({"message-sent", "ping"}, 'p');
  add({"says", "two"}, '2');
  add({"operation=sync"}, 's');
  add({"message-sent", "pong"}, 'q');
  return happened;
}

}  // namespace

TEST_CASE("effects happen at their readings, and a crash falls between them") { CHECK(play_golden("effects") == ""); }

TEST_CASE("a crash can fall after each single effect of a handler") {
  const std::string all = "1ap2sq";
  for (std::size_t n = 1; n <= all.size(); ++n) {
    CAPTURE(n);
    Story story{prologue};
    story.tell("crash a after " + std::to_string(n));
    story.tell(six_effects);
    story.tell("run 1s");
    CHECK(what_happened(story) == all.substr(0, n));
    CHECK(story.count({"program-crashed"}) == 1);
    // Each effect that did not happen is discarded; the disk's ones by what is lost on the disk.
    CHECK(story.count({"discarded", " a "}) == all.size() - n);
    story.tell("start a\na: read log\nrun 1s");
    CHECK(story.count({"reads", n >= 2 ? "bytes=101" : "bytes=1 "}) == 1);
  }
}

TEST_CASE("a count of effects that the next crash replaces, and that a crash now forgets") {
  Story story{prologue};
  story.tell("crash a after 3\ncrash a after 1");
  story.tell(six_effects);
  CHECK(what_happened(story) == "1");
  story.tell("start a\ncrash a after 1\ncrash a\nstart a\na: say still-here; say and-alive\nrun 1s");
  CHECK(story.count({"and-alive"}) == 1);
}

TEST_CASE("memory is visible at once, whatever becomes of the effects") {
  Story story{prologue};
  story.tell("a: work 1s; count\nrun 1ms");
  REQUIRE(story.puppet("a") != nullptr);
  CHECK(story.puppet("a")->counted() == 1);
  CHECK(story.count({"counts"}) == 0);
  story.tell("crash a");
  CHECK(story.puppet("a") == nullptr);
  CHECK(story.count({"counts"}) == 0);
}

TEST_CASE("a torn disk operation keeps the part that was paid for") {
  // 40960 bytes take 2us + 4us, in proportion: a crash after t microseconds leaves t / 6 of them.
  std::uint64_t before = 0;
  for (const char* const pause : {"1us", "2us", "3us", "4us", "5us"}) {
    CAPTURE(pause);
    Story story{"host a\nstart a\na: append log 1\nrun 1s"};
    story.tell("a: append log 40960");
    story.tell(std::string{"run "} + pause + "\ncrash a\nstart a\na: read log\nrun 1s");
    const std::string line = story.transcript();
    const std::size_t at = line.rfind("bytes=", line.rfind(" first="));
    const std::uint64_t kept = story::number_of(line.substr(at + 6, line.find(' ', at) - at - 6));
    CHECK(kept > before);
    CHECK(kept < 40961);
    before = kept;
  }
}
