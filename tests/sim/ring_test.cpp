#include "sim/ring.hpp"

#include <doctest/doctest.h>

#include <deque>
#include <memory>

#include "sim/random.hpp"

using sim::Ring;

TEST_CASE("a ring does what a deque does") {
  sim::Random random{sim::Seed{1}};
  Ring<int> ring;
  std::deque<int> model;
  for (int step = 0; step < 20'000; ++step) {
    // Phases of growing and of shrinking, so that it wraps around at many sizes.
    const bool growing = step / 500 % 2 == 0;
    switch (random.below(growing ? 7 : 12)) {
      case 0:
      case 1:
      case 2: ring.push_back(step), model.push_back(step); break;
      case 3: ring.push_front(step), model.push_front(step); break;
      case 4: {
        const std::size_t at = random.index(model.size() + 1);
        ring.insert(at, step);
        model.insert(model.begin() + static_cast<std::ptrdiff_t>(at), step);
        break;
      }
      case 5:
        ring.remove_if([](int x) { return x % 7 == 3; });
        std::erase_if(model, [](int x) { return x % 7 == 3; });
        break;
      default:
        if (model.empty()) break;
        CHECK(ring.pop_front() == model.front());
        model.pop_front();
    }
    REQUIRE(ring.size() == model.size());
    REQUIRE(ring.empty() == model.empty());
    bool equal = true;
    for (std::size_t i = 0; i < model.size(); ++i) equal &= ring[i] == model[i];
    REQUIRE(equal);
    if (!model.empty()) {
      REQUIRE(ring.front() == model.front());
      REQUIRE(ring.back() == model.back());
    }
  }
}

TEST_CASE("a copy of a ring is independent") {
  Ring<int> ring;
  for (int i = 0; i < 5; ++i) ring.push_back(i);
  Ring<int> copy = ring;
  copy.pop_front();
  copy[0] = 99;
  CHECK(ring.size() == 5);
  CHECK(ring[1] == 1);
  CHECK(copy[0] == 99);
}

TEST_CASE("what was popped or removed is held no longer") {
  const auto thing = std::make_shared<int>(1);
  Ring<std::shared_ptr<int>> ring;
  ring.push_back(thing), ring.push_back(thing), ring.push_back(thing);
  CHECK(thing.use_count() == 4);
  ring.pop_front();
  CHECK(thing.use_count() == 3);
  ring.remove_if([](const std::shared_ptr<int>& p) { return p != nullptr; });
  CHECK(thing.use_count() == 1);
  ring.push_back(thing);
  ring.clear();
  CHECK(thing.use_count() == 1);
}

TEST_CASE("popping from an empty ring is a broken truth") {
  Ring<int> ring;
  CHECK_THROWS_AS(ring.pop_front(), sim::BrokenTruth);
}
