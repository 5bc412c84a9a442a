// topology.hpp - which cables there are and which way bytes take.
// Here:  Topology: places (hosts, racks, datacenters) and links as a graph; shortest routes.
// Not:   connections, queueing and faults between hosts (network.hpp).
// Start: Topology::add_place(), add_link(), route().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/strong.hpp"
#include "sim/time.hpp"

namespace sim {

using PlaceId = Strong<struct PlaceIdTag, std::uint32_t>;
using LinkId = Strong<struct LinkIdTag, std::uint32_t>;

/// What a cable is like; the same in both directions, each of which has its own queue.
struct LinkSpec {
  Duration latency = Duration{25'000};       ///< of the medium, >= 0
  Duration jitter = Duration{0};             ///< mean of what comes on top, drawn per message (exponential)
  std::uint64_t bandwidth = 10'000'000'000;  ///< bits per second; 0 is unlimited
  std::uint32_t lost = 0;                    ///< packets lost: lost out of `lost_of`
  std::uint32_t lost_of = 1'000'000;
  bool cut = false;
};

/// The cables of a world. A value; the world keeps it behind a Cow, since it seldom changes.
class Topology {
 public:
  PlaceId add_place(std::string name);
  /// REQUIRES: both places exist and differ.
  LinkId add_link(PlaceId a, PlaceId b, const LinkSpec& spec);

  std::size_t place_count() const { return names_.size(); }
  std::size_t link_count() const { return specs_.size(); }
  std::string_view name_of(PlaceId place) const { return names_[place.raw()]; }
  std::optional<PlaceId> find(std::string_view name) const;
  const LinkSpec& spec(LinkId link) const { return specs_[link.raw()]; }
  std::pair<PlaceId, PlaceId> ends(LinkId link) const { return ends_[link.raw()]; }
  /// The link between two places, if there is one.
  std::optional<LinkId> link_between(PlaceId a, PlaceId b) const;

  /// All routes are found anew when next asked for.
  void change_link(LinkId link, const LinkSpec& spec);

  /// One hop of a route: a link taken in one of its two directions; `lane` = 2 * link + direction.
  using Lane = std::uint32_t;
  static LinkId link_of(Lane lane) { return LinkId{lane / 2}; }

  /// Routes are found once per source, on request, and kept; every change of the topology forgets them.
  bool knows_routes_from(PlaceId from) const {
    return routes_.size() == place_count() && !routes_[from.raw()].start.empty();
  }
  void learn_routes_from(PlaceId from);
  /// The way from `from` to `to` by least latency (ties: fewer hops, then lower numbers); empty if there is none or if
  /// they are one place. REQUIRES: knows_routes_from(from). The span is good until the topology changes.
  std::span<const Lane> route(PlaceId from, PlaceId to) const;

 private:
  struct Routes {  // of one source: the lanes to place p are lanes[start[p] .. start[p + 1])
    std::vector<Lane> lanes;
    std::vector<std::uint32_t> start;
  };
  Routes find_routes(PlaceId from) const;  // Boost.Graph; its headers stay in topology.cpp

  std::vector<std::string> names_;  // by place
  std::vector<LinkSpec> specs_;
  std::vector<std::pair<PlaceId, PlaceId>> ends_;
  std::vector<Routes> routes_;  // by source; empty `start` is "not found yet"
};

}  // namespace sim
