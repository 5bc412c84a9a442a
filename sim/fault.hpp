// fault.hpp - what can go wrong, as data.
// Here:  one struct per fault and the variant of all; names; which host or path each concerns.
// Not:   how a fault is carried out (world_faults.cpp); disk faults in detail (disk_model.hpp).
// Start: `world.input(Crash{server});`
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/disk_model.hpp"
#include "sim/strong.hpp"
#include "sim/time.hpp"

namespace sim {

// --- programs and machines -------------------------------------------------------------------------------------------

/// Powers the host on if needed and starts its program from the disk. Nothing happens if it already runs.
struct Start {
  HostId host;
};
/// Asks the program to stop gracefully (Process::on_stop).
struct Stop {
  HostId host;
};
/// Stop, and Start as soon as the program has ended. A crashed or switched-off host simply starts.
struct Restart {
  HostId host;
};
/// The program dies (kill -9). Page cache and machine survive, and the machine's kernel closes the connections.
struct Crash {
  HostId host;
  /// 0: now. n > 0: right after the n-th effect from now (a send, a disk operation, a traced fact ...), which makes it
  /// fall between two effects of one handler. A further Crash of the same host replaces the count.
  std::uint32_t after_effects = 0;
};
/// The machine loses power: program, page cache and connections are gone without a word; peers stay half-open.
struct PowerOff {
  HostId host;
};
/// The program stops executing (SIGSTOP, a long pause); its kernel keeps TCP alive and its timers expire unheard.
struct Freeze {
  HostId host;
};
struct Thaw {
  HostId host;
};

// --- network ---------------------------------------------------------------------------------------------------------

/// Hosts of different groups cannot reach each other; hosts in no group reach everybody.
struct Partition {
  std::vector<std::vector<HostId>> groups;
};
/// The host reaches nobody and nobody reaches it.
struct Isolate {
  HostId host;
};
/// Nothing gets from `from` to `to`; the other direction works.
struct CutOneWay {
  HostId from;
  HostId to;
};
/// Everything from `from` to `to` takes `extra` longer, plus up to `jitter` more (uniform).
struct SlowPath {
  HostId from;
  HostId to;
  Duration extra;
  Duration jitter;
};
/// Packets from `from` to `to` are lost with probability lost/of and come late, by retransmission.
struct LossyPath {
  HostId from;
  HostId to;
  std::uint32_t lost = 1;
  std::uint32_t of = 100;
};
/// One cable of the topology changes: cut (routes go round it where they can), or another bandwidth (bits per second; 0
/// is unlimited) and latency.
struct ChangeLink {
  std::uint32_t link = 0;  ///< LinkId, see topology.hpp
  bool cut = false;
  Duration latency;
  std::uint64_t bandwidth = 0;
};
/// All connections between the two hosts are reset, at both ends, at once.
struct ResetConnections {
  HostId a;
  HostId b;
};
/// Undoes what Partition, Isolate, CutOneWay, SlowPath and LossyPath did: the one named by its event, or (no_event)
/// all.
struct Heal {
  EventId fault;
};

// --- clocks ----------------------------------------------------------------------------------------------------------

/// The wall clock jumps by `by` (either way).
struct SkewClock {
  HostId host;
  Duration by;
};
/// From now on the wall clock gains (or loses) this many nanoseconds per second.
struct DriftClock {
  HostId host;
  std::int32_t parts_per_billion = 0;
};

// --- disks -----------------------------------------------------------------------------------------------------------

/// One of the disk's own faults (disk_model.hpp).
struct DiskTrouble {
  HostId host;
  DiskFault fault;
};

using Fault = std::variant<Start, Stop, Restart, Crash, PowerOff, Freeze, Thaw, Partition, Isolate, CutOneWay, SlowPath,
                           LossyPath, ChangeLink, ResetConnections, Heal, SkewClock, DriftClock, DiskTrouble>;

/// The fault's name as traces and reports show it: "power-off", "one-way cut", "disk full".
std::string_view name_of(const Fault& fault);

/// The host that the fault hits; HostId{UINT16_MAX} if it is about a path or the whole network.
HostId host_of(const Fault& fault);

/// No particular host.
inline constexpr HostId no_host{UINT16_MAX};

}  // namespace sim
