#include "sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sim {

World::World(const WorldSpec& spec)
    : spec_{spec},
      kernel_{spec.shuffle_ties ? std::optional{stream(spec.seed, "world", "ties").next()} : std::nullopt},
      network_{spec.network, spec.seed} {}

HostId World::add_host(HostSpec spec) {
  const HostId id{static_cast<std::uint16_t>(hosts_.size())};
  SIM_CHECK(hosts_.size() < no_host.raw(), "too many hosts");
  SIM_CHECK(!find_host(spec.name), "two hosts are called {}", spec.name);
  SIM_CHECK(spec.program != nullptr, "{} has no program", spec.name);
  network_.add_host(id, spec.place, spec.name);
  hosts_.push_back(Host{
      .name = spec.name,
      .subject = kernel_.names.id_of(spec.name),
      .place = spec.place,
      .program = std::move(spec.program),
      .costs = spec.costs,
      .clock = HostClock{spec_.wall_clock_at_start, spec.clock_skew, Drift{spec.clock_drift_ppb}},
      .random = RandomStreams{spec_.seed, spec.name},
      .files = FileSystem{spec.disk},
      .process = {},
      .stations = {},
      .effects = {},
      .effect_wakeup = {},
  });
  return id;
}

std::optional<HostId> World::find_host(std::string_view name) const {
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    if (hosts_[i].name == name) return HostId{static_cast<std::uint16_t>(i)};
  }
  return std::nullopt;
}

// --- the loop
// ----------------------------------------------------------------------------------------------------------

// The only place where an exception of sim/ or of a program's SIM_CHECK ends. True if nothing broke.
template <class Action>
bool World::guarded(Action action) {
  if (broken_) return false;
  try {
    action();
    return true;
  } catch (const BrokenTruth& broken) {
    broken_ = Broken{broken.what, fmt::format("{}:{}", broken.file, broken.line), spec_.seed, events_, kernel_.now};
    return false;
  }
}

Stopped World::advance(const Budget& budget) {
  Stopped stopped = Stopped::events;
  const bool whole = guarded([&] {
    for (std::uint64_t done = 0; done < budget.events; ++done) {
      Time at;
      Scheduled event;
      if (!kernel_.queue.pop_if_not_after(budget.until, at, event)) {
        stopped = budget.until == Time::max() ? Stopped::idle : Stopped::time;
        if (stopped == Stopped::time) kernel_.now = std::max(kernel_.now, budget.until);
        return;
      }
      kernel_.now = at;
      ++events_;
      handle(event);
      empty_inbox();
    }
  });
  return whole ? stopped : Stopped::broken;
}

EventId World::input(const Outside& outside) {
  EventId event = no_event;
  guarded([&] {
    journal_.edit().push_back(JournalEntry{events_, kernel_.now, outside});
    if (const Fault* fault = std::get_if<Fault>(&outside)) {
      event = inject(*fault);
    } else {
      const Command& command = std::get<Command>(outside);
      SIM_CHECK(command.host.raw() < hosts_.size(), "a command for host {}, which does not exist", command.host.raw());
      SIM_CHECK(static_cast<bool>(command.content), "a command without content");
      event = kernel_.happened(EventKind::command, command.host, no_event, command.content->type().id);
      Waiting waiting;
      waiting.cause = event;
      waiting.input.kind = Input::Kind::command;
      waiting.input.message = command.content;
      arrive(command.host, std::move(waiting));
    }
    empty_inbox();
  });
  return event;
}

