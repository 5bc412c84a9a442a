#include "sim/network.hpp"

#include <doctest/doctest.h>

#include "tests/sim/golden.hpp"
#include "tests/sim/story.hpp"

using story::play_golden;
using story::Story;

TEST_CASE("connect: opened, refused, refused when nobody listens any more") { CHECK(play_golden("connect") == ""); }

TEST_CASE("a connection keeps the order, and close comes last") { CHECK(play_golden("order_and_close") == ""); }

TEST_CASE("windows and buffers push back") { CHECK(play_golden("windows") == ""); }

TEST_CASE("limited bandwidth makes queues") { CHECK(play_golden("bandwidth") == ""); }

TEST_CASE("a host talks to itself whatever the cables do") { CHECK(play_golden("loopback") == ""); }

TEST_CASE("bytes take the shortest way that is left") { CHECK(play_golden("cables") == ""); }
