// kernel.hpp - what every part of a world needs: the present, the queue, the trace.
// Here:  Kernel, Scheduled (what waits in the queue) and Delivery (what is about to reach a program).
// Not:   hosts (host.hpp), connections (network.hpp), the loop that joins them (world.cpp). Internal to sim/.
// Start: Kernel::schedule().
#pragma once

#include <cstdint>
#include <optional>

#include "sim/event_queue.hpp"
#include "sim/process.hpp"
#include "sim/ring.hpp"
#include "sim/silence.hpp"
#include "sim/trace.hpp"

namespace sim {

/// What the queue holds: who is to be called, about what, and why. No closure, no pointer.
struct Scheduled {
  enum class Kind : std::uint8_t {
    timer,    ///< a program's timer. index: Timer::kind, key: Timer::key; station: 1 + where it was posted to, 0: route
              ///< it
    effect,   ///< the next effect of the host's handlers is due
    station,  ///< a server of station `index` is free again
    arrival,  ///< the first message on a channel arrives. index: channel
    retry,    ///< a channel looks again whether it can go on. index: channel
  };
  EventId cause;
  std::uint64_t key = 0;
  std::uint32_t index = 0;
  HostId host;
  Kind kind = Kind::timer;
  std::uint8_t station = 0;
};

using Queue = EventQueue<Scheduled>;

/// An input on its way into a program. It becomes visible as an event when its handler runs.
struct Delivery {
  HostId host = HostId{UINT16_MAX};
  EventId cause;
  EventId also;  ///< second parent, or no_event
  Input input;
};

/// The services that the parts of a world share. A value.
class Kernel {
 public:
  explicit Kernel(std::optional<std::uint64_t> tie_seed) : queue{tie_seed} {}

  Time now;
  Queue queue;
  Trace trace;
  Names names;
  Silences silences;
  Ring<Delivery> inbox;  ///< filled by the network, emptied by the world before it takes the next event

  Queue::Handle schedule(Time at, const Scheduled& what) { return queue.push(at, what); }

  /// Traces something that happens now.
  EventId happened(EventKind kind, HostId host, EventId cause, std::uint64_t a = 0, std::uint64_t b = 0,
                   SubjectId subject = {}) {
    return trace.add(TraceRecord{now, cause, a, b, subject, host, kind});
  }

  /// Traces that a fault takes away what `host` would have done; `lost_cause` is why it would have happened (or
  /// no_event).
  EventId discarded(Discard what, HostId host, EventId fault, EventId lost_cause, std::uint64_t b = 0,
                    SubjectId subject = {}) {
    const EventId event = happened(EventKind::discarded, host, fault, static_cast<std::uint64_t>(what), b, subject);
    also_because(event, lost_cause, Edge::state);
    silences.note(host, event, now);
    return event;
  }

  /// Gives `event` a second parent, unless that is no_event or already its cause.
  void also_because(EventId event, EventId parent, Edge edge) {
    if (parent != no_event) trace.add_parent(SecondParent{event, parent, edge});
  }
};

}  // namespace sim
