#include "tests/model/zookeeper/keeper_world.hpp"

#include <fmt/format.h>

#include <utility>

#include "model/facts.hpp"

namespace zookeeper::test {

sim::World make_world(sim::Seed seed, const ServerConfig& config, const std::vector<std::string>& clients,
                      const MakeClient& make_client) {
  sim::WorldSpec spec;
  spec.seed = seed;
  spec.check_messages = true;
  spec.facts = kafka::all_fact_types();
  sim::World world{spec};
  const sim::PlaceId hub = world.add_place("switch");
  sim::LinkSpec cable;
  cable.latency = sim::Duration{200'000};
  const auto plug = [&](const std::string& name, std::unique_ptr<const sim::Process> program) {
    const sim::PlaceId place = world.add_place(name);
    world.add_link(hub, place, cable);
    sim::HostSpec host;
    host.name = name;
    host.place = place;
    host.program = std::move(program);
    return world.add_host(std::move(host));
  };
  const sim::HostId server = plug("zk", std::make_unique<Server>(config));
  for (const std::string& name : clients) plug(name, make_client(server));
  for (std::uint16_t id = 0; id < world.host_count(); ++id) world.input(sim::Start{sim::HostId{id}});
  return world;
}

std::string broken_in(const sim::World& world) {
  if (!world.broken()) return {};
  return fmt::format("{} at {}", world.broken()->what, world.broken()->where);
}

const Server& server_in(const sim::World& world) { return dynamic_cast<const Server&>(*world.process(sim::HostId{0})); }

}  // namespace zookeeper::test
