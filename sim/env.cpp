#include "sim/env.hpp"

#include <algorithm>

#include "sim/world.hpp"

namespace sim {

Env::Env(World& world, HostId host)
    : world_{world}, host_id_{host}, meter_{world.kernel_.now}, disk_{world.at(host).files, *this} {}

Host& Env::host_state() const { return world_.at(host_id_); }

// --- time and chance
// ---------------------------------------------------------------------------------------------------

WallTime Env::wall_clock() const { return host_state().clock.wall(meter_); }

Random& Env::random(StreamName purpose) { return host_state().random.at(purpose); }

std::string_view Env::host_name(HostId host) const { return world_.at(host).name; }

std::optional<HostId> Env::find_host(std::string_view name) const { return world_.find_host(name); }

// --- the disk
// ----------------------------------------------------------------------------------------------------------

void Env::advance_meter_to(Time time) {
  SIM_CHECK(time >= meter_, "the meter runs forward only");
  meter_ = time;
}

// Names are looked up by text, which is too slow for each append: the host remembers those of its open files.
SubjectId Env::subject_of(const DiskOperation& operation) {
  if (operation.file == File{}) return subject(operation.path);
  auto& known = host_state().file_subjects;
  auto& entry = known[operation.file.raw() % known.size()];
  if (entry.first != operation.file) entry = {operation.file, subject(operation.path)};
  return entry.second;
}

void Env::traced(const DiskOperation& operation) {
  Host& host = host_state();
  const SubjectId path = subject_of(operation);
  if (host.slow_disk_by != no_event && operation.end > operation.begin) {
    // Late because of the fault; said now, because others may time out before the operation ends.
    const EventId late =
        world_.kernel_.happened(EventKind::delayed, host_id_, host.slow_disk_by, 0,
                                static_cast<std::uint64_t>((operation.end - operation.begin).nanoseconds()), path);
    world_.kernel_.also_because(late, cause_, Edge::state);
    world_.kernel_.silences.note(host_id_, late, world_.kernel_.now);
  }
  Effect effect;
  effect.kind = Effect::Kind::disk;
  effect.a = static_cast<std::uint64_t>(operation.kind) << 56 | static_cast<std::uint64_t>(operation.error) << 48 |
             (operation.length & ((std::uint64_t{1} << 48) - 1));
  effect.b = operation.offset;
  effect.subject = path;
  push(std::move(effect));
  if (world_.spec_.digest_reads && operation.kind == DiskOperationKind::read) {
    Effect content;
    content.kind = Effect::Kind::fact;
    content.fact = EventKind::disk_content;
    const XXH128_hash_t hash = XXH3_128bits(operation.content.data(), operation.content.size());
    content.a = hash.high64;
    content.b = hash.low64;
    content.subject = path;
    push(std::move(content));
  }
}

// --- connections
// -------------------------------------------------------------------------------------------------------

void Env::listen(bool on) {
  Effect effect;
  effect.kind = Effect::Kind::listen;
  effect.a = on ? 1 : 0;
  push(std::move(effect));
}

ConnectionId Env::connect(HostId to) {
  Effect effect;
  effect.kind = Effect::Kind::connect;
  effect.connection = world_.network_.connect(host_id_, to);
  const ConnectionId id = effect.connection;
  push(std::move(effect));
  return id;
}

void Env::charge_message(Duration base, std::uint32_t size) {
  meter_ += base + host_state().costs.per_kibibyte * size / 1024;
}

SendResult Env::send(ConnectionId connection, MessagePtr message) {
  SIM_CHECK(static_cast<bool>(message), "nothing to send");
  const SendResult result = world_.network_.send(connection, message->size());
  if (result != SendResult::sent) return result;
  if (world_.spec_.check_messages) world_.check_message(*message);
  charge_message(host_state().costs.send, message->size());
  Effect effect;
  effect.kind = Effect::Kind::message;
  effect.connection = connection;
  effect.message = std::move(message);
  push(std::move(effect));
  return result;
}

void Env::close(ConnectionId connection) {
  world_.network_.close(connection);
  Effect effect;
  effect.kind = Effect::Kind::close;
  effect.connection = connection;
  push(std::move(effect));
}

bool Env::is_open(ConnectionId connection) const { return world_.network_.is_open(connection); }

HostId Env::peer(ConnectionId connection) const { return world_.network_.peer(connection); }

// --- timers
// ------------------------------------------------------------------------------------------------------------

TimerId Env::arm(Duration after, Timer timer) {
  SIM_CHECK(after >= Duration{}, "a timer cannot fire in the past");
  const Queue::Handle handle = world_.kernel_.schedule(
      meter_ + after, Scheduled{cause_, timer.key, timer.kind, host_id_, Scheduled::Kind::timer, 0});
  return TimerId{handle.slot, handle.generation};
}

bool Env::cancel(TimerId timer) { return world_.kernel_.queue.cancel(Queue::Handle{timer.slot, timer.generation}); }

void Env::post(Station station, Timer timer) {
  world_.kernel_.schedule(meter_, Scheduled{cause_, timer.key, timer.kind, host_id_, Scheduled::Kind::timer,
                                            static_cast<std::uint8_t>(station.raw() + 1)});
}

// --- the price of work
// -------------------------------------------------------------------------------------------------

void Env::work(Duration duration) {
  SIM_CHECK(duration >= Duration{}, "work takes time, it does not give any back");
  meter_ += duration;
}

void Env::lock(LockTime& lock) {
  meter_ = std::max(meter_, Time{} + lock.until_ + host_state().frozen_total);
  if (std::find(locks_.begin(), locks_.end(), &lock) == locks_.end()) locks_.push_back(&lock);
}

// --- causes and facts
// --------------------------------------------------------------------------------------------------

void Env::also_because(EventId event) {
  if (event == no_event || event == cause_) return;
  if (std::find(parents_.begin(), parents_.end(), event) != parents_.end()) return;
  parents_.push_back(event);
  world_.kernel_.also_because(cause_, event, Edge::state);
}

void Env::waited_for(HostId peer, Time since) {
  EventId explanation = world_.kernel_.silences.explain(host_id_, peer, since);
  if (explanation == no_event) explanation = world_.lasting_reason(host_id_, peer);
  // What happened after this handler's own event began cannot be why it was called.
  if (explanation == no_event || explanation >= cause_) return;
  if (std::find(parents_.begin(), parents_.end(), explanation) != parents_.end()) return;
  parents_.push_back(explanation);
  world_.kernel_.also_because(cause_, explanation, Edge::silence);
}

void Env::note(const Fact& fact) {
  Effect effect;
  effect.kind = Effect::Kind::fact;
  effect.fact = static_cast<EventKind>(static_cast<std::uint16_t>(EventKind::first_fact) + fact.type);
  effect.a = fact.a;
  effect.b = fact.b;
  effect.subject = fact.subject;
  push(std::move(effect));
}

SubjectId Env::subject(std::string_view name) { return world_.kernel_.names.id_of(name); }

void Env::exit(int status) {
  Effect effect;
  effect.kind = Effect::Kind::exit;
  effect.a = static_cast<std::uint64_t>(static_cast<std::int64_t>(status));
  push(std::move(effect));
}

// Keeps the host's effects in order of time. Handlers of several servers overlap, so the place is not always the end;
// equal times stay in the order in which they were asked for.
void Env::push(Effect effect) {
  effect.at = meter_;
  effect.cause = cause_;
  Ring<Effect>& effects = host_state().effects;
  std::size_t place = effects.size();
  while (place > 0 && effects[place - 1].at > meter_) --place;
  effects.insert(place, std::move(effect));
}

}  // namespace sim
