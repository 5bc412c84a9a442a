// trace_text.hpp - the trace for people and for other programs.
// Here:  names of event kinds, one line per record, JsonLines (a sink that writes one JSON object per event).
// Not:   why-chains and reports, which know what a fact means (scenarios/).
// Start: to_line(), JsonLines.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "sim/trace.hpp"

namespace sim {

class World;
struct WorldSpec;

/// "message-sent"; for facts the name that their FactType declares.
std::string_view name_of(EventKind kind, const WorldSpec& spec);

/// "    42   12.345678000  server-1 message-sent         peer=client type=3 bytes=90 connection=1 <- 41": id, seconds,
/// host, kind, what the kind says of its numbers, cause. Fixed columns, for eyes.
std::string to_line(const World& world, EventId id, const TraceRecord& record);

/// Writes each event as one JSON object on a line of its own: id, at (nanoseconds), host, kind, cause, and what the
/// kind says of a and b; second parents as {"event", "also", "edge"}. The stream and the world must outlive the sink's
/// use.
class JsonLines final : public TraceSink {
 public:
  JsonLines(std::ostream& out, const World& world) : out_{out}, world_{world} {}
  void on_event(EventId id, const TraceRecord& record) override;
  void on_second_parent(const SecondParent& parent) override;

 private:
  std::ostream& out_;
  const World& world_;
};

}  // namespace sim
