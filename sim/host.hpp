// host.hpp - one machine and the program on it.
// Here:  HostSpec (what it is), Host (its state), stations and effects as data.
// Not:   what moves them (world.cpp); what the program sees (env.hpp).
// Start: Host, then World::run_handler().
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/file_system.hpp"
#include "sim/host_clock.hpp"
#include "sim/kernel.hpp"
#include "sim/process.hpp"
#include "sim/random.hpp"
#include "sim/topology.hpp"

namespace sim {

/// What the machine's kernel charges a handler for messages, on the meter.
struct HostCosts {
  Duration receive = Duration{3'000};     ///< per message read
  Duration send = Duration{4'000};        ///< per message written
  Duration per_kibibyte = Duration{150};  ///< both ways, in proportion
};

/// A machine to be added to a world. It is switched off until it is started.
struct HostSpec {
  std::string name;                        ///< unique in the world: names its random streams
  PlaceId place;                           ///< where it is plugged in; several hosts may share a place
  std::unique_ptr<const Process> program;  ///< cloned at every start, never run itself: it holds the configuration
  DiskModel disk;
  HostCosts costs;
  Duration clock_skew;
  std::int32_t clock_drift_ppb = 0;
};

enum class HostState : std::uint8_t {
  off,   ///< no power
  idle,  ///< machine up, no program
  running,
  frozen,
};

/// Something that a handler does to the world outside its process: it happens at a reading of the handler's meter.
struct Effect {
  enum class Kind : std::uint8_t { message, connect, close, listen, disk, fact, exit };
  Time at;
  EventId cause;
  EventId also;  ///< the freeze that made it late, or no_event
  ConnectionId connection;
  MessagePtr message;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  SubjectId subject;
  EventKind fact = EventKind::none;
  Kind kind = Kind::fact;
};

/// An input that waits for a server.
struct Waiting {
  EventId cause;
  EventId also;  ///< second parent or no_event
  Input input;
};

struct StationState {
  std::vector<Time> free_at;  ///< one per server
  Ring<Waiting> queue;
  Queue::Handle wakeup;  ///< pending Scheduled::Kind::station, if any
};

/// State of one machine. A value, copied with the world.
struct Host {
  std::string name;
  SubjectId subject;
  PlaceId place;
  std::shared_ptr<const Process> program;  // immutable, shared by all copies
  HostCosts costs;

  HostState state = HostState::off;
  std::uint64_t starts = 0;
  EventId down_because{};  // why no program runs
  EventId frozen_by{};
  Time frozen_since{};
  Duration frozen_total{};    // ends the process's own clock: Env::lock
  EventId restart_because{};  // start again when the program has ended
  std::uint32_t crash_after_effects = 0;
  EventId crash_because{};
  EventId slow_disk_by{};  // the SlowDisk in force

  HostClock clock;
  RandomStreams random;
  FileSystem files;
  std::array<std::pair<File, SubjectId>, 32> file_subjects{};  // by handle: a cache of Names, see Env::subject_of

  ProcessPtr process;
  std::vector<StationState> stations;
  Ring<Effect> effects;         // ordered by time
  Queue::Handle effect_wakeup;  // pending Scheduled::Kind::effect for the first of them ...
  Time effect_wakeup_at{};      // ... and when it is due

  /// Work that was posted before the freeze for a moment after it.
  struct HeldPost {
    Time at;
    Scheduled what;
  };
  std::vector<HeldPost> held_posts{};

  bool effect_is_due(Time now) const { return !effects.empty() && effects.front().at <= now; }
  bool has_program() const { return state == HostState::running || state == HostState::frozen; }
};

}  // namespace sim
