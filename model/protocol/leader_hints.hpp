// leader_hints.hpp - where to go instead.
// Here:  LeaderIdAndEpoch and NodeEndpoint, which Produce and Fetch answers share.
// Not:   the answers (produce.hpp, fetch.hpp).
// Start: docs/reference/wire-protocol.md §7.1, §7.2.
#pragma once

#include "model/protocol/table.hpp"
#include "model/types.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace kafka {

struct LeaderIdAndEpoch {
  BrokerId leader_id{-1};
  LeaderEpoch leader_epoch{-1};

  static constexpr auto table() {
    using S = LeaderIdAndEpoch;
    return StructTable{
        "LeaderIdAndEpoch",
        field("LeaderId", &S::leader_id),
        field("LeaderEpoch", &S::leader_epoch),
    };
  }
};

struct NodeEndpoint {
  BrokerId node_id;
  std::string host;
  std::int32_t port = 0;
  std::optional<std::string> rack;

  static constexpr auto table() {
    using S = NodeEndpoint;
    return StructTable{
        "NodeEndpoint",          field("NodeId", &S::node_id), field("Host", &S::host),
        field("Port", &S::port), field("Rack", &S::rack),
    };
  }
};

}  // namespace kafka
