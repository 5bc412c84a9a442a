#include "scenarios/nearest_name.hpp"

#include <doctest/doctest.h>

using scenarios::edit_distance;
using scenarios::nearest_name;

TEST_CASE("the edit distance counts inserted, removed, replaced and swapped letters") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "run") == 3);
  CHECK(edit_distance("run", "") == 3);
  CHECK(edit_distance("fuzz", "fuzz") == 0);
  CHECK(edit_distance("fuz", "fuzz") == 1);
  CHECK(edit_distance("fuzzz", "fuzz") == 1);
  CHECK(edit_distance("fuss", "fuzz") == 2);
  CHECK(edit_distance("rnu", "run") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
}

TEST_CASE("the nearest name wins, the first of equals, and far-fetched ones are left out") {
  const std::vector<std::string> names{"fuzz", "gui", "run", "serve", "worlds"};
  CHECK(nearest_name("wrolds", names) == "worlds");
  CHECK(nearest_name("server", names) == "serve");
  CHECK(nearest_name("rum", names) == "run");
  CHECK(nearest_name("bun", {"run", "sun"}) == "run");
  CHECK_FALSE(nearest_name("compile", names));
  CHECK_FALSE(nearest_name("x", {}));
}
