// How each fault is carried out: one overload of apply() per struct in fault.hpp, and the deaths that they lead to.
#include <algorithm>

#include "sim/world.hpp"

namespace sim {

EventId World::inject(const Fault& fault) {
  SIM_CHECK(host_of(fault) == no_host || host_of(fault).raw() < hosts_.size(), "a {} of host {}, which does not exist",
            name_of(fault), host_of(fault).raw());
  const EventId why = kernel_.happened(EventKind::fault, host_of(fault), no_event, fault.index(), 0,
                                       kernel_.names.id_of(name_of(fault)));
  const bool acted = std::visit([&](const auto& one) { return apply(one, why); }, fault);
  if (!acted) kernel_.happened(EventKind::fault_without_effect, host_of(fault), why);
  return why;
}

// --- life and death of programs
// ----------------------------------------------------------------------------------------

void World::start_program(HostId id, EventId why) {
  Host& host = at(id);
  host.process = ProcessPtr{host.program->clone()};
  host.state = HostState::running;
  host.frozen_total = Duration{};
  host.restart_because = no_event;
  host.crash_after_effects = 0;
  host.stations.clear();
  for (const StationSpec& station : host.process->stations()) {
    SIM_CHECK(station.servers >= 1, "station {} of {} has no server", station.name, host.name);
    StationState state;
    state.free_at.assign(static_cast<std::size_t>(station.servers), kernel_.now);
    host.stations.push_back(std::move(state));
  }
  SIM_CHECK(!host.stations.empty(), "{} has no station", host.name);
  Waiting waiting;
  waiting.cause = why;
  waiting.input.kind = Input::Kind::start;
  ++host.starts;
  arrive(id, std::move(waiting));
}

// What the program would have done is discarded, each piece traced, because of `why`; its memory is gone.
void World::forget_program(HostId id, EventId why) {
  Host& host = at(id);
  for (const Queue::Handle handle : kernel_.queue.pending_in_order()) {
    const Scheduled what = *kernel_.queue.find(handle);
    const bool own = what.host == id && (what.kind == Scheduled::Kind::timer || what.kind == Scheduled::Kind::effect ||
                                         what.kind == Scheduled::Kind::station);
    if (!own) continue;
    if (what.kind == Scheduled::Kind::timer) kernel_.discarded(Discard::timer, id, why, what.cause, what.index);
    kernel_.queue.cancel(handle);
  }
  host.effect_wakeup = {};
  for (const Host::HeldPost& post : host.held_posts) {
    kernel_.discarded(Discard::timer, id, why, post.what.cause, post.what.index);
  }
  host.held_posts.clear();
  for (StationState& station : host.stations) {
    while (!station.queue.empty()) {
      const Waiting waiting = station.queue.pop_front();
      const bool timer = waiting.input.kind == Input::Kind::timer;
      const std::uint64_t type = waiting.input.message ? waiting.input.message->type().id : 0;
      const EventId lost = kernel_.discarded(timer ? Discard::timer : Discard::input, id, why, waiting.cause,
                                             timer ? waiting.input.timer.kind : type);
      if (waiting.also != waiting.cause) kernel_.also_because(lost, waiting.also, Edge::state);
    }
  }
  kernel_.inbox.remove_if([&](const Delivery& delivery) {  // must not reach the next life, which may begin at once
    if (delivery.host != id) return false;
    const std::uint64_t type = delivery.input.message ? delivery.input.message->type().id : 0;
    const EventId lost = kernel_.discarded(Discard::input, id, why, delivery.cause, type);
    if (delivery.also != delivery.cause) kernel_.also_because(lost, delivery.also, Edge::state);
    return true;
  });
  while (!host.effects.empty()) {
    const Effect effect = host.effects.pop_front();
    if (effect.kind == Effect::Kind::disk) continue;  // the file system tells what became of these
    kernel_.discarded(Discard::effect, id, why, effect.cause, effect.message ? effect.message->type().id : 0);
  }
  host.stations.clear();
  host.process = {};
  host.state = HostState::idle;
  host.down_because = why;
  host.crash_after_effects = 0;
}

void World::trace_lost_files(HostId id, EventId why, const std::vector<DiskDiscard>& lost) {
  for (const DiskDiscard& piece : lost) {
    kernel_.discarded(Discard::disk, id, why, no_event, piece.length - piece.kept, kernel_.names.id_of(piece.path));
  }
}

void World::end_program(HostId id, int status, EventId why) {
  Host& host = at(id);
  const EventId ended = kernel_.happened(EventKind::program_ended, id, why,
                                         static_cast<std::uint64_t>(static_cast<std::int64_t>(status)));
  kernel_.silences.note(id, ended, kernel_.now);
  forget_program(id, ended);
  trace_lost_files(id, ended, host.files.crash(kernel_.now));
  network_.program_ended(kernel_, id, ended);
  if (host.restart_because != no_event) start_program(id, host.restart_because);
}

bool World::crash_program(HostId id, EventId why) {
  Host& host = at(id);
  if (!host.has_program()) return false;
  const Time last_instruction = host.state == HostState::frozen ? host.frozen_since : kernel_.now;
  const EventId crashed = kernel_.happened(EventKind::program_crashed, id, why);
  kernel_.silences.note(id, crashed, kernel_.now);
  forget_program(id, crashed);
  trace_lost_files(id, crashed, host.files.crash(last_instruction));
  network_.program_ended(kernel_, id, crashed);
  return true;
}

bool World::apply(const Start& fault, EventId why) {
  Host& host = at(fault.host);
  if (host.has_program()) return false;
  if (host.state == HostState::off) {
    network_.powered_on(fault.host);
    host.state = HostState::idle;
  }
  start_program(fault.host, why);
  return true;
}

bool World::apply(const Stop& fault, EventId why) {
  if (!at(fault.host).has_program()) return false;
  Waiting waiting;
  waiting.cause = why;
  waiting.input.kind = Input::Kind::stop;
  arrive(fault.host, std::move(waiting));
  return true;
}

bool World::apply(const Restart& fault, EventId why) {
  Host& host = at(fault.host);
  if (!host.has_program()) return apply(Start{fault.host}, why);
  host.restart_because = why;
  apply(Stop{fault.host}, why);
  return true;
}

bool World::apply(const Crash& fault, EventId why) {
  Host& host = at(fault.host);
  if (fault.after_effects == 0) return crash_program(fault.host, why);
  if (!host.has_program()) return false;
  host.crash_after_effects = fault.after_effects;
  host.crash_because = why;
  return true;
}

bool World::apply(const PowerOff& fault, EventId why) {
  Host& host = at(fault.host);
  if (host.state == HostState::off) return false;
  const Time last_instruction = host.state == HostState::frozen ? host.frozen_since : kernel_.now;
  const EventId off = kernel_.happened(EventKind::host_powered_off, fault.host, why);
  kernel_.silences.note(fault.host, off, kernel_.now);
  forget_program(fault.host, off);
  host.state = HostState::off;
  trace_lost_files(fault.host, off, host.files.power_off(last_instruction, host.random.at("power loss")));
  network_.powered_off(kernel_, fault.host, off);
  return true;
}

bool World::apply(const Freeze& fault, EventId why) {
  Host& host = at(fault.host);
  if (host.state != HostState::running) return false;
  host.frozen_by = kernel_.happened(EventKind::program_frozen, fault.host, why);
  host.frozen_since = kernel_.now;
  host.state = HostState::frozen;
  kernel_.silences.note(fault.host, host.frozen_by, kernel_.now);
  for (std::size_t i = 0; i < host.effects.size(); ++i) {
    Effect& effect = host.effects[i];
    const EventId held =
        kernel_.happened(EventKind::held, fault.host, host.frozen_by, static_cast<std::uint64_t>(Discard::effect),
                         effect.message ? effect.message->type().id : 0);
    kernel_.also_because(held, effect.cause, Edge::state);
    effect.also = held;
    kernel_.silences.note(fault.host, held, kernel_.now);
  }
  // What a handler posts happens at its meter's reading: that moves with the freeze, unlike a timer's expiry.
  for (const Queue::Handle handle : kernel_.queue.pending_in_order()) {
    const Scheduled what = *kernel_.queue.find(handle);
    if (what.host != fault.host || what.kind != Scheduled::Kind::timer || what.station == 0) continue;
    host.held_posts.push_back(Host::HeldPost{*kernel_.queue.time_of(handle), what});
    kernel_.queue.cancel(handle);
  }
  kernel_.queue.cancel(host.effect_wakeup);
  host.effect_wakeup = {};
  for (StationState& station : host.stations) {
    kernel_.queue.cancel(station.wakeup);
    station.wakeup = {};
  }
  return true;
}

bool World::apply(const Thaw& fault, EventId why) {
  Host& host = at(fault.host);
  if (host.state != HostState::frozen) return false;
  const EventId thawed = kernel_.happened(EventKind::program_thawed, fault.host, why);
  kernel_.also_because(thawed, host.frozen_by, Edge::state);
  const Duration pause = kernel_.now - host.frozen_since;
  host.state = HostState::running;
  host.frozen_total += pause;
  host.files.shift(host.frozen_since, pause);
  for (std::size_t i = 0; i < host.effects.size(); ++i) host.effects[i].at += pause;
  for (const Host::HeldPost& post : host.held_posts) kernel_.schedule(post.at + pause, post.what);
  host.held_posts.clear();
  for (std::size_t i = 0; i < host.stations.size(); ++i) {
    StationState& station = host.stations[i];
    for (Time& free : station.free_at) {
      if (free > host.frozen_since) free += pause;
    }
    if (!station.queue.empty()) wake_station(fault.host, i);
  }
  run_effects(fault.host);
  return true;
}

// --- paths
// -------------------------------------------------------------------------------------------------------------

bool World::apply(const Partition& fault, EventId why) {
  for (std::size_t i = 0; i < fault.groups.size(); ++i) {
    for (std::size_t j = 0; j < fault.groups.size(); ++j) {
      if (i == j) continue;
      for (const HostId from : fault.groups[i]) {
        for (const HostId to : fault.groups[j]) apply(CutOneWay{from, to}, why);
      }
    }
  }
  return true;
}

bool World::apply(const Isolate& fault, EventId why) {
  for (std::uint16_t other = 0; other < hosts_.size(); ++other) {
    apply(CutOneWay{fault.host, HostId{other}}, why);
    apply(CutOneWay{HostId{other}, fault.host}, why);
  }
  return true;
}

bool World::apply(const CutOneWay& fault, EventId why) {
  PathFault path{.fault = why, .from = fault.from, .to = fault.to, .cut = true, .extra = {}, .jitter = {}};
  network_.add_path_fault(kernel_, path);
  return true;
}

bool World::apply(const SlowPath& fault, EventId why) {
  PathFault path{.fault = why, .from = fault.from, .to = fault.to, .extra = fault.extra, .jitter = fault.jitter};
  network_.add_path_fault(kernel_, path);
  return true;
}

bool World::apply(const LossyPath& fault, EventId why) {
  SIM_CHECK(fault.of > 0, "a fraction of nothing");
  // Losing everything is a cut: its bytes then get through soon after the heal and not after a delay drawn beforehand.
  const bool cut = fault.lost >= fault.of;
  PathFault path{.fault = why,
                 .from = fault.from,
                 .to = fault.to,
                 .cut = cut,
                 .extra = {},
                 .jitter = {},
                 .lost = fault.lost,
                 .lost_of = fault.of};
  network_.add_path_fault(kernel_, path);
  return true;
}

bool World::apply(const ChangeLink& fault, EventId why) {
  const LinkId link{fault.link};
  SIM_CHECK(fault.link < network_.topology().link_count(), "there is no link {}", fault.link);
  LinkSpec spec = network_.topology().spec(link);
  spec.cut = fault.cut;
  spec.latency = fault.latency;
  spec.bandwidth = fault.bandwidth;
  network_.change_link(kernel_, link, spec, why);
  return true;
}

bool World::apply(const ResetConnections& fault, EventId why) {
  return network_.reset_between(kernel_, fault.a, fault.b, why);
}

bool World::apply(const Heal& fault, EventId) { return network_.heal(fault.fault); }

// --- clocks and disks
// --------------------------------------------------------------------------------------------------

bool World::apply(const SkewClock& fault, EventId) {
  at(fault.host).clock.step(kernel_.now, fault.by);
  return true;
}

bool World::apply(const DriftClock& fault, EventId) {
  at(fault.host).clock.set_drift(kernel_.now, Drift{fault.parts_per_billion});
  return true;
}

bool World::apply(const DiskTrouble& fault, EventId why) {
  Host& host = at(fault.host);
  if (!host.files.apply(fault.fault).ok()) return false;  // no such file, or it is too short
  if (const SlowDisk* slow = std::get_if<SlowDisk>(&fault.fault)) {
    host.slow_disk_by = slow->percent > 100 ? why : no_event;
  } else if (std::holds_alternative<HealDisk>(fault.fault)) {
    host.slow_disk_by = no_event;
  }
  return true;
}

}  // namespace sim
