#include <doctest/doctest.h>

#include <string>

#include "tests/sim/golden.hpp"
#include "tests/sim/story.hpp"

using story::play_golden;
using story::Story;

TEST_CASE("stations: first come first served, posts, locks, prices") { CHECK(play_golden("stations") == ""); }

TEST_CASE("n servers take n inputs at a time") {
  // Twelve questions at one moment, 10ms of work each: with n servers they are done after 120ms / n.
  for (const int servers : {1, 2, 3, 4, 6, 12}) {
    CAPTURE(servers);
    Story story{"host server client\nstations server main=" + std::to_string(servers) +
                "\non server start: listen\non server message ask: work 10ms; reply answer\nstart server client\n"
                "client: connect server\nrun 1s\nclient: flood server ask 10 12"};
    story.tell("run " + std::to_string(120 / servers) + "ms\nrun 150us");
    CHECK(story.puppet("client")->received() == 12);
    CHECK(story.count({"message-received", "type=answer"}) == 12);
    Story earlier{"host server client\nstations server main=" + std::to_string(servers) +
                  "\non server start: listen\non server message ask: work 10ms; reply answer\nstart server client\n"
                  "client: connect server\nrun 1s\nclient: flood server ask 10 12"};
    earlier.tell("run " + std::to_string(120 / servers - 1) + "ms");
    CHECK(earlier.puppet("client")->received() == 12 - static_cast<unsigned>(servers));
  }
}

TEST_CASE("a cancelled timer does not fire, a fired one cannot be cancelled") {
  Story story{"host a\non a timer tick: say tick\nstart a"};
  story.tell("a: arm 1s tick\nrun 500ms\na: cancel tick\nrun 10s");
  CHECK(story.count({"timer-fired"}) == 0);
  CHECK(story.count({"says", "cancelled"}) == 1);
  story.tell("a: arm 1s tick\nrun 10s\na: cancel tick\nrun 10s");
  CHECK(story.count({"says", "tick"}) == 1);
  CHECK(story.count({"says", "too-late"}) == 1);
}

TEST_CASE("a timer runs from the meter's reading, not from the handler's begin") {
  Story story{"host a\non a timer tick: say tick\nstart a\na: work 300ms; arm 1s tick"};
  story.tell("run 1299ms");
  CHECK(story.count({"tick"}) == 0);
  story.tell("run 1ms");
  CHECK(story.count({"1.300000000", "says", "tick"}) == 1);
}

TEST_CASE("what a server did last comes before what it does next, also in a shuffled world") {
  for (int seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Story story{"world shuffle seed=" + std::to_string(seed) +
                "\nhost a\nstart a\na: work 1ms; say first\na: say second\nrun 1s"};
    CHECK(story.newest({"first"}) < story.newest({"second"}));
    // An exit at the end of a handler ends the program before the next input is handled.
    story.tell("a: work 1ms; exit\na: say never\nrun 1s");
    CHECK(story.count({"never"}) == 0);
  }
}
