#include "sim/trace_text.hpp"

#include <fmt/format.h>

#include <ostream>

#include "sim/world.hpp"

namespace sim {
namespace {

std::string_view kernel_name(EventKind kind) {
  switch (kind) {
    case EventKind::none: return "none";
    case EventKind::fault: return "fault";
    case EventKind::fault_without_effect: return "fault-without-effect";
    case EventKind::command: return "command";
    case EventKind::command_handled: return "command-handled";
    case EventKind::program_started: return "program-started";
    case EventKind::program_stopping: return "program-stopping";
    case EventKind::program_ended: return "program-ended";
    case EventKind::program_crashed: return "program-crashed";
    case EventKind::host_powered_off: return "host-powered-off";
    case EventKind::program_frozen: return "program-frozen";
    case EventKind::program_thawed: return "program-thawed";
    case EventKind::message_sent: return "message-sent";
    case EventKind::message_received: return "message-received";
    case EventKind::connection_requested: return "connection-requested";
    case EventKind::connection_closed: return "connection-closed";
    case EventKind::connection_changed: return "connection-changed";
    case EventKind::timer_fired: return "timer-fired";
    case EventKind::disk_operation: return "disk-operation";
    case EventKind::disk_content: return "disk-content";
    case EventKind::discarded: return "discarded";
    case EventKind::held: return "held";
    case EventKind::delayed: return "delayed";
    case EventKind::first_fact: break;
  }
  return "?";
}

std::string_view host_name(const World& world, std::uint64_t host) {
  return host < world.host_count() ? std::string_view{world.host(HostId{static_cast<std::uint16_t>(host)}).name} : "-";
}

// What a and b mean, as ` name=value` pairs (or JSON members, by the callback's choice).
template <class Put>
void explain(const World& world, const TraceRecord& record, Put put) {
  const auto text = [](std::string_view s) { return std::string{s}; };
  switch (record.kind) {
    case EventKind::message_sent:
    case EventKind::message_received:
      put("peer", text(host_name(world, record.b >> 32 & 0xffff)), true);
      put("type", fmt::format("{}", record.b >> 48), false);
      put("bytes", fmt::format("{}", record.b & 0xffffffff), false);
      put("connection", fmt::format("{}", record.a), false);
      break;
    case EventKind::connection_requested:
    case EventKind::connection_closed:
      put("peer", text(host_name(world, record.b)), true);
      put("connection", fmt::format("{}", record.a), false);
      break;
    case EventKind::connection_changed:
      put("change", text(to_text(static_cast<ConnectionChange>(record.b >> 16))), true);
      put("peer", text(host_name(world, record.b & 0xffff)), true);
      put("connection", fmt::format("{}", record.a), false);
      break;
    case EventKind::timer_fired:
      put("timer", fmt::format("{}", record.a), false);
      put("key", fmt::format("{}", record.b), false);
      break;
    case EventKind::disk_operation:
      put("operation", text(to_text(static_cast<DiskOperationKind>(record.a >> 56))), true);
      if (const auto error = static_cast<DiskError>(record.a >> 48 & 0xff); error != DiskError::none) {
        put("error", text(to_text(error)), true);
      }
      put("offset", fmt::format("{}", record.b), false);
      put("bytes", fmt::format("{}", record.a & ((std::uint64_t{1} << 48) - 1)), false);
      break;
    case EventKind::discarded:
    case EventKind::held:
      put("what", text(to_text(static_cast<Discard>(record.a))), true);
      switch (static_cast<Discard>(record.a)) {
        case Discard::timer: put("timer", fmt::format("{}", record.b), false); break;
        case Discard::input:
        case Discard::effect:
          if (record.b != 0) put("type", fmt::format("{}", record.b), false);
          break;
        case Discard::disk: put("bytes", fmt::format("{}", record.b), false); break;
        case Discard::bytes:
        case Discard::handshake:
          put("peer", text(host_name(world, record.b >> 32)), true);
          put("bytes", fmt::format("{}", record.b & 0xffffffff), false);
          break;
      }
      break;
    case EventKind::delayed: put("by", to_text(Duration{static_cast<std::int64_t>(record.b)}), true); break;
    case EventKind::program_started: put("start", fmt::format("{}", record.a), false); break;
    case EventKind::program_ended: put("status", fmt::format("{}", static_cast<std::int64_t>(record.a)), false); break;
    default:
      if (record.kind >= EventKind::first_fact) {
        const std::size_t index =
            static_cast<std::size_t>(record.kind) - static_cast<std::size_t>(EventKind::first_fact);
        if (index >= world.spec().facts.size()) break;
        const FactType& type = world.spec().facts[index];
        if (!type.a_name.empty()) put(type.a_name, fmt::format("{}", record.a), false);
        if (!type.b_name.empty()) put(type.b_name, fmt::format("{}", record.b), false);
      }
      break;
  }
}

// The two ends of a connection are 1 and 2, of the next one 3 and 4; "3.2" is the second connection in that place.
std::string short_connection(std::uint64_t id) {
  const std::uint64_t place = id & 0xffff'ffff;
  const std::uint64_t generation = id >> 32;
  return generation == 1 ? fmt::format("{}", place) : fmt::format("{}.{}", place, generation);
}

// Names come from programs and scenarios; control characters and quotes must not break the line.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::string_view name_of(EventKind kind, const WorldSpec& spec) {
  if (kind < EventKind::first_fact) return kernel_name(kind);
  const std::size_t index = static_cast<std::size_t>(kind) - static_cast<std::size_t>(EventKind::first_fact);
  return index < spec.facts.size() ? spec.facts[index].name : std::string_view{"fact"};
}

std::string to_line(const World& world, EventId id, const TraceRecord& record) {
  const std::int64_t at = record.at.nanoseconds();
  std::string line = fmt::format("{:>6} {:>4}.{:09}  {:<8} {:<20}", id.raw(), at / 1'000'000'000, at % 1'000'000'000,
                                 host_name(world, record.host.raw()), name_of(record.kind, world.spec()));
  if (record.subject != SubjectId{}) line += fmt::format(" {}", world.names().name_of(record.subject));
  explain(world, record, [&](std::string_view name, const std::string& value, bool) {
    line += fmt::format(" {}={}", name, name == "connection" ? short_connection(record.a) : value);
  });
  if (record.cause != no_event) line += fmt::format(" <- {}", record.cause.raw());
  while (line.back() == ' ') line.pop_back();
  return line;
}

void JsonLines::on_event(EventId id, const TraceRecord& record) {
  std::string line = fmt::format("{{\"id\":{},\"at\":{},\"kind\":{}", id.raw(), record.at.nanoseconds(),
                                 quoted(name_of(record.kind, world_.spec())));
  if (record.host != no_host) line += fmt::format(",\"host\":{}", quoted(host_name(world_, record.host.raw())));
  if (record.cause != no_event) line += fmt::format(",\"cause\":{}", record.cause.raw());
  if (record.subject != SubjectId{})
    line += fmt::format(",\"subject\":{}", quoted(world_.names().name_of(record.subject)));
  explain(world_, record, [&](std::string_view name, const std::string& value, bool is_text) {
    line += fmt::format(",{}:{}", quoted(name), is_text ? quoted(value) : value);
  });
  out_ << line << "}\n";
}

void JsonLines::on_second_parent(const SecondParent& parent) {
  out_ << fmt::format("{{\"event\":{},\"also\":{},\"edge\":\"{}\"}}\n", parent.event.raw(), parent.parent.raw(),
                      parent.edge == Edge::silence ? "silence" : "state");
}

}  // namespace sim