void World::handle(const Scheduled& event) {
  switch (event.kind) {
    case Scheduled::Kind::timer: {
      Waiting waiting;
      waiting.cause = event.cause;
      waiting.input.kind = Input::Kind::timer;
      waiting.input.timer = Timer{event.index, event.key};
      std::optional<Station> posted;
      if (event.station > 0) posted = Station{static_cast<std::uint8_t>(event.station - 1)};
      arrive(event.host, std::move(waiting), posted);
      break;
    }
    case Scheduled::Kind::effect:
      at(event.host).effect_wakeup = {};
      run_effects(event.host);
      break;
    case Scheduled::Kind::station:
      at(event.host).stations[event.index].wakeup = {};
      serve(event.host, event.index);
      break;
    case Scheduled::Kind::arrival: network_.on_arrival(kernel_, event.index); break;
    case Scheduled::Kind::retry: network_.on_retry(kernel_, event.index); break;
  }
}

void World::empty_inbox() {
  while (!kernel_.inbox.empty()) {
    Delivery delivery = kernel_.inbox.pop_front();
    arrive(delivery.host, Waiting{delivery.cause, delivery.also, std::move(delivery.input)});
  }
}

// --- stations
// ----------------------------------------------------------------------------------------------------------

void World::arrive(HostId id, Waiting waiting, std::optional<Station> posted) {
  Host& host = at(id);
  const std::uint64_t type = waiting.input.message ? waiting.input.message->type().id : 0;
  if (!host.has_program()) {
    const EventId lost = kernel_.discarded(Discard::input, id, host.down_because, waiting.cause, type);
    kernel_.also_because(lost, waiting.also, Edge::state);
    return;
  }
  const std::size_t index = (posted ? *posted : host.process->route(waiting.input)).raw();
  SIM_CHECK(index < host.stations.size(), "{} has no station {}", host.name, index);
  StationState& station = host.stations[index];
  if (host.state == HostState::frozen) {
    const bool timer = waiting.input.kind == Input::Kind::timer;
    const EventId held = kernel_.happened(EventKind::held, id, host.frozen_by,
                                          static_cast<std::uint64_t>(timer ? Discard::timer : Discard::input),
                                          timer ? waiting.input.timer.kind : type);
    kernel_.also_because(held, waiting.cause, Edge::state);
    if (waiting.also != waiting.cause) kernel_.also_because(held, waiting.also, Edge::state);
    kernel_.silences.note(id, held, kernel_.now);
    waiting.also = held;
    station.queue.push_back(std::move(waiting));
    return;
  }
  if (station.queue.empty()) {
    for (std::size_t server = 0; server < station.free_at.size(); ++server) {
      if (station.free_at[server] <= kernel_.now) {
        if (host.effect_is_due(kernel_.now)) {
          run_effects(id);  // what the server did before comes first; it may have ended the program
          arrive(id, std::move(waiting), posted);
          return;
        }
        run_handler(id, index, server, std::move(waiting));
        return;
      }
    }
  }
  station.queue.push_back(std::move(waiting));
  wake_station(id, index);
}

void World::wake_station(HostId id, std::size_t index) {
  StationState& station = at(id).stations[index];
  if (station.wakeup != Queue::Handle{}) return;
  const Time free = *std::min_element(station.free_at.begin(), station.free_at.end());
  station.wakeup = kernel_.schedule(
      std::max(free, kernel_.now),
      Scheduled{station.queue.front().cause, 0, static_cast<std::uint32_t>(index), id, Scheduled::Kind::station, 0});
}

void World::serve(HostId id, std::size_t index) {
  // A handler may end the program, and with it the stations: everything is looked up again each time round.
  while (at(id).state == HostState::running) {
    if (at(id).effect_is_due(kernel_.now)) {
      run_effects(id);
      continue;
    }
    if (index >= at(id).stations.size()) return;
    StationState& station = at(id).stations[index];
    if (station.queue.empty()) return;
    const auto free =
        std::find_if(station.free_at.begin(), station.free_at.end(), [&](Time t) { return t <= kernel_.now; });
    if (free == station.free_at.end()) {
      wake_station(id, index);
      return;
    }
    const auto server = static_cast<std::size_t>(free - station.free_at.begin());
    run_handler(id, index, server, station.queue.pop_front());
  }
}

