#include "sim/example/random_faults.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace sim::example {

std::size_t kind_of(const Fault& fault) {
  constexpr std::size_t disk_trouble = std::variant_size_v<Fault> - 1;
  static_assert(std::is_same_v<std::variant_alternative_t<disk_trouble, Fault>, DiskTrouble>);
  const auto* trouble = std::get_if<DiskTrouble>(&fault);
  return trouble == nullptr ? fault.index() : disk_trouble + trouble->fault.index();
}

// --- which one
// -----------------------------------------------------------------------------------------------------------

template <std::size_t... Kinds>
Rolled FaultDice::roll_kind(std::size_t kind, std::index_sequence<Kinds...>) {
  Rolled rolled;
  const auto fill_if = [&](auto fault, std::size_t its_kind) {
    if (kind != its_kind) return;
    fill(fault, rolled);
    rolled.fault = std::move(fault);
  };
  (fill_if(std::variant_alternative_t<Kinds, Fault>{}, Kinds), ...);
  return rolled;
}

Rolled FaultDice::roll() {
  constexpr std::size_t kinds = std::variant_size_v<Fault>;
  return roll_kind(random_.index(kinds), std::make_index_sequence<kinds>{});
}

template <std::size_t... Kinds>
DiskFault FaultDice::roll_disk_kind(std::size_t kind, std::index_sequence<Kinds...>) {
  DiskFault rolled;
  const auto fill_if = [&](auto fault, std::size_t its_kind) {
    if (kind != its_kind) return;
    fill(fault);
    rolled = std::move(fault);
  };
  (fill_if(std::variant_alternative_t<Kinds, DiskFault>{}, Kinds), ...);
  return rolled;
}

DiskFault FaultDice::roll_disk_fault() {
  constexpr std::size_t kinds = std::variant_size_v<DiskFault>;
  while (true) {
    DiskFault fault = roll_disk_kind(random_.index(kinds), std::make_index_sequence<kinds>{});
    const bool cruel = std::holds_alternative<RotBit>(fault) || std::holds_alternative<LieOnSync>(fault);
    if (!cruel || around_.cruel_disks) return fault;
  }
}

// --- programs and machines
// -----------------------------------------------------------------------------------------------

void FaultDice::two_hosts(HostId& a, HostId& b) {
  a = host();
  const auto step = static_cast<std::uint16_t>(1 + random_.below(around_.hosts - 1U));
  b = HostId{static_cast<std::uint16_t>((a.raw() + step) % around_.hosts)};
}

void FaultDice::fill(Start& fault, Rolled&) { fault.host = host(); }

void FaultDice::fill(Stop& fault, Rolled& rolled) {
  fault.host = host();
  rolled.undo = Start{fault.host};
}

void FaultDice::fill(Restart& fault, Rolled&) { fault.host = host(); }

void FaultDice::fill(Crash& fault, Rolled& rolled) {
  fault.host = host();
  if (random_.bernoulli(2, 3)) fault.after_effects = static_cast<std::uint32_t>(1 + random_.below(30));
  rolled.undo = Start{fault.host};
}

void FaultDice::fill(PowerOff& fault, Rolled& rolled) {
  fault.host = host();
  rolled.undo = Start{fault.host};
}

void FaultDice::fill(Freeze& fault, Rolled& rolled) {
  fault.host = host();
  rolled.undo = Thaw{fault.host};
}

void FaultDice::fill(Thaw& fault, Rolled&) { fault.host = host(); }

// --- paths
// ---------------------------------------------------------------------------------------------------------------

void FaultDice::fill(Partition& fault, Rolled& rolled) {
  fault.groups.resize(2 + random_.index(2));
  const bool everybody = random_.bernoulli(1, 2);
  for (std::uint16_t i = 0; i < around_.hosts; ++i) {
    if (!everybody && random_.bernoulli(1, 4)) continue;
    fault.groups[random_.index(fault.groups.size())].push_back(HostId{i});
  }
  rolled.heal_it = true;
}

void FaultDice::fill(Isolate& fault, Rolled& rolled) {
  fault.host = host();
  rolled.heal_it = true;
}

