// SharedTable against a plain vector, with copies that must not change.
#include "sim/shared_table.hpp"

#include "sim/random.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace {

using Table = sim::SharedTable<std::string, 4>;

TEST_CASE("an edit in a copy of a table does not reach the original") {
  Table original;
  for (int i = 0; i < 10; ++i) original.push_back("row " + std::to_string(i));
  Table copy = original;
  copy.edit(3) = "changed";
  copy.pop_back();
  CHECK(original.read(3) == "row 3");
  CHECK(original.size() == 10);
  CHECK(copy.read(3) == "changed");
  CHECK(copy.size() == 9);
}

TEST_CASE("a row that is not there is a broken truth") {
  Table table;
  CHECK_THROWS_AS(table.read(0), sim::BrokenTruth);
  table.push_back("one");
  CHECK_THROWS_AS(table.edit(1), sim::BrokenTruth);
}

TEST_CASE("random tables and their copies agree with vectors") {
  struct Pair {
    Table table;
    std::vector<std::string> model;
  };
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    CAPTURE(seed);
    sim::Random random{sim::Seed{seed}};
    std::vector<Pair> family(3);
    for (int step = 0; step < 300; ++step) {
      Pair& one = family[random.index(family.size())];
      const std::uint64_t kind = random.below(10);
      if (kind < 5) {
        one.table.push_back(std::to_string(step));
        one.model.push_back(std::to_string(step));
      } else if (kind < 7 && !one.model.empty()) {
        one.table.pop_back();
        one.model.pop_back();
      } else if (kind < 9 && !one.model.empty()) {
        const std::size_t at = random.index(one.model.size());
        one.table.edit(at) += '!';
        one.model[at] += '!';
      } else {
        family[random.index(family.size())] = Pair{one};
      }
      for (const Pair& member : family) {
        REQUIRE(member.table.size() == member.model.size());
        for (std::size_t i = 0; i < member.model.size(); ++i) REQUIRE(member.table.read(i) == member.model[i]);
      }
    }
  }
}

}  // namespace
