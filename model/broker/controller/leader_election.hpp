// leader_election.hpp - who leads.
// Here:  the controller's four ways to choose a leader, as pure functions over a partition's state.
// Not:   reading and writing the state in ZooKeeper (controller_partitions.cpp).
// Start: elect(). Reference: replication-and-control.md §3.8 (object Election, PartitionLeaderElectionAlgorithms).
#pragma once

#include "model/broker/controller/controller_cache.hpp"
#include "model/broker/znodes.hpp"
#include "model/types.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace kafka {

enum class ElectionStrategy : std::uint8_t {
  offline,              ///< the leader is gone: the first online replica of the ISR; perhaps one from outside it
  preferred,            ///< the first assigned replica, if it may
  controlled_shutdown,  ///< the leader is about to go
};

struct Elected {
  BrokerId leader;
  std::vector<BrokerId> isr;
  std::vector<BrokerId> recipients;  ///< of the LeaderAndIsr
  bool unclean = false;              ///< from outside the ISR: what the new leader lacks is lost
};

/// Nothing if nobody may lead; then nothing changes.
inline std::optional<Elected> elect(ElectionStrategy strategy, const znode::PartitionState& state,
                                    const std::vector<BrokerId>& replicas, const ControllerCache& cache,
                                    bool allow_unclean) {
  const auto in_isr = [&](BrokerId broker) {
    return std::find(state.isr.begin(), state.isr.end(), broker) != state.isr.end();
  };
  const auto first = [&](auto&& suits) -> std::optional<BrokerId> {
    const auto found = std::find_if(replicas.begin(), replicas.end(), suits);
    return found == replicas.end() ? std::nullopt : std::optional{*found};
  };
  const auto keep = [](const std::vector<BrokerId>& from, auto&& suits) {
    std::vector<BrokerId> kept;
    std::copy_if(from.begin(), from.end(), std::back_inserter(kept), suits);
    return kept;
  };
  const auto online = [&](BrokerId broker) { return cache.is_online(broker); };
  const auto live = [&](BrokerId broker) { return cache.is_live(broker); };

  switch (strategy) {
    case ElectionStrategy::offline:
      if (const auto leader = first([&](BrokerId b) { return online(b) && in_isr(b); })) {
        return Elected{*leader, keep(state.isr, online), keep(replicas, online), false};
      }
      if (!allow_unclean) return std::nullopt;
      if (const auto leader = first(online)) return Elected{*leader, {*leader}, keep(replicas, online), true};
      return std::nullopt;
    case ElectionStrategy::preferred:
      if (replicas.empty() || !online(replicas.front()) || !in_isr(replicas.front())) return std::nullopt;
      return Elected{replicas.front(), state.isr, keep(replicas, live), false};
    case ElectionStrategy::controlled_shutdown: {
      const auto leader = first([&](BrokerId b) { return online(b) && in_isr(b); });
      if (!leader) return std::nullopt;
      const auto stays = [&](BrokerId b) { return !cache.shutting_down.contains(b); };
      return Elected{*leader, keep(state.isr, stays), keep(replicas, live), false};
    }
  }
  return std::nullopt;
}

/// The leader and ISR of a partition that never had any: nothing if no replica lives.
inline std::optional<znode::PartitionState> first_state(const std::vector<BrokerId>& replicas,
                                                        const ControllerCache& cache,
                                                        ControllerEpoch controller_epoch) {
  znode::PartitionState state;
  for (const BrokerId broker : replicas) {
    if (cache.is_online(broker)) state.isr.push_back(broker);
  }
  if (state.isr.empty()) return std::nullopt;
  state.leader = state.isr.front();
  state.leader_epoch = LeaderEpoch{0};
  state.controller_epoch = controller_epoch;
  return state;
}

}  // namespace kafka
