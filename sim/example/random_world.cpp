#include "sim/example/random_world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "sim/distributions.hpp"
#include "sim/example/arbiter.hpp"
#include "sim/example/client.hpp"
#include "sim/example/server.hpp"

namespace sim::example {

// --- drawing a world
// -------------------------------------------------------------------------------------------------------

/// Draws everything in the order in which it is needed; lives as long as the constructor.
class RandomWorld::Maker {
 public:
  Maker(Seed seed, const RandomWorldSpec& spec)
      : seed_{seed}, spec_{spec}, random_{stream(seed, "random world", "make")} {}

  WorldSpec world_spec() {
    WorldSpec made;
    made.seed = seed_;
    made.network.window = std::uint64_t{4'096} << random_.below(7);
    made.network.send_buffer = std::uint64_t{4'096} << random_.below(7);
    made.network.retransmit_first = random_.between(50_ms, 300_ms);
    made.network.give_up_after = random_.between(2_s, 20_s);
    made.network.connect_retry = random_.between(100_ms, 1_s);
    made.network.connect_patience = random_.between(500_ms, 10_s);
    made.shuffle_ties = random_.bernoulli(1, 4);
    made.digest_reads = true;
    made.check_messages = spec_.check_messages;
    made.facts = counter_facts();
    return made;
  }

  void build(World& world) {
    servers_ = static_cast<std::uint32_t>(1 + random_.below(5));
    clients_ = static_cast<std::uint32_t>(1 + random_.below(6));
    CounterPlan plan;
    plan.arbiter = HostId{0};
    for (std::uint16_t i = 0; i < servers_; ++i) plan.servers.push_back(HostId{static_cast<std::uint16_t>(1 + i)});
    plan.think = random_.between(5_ms, 150_ms);
    plan.note_bytes = static_cast<std::uint32_t>(16U << random_.below(9));
    plan.checkpoint_after = std::uint64_t{2'048} << random_.below(6);

    const std::vector<PlaceId> racks = make_racks(world);
    add_host(world, racks, "arbiter", std::make_unique<Arbiter>(plan));
    for (std::uint32_t i = 0; i < servers_; ++i) {
      add_host(world, racks, fmt::format("server-{}", i + 1), std::make_unique<Server>(plan, i));
    }
    for (std::uint32_t i = 0; i < clients_; ++i) {
      add_host(world, racks, fmt::format("client-{}", i + 1), std::make_unique<Client>(plan, i));
    }
  }

  std::vector<Planned> make_plan(const World& world, bool& cruel) {
    Surroundings around;
    around.hosts = static_cast<std::uint16_t>(world.host_count());
    const Topology& topology = world.network().topology();
    for (std::uint32_t i = 0; i < topology.link_count(); ++i) around.links.push_back(topology.spec(LinkId{i}));
    around.cruel_disks = cruel = random_.bernoulli(1, 4);

    for (std::uint16_t i = 0; i < around.hosts; ++i) {
      add(Time{} + random_.between(Duration{}, 200_ms), Fault{Start{HostId{i}}});
    }
    // Some worlds are quiet, some are torn to pieces.
    const Exponential gap{random_.between(20_ms, 600_ms)};
    const Time calm = Time{} + spec_.length / 4 * 3;
    FaultDice dice{random_, around};
    for (Time at = Time{} + gap.sample(random_); at < calm; at += gap.sample(random_)) add_trouble(at, calm, dice);
    mend_everything(calm, around);
    return in_order();
  }

 private:
  std::vector<PlaceId> make_racks(World& world) {
    std::vector<PlaceId> centers;
    std::vector<PlaceId> racks;
    const std::size_t center_count = 1 + random_.index(3);
    for (std::size_t c = 0; c < center_count; ++c) {
      const PlaceId center = world.add_place(fmt::format("datacenter-{}", c + 1));
      for (const PlaceId other : centers) world.add_link(other, center, link(500_us, 30_ms));
      centers.push_back(center);
      const std::size_t rack_count = 1 + random_.index(2);
      for (std::size_t r = 0; r < rack_count; ++r) {
        racks.push_back(world.add_place(fmt::format("rack-{}-{}", c + 1, r + 1)));
        world.add_link(center, racks.back(), link(5_us, 200_us));
      }
    }
    return racks;
  }

  LinkSpec link(Duration fastest, Duration slowest) {
    LinkSpec made;
    made.latency = random_.between(fastest, slowest);
    if (random_.bernoulli(1, 2)) made.jitter = random_.between(Duration{}, made.latency);
    made.bandwidth = random_.bernoulli(1, 8) ? 0 : 10'000'000ULL << random_.below(11);
    if (random_.bernoulli(1, 3)) made.lost = static_cast<std::uint32_t>(random_.below(3'000));
    return made;
  }

  void add_host(World& world, const std::vector<PlaceId>& racks, std::string name,
                std::unique_ptr<const Process> program) {
    HostSpec made;
    const PlaceId rack = racks[random_.index(racks.size())];
    if (random_.bernoulli(1, 8)) {
      made.place = rack;  // several hosts may share a place: no cable between them
    } else {
      made.place = world.add_place(name);
      world.add_link(rack, made.place, link(5_us, 100_us));
    }
    made.name = std::move(name);
    made.program = std::move(program);
    made.disk.costs.sync_base = random_.between(30_us, 5_ms);
    made.disk.costs.sync_directory_base = made.disk.costs.sync_base;
    made.disk.power_loss.data = static_cast<Survival>(random_.below(4));
    made.disk.power_loss.names = static_cast<Survival>(random_.below(4));
    made.disk.power_loss.torn_sectors = random_.bernoulli(1, 2);
    made.clock_skew = random_.between(Duration{} - 2_s, 2_s);
    made.clock_drift_ppb = static_cast<std::int32_t>(random_.between(-100'000, 100'000));
    world.add_host(std::move(made));
  }

  void add(Time at, Outside what, std::int32_t heals = -1) { planned_.push_back(Planned{at, std::move(what), heals}); }

  void add_trouble(Time at, Time calm, FaultDice& dice) {
    if (random_.bernoulli(1, 10)) return add(at, command());
    Rolled rolled = dice.roll();
    const auto index = static_cast<std::int32_t>(planned_.size());
    add(at, Fault{std::move(rolled.fault)});
    const Time end = std::min(at + Exponential{400_ms}.sample(random_), calm);
    if (rolled.undo) add(end, std::move(*rolled.undo));
    if (rolled.heal_it) add(end, Fault{Heal{}}, index);
  }

  Command command() {
    if (random_.bernoulli(1, 2)) {
      const auto client = static_cast<std::uint16_t>(1 + servers_ + random_.below(clients_));
      return Command{HostId{client}, message(Burst{static_cast<std::uint32_t>(1 + random_.below(40))})};
    }
    return Command{HostId{static_cast<std::uint16_t>(1 + random_.below(servers_))}, message(TakeCheckpoint{})};
  }

  void mend_everything(Time at, const Surroundings& around) {
    add(at, Fault{Heal{}});
    for (std::uint32_t i = 0; i < around.links.size(); ++i) {
      add(at, Fault{ChangeLink{i, false, around.links[i].latency, around.links[i].bandwidth}});
    }
    for (std::uint16_t i = 0; i < around.hosts; ++i) {
      add(at, Fault{DiskTrouble{HostId{i}, HealDisk{}}});
      add(at, Fault{DiskTrouble{HostId{i}, SetDiskCapacity{std::uint64_t{1} << 40}}});
      add(at, Fault{Thaw{HostId{i}}});
      add(at + 50_ms, Fault{Start{HostId{i}}});
    }
  }

  // By time, and `heals` still names the same fault.
  std::vector<Planned> in_order() const {
    std::vector<std::int32_t> order(planned_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
    const auto at = [&](std::int32_t i) -> const Planned& { return planned_[static_cast<std::size_t>(i)]; };
    std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return at(a).at < at(b).at; });
    std::vector<std::int32_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i)
      place[static_cast<std::size_t>(order[i])] = static_cast<std::int32_t>(i);
    std::vector<Planned> sorted;
    for (const std::int32_t i : order) {
      sorted.push_back(at(i));
      if (sorted.back().heals >= 0) sorted.back().heals = place[static_cast<std::size_t>(sorted.back().heals)];
    }
    return sorted;
  }

  Seed seed_;
  RandomWorldSpec spec_;
  Random random_;
  std::uint32_t servers_ = 0;
  std::uint32_t clients_ = 0;
  std::vector<Planned> planned_;
};

RandomWorld::RandomWorld(Seed seed, const RandomWorldSpec& spec) : RandomWorld{Maker{seed, spec}, spec} {}

RandomWorld::RandomWorld(Maker&& maker, const RandomWorldSpec& spec) : spec_{spec}, world_{maker.world_spec()} {
  maker.build(world_);
  plan_ = Cow{maker.make_plan(world_, cruel_)};
}

// --- running it
// ------------------------------------------------------------------------------------------------------------

Stopped RandomWorld::advance(const Budget& budget) {
  std::uint64_t left = budget.events;
  while (true) {
    const std::size_t next = happened_.read().size();
    const bool waits = next < plan().size() && plan()[next].at <= budget.until;
    const std::uint64_t before = world_.events();
    const Stopped stopped = world_.advance(Budget{waits ? plan()[next].at : budget.until, left});
    left -= world_.events() - before;
    if (!waits || stopped != Stopped::time) return stopped;

    const Planned& planned = plan()[next];
    Outside what = planned.what;
    if (planned.heals >= 0) what = Fault{Heal{happened_.read()[static_cast<std::size_t>(planned.heals)]}};
    happened_.edit().push_back(world_.input(what));
  }
}

void RandomRunObserver::on_event(EventId id, const TraceRecord& record) {
  ++lines_;
  messages_ += record.kind == EventKind::message_received ? 1U : 0U;
  crashes_ += record.kind == EventKind::program_crashed || record.kind == EventKind::host_powered_off ? 1U : 0U;
  judge_.on_event(id, record);
}

RandomRun RandomRunObserver::result(const RandomWorld& random) const {
  const World& world = random.world();
  RandomRun run;
  run.trace = world.trace_hash();
  run.state = world.state_hash();
  run.events = world.events();
  run.trace_lines = lines_;
  run.messages = messages_;
  run.crashes = crashes_;
  run.confirmations = judge_.confirmations();
  run.primaries = judge_.primaries();
  for (const World::JournalEntry& entry : world.journal()) {
    if (const Fault* fault = std::get_if<Fault>(&entry.outside)) ++run.faults[kind_of(*fault)];
  }
  if (const auto& broken = world.broken()) {
    run.failure = fmt::format("{} at {}, event {}, virtual time {}", broken->what, broken->where, broken->event,
                              to_text(broken->at));
  } else if (!random.cruel()) {
    run.failure = judge_.complaint();
  }
  return run;
}

RandomRun run_random_world(Seed seed, const RandomWorldSpec& spec) {
  RandomWorld random{seed, spec};
  RandomRunObserver observer;
  random.world().attach(&observer);
  random.finish();
  return observer.result(random);
}

}  // namespace sim::example
