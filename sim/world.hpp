// world.hpp - a whole simulated world, as a value.
// Here:  World: hosts, network and time joined by one loop; inputs from outside; copies; hashes.
// Not:   its parts: kernel.hpp, network.hpp, host.hpp; what programs see: env.hpp.
// Start: add_place, add_link, add_host, input(Start{host}), advance().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sim/env.hpp"
#include "sim/fault.hpp"
#include "sim/host.hpp"
#include "sim/kernel.hpp"
#include "sim/network.hpp"
#include "sim/random.hpp"

namespace sim {

/// What a world is made with. Everything here is part of its identity: the same spec and the same inputs give the same
/// trace in every build on every machine.
struct WorldSpec {
  Seed seed{1};
  NetworkSpec network;
  WallTime wall_clock_at_start = WallTime::from_milliseconds(1'700'000'000'000);
  /// Ties (events at one instant) are handled in a seeded random order instead of the order in which they were
  /// scheduled: reveals programs that lean on an accident.
  bool shuffle_ties = false;
  /// Adds the content of every disk read to the trace hash: differences in files cannot stay unseen.
  bool digest_reads = false;
  /// Each message is encoded and decoded when it is sent, and must come out equal. Sees everything, changes nothing.
  bool check_messages = false;
  /// Static table: facts that programs note, see FactType.
  std::span<const FactType> facts;
};

/// A program's input from outside: a scenario's step, a click, a tool.
struct Command {
  HostId host;
  MessagePtr content;
};

/// All that can come into a world from outside.
using Outside = std::variant<Fault, Command>;

/// How far to go: advance() stops at whichever comes first.
struct Budget {
  Time until = Time::max();  ///< events at this very moment still happen
  std::uint64_t events = UINT64_MAX;
};

/// Why advance() stopped.
enum class Stopped : std::uint8_t {
  time,    ///< nothing is left before `until`, and now() == until
  events,  ///< the events are used up
  idle,    ///< nothing will ever happen again unless something comes from outside
  broken,  ///< a check of kafkasim's own code failed; see World::broken()
};

/// Where and when a SIM_CHECK failed.
struct Broken {
  std::string what;
  std::string where;  ///< file:line
  Seed seed;
  std::uint64_t event = 0;
  Time at;
};

/// `World b = a;` gives an independent world with the same future; `a` may go away. A world and its copies must stay on
/// one thread, since they share what none of them has changed. Copying costs microseconds, whatever the files hold.
class World {
 public:
  explicit World(const WorldSpec& spec);

  // --- building it; all hosts and cables before the first start
  // ----------------------------------------------------------

  PlaceId add_place(std::string name) { return network_.edit_topology().add_place(std::move(name)); }
  LinkId add_link(PlaceId a, PlaceId b, const LinkSpec& spec) { return network_.edit_topology().add_link(a, b, spec); }
  HostId add_host(HostSpec spec);

  // --- running it
  // ------------------------------------------------------------------------------------------------------

  Stopped advance(const Budget& budget);
  /// One event; false if there is none or the world is broken.
  bool step() { return advance(Budget{Time::max(), 1}) == Stopped::events; }
  /// Happens now, between two events. Journalled. Returns the event that stands for it: the root of all that follows.
  EventId input(const Outside& outside);

  Time now() const { return kernel_.now; }
  /// When the next event will happen; Time::max() if none will.
  Time next_event_at() { return kernel_.queue.next_time_or_max(); }
  /// Events handled so far.
  std::uint64_t events() const { return events_; }
  const std::optional<Broken>& broken() const { return broken_; }

  // --- looking at it
  // -----------------------------------------------------------------------------------------------------

  const WorldSpec& spec() const { return spec_; }
  std::size_t host_count() const { return hosts_.size(); }
  /// REQUIRES: a host of this world.
  const Host& host(HostId id) const { return hosts_[id.raw()]; }
  std::optional<HostId> find_host(std::string_view name) const;
  /// The program that runs there, for observers that know its type; null if none does.
  const Process* process(HostId id) const { return hosts_[id.raw()].process.get(); }
  const Network& network() const { return network_; }
  const Trace& trace() const { return kernel_.trace; }
  const Names& names() const { return kernel_.names; }

  /// Everything that happened so far, as one number: equal runs have equal hashes, whoever watched.
  Digest trace_hash() const { return kernel_.trace.digest(); }
  /// The kernel's present state: time, queue, hosts, files, connections, random streams. Not the programs' memory,
  /// which shows in what they do next.
  Digest state_hash() const;

  /// What came from outside, and after how many events.
  struct JournalEntry {
    std::uint64_t after_events;
    Time at;
    Outside outside;
  };
  const std::vector<JournalEntry>& journal() const { return journal_.read(); }

  /// Keeps the trace in memory from now on (40 bytes an event, shared by copies).
  void record_trace(bool on) { kernel_.trace.record(on); }
  /// Not owned; copies of the world start without. Null detaches.
  void attach(TraceSink* sink) { kernel_.trace.attach(sink); }

 private:
  friend class Env;

  template <class Action>
  bool guarded(Action action);

  Host& at(HostId id) { return hosts_[id.raw()]; }
  void handle(const Scheduled& event);
  void empty_inbox();
  void arrive(HostId id, Waiting waiting, std::optional<Station> station = {});
  void serve(HostId id, std::size_t station);
  void run_handler(HostId id, std::size_t station, std::size_t server, Waiting waiting);
  EventId trace_input(HostId id, const Waiting& waiting);
  void dispatch(Process& process, Env& env, const Input& input);
  void wake_station(HostId id, std::size_t station);
  void run_effects(HostId id);
  void run_effect(HostId id, Effect& effect);
  void check_message(const Message& message) const;
  EventId lasting_reason(HostId waiting, HostId peer);

  // world_faults.cpp
  EventId inject(const Fault& fault);
  // Each returns whether the fault found something to act on.
  bool apply(const Start& fault, EventId why);
  bool apply(const Stop& fault, EventId why);
  bool apply(const Restart& fault, EventId why);
  bool apply(const Crash& fault, EventId why);
  bool apply(const PowerOff& fault, EventId why);
  bool apply(const Freeze& fault, EventId why);
  bool apply(const Thaw& fault, EventId why);
  bool apply(const Partition& fault, EventId why);
  bool apply(const Isolate& fault, EventId why);
  bool apply(const CutOneWay& fault, EventId why);
  bool apply(const SlowPath& fault, EventId why);
  bool apply(const LossyPath& fault, EventId why);
  bool apply(const ChangeLink& fault, EventId why);
  bool apply(const ResetConnections& fault, EventId why);
  bool apply(const Heal& fault, EventId why);
  bool apply(const SkewClock& fault, EventId why);
  bool apply(const DriftClock& fault, EventId why);
  bool apply(const DiskTrouble& fault, EventId why);
  void start_program(HostId id, EventId why);
  void end_program(HostId id, int status, EventId why);
  bool crash_program(HostId id, EventId why);
  void forget_program(HostId id, EventId why);
  void trace_lost_files(HostId id, EventId why, const std::vector<DiskDiscard>& lost);

  WorldSpec spec_;
  Kernel kernel_;
  Network network_;
  std::vector<Host> hosts_;
  Cow<std::vector<JournalEntry>> journal_;
  std::uint64_t events_ = 0;
  std::optional<Broken> broken_;
};

}  // namespace sim
