// process.hpp - what a simulated program is.
// Here:  Process, the state machine behind one door, and the plain data that comes through that door.
// Not:   its world (env.hpp); the machine that it runs on (host.hpp).
// Start: docs/writing-a-process.md walks through a whole one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "sim/message.hpp"
#include "sim/strong.hpp"
#include "sim/time.hpp"

namespace sim {

class Env;
class World;

/// One end of a connection as the program at that end names it. The two ends have different ids; an id is never used
/// for a second connection. 0 is no connection.
using ConnectionId = Strong<struct ConnectionIdTag, std::uint64_t>;

/// Index into the program's `stations()`: where inputs wait for one of n servers, first come first served.
using Station = Strong<struct StationTag, std::uint8_t>;

/// What a timer is about: data, never a closure. Both numbers are the program's own.
struct Timer {
  std::uint32_t kind = 0;
  std::uint64_t key = 0;
  friend bool operator==(const Timer&, const Timer&) = default;
};

/// Names one armed timer; stale ids (fired, cancelled) are recognised, so keeping one is harmless. A default-made id
/// names none.
struct TimerId {
  std::uint32_t slot = UINT32_MAX;
  std::uint32_t generation = 0;
  friend bool operator==(const TimerId&, const TimerId&) = default;
};

/// What happened to a connection.
enum class ConnectionChange : std::uint8_t {
  accepted,   ///< a peer connected to us; the connection is open
  opened,     ///< our connect() succeeded; the connection is open
  refused,    ///< the peer's machine is up but nothing listens there; the id is dead
  timed_out,  ///< no answer to connect() within the kernel's patience; the id is dead
  writable,   ///< a send() was refused because the buffer was full, and now there is room
  closed,     ///< the peer closed after all its messages were delivered; the id is dead
  reset,      ///< the peer's machine does not know the connection (any more), or TCP gave up; the id is dead
};
std::string_view to_text(ConnectionChange change);

struct ConnectionEvent {
  ConnectionChange change = ConnectionChange::closed;
  HostId peer;
};

/// What waits at a station. `message` is set for messages and commands only and lives as long as the input.
struct Input {
  enum class Kind : std::uint8_t { start, message, connection, timer, command, stop };
  Kind kind = Kind::start;
  ConnectionId connection;
  ConnectionEvent event;
  Timer timer;
  MessagePtr message;
};

/// A place where inputs wait. `servers` >= 1 handlers of the station may overlap in time.
struct StationSpec {
  std::string_view name;
  int servers = 1;
};

/// A lock is the time until which it is held (design, decision 7). A plain member of a process; see Env::lock.
class LockTime {
 private:
  friend class Env;
  friend class World;
  Duration until_;  // on the process's own clock, which stands still while the process is frozen
};

/// One program on one host: its volatile state only. Rules (design, decisions 1, 2, 5):
///  - the world is seen only through `Env`; no thread, no sleep, no global, no pointer to anything outside the object;
///  - clone() is a copy by the *defaulted* copy constructor, and the copy has the same future;
///  - a crash throws the object away; what must outlive it is on the disk.
/// A handler runs at once in virtual time's eyes for memory, while its effects happen at the meter's readings.
class Process {
 public:
  virtual ~Process() = default;

  /// The stations of this program: static data. Station 0 also takes start and stop.
  virtual std::span<const StationSpec> stations() const;
  /// At which station an input waits. Called when the input arrives; must not depend on anything but state and input.
  virtual Station route(const Input& input) const;

  /// Boot: read the disk, connect, arm timers.
  virtual void start(Env& env) = 0;
  virtual void on_message(Env& env, ConnectionId connection, const Message& message) = 0;
  virtual void on_connection(Env& env, ConnectionId connection, ConnectionEvent event) = 0;
  virtual void on_timer(Env& env, Timer timer) = 0;
  /// From outside the world: a scenario's step, a click, a tool.
  virtual void on_command(Env& env, const Message& command) = 0;
  /// Asked to stop gracefully; the program ends when it calls Env::exit(), now or later.
  virtual void on_stop(Env& env) = 0;

  virtual std::unique_ptr<Process> clone() const = 0;

 protected:
  Process() = default;
  Process(const Process&) = default;
  Process& operator=(const Process&) = default;
};

/// Gives `clone()` and nothing else: `class Counter final : public Cloned<Counter> { ... };`
template <class Derived>
class Cloned : public Process {
 public:
  std::unique_ptr<Process> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

/// Owns a process and copies it by clone(); empty when the program does not run.
class ProcessPtr {
 public:
  ProcessPtr() = default;
  explicit ProcessPtr(std::unique_ptr<Process> process) : process_{std::move(process)} {}
  ProcessPtr(const ProcessPtr& other) : process_{other.process_ ? other.process_->clone() : nullptr} {}
  ProcessPtr(ProcessPtr&&) noexcept = default;
  ProcessPtr& operator=(ProcessPtr other) noexcept {
    process_ = std::move(other.process_);
    return *this;
  }
  ~ProcessPtr() = default;

  explicit operator bool() const { return process_ != nullptr; }
  Process& operator*() const { return *process_; }
  Process* operator->() const { return process_.get(); }
  Process* get() const { return process_.get(); }

 private:
  std::unique_ptr<Process> process_;
};

}  // namespace sim