void FaultDice::fill(CutOneWay& fault, Rolled& rolled) {
  two_hosts(fault.from, fault.to);
  rolled.heal_it = true;
}

void FaultDice::fill(SlowPath& fault, Rolled& rolled) {
  two_hosts(fault.from, fault.to);
  fault.extra = random_.between(Duration{}, 700_ms);
  fault.jitter = random_.between(Duration{}, 100_ms);
  rolled.heal_it = true;
}

void FaultDice::fill(LossyPath& fault, Rolled& rolled) {
  two_hosts(fault.from, fault.to);
  fault.lost = static_cast<std::uint32_t>(random_.below(51));
  rolled.heal_it = true;
}

void FaultDice::fill(ChangeLink& fault, Rolled& rolled) {
  fault.link = static_cast<std::uint32_t>(random_.index(around_.links.size()));
  const LinkSpec& usual = around_.links[fault.link];
  fault.cut = random_.bernoulli(1, 2);
  fault.latency = random_.bernoulli(1, 2) ? usual.latency : random_.between(Duration{}, 80_ms);
  fault.bandwidth = random_.bernoulli(1, 2) ? usual.bandwidth : 1'000'000 + random_.below(100'000'000);
  rolled.undo = ChangeLink{fault.link, false, usual.latency, usual.bandwidth};
}

void FaultDice::fill(ResetConnections& fault, Rolled&) { two_hosts(fault.a, fault.b); }

void FaultDice::fill(Heal&, Rolled&) {}  // everything

// --- clocks
// --------------------------------------------------------------------------------------------------------------

void FaultDice::fill(SkewClock& fault, Rolled&) {
  fault.host = host();
  fault.by = random_.between(Duration{} - 60_s, 60_s);
}

void FaultDice::fill(DriftClock& fault, Rolled&) {
  fault.host = host();
  fault.parts_per_billion = static_cast<std::int32_t>(random_.between(-500'000'000, 500'000'000));
}

// --- disks
// ---------------------------------------------------------------------------------------------------------------

void FaultDice::fill(DiskTrouble& fault, Rolled& rolled) {
  fault.host = host();
  fault.fault = roll_disk_fault();
  if (std::holds_alternative<SetDiskCapacity>(fault.fault)) {
    rolled.undo = DiskTrouble{fault.host, SetDiskCapacity{std::uint64_t{1} << 40}};
  } else if (!std::holds_alternative<RotBit>(fault.fault) && !std::holds_alternative<SetPowerLossModel>(fault.fault)) {
    rolled.undo = DiskTrouble{fault.host, HealDisk{}};
  }
}

void FaultDice::fill(SlowDisk& fault) { fault.percent = static_cast<std::uint32_t>(random_.between(50, 20'000)); }
void FaultDice::fill(FillDisk& fault) { fault.full = random_.bernoulli(9, 10); }
void FaultDice::fill(SetDiskCapacity& fault) { fault.bytes = random_.below(64 * 1024); }

void FaultDice::fill(FailDisk& fault) {
  fault.access = static_cast<DiskAccess>(random_.below(3));
  fault.operations = random_.below(4);
  constexpr std::array<std::string_view, 3> parts{"", "log", "checkpoint"};
  fault.path_contains = parts[random_.index(parts.size())];
}

void FaultDice::fill(LieOnSync& fault) { fault.lying = random_.bernoulli(9, 10); }
void FaultDice::fill(HealDisk&) {}

void FaultDice::fill(SetPowerLossModel& fault) {
  fault.model.data = static_cast<Survival>(random_.below(4));
  fault.model.names = static_cast<Survival>(random_.below(4));
  fault.model.torn_sectors = random_.bernoulli(1, 2);
}

void FaultDice::fill(RotBit& fault) {
  constexpr std::array<std::string_view, 5> paths{"checkpoint", "log-1", "log-2", "ledger", "sequences"};
  fault.path = paths[random_.index(paths.size())];
  fault.offset = random_.below(200);
  fault.bit = static_cast<std::uint32_t>(random_.below(8));
}

}  // namespace sim::example
