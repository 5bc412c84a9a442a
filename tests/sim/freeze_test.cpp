#include <doctest/doctest.h>

#include "tests/sim/golden.hpp"
#include "tests/sim/story.hpp"

using story::play_golden;
using story::Story;

TEST_CASE("a freeze holds everything, a thaw moves it") { CHECK(play_golden("freeze") == ""); }

TEST_CASE("the kernel of a frozen program keeps its connections") {
  Story story{"world give-up=10s\nhost a b\non b start: listen\non b accepted: say welcome\nstart a b\nfreeze b"};
  // The connection is opened by b's machine; the program hears of it when it thaws.
  story.tell("a: connect b\nrun 1s");
  CHECK(story.count({"change=opened"}) == 1);
  story.tell("a: send b data 1000\nrun 1000s");
  CHECK(story.count({"change=reset"}) == 0);
  CHECK(story.count({"welcome"}) == 0);
  story.tell("thaw b\nrun 1s");
  CHECK(story.count({"welcome"}) == 1);
  CHECK(story.count({"message-received", "data"}) == 1);
}

TEST_CASE("what a frozen program still has to do dies with it") {
  Story story{
      "host a\nstart a\na: work 10ms; say never; post main step; arm 1ms tick\na: say never\nrun 1ms\nfreeze a\nrun "
      "1s"};
  CHECK(story.count({"held"}) == 2);  // the fact and the timer; the second command was queued before the freeze
  story.tell("crash a\nrun 100s");
  CHECK(story.count({"says"}) == 0);
  CHECK(story.count({"discarded", "what=effect"}) == 1);
  CHECK(story.count({"discarded", "timer=step"}) == 1);
  CHECK(story.count({"discarded", "timer=tick"}) == 1);
  CHECK(story.count({"discarded", "what=input"}) == 1);
  for (const char* const what : {"what=effect", "timer=step", "timer=tick", "what=input"}) {
    CHECK(story.faults_behind({"discarded", what}).find("crash") != std::string::npos);
  }
}

TEST_CASE("what was posted before a freeze waits for its poster") {
  Story story{"host a\nstations a main=1 other=1\non a timer step: say posted\nstart a"};
  story.tell("a: work 10ms; post other step; say handed-over\nrun 5ms\nfreeze a\nrun 1s\nthaw a\nrun 1s");
  CHECK(story.newest({"handed-over"}) < story.newest({"says", "posted"}));
  CHECK(story.count({"1.010000000", "says", "posted"}) == 1);
}

TEST_CASE("power off while frozen") {
  Story story{
      "host a b\ndisk a survive all\nstart a b\na: append log 40960\nrun 3us\nfreeze a\nrun 1s\npower-off a\nrun 1s"};
  CHECK(story.count({"disk-operation", "append"}) == 0);
  story.tell("start a\na: say alive\nrun 1s");
  CHECK(story.count({"alive"}) == 1);
}
