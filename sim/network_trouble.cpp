// What cuts, power losses and deaths do to connections; the healthy ways are in network.cpp.
#include <algorithm>

#include "sim/check.hpp"
#include "sim/network.hpp"

namespace sim {

// --- bytes that cannot get through
// -------------------------------------------------------------------------------------

// If the way is blocked, says that this segment is lost on it, because of what blocks it; else no_event.
EventId Network::trace_loss(Kernel& kernel, Where w, const Travelling& segment) {
  const EventId fault = blocked_by(sender(w), receiver(w));
  if (fault == no_event) return no_event;
  const bool handshake = segment.kind == Segment::request || segment.kind == Segment::accepted;
  const EventId lost = kernel.happened(EventKind::discarded, sender(w), fault,
                                       static_cast<std::uint64_t>(handshake ? Discard::handshake : Discard::bytes),
                                       static_cast<std::uint64_t>(receiver(w).raw()) << 32 | segment.size);
  kernel.also_because(lost, segment.cause, Edge::state);
  kernel.silences.note(sender(w), receiver(w), lost, kernel.now);
  channel_of(w).stalled_by = lost;
  return lost;
}

// Bytes arrived, but the acknowledgement cannot get back: the sender must think that they are lost.
void Network::lose_acknowledgement(Kernel& kernel, Where w, EventId of) {
  const EventId lost =
      kernel.happened(EventKind::discarded, receiver(w), path_cut_by(receiver(w), sender(w)),
                      static_cast<std::uint64_t>(Discard::bytes), static_cast<std::uint64_t>(sender(w).raw()) << 32);
  kernel.also_because(lost, of, Edge::state);
  kernel.silences.note(receiver(w), sender(w), lost, kernel.now);
  channel_of(w).stalled_by = lost;
}

// The segment is lost on its way; TCP keeps it and tries again later. Then it is late because of this loss.
void Network::stall(Kernel& kernel, Where w, Travelling segment) {
  Channel& channel = channel_of(w);
  segment.also = trace_loss(kernel, w, segment);
  if (channel.stalled_since == Time::max()) channel.stalled_since = kernel.now;
  channel.waiting_bytes += segment.size;
  channel.waiting.push_back(std::move(segment));
  if (channel.retry == Queue::Handle{}) schedule_retry(kernel, w, first_patience(w));
}

Duration Network::first_patience(Where w) const {
  return connections_[w.slot].ends[w.side] == End::connecting ? spec_.connect_retry : spec_.retransmit_first;
}

// What is on the way when the path breaks is lost as well.
void Network::pull_back(Kernel& kernel, Where w, EventId fault) {
  Channel& channel = channel_of(w);
  if (channel.flight.empty()) return;
  kernel.queue.cancel(channel.arrival);
  channel.arrival = {};
  channel.last_arrival = kernel.now;
  const bool sender_lives = machines_[sender(w).raw()].powered_off_by == no_event;
  Ring<Travelling> flight = std::move(channel.flight);
  Ring<Travelling> waiting = std::move(channel.waiting);
  channel.flight = {};
  channel.waiting = {};
  channel.waiting_bytes = 0;
  while (!flight.empty()) {
    Travelling segment = flight.pop_front();
    if (segment.kind == Segment::message) channel.unread -= std::min(segment.size, channel.unread);
    if (segment.kind == Segment::reset) continue;  // never repeated
    if (sender_lives) {
      stall(kernel, w, std::move(segment));
    } else {
      kernel.discarded(Discard::bytes, sender(w), fault, segment.cause);
    }
  }
  while (!waiting.empty()) {
    channel.waiting_bytes += waiting.front().size;
    channel.waiting.push_back(waiting.pop_front());
  }
}

void Network::stop_blocked_flights(Kernel& kernel) {
  for (std::uint32_t slot = 0; slot < connections_.size(); ++slot) {
    if (!connections_[slot].in_use) continue;
    for (const std::uint32_t side : {0U, 1U}) {
      const Where w{slot, side};
      if (channel_of(w).flight.empty()) continue;
      if (const EventId fault = blocked_by(sender(w), receiver(w)); fault != no_event) pull_back(kernel, w, fault);
    }
    free_if_done(kernel, slot);
  }
}

void Network::schedule_retry(Kernel& kernel, Where w, Duration after) {
  Channel& channel = channel_of(w);
  kernel.queue.cancel(channel.retry);
  if (channel.stalled_since == Time::max()) channel.stalled_since = kernel.now;
  channel.retry = kernel.schedule(kernel.now + after,
                                  Scheduled{channel.stalled_by, 0, w.channel(), sender(w), Scheduled::Kind::retry, 0});
}

void Network::on_retry(Kernel& kernel, std::uint32_t index) {
  const Where w = where(index);
  Channel& channel = channel_of(w);
  channel.retry = {};
  const bool connecting = connections_[w.slot].ends[w.side] == End::connecting;
  const bool forward_blocked = !channel.waiting.empty() && blocked_by(sender(w), receiver(w)) != no_event;
  const bool back_blocked = channel.unacknowledged > 0 && path_cut_by(receiver(w), sender(w)) != no_event;
  if (channel.unacknowledged > 0 && !back_blocked) {
    channel.unread -= std::min(channel.unacknowledged, channel.unread);
    channel.unacknowledged = 0;
    if (connections_[w.slot].ends[w.other().side] == End::none) answer_reset(kernel, w.other(), channel.stalled_by);
  }
  if (back_blocked) lose_acknowledgement(kernel, w, channel.stalled_by);
  if (forward_blocked) {
    trace_loss(kernel, w, channel.waiting.front());  // the retransmission
  } else {
    pump(kernel, w);
  }
  if (!connecting && !forward_blocked && !back_blocked) {
    channel.attempts = 0;
    channel.stalled_since = Time::max();
    free_if_done(kernel, w.slot);
    return;
  }
  if (kernel.now - channel.stalled_since >= (connecting ? spec_.connect_patience : spec_.give_up_after)) {
    give_up(kernel, w);
    return;
  }
  ++channel.attempts;
  const Duration backoff = first_patience(w) * (std::int64_t{1} << std::min<std::uint32_t>(channel.attempts, 16));
  schedule_retry(kernel, w, std::min(backoff, spec_.retransmit_most));
}

// As much as the window takes goes on its way.
void Network::pump(Kernel& kernel, Where w) {
  Channel& channel = channel_of(w);
  EventId newest = channel.stalled_by;
  while (!channel.waiting.empty()) {
    if (channel.waiting.front().kind == Segment::message && channel.unread >= spec_.window) break;
    channel.waiting_bytes -= channel.waiting.front().size;
    Travelling segment = channel.waiting.pop_front();
    newest = segment.cause;
    if (segment.also == no_event) segment.also = channel.room_by;
    fly(kernel, w, std::move(segment));
  }
  channel.room_by = no_event;
  if (channel.wants_writable) offer_room(kernel, w, newest);
}

// A program that was refused hears of it when half of the buffer is free again.
void Network::offer_room(Kernel& kernel, Where w, EventId cause) {
  Channel& channel = channel_of(w);
  if (channel.waiting_bytes + channel.reserved >= spec_.send_buffer / 2) return;
  if (connections_[w.slot].ends[w.side] != End::open) return;
  channel.wants_writable = false;
  Travelling room;
  room.cause = cause;
  deliver(kernel, w, room, Input::Kind::connection, ConnectionChange::writable);
}

// TCP's patience is over: the sender's end is gone, the other end does not learn it.
void Network::give_up(Kernel& kernel, Where w) {
  const End end = connections_[w.slot].ends[w.side];
  Travelling outcome;
  outcome.cause = channel_of(w).stalled_by;
  // A request may have got through and its answer not.
  if (end == End::connecting) outcome.cause = std::max(outcome.cause, channel_of(w.other()).stalled_by);
  drop_channel(kernel, w, outcome.cause);
  if (end != End::none) {
    end_gone(w, outcome.cause);
    deliver(kernel, w, outcome, Input::Kind::connection,
            end == End::connecting ? ConnectionChange::timed_out : ConnectionChange::reset);
  }
  free_if_done(kernel, w.slot);
}

// --- deaths
// ------------------------------------------------------------------------------------------------------------

void Network::program_ended(Kernel& kernel, HostId host, EventId why) {
  machines_[host.raw()].listening = false;
  for (std::uint32_t slot = 0; slot < connections_.size(); ++slot) {
    if (!connections_[slot].in_use) continue;
    for (const std::uint32_t side : {0U, 1U}) {
      const Where w{slot, side};
      Channel& out = channel_of(w);
      if (connections_[slot].hosts[side] != host) continue;
      out.reserved = 0;
      if (connections_[slot].ends[side] == End::none) continue;
      const bool was_open = connections_[slot].ends[side] == End::open;
      Channel& in = channel_of(w.other());
      std::uint64_t still_flying = 0;
      for (std::size_t i = 0; i < in.flight.size(); ++i) {
        if (in.flight[i].kind == Segment::message) still_flying += in.flight[i].size;
      }
      const bool unread = in.unread > still_flying + in.unacknowledged;
      in.unread = still_flying;
      in.unacknowledged = 0;
      end_gone(w, why);
      if (!in.waiting.empty() && in.retry == Queue::Handle{}) schedule_retry(kernel, w.other(), spec_.retransmit_first);
      if (!was_open) {
        drop_channel(kernel, w, why);
      } else if (unread) {
        drop_channel(kernel, w, why);
        if (blocked_by(host, receiver(w)) == no_event) {
          fly(kernel, w, Travelling{{}, {}, why, no_event, 0, Segment::reset});
        }
      } else {
        transmit(kernel, w, Travelling{{}, {}, why, no_event, 0, Segment::close});
      }
    }
    free_if_done(kernel, slot);
  }
}

void Network::powered_off(Kernel& kernel, HostId host, EventId why) {
  Machine& machine = machines_[host.raw()];
  machine.listening = false;
  machine.powered_off_by = why;
  for (std::uint32_t slot = 0; slot < connections_.size(); ++slot) {
    if (!connections_[slot].in_use) continue;
    for (const std::uint32_t side : {0U, 1U}) {
      const Where w{slot, side};
      if (connections_[slot].hosts[side] != host) continue;
      Channel& out = channel_of(w);
      out.reserved = 0;
      while (!out.waiting.empty()) {
        const Travelling segment = out.waiting.pop_front();
        kernel.discarded(Discard::bytes, host, why, segment.cause,
                         static_cast<std::uint64_t>(receiver(w).raw()) << 32 | segment.size);
      }
      drop_channel(kernel, w, why);
      if (connections_[slot].ends[side] != End::none) end_gone(w, why);
      Channel& in = channel_of(w.other());
      pull_back(kernel, w.other(), why);
      // What had arrived and was not read is gone for good, acknowledged though it was.
      in.unread = 0;
      in.unacknowledged = 0;
      // Whoever waited for room in the window now probes, and learns that nobody answers.
      if (!in.waiting.empty() && in.retry == Queue::Handle{}) schedule_retry(kernel, w.other(), spec_.retransmit_first);
    }
    free_if_done(kernel, slot);
  }
}

void Network::add_path_fault(Kernel& kernel, const PathFault& fault) {
  if (fault.from == fault.to) return;
  paths_.add(fault);
  if (!fault.cut) return;
  for (std::uint32_t slot = 0; slot < connections_.size(); ++slot) {
    if (!connections_[slot].in_use) continue;
    for (const std::uint32_t side : {0U, 1U}) {
      const Where w{slot, side};
      if (sender(w) == fault.from && receiver(w) == fault.to) pull_back(kernel, w, fault.fault);
    }
    free_if_done(kernel, slot);
  }
}

void Network::change_link(Kernel& kernel, LinkId link, const LinkSpec& spec, EventId why) {
  topology_.edit().change_link(link, spec);
  if (cable_cut_by_.size() <= link.raw()) cable_cut_by_.resize(link.raw() + 1);
  cable_cut_by_[link.raw()] = spec.cut ? why : no_event;
  newest_cut_ = *std::max_element(cable_cut_by_.begin(), cable_cut_by_.end());
  if (spec.cut) stop_blocked_flights(kernel);
}

bool Network::reset_between(Kernel& kernel, HostId a, HostId b, EventId why) {
  bool found = false;
  for (std::uint32_t slot = 0; slot < connections_.size(); ++slot) {
    Connection& connection = connections_[slot];
    if (!connection.in_use) continue;
    const bool between = connection.hosts == std::array{a, b} || connection.hosts == std::array{b, a};
    if (!between) continue;
    found = true;
    for (const std::uint32_t side : {0U, 1U}) {
      const Where w{slot, side};
      Travelling reset;
      reset.cause = why;
      Channel& channel = channel_of(w);
      kernel.queue.cancel(channel.arrival);
      channel.arrival = {};
      while (!channel.flight.empty()) {
        const Travelling segment = channel.flight.pop_front();
        if (segment.kind != Segment::message) continue;
        const EventId lost =
            kernel.happened(EventKind::discarded, sender(w), why, static_cast<std::uint64_t>(Discard::bytes),
                            static_cast<std::uint64_t>(receiver(w).raw()) << 32 | segment.size);
        kernel.also_because(lost, segment.cause, Edge::state);
      }
      channel.unread = 0;
      arrived_reset(kernel, w, reset);
      drop_channel(kernel, w, why);
    }
    free_if_done(kernel, slot);
  }
  return found;
}

// --- the state hash
// ----------------------------------------------------------------------------------------------------

void Network::add_to(RunningDigest& digest) const {
  digest.add(newest_cut_.raw(), connections_.size(), free_.size(), lane_free_.size());
  for (const Time free : lane_free_) digest.add(free.nanoseconds());
  for (const Machine& machine : machines_) {
    digest.add(machine.place.raw(), machine.powered_off_by.raw(), machine.listening ? 1 : 0);
    machine.random.add_to(digest);
  }
  for (const std::uint32_t slot : free_) digest.add(slot);
  for (const Connection& connection : connections_) {
    digest.add(connection.generation, connection.in_use ? 1 : 0);
    if (!connection.in_use) continue;
    for (const std::uint32_t side : {0U, 1U}) {
      digest.add(connection.hosts[side].raw(), static_cast<std::uint64_t>(connection.ends[side]),
                 connection.gone_because[side].raw(), connection.closing[side] ? 1 : 0);
      const Channel& channel = connection.channels[side];
      digest.add(channel.waiting_bytes, channel.unread, channel.unacknowledged, channel.reserved,
                 channel.last_arrival.nanoseconds(), channel.stalled_since.nanoseconds(), channel.attempts,
                 channel.stalled_by.raw(), channel.wants_writable ? 1 : 0);
      for (const Ring<Travelling>* ring : {&channel.waiting, &channel.flight}) {
        digest.add(ring->size());
        for (std::size_t i = 0; i < ring->size(); ++i) {
          const Travelling& segment = (*ring)[i];
          digest.add(segment.arrives.nanoseconds(), segment.cause.raw(), segment.also.raw(), segment.size,
                     static_cast<std::uint64_t>(segment.kind));
        }
      }
    }
  }
}

}  // namespace sim