// --- handlers
// ----------------------------------------------------------------------------------------------------------

EventId World::trace_input(HostId id, const Waiting& waiting) {
  const Input& input = waiting.input;
  EventId event = waiting.cause;  // start and stop are traced by the fault that asks for them
  switch (input.kind) {
    case Input::Kind::message:
      event = kernel_.happened(EventKind::message_received, id, waiting.cause, input.connection.raw(),
                               static_cast<std::uint64_t>(input.message->type().id) << 48 |
                                   static_cast<std::uint64_t>(input.event.peer.raw()) << 32 | input.message->size());
      break;
    case Input::Kind::connection:
      event = kernel_.happened(EventKind::connection_changed, id, waiting.cause, input.connection.raw(),
                               static_cast<std::uint64_t>(input.event.change) << 16 | input.event.peer.raw());
      break;
    case Input::Kind::timer:
      event = kernel_.happened(EventKind::timer_fired, id, waiting.cause, input.timer.kind, input.timer.key);
      break;
    case Input::Kind::command:
      event = kernel_.happened(EventKind::command_handled, id, waiting.cause, input.message->type().id);
      break;
    case Input::Kind::start:
      event = kernel_.happened(EventKind::program_started, id, waiting.cause, at(id).starts);
      break;
    case Input::Kind::stop: event = kernel_.happened(EventKind::program_stopping, id, waiting.cause); break;
  }
  if (waiting.also != waiting.cause) kernel_.also_because(event, waiting.also, Edge::state);
  return event;
}

void World::dispatch(Process& process, Env& env, const Input& input) {
  switch (input.kind) {
    case Input::Kind::start: process.start(env); break;
    case Input::Kind::message: process.on_message(env, input.connection, *input.message); break;
    case Input::Kind::connection: process.on_connection(env, input.connection, input.event); break;
    case Input::Kind::timer: process.on_timer(env, input.timer); break;
    case Input::Kind::command: process.on_command(env, *input.message); break;
    case Input::Kind::stop: process.on_stop(env); break;
  }
}

void World::run_handler(HostId id, std::size_t index, std::size_t server, Waiting waiting) {
  Host& host = at(id);
  host.files.settle(kernel_.now);
  Env env{*this, id};
  env.cause_ = trace_input(id, waiting);
  if (waiting.input.kind == Input::Kind::message) {
    network_.consumed(kernel_, waiting.input.connection, waiting.input.message->size(), env.cause_);
    env.charge_message(host.costs.receive, waiting.input.message->size());
  }
  dispatch(*host.process, env, waiting.input);
  for (LockTime* lock : env.locks_) lock->until_ = env.meter_.since_start() - host.frozen_total;
  host.stations[index].free_at[server] = env.meter_;
  if (!host.stations[index].queue.empty()) wake_station(id, index);
  run_effects(id);
}

// --- effects
// -----------------------------------------------------------------------------------------------------------

void World::run_effects(HostId id) {
  Host& host = at(id);
  while (host.state == HostState::running && !host.effects.empty() && host.effects.front().at <= kernel_.now) {
    Effect effect = host.effects.pop_front();
    const EventId before = kernel_.trace.last();
    run_effect(id, effect);
    if (effect.also != no_event && kernel_.trace.last() != before) {
      kernel_.also_because(EventId{before.raw() + 1}, effect.also, Edge::state);
    }
    if (host.crash_after_effects > 0 && --host.crash_after_effects == 0) crash_program(id, host.crash_because);
  }
  if (host.state != HostState::running || host.effects.empty()) return;
  const Time next = host.effects.front().at;
  if (host.effect_wakeup != Queue::Handle{}) {
    if (host.effect_wakeup_at <= next) return;
    kernel_.queue.cancel(host.effect_wakeup);
  }
  host.effect_wakeup_at = next;
  host.effect_wakeup =
      kernel_.schedule(next, Scheduled{host.effects.front().cause, 0, 0, id, Scheduled::Kind::effect, 0});
}

