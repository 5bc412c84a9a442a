// trace.hpp - everything that can be seen of a run, in the order in which it happened.
// Here:  TraceRecord (40 bytes), EventKind, FactType, Trace (ids, running digest, optional memory) and TraceSink.
// Not:   text and JSON (trace_text.hpp); who records what (world.cpp, network.cpp, env.cpp).
// Start: Trace::add(); docs/writing-a-process.md on causes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/append_log.hpp"
#include "sim/digest.hpp"
#include "sim/names.hpp"
#include "sim/strong.hpp"
#include "sim/time.hpp"

namespace sim {

/// What a record is about. The kernel's own kinds are below `first_fact`; facts that programs note follow.
/// The meaning of a record's `a` and `b` stands behind each kind; "peer" is a HostId.
enum class EventKind : std::uint16_t {
  none = 0,
  fault,                 ///< a fault was injected. subject: its name, a: index in the Fault variant
  fault_without_effect,  ///< it found nothing to act on: a dead program cannot crash
  command,               ///< a command was handed to a program. a: message type
  command_handled,       ///< its handler runs. a: message type
  program_started,       ///< its start handler runs. a: which start of this host it is, from 1
  program_stopping,      ///< its stop handler runs
  program_ended,         ///< by itself or after a graceful stop. a: exit status
  program_crashed,
  host_powered_off,
  program_frozen,
  program_thawed,
  message_sent,          ///< left the program. a: connection of the sender, b: type << 48 | peer << 32 | size
  message_received,      ///< its handler runs. a: connection of the receiver, b: type << 48 | peer << 32 | size
  connection_requested,  ///< a: connection, b: peer
  connection_closed,     ///< by this program. a: connection, b: peer
  connection_changed,    ///< the handler of a ConnectionEvent runs. a: connection, b: change << 16 | peer
  timer_fired,           ///< its handler runs. a: kind, b: key
  disk_operation,        ///< completed. subject: path, a: operation << 56 | error << 48 | length, b: offset
  disk_content,          ///< what a read returned, if the world digests reads. subject: path, a, b: XXH3-128
  discarded,             ///< something that would have happened will not. a: Discard, b: depends on it
  held,                  ///< something waits because the program is frozen. a: Discard, b: as there
  delayed,  ///< bytes or a disk operation come late because of a fault; said when that is decided. b: by ns
  first_fact = 256,
};

/// What a fault took away (see EventKind::discarded and held).
enum class Discard : std::uint8_t {
  timer,      ///< b: its kind
  input,      ///< a message, connection event or command that no handler will see. b: message type or 0
  effect,     ///< a send, connect, close or fact of a handler that the crash cut short. b: message type or 0
  disk,       ///< an operation undone or torn, or bytes that were not on the platter. subject: path, b: bytes
  bytes,      ///< bytes on a path that does not carry them. b: peer << 32 | size
  handshake,  ///< a request to connect, likewise. b: peer << 32
};
std::string_view to_text(Discard discard);

/// One line of the trace. Plain words without padding; its id is its position.
struct TraceRecord {
  Time at;
  EventId cause;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  SubjectId subject;
  HostId host;  ///< no_host for the world itself
  EventKind kind = EventKind::none;
};
static_assert(sizeof(TraceRecord) == 40);

/// Why an event has a second parent.
enum class Edge : std::uint8_t {
  state,    ///< the handler acted on something that this event had set (Env::also_because)
  silence,  ///< the handler acted on silence, and this discard explains the silence (Env::waited_for)
};

/// A parent beside `TraceRecord::cause`.
struct SecondParent {
  EventId event;
  EventId parent;
  Edge edge = Edge::state;
};

/// A kind of fact that programs note, declared by them in a static table (position i describes kind first_fact + i).
struct FactType {
  std::string_view name;    ///< "lease-granted"
  std::string_view a_name;  ///< what `a` is, empty if unused
  std::string_view b_name;
};

/// Sees each record when it happens; must not touch the world (design, trap 6).
class TraceSink {
 public:
  virtual ~TraceSink() = default;
  virtual void on_event(EventId id, const TraceRecord& record) = 0;
  virtual void on_second_parent(const SecondParent& parent) = 0;
};

/// A pointer to an observer that a copy does not inherit: observers belong to a window or a file, not to the value.
template <class T>
class Detached {
 public:
  Detached() = default;
  Detached(const Detached&) {}
  Detached& operator=(const Detached&) { return *this; }
  ~Detached() = default;

  void attach(T* observer) { observer_ = observer; }
  T* get() const { return observer_; }

 private:
  T* observer_ = nullptr;
};

/// The trace of one world: a value; the memory of copies is shared in pieces.
class Trace {
 public:
  /// Takes the next id. Always digested; kept if recording; shown to the sink if there is one.
  EventId add(const TraceRecord& record) {
    digest_.add(static_cast<std::uint64_t>(record.at.nanoseconds()), record.cause.raw(), record.a, record.b,
                static_cast<std::uint64_t>(record.subject.raw()) << 32 |
                    static_cast<std::uint64_t>(record.host.raw()) << 16 | static_cast<std::uint64_t>(record.kind));
    last_ = EventId{last_.raw() + 1};
    if (watched_) keep(record);
    return last_;
  }
  /// REQUIRES: both are ids of this trace, parent before event.
  void add_parent(const SecondParent& parent);

  /// The newest id; no_event at the start.
  EventId last() const { return last_; }
  Digest digest() const { return digest_.value(); }

  /// Keeps records from now on. Changes nothing that the digest sees.
  void record(bool on);
  /// Kept records; the first is event `first_recorded()`.
  const AppendLog<TraceRecord>& records() const { return records_; }
  EventId first_recorded() const { return first_recorded_; }
  /// Second parents of kept records, as they became known: an event may get one after later events have happened.
  const AppendLog<SecondParent>& second_parents() const { return parents_; }

  /// Not owned; must outlive its attachment. Null detaches. A copy of the world starts without.
  void attach(TraceSink* sink);

 private:
  void keep(const TraceRecord& record);
  void refresh_watched() { watched_ = recording_ || sink_.get() != nullptr; }

  RunningDigest digest_;
  EventId last_;
  bool recording_ = false;
  bool watched_ = false;  // may stay true in a copy that lost its sink: keep() finds out
  EventId first_recorded_{1};
  AppendLog<TraceRecord> records_;
  AppendLog<SecondParent> parents_;
  Detached<TraceSink> sink_;
};

}  // namespace sim
