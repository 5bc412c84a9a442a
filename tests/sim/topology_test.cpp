#include "sim/topology.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/check.hpp"
#include "sim/random.hpp"

using namespace sim::literals;
using sim::Duration;
using sim::LinkId;
using sim::LinkSpec;
using sim::PlaceId;
using sim::Topology;

namespace {

LinkSpec with_latency(Duration latency) {
  LinkSpec spec;
  spec.latency = latency;
  return spec;
}

std::vector<Topology::Lane> route(Topology& topology, PlaceId from, PlaceId to) {
  if (!topology.knows_routes_from(from)) topology.learn_routes_from(from);
  const auto lanes = topology.route(from, to);
  return {lanes.begin(), lanes.end()};
}

/// Places that a route visits, by number: "0 3 2".
std::string places(Topology& topology, PlaceId from, PlaceId to) {
  std::string text = std::to_string(from.raw());
  PlaceId here = from;
  for (const Topology::Lane lane : route(topology, from, to)) {
    const auto ends = topology.ends(Topology::link_of(lane));
    const bool forward = lane % 2 == 0;
    CHECK((forward ? ends.first : ends.second) == here);
    here = forward ? ends.second : ends.first;
    text += " " + std::to_string(here.raw());
  }
  return text;
}

}  // namespace

TEST_CASE("places and links are found by name and by ends") {
  Topology topology;
  const PlaceId rack = topology.add_place("rack"), host = topology.add_place("host"), far = topology.add_place("far");
  const LinkId link = topology.add_link(host, rack, {});
  CHECK(topology.place_count() == 3);
  CHECK(topology.name_of(host) == "host");
  CHECK(topology.find("rack") == rack);
  CHECK(!topology.find("nowhere"));
  CHECK(topology.link_between(rack, host) == link);
  CHECK(topology.link_between(host, rack) == link);
  CHECK(!topology.link_between(far, rack));
  CHECK_THROWS_AS(topology.add_link(host, host, {}), sim::BrokenTruth);
  CHECK_THROWS_AS(topology.add_link(host, PlaceId{9}, {}), sim::BrokenTruth);
}

TEST_CASE("the shortest way by latency; of equal ones that with fewer hops, then with lower numbers") {
  Topology topology;
  for (const char* const name : {"0", "1", "2", "3", "4"}) topology.add_place(name);
  topology.add_link(PlaceId{0}, PlaceId{4}, with_latency(10_ms));
  topology.add_link(PlaceId{0}, PlaceId{3}, with_latency(2_ms));
  topology.add_link(PlaceId{3}, PlaceId{4}, with_latency(2_ms));
  CHECK(places(topology, PlaceId{0}, PlaceId{4}) == "0 3 4");
  CHECK(places(topology, PlaceId{4}, PlaceId{0}) == "4 3 0");
  // As long, but by fewer hops.
  const LinkId direct = topology.add_link(PlaceId{4}, PlaceId{0}, with_latency(4_ms));
  CHECK(places(topology, PlaceId{0}, PlaceId{4}) == "0 4");
  topology.change_link(direct, with_latency(5_ms));
  CHECK(places(topology, PlaceId{0}, PlaceId{4}) == "0 3 4");
  // A second way of the same length and hops through a lower place.
  topology.add_link(PlaceId{1}, PlaceId{4}, with_latency(2_ms));
  topology.add_link(PlaceId{0}, PlaceId{1}, with_latency(2_ms));
  CHECK(places(topology, PlaceId{0}, PlaceId{4}) == "0 1 4");
}

TEST_CASE("of two parallel cables the better one is taken; a cut one never") {
  Topology topology;
  topology.add_place("0"), topology.add_place("1"), topology.add_place("2");
  const LinkId slow = topology.add_link(PlaceId{0}, PlaceId{1}, with_latency(3_ms));
  const LinkId fast = topology.add_link(PlaceId{0}, PlaceId{1}, with_latency(1_ms));
  CHECK(route(topology, PlaceId{0}, PlaceId{1}) == std::vector<Topology::Lane>{2 * fast.raw()});
  LinkSpec cut = with_latency(1_ms);
  cut.cut = true;
  topology.change_link(fast, cut);
  CHECK(route(topology, PlaceId{1}, PlaceId{0}) == std::vector<Topology::Lane>{2 * slow.raw() + 1});
  topology.change_link(slow, cut);
  CHECK(route(topology, PlaceId{1}, PlaceId{0}).empty());
  CHECK(route(topology, PlaceId{0}, PlaceId{0}).empty());
  CHECK(route(topology, PlaceId{0}, PlaceId{2}).empty());
}

TEST_CASE("routes are as short as a naive search finds them, in random graphs") {
  sim::Random random{sim::Seed{5}};
  for (int round = 0; round < 60; ++round) {
    const std::size_t count = 2 + random.index(9);
    Topology topology;
    for (std::size_t i = 0; i < count; ++i) topology.add_place("p" + std::to_string(i));
    // Bellman and Ford on a matrix: latency, then hops, both in one number.
    constexpr std::int64_t far = INT64_MAX / 8;
    std::vector<std::vector<std::int64_t>> best(count, std::vector<std::int64_t>(count, far));
    for (std::size_t i = 0; i < count; ++i) best[i][i] = 0;
    const std::size_t links = random.index(2 * count + 1);
    for (std::size_t i = 0; i < links; ++i) {
      const std::size_t a = random.index(count), b = random.index(count);
      if (a == b) continue;
      LinkSpec spec = with_latency(Duration{static_cast<std::int64_t>(random.below(6)) * 1'000});
      spec.cut = random.bernoulli(1, 6);
      topology.add_link(PlaceId{static_cast<std::uint32_t>(a)}, PlaceId{static_cast<std::uint32_t>(b)}, spec);
      if (spec.cut) continue;
      best[a][b] = best[b][a] = std::min(best[a][b], spec.latency.nanoseconds() + 1);
    }
    for (std::size_t k = 0; k < count; ++k) {
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t j = 0; j < count; ++j) best[i][j] = std::min(best[i][j], best[i][k] + best[k][j]);
      }
    }
    for (std::uint32_t i = 0; i < count; ++i) {
      for (std::uint32_t j = 0; j < count; ++j) {
        CAPTURE(round);
        std::int64_t length = 0;
        const auto lanes = route(topology, PlaceId{i}, PlaceId{j});
        for (const Topology::Lane lane : lanes) {
          length += topology.spec(Topology::link_of(lane)).latency.nanoseconds() + 1;
          REQUIRE(!topology.spec(Topology::link_of(lane)).cut);
        }
        if (best[i][j] >= far) {
          REQUIRE(lanes.empty());
        } else {
          REQUIRE(length == best[i][j]);
          const std::string text = places(topology, PlaceId{i}, PlaceId{j});
          REQUIRE(text.substr(text.rfind(' ') + 1) == std::to_string(j));
        }
      }
    }
  }
}

TEST_CASE("a copy keeps its own cables") {
  Topology topology;
  topology.add_place("0"), topology.add_place("1");
  const LinkId link = topology.add_link(PlaceId{0}, PlaceId{1}, {});
  Topology copy = topology;
  LinkSpec cut;
  cut.cut = true;
  copy.change_link(link, cut);
  CHECK(route(copy, PlaceId{0}, PlaceId{1}).empty());
  CHECK(route(topology, PlaceId{0}, PlaceId{1}).size() == 1);
}