void World::run_effect(HostId id, Effect& effect) {
  switch (effect.kind) {
    case Effect::Kind::message:
      network_.depart_message(kernel_, effect.connection, effect.message, effect.cause);
      break;
    case Effect::Kind::connect: network_.depart_connect(kernel_, effect.connection, effect.cause); break;
    case Effect::Kind::close: network_.depart_close(kernel_, effect.connection, effect.cause); break;
    case Effect::Kind::listen: network_.listen(id, effect.a != 0); break;
    case Effect::Kind::disk:
      kernel_.happened(EventKind::disk_operation, id, effect.cause, effect.a, effect.b, effect.subject);
      break;
    case Effect::Kind::fact: kernel_.happened(effect.fact, id, effect.cause, effect.a, effect.b, effect.subject); break;
    case Effect::Kind::exit:
      end_program(id, static_cast<int>(static_cast<std::int64_t>(effect.a)), effect.cause);
      break;
  }
}

// Why `peer` cannot be heard now, although nothing was taken from it lately: it is down, frozen or cut off. no_event:
// it can.
EventId World::lasting_reason(HostId waiting, HostId peer) {
  const Host& host = at(peer);
  if (!host.has_program()) return host.down_because;
  if (host.state == HostState::frozen) return host.frozen_by;
  return std::max(network_.path_cut_by(peer, waiting), network_.path_cut_by(waiting, peer));
}

void World::check_message(const Message& message) const {
  std::vector<std::byte> bytes;
  message.type().encode(message, bytes);
  SIM_CHECK(bytes.size() == message.size(), "{} says it has {} bytes and has {}", message.type().name, message.size(),
            bytes.size());
  const MessagePtr again = message.type().decode(bytes, message);
  SIM_CHECK(static_cast<bool>(again), "{} cannot be decoded: {}", message.type().name, message.type().print(message));
  SIM_CHECK(&again->type() == &message.type());
  SIM_CHECK(message.type().equal(message, *again), "{} changes on its way: {} becomes {}", message.type().name,
            message.type().print(message), message.type().print(*again));
}

// --- the state hash
// ----------------------------------------------------------------------------------------------------

Digest World::state_hash() const {
  RunningDigest digest;
  digest.add(kernel_.now.nanoseconds(), kernel_.trace.last().raw(), events_);
  kernel_.queue.for_each_pending_in_order([&](const auto& pending) {
    const Scheduled& what = pending.payload;
    digest.add(pending.at.nanoseconds(), what.cause.raw(), what.key, what.index, what.host.raw(),
               static_cast<std::uint64_t>(what.kind), what.station);
  });
  network_.add_to(digest);
  for (const Host& host : hosts_) {
    digest.add(static_cast<std::uint64_t>(host.state), host.starts, host.down_because.raw(),
               host.frozen_since.nanoseconds(), host.frozen_total.nanoseconds(), host.crash_after_effects);
    host.clock.add_to(digest);
    host.random.add_to(digest);
    host.files.add_to(digest);
    for (const StationState& station : host.stations) {
      for (const Time free : station.free_at) digest.add(free.nanoseconds());
      digest.add(station.queue.size());
      for (std::size_t i = 0; i < station.queue.size(); ++i) {
        digest.add(station.queue[i].cause.raw(), static_cast<std::uint64_t>(station.queue[i].input.kind));
      }
    }
    digest.add(host.effects.size());
    for (std::size_t i = 0; i < host.effects.size(); ++i) {
      const Effect& effect = host.effects[i];
      digest.add(effect.at.nanoseconds(), effect.cause.raw(), effect.a, effect.b, effect.subject.raw(),
                 static_cast<std::uint64_t>(effect.kind) << 16 | static_cast<std::uint64_t>(effect.fact));
    }
  }
  return digest.value();
}

}  // namespace sim
