#include "sim/trace.hpp"

#include "sim/check.hpp"

namespace sim {

void Trace::add_parent(const SecondParent& parent) {
  SIM_CHECK(parent.parent != no_event);
  SIM_CHECK(parent.parent < parent.event);
  digest_.add(parent.event.raw(), parent.parent.raw(), static_cast<std::uint64_t>(parent.edge), 0, 0);
  if (recording_ && parent.event >= first_recorded_) parents_.append(parent);
  if (TraceSink* sink = sink_.get()) sink->on_second_parent(parent);
}

void Trace::keep(const TraceRecord& record) {
  if (recording_) records_.append(record);
  if (TraceSink* sink = sink_.get()) sink->on_event(last_, record);
}

void Trace::record(bool on) {
  if (on && !recording_) {
    // A gap would make positions useless as ids: start over.
    records_ = {};
    parents_ = {};
    first_recorded_ = EventId{last_.raw() + 1};
  }
  recording_ = on;
  refresh_watched();
}

void Trace::attach(TraceSink* sink) {
  sink_.attach(sink);
  refresh_watched();
}

std::string_view to_text(Discard discard) {
  switch (discard) {
    case Discard::timer: return "timer";
    case Discard::input: return "input";
    case Discard::effect: return "effect";
    case Discard::disk: return "disk";
    case Discard::bytes: return "bytes";
    case Discard::handshake: return "handshake";
  }
  return "?";
}

}  // namespace sim
