// keeper_world.hpp - worlds with one ZooKeeper server and some clients.
// Here:  make_world(): "zk" and one host for each client, 200 us from a switch.
// Not:   what the clients do.
// Start: make_world().
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/zookeeper/server.hpp"
#include "sim/world.hpp"

namespace zookeeper::test {

using MakeClient = std::function<std::unique_ptr<const sim::Process>(sim::HostId server)>;

/// All switched on. Host 0 is "zk". The wire check is on.
sim::World make_world(sim::Seed seed, const ServerConfig& config, const std::vector<std::string>& clients,
                      const MakeClient& make_client);

/// The world must be whole; its first broken truth otherwise.
std::string broken_in(const sim::World& world);

const Server& server_in(const sim::World& world);

}  // namespace zookeeper::test
