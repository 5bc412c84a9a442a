// random_faults.hpp - whatever can go wrong, drawn from a stream.
// Here:  FaultDice: any alternative of Fault, with what undoes it; the kind of a fault for counting.
// Not:   when faults happen (random_world.hpp).
// Start: FaultDice::roll().
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/fault.hpp"
#include "sim/random.hpp"
#include "sim/topology.hpp"

namespace sim::example {

/// What a fault may be about.
struct Surroundings {
  std::uint16_t hosts = 0;
  std::vector<LinkSpec> links;
  /// Also faults after which even a correct program may lose what it synced: rotten bits and syncs that lie.
  bool cruel_disks = false;
};

/// A fault, and what ends it: another fault, or the healing of this one (of its event).
struct Rolled {
  Fault fault;
  std::optional<Fault> undo;
  bool heal_it = false;
};

/// Every alternative of Fault and of DiskFault has an overload that draws it: one that is forgotten does not compile.
class FaultDice {
 public:
  FaultDice(Random& random, const Surroundings& around) : random_{random}, around_{around} {}

  /// Each alternative is equally likely.
  Rolled roll();
  DiskFault roll_disk_fault();

 private:
  template <std::size_t... Kinds>
  Rolled roll_kind(std::size_t kind, std::index_sequence<Kinds...>);
  template <std::size_t... Kinds>
  DiskFault roll_disk_kind(std::size_t kind, std::index_sequence<Kinds...>);

  void fill(Start& fault, Rolled& rolled);
  void fill(Stop& fault, Rolled& rolled);
  void fill(Restart& fault, Rolled& rolled);
  void fill(Crash& fault, Rolled& rolled);
  void fill(PowerOff& fault, Rolled& rolled);
  void fill(Freeze& fault, Rolled& rolled);
  void fill(Thaw& fault, Rolled& rolled);
  void fill(Partition& fault, Rolled& rolled);
  void fill(Isolate& fault, Rolled& rolled);
  void fill(CutOneWay& fault, Rolled& rolled);
  void fill(SlowPath& fault, Rolled& rolled);
  void fill(LossyPath& fault, Rolled& rolled);
  void fill(ChangeLink& fault, Rolled& rolled);
  void fill(ResetConnections& fault, Rolled& rolled);
  void fill(Heal& fault, Rolled& rolled);
  void fill(SkewClock& fault, Rolled& rolled);
  void fill(DriftClock& fault, Rolled& rolled);
  void fill(DiskTrouble& fault, Rolled& rolled);

  void fill(SlowDisk& fault);
  void fill(FillDisk& fault);
  void fill(SetDiskCapacity& fault);
  void fill(FailDisk& fault);
  void fill(LieOnSync& fault);
  void fill(HealDisk& fault);
  void fill(SetPowerLossModel& fault);
  void fill(RotBit& fault);

  HostId host() { return HostId{static_cast<std::uint16_t>(random_.below(around_.hosts))}; }
  void two_hosts(HostId& a, HostId& b);

  Random& random_;
  const Surroundings& around_;
};

/// Counts how often each kind of fault came, disk faults by their own kind.
inline constexpr std::size_t fault_kinds = std::variant_size_v<Fault> - 1 + std::variant_size_v<DiskFault>;
std::size_t kind_of(const Fault& fault);

}  // namespace sim::example
