#include "sim/topology.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/dijkstra_shortest_paths.hpp>
#include <boost/property_map/function_property_map.hpp>

#include "sim/check.hpp"

namespace sim {
namespace {

constexpr std::int64_t unreachable = INT64_MAX / 4;

struct Cable {
  std::uint32_t link = 0;
};
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property, Cable>;

}  // namespace

PlaceId Topology::add_place(std::string name) {
  routes_.clear();
  names_.push_back(std::move(name));
  return PlaceId{static_cast<std::uint32_t>(names_.size() - 1)};
}

LinkId Topology::add_link(PlaceId a, PlaceId b, const LinkSpec& spec) {
  SIM_CHECK(a.raw() < place_count());
  SIM_CHECK(b.raw() < place_count());
  SIM_CHECK(a != b, "a link needs two different ends");
  const LinkId link{static_cast<std::uint32_t>(specs_.size())};
  specs_.push_back(spec);
  ends_.emplace_back(a, b);
  routes_.clear();
  return link;
}

std::optional<PlaceId> Topology::find(std::string_view name) const {
  for (std::uint32_t i = 0; i < place_count(); ++i) {
    if (names_[i] == name) return PlaceId{i};
  }
  return std::nullopt;
}

std::optional<LinkId> Topology::link_between(PlaceId a, PlaceId b) const {
  for (std::uint32_t i = 0; i < ends_.size(); ++i) {
    if (ends_[i] == std::pair{a, b} || ends_[i] == std::pair{b, a}) return LinkId{i};
  }
  return std::nullopt;
}

void Topology::change_link(LinkId link, const LinkSpec& spec) {
  SIM_CHECK(link.raw() < specs_.size());
  specs_[link.raw()] = spec;
  routes_.clear();
}

void Topology::learn_routes_from(PlaceId from) {
  if (routes_.size() != place_count()) routes_.assign(place_count(), Routes{});
  routes_[from.raw()] = find_routes(from);
}

std::span<const Topology::Lane> Topology::route(PlaceId from, PlaceId to) const {
  const Routes& routes = routes_[from.raw()];
  const std::uint32_t begin = routes.start[to.raw()];
  return std::span{routes.lanes}.subspan(begin, routes.start[to.raw() + 1] - begin);
}

Topology::Routes Topology::find_routes(PlaceId from) const {
  Graph graph(place_count());
  for (std::uint32_t i = 0; i < ends_.size(); ++i)
    boost::add_edge(ends_[i].first.raw(), ends_[i].second.raw(), Cable{i}, graph);
  // Latency first, one nanosecond per hop to prefer fewer hops; a cut cable is infinitely long.
  const auto weight =
      boost::make_function_property_map<Graph::edge_descriptor>([&](const Graph::edge_descriptor& edge) {
        const LinkSpec& spec = specs_[graph[edge].link];
        return spec.cut ? unreachable : spec.latency.nanoseconds() + 1;
      });
  std::vector<std::int64_t> distance(place_count());
  boost::dijkstra_shortest_paths(
      graph, from.raw(),
      boost::weight_map(weight)
          .distance_map(distance.data())
          .distance_inf(unreachable)
          .distance_combine([](std::int64_t a, std::int64_t b) { return std::min(unreachable, a + b); }));

  // The way back is chosen here and not by the library's predecessor map, whose choice among equals may change with its
  // version: lowest place, then lowest cable.
  const auto last_step = [&](std::uint32_t here) {
    std::optional<std::pair<std::uint32_t, std::uint32_t>> best;  // place, link
    for (auto [edge, end] = boost::out_edges(here, graph); edge != end; ++edge) {
      const auto previous = static_cast<std::uint32_t>(boost::target(*edge, graph));
      const std::uint32_t link = graph[*edge].link;
      if (specs_[link].cut || distance[previous] + boost::get(weight, *edge) != distance[here]) continue;
      if (!best || std::pair{previous, link} < *best) best = std::pair{previous, link};
    }
    SIM_CHECK(best.has_value(), "a place at finite distance has no way back");
    return *best;
  };

  Routes found;
  found.start.assign(place_count() + 1, 0);
  for (std::uint32_t to = 0; to < place_count(); ++to) {
    found.start[to] = static_cast<std::uint32_t>(found.lanes.size());
    if (to == from.raw() || distance[to] >= unreachable) continue;
    const std::size_t first = found.lanes.size();
    for (std::uint32_t here = to; here != from.raw();) {
      const auto [previous, link] = last_step(here);
      found.lanes.push_back(2 * link + (ends_[link].first == PlaceId{previous} ? 0U : 1U));
      here = previous;
    }
    std::reverse(found.lanes.begin() + static_cast<std::ptrdiff_t>(first), found.lanes.end());
  }
  found.start[place_count()] = static_cast<std::uint32_t>(found.lanes.size());
  return found;
}

}  // namespace sim
