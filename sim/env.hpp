// env.hpp - everything that a program can see of its world and do to it.
// Here:  Env, handed to each handler of a Process for the length of one call.
// Not:   the program (process.hpp); what its effects do afterwards (world.cpp, network.cpp).
// Start: docs/writing-a-process.md.
//
// A handler has a meter: now() begins at the moment when the input got its server and grows with work(), with each
// message and with each disk operation. Every effect happens at the reading at which it was asked for: if the machine
// dies in between, later effects never happen, and the disk operation that the death falls into is torn.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/file_system_disk.hpp"
#include "sim/host_clock.hpp"
#include "sim/network.hpp"
#include "sim/process.hpp"
#include "sim/random.hpp"
#include "sim/trace.hpp"

namespace sim {

class World;
struct Effect;
struct Host;

/// Something that a program says happened, for the trace: numbers whose meaning its FactType declares.
struct Fact {
  std::uint16_t type = 0;  ///< index in the table of fact types that the world was made with
  SubjectId subject;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
};

class Env final : private DiskContext {
 public:
  Env(const Env&) = delete;
  Env& operator=(const Env&) = delete;

  // --- time and chance
  // -------------------------------------------------------------------------------------------------

  /// The meter: virtual time as far as this handler has got. For lengths of time only; people's time is wall_clock().
  Time now() const { return meter_; }
  /// What this host's clock shows: skewed, drifting, and it can jump either way.
  WallTime wall_clock() const;
  /// The stream of this host for one purpose: `env.random("retry-backoff")`.
  Random& random(StreamName purpose);

  HostId host() const { return host_id_; }
  std::string_view host_name(HostId host) const;
  /// The host of this name, as a name service would tell; nothing if there is none.
  std::optional<HostId> find_host(std::string_view name) const;

  // --- the disk
  // --------------------------------------------------------------------------------------------------------

  /// This host's files. Each operation moves the meter. REQUIRES: not kept beyond the handler.
  Disk& disk() { return disk_; }

  // --- connections
  // -----------------------------------------------------------------------------------------------------

  /// From now on connections to this host are accepted (or, after `listen(false)`, refused). At first they are refused.
  void listen(bool on = true);
  /// The outcome comes as a ConnectionEvent: opened, refused or timed_out.
  ConnectionId connect(HostId to);
  /// The message is delivered after all earlier ones of this connection, unless the connection ends first.
  SendResult send(ConnectionId connection, MessagePtr message);
  /// Graceful: what was sent before is still delivered. The id is dead at once; nothing more comes from it, except
  /// inputs that were already waiting at another station.
  void close(ConnectionId connection);
  bool is_open(ConnectionId connection) const;
  /// The host at the other end. REQUIRES: the connection has not ended for both ends.
  HostId peer(ConnectionId connection) const;

  // --- timers
  // ----------------------------------------------------------------------------------------------------------

  /// `after` >= 0 from the meter.
  TimerId arm(Duration after, Timer timer);
  /// False if it already fired, even if its handler still waits for a server. Cancelling a dead id is harmless.
  bool cancel(TimerId timer);
  /// The handler of `timer` runs next at that station: work handed from one thread to another.
  void post(Station station, Timer timer);

  // --- the price of work
  // -----------------------------------------------------------------------------------------------

  /// Moves the meter. Slices above about 50 ms hide what a real machine would do in between: post() the rest.
  void work(Duration duration);
  /// Waits until the lock is free and holds it until this handler's last meter reading.
  void lock(LockTime& lock);

  // --- causes and facts
  // ------------------------------------------------------------------------------------------------

  /// The event that is being handled: the cause of everything that this handler does. Keep it with state that a later
  /// handler will act on, and name it there with also_because().
  EventId cause() const { return cause_; }
  /// What is being handled has a second reason: the event that set the state acted upon. no_event is ignored.
  void also_because(EventId event);
  /// This handler acts on silence: `peer` should have been heard since `since` and was not. Adds a silence edge to the
  /// last thing that a fault took from the peer or from the path since then, or else to what keeps the peer from
  /// answering still.
  void waited_for(HostId peer, Time since);
  /// Traces a fact at this meter reading.
  void note(const Fact& fact);
  /// A number for a name that facts speak of. Not for hot paths: keep it.
  SubjectId subject(std::string_view name);

  /// The program ends at this meter reading; its later effects are none.
  void exit(int status = 0);

 private:
  friend class World;
  Env(World& world, HostId host);

  Time meter() const override { return meter_; }
  void advance_meter_to(Time time) override;
  std::int64_t wall_clock_ns() const override { return wall_clock().nanoseconds(); }
  void traced(const DiskOperation& operation) override;

  Host& host_state() const;
  SubjectId subject_of(const DiskOperation& operation);
  void charge_message(Duration base, std::uint32_t size);
  void push(Effect effect);

  World& world_;
  HostId host_id_;
  Time meter_;
  EventId cause_;
  std::vector<LockTime*> locks_;
  std::vector<EventId> parents_;  // second parents given so far, so that none is given twice
  SimulatedDisk disk_;
};

}  // namespace sim
