#include "sim/network.hpp"

#include <algorithm>

#include "sim/check.hpp"
#include "sim/distributions.hpp"

namespace sim {
namespace {

std::uint64_t peer_and(HostId peer, std::uint64_t size) { return static_cast<std::uint64_t>(peer.raw()) << 32 | size; }

}  // namespace

void Network::add_host(HostId host, PlaceId place, std::string_view name) {
  SIM_CHECK(host.raw() == machines_.size(), "hosts come in order");
  machines_.push_back(Machine{place, stream(seed_, name, "network"), no_event, false});
}

const Network::Connection* Network::find(ConnectionId id, Where& w) const {
  const auto low = static_cast<std::uint32_t>(id.raw());
  if (low == 0) return nullptr;
  w = where(low - 1);
  if (w.slot >= connections_.size()) return nullptr;
  const Connection& connection = connections_[w.slot];
  return connection.in_use && connection.generation == static_cast<std::uint32_t>(id.raw() >> 32) ? &connection
                                                                                                  : nullptr;
}

bool Network::is_open(ConnectionId id) const {
  Where w{};
  const Connection* connection = find(id, w);
  return connection != nullptr && connection->ends[w.side] == End::open && !connection->closing[w.side];
}

HostId Network::peer(ConnectionId id) const {
  Where w{};
  const Connection* connection = find(id, w);
  return connection != nullptr ? connection->hosts[1 - w.side] : HostId{UINT16_MAX};
}

// --- asked for by programs
// ---------------------------------------------------------------------------------------------

ConnectionId Network::connect(HostId from, HostId to) {
  SIM_CHECK(to.raw() < machines_.size(), "connect to a host that does not exist");
  std::uint32_t slot = 0;
  if (free_.empty()) {
    slot = static_cast<std::uint32_t>(connections_.size());
    connections_.emplace_back();
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  Connection& connection = connections_[slot];
  const std::uint32_t generation = connection.generation + 1;
  connection = Connection{};
  connection.generation = generation;
  connection.in_use = true;
  connection.hosts = {from, to};
  connection.ends = {End::connecting, End::none};
  return id_of(Where{slot, 0});
}

SendResult Network::send(ConnectionId from, std::uint64_t size) {
  Where w{};
  Connection* connection = find(from, w);
  if (connection == nullptr || connection->ends[w.side] != End::open || connection->closing[w.side])
    return SendResult::closed;
  Channel& channel = connection->channels[w.side];
  if (channel.waiting_bytes + channel.reserved >= spec_.send_buffer) {
    channel.wants_writable = true;
    return SendResult::full;
  }
  channel.reserved += size;
  return SendResult::sent;
}

void Network::close(ConnectionId from) {
  Where w{};
  if (Connection* connection = find(from, w)) connection->closing[w.side] = true;
}

void Network::depart_connect(Kernel& kernel, ConnectionId from, EventId cause) {
  Where w{};
  Connection* connection = find(from, w);
  if (connection == nullptr || connection->ends[w.side] != End::connecting) return;
  const EventId requested =
      kernel.happened(EventKind::connection_requested, sender(w), cause, from.raw(), receiver(w).raw());
  channel_of(w).stalled_by = requested;
  schedule_retry(kernel, w, spec_.connect_retry);  // also when the request gets through: the answer may not
  transmit(kernel, w, Travelling{{}, {}, requested, no_event, 0, Segment::request});
}

void Network::depart_message(Kernel& kernel, ConnectionId from, const MessagePtr& message, EventId cause) {
  Where w{};
  Connection* connection = find(from, w);
  const std::uint64_t size = message->size();
  if (connection == nullptr) return;  // ended and forgotten at both ends since send() took it
  Channel& channel = connection->channels[w.side];
  channel.reserved -= std::min(size, channel.reserved);
  if (connection->ends[w.side] != End::open) {
    // Written to a socket that was reset meanwhile: what ended the connection also ended this message.
    const EventId why = connection->gone_because[w.side];
    const EventId lost = kernel.happened(EventKind::discarded, sender(w), why,
                                         static_cast<std::uint64_t>(Discard::effect), message->type().id);
    kernel.also_because(lost, cause, Edge::state);
    free_if_done(kernel, w.slot);
    return;
  }
  const EventId sent =
      kernel.happened(EventKind::message_sent, sender(w), cause, from.raw(),
                      static_cast<std::uint64_t>(message->type().id) << 48 | peer_and(receiver(w), size));
  transmit(kernel, w, Travelling{message, {}, sent, no_event, size, Segment::message});
  if (channel.wants_writable) offer_room(kernel, w, sent);
}

void Network::depart_close(Kernel& kernel, ConnectionId from, EventId cause) {
  Where w{};
  Connection* connection = find(from, w);
  if (connection == nullptr || connection->ends[w.side] == End::none) return;
  const bool was_open = connection->ends[w.side] == End::open;
  const EventId closed = kernel.happened(EventKind::connection_closed, sender(w), cause, from.raw(), receiver(w).raw());
  end_gone(w, closed);
  if (was_open) {
    transmit(kernel, w, Travelling{{}, {}, closed, no_event, 0, Segment::close});
  } else {
    drop_channel(kernel, w, closed);
  }
  free_if_done(kernel, w.slot);
}

void Network::consumed(Kernel& kernel, ConnectionId reader, std::uint64_t size, EventId read) {
  Where r{};
  const Connection* connection = find(reader, r);
  if (connection == nullptr) return;
  const Where w = r.other();  // the channel that was read from
  Channel& channel = channel_of(w);
  if (!paths_.none() || newest_cut_ != no_event) {
    if (path_cut_by(receiver(w), sender(w)) != no_event) {
      channel.unacknowledged += size;
      lose_acknowledgement(kernel, w, read);
      if (channel.retry == Queue::Handle{}) schedule_retry(kernel, w, spec_.retransmit_first);
      return;
    }
  }
  channel.unread -= std::min(size, channel.unread);
  if (!channel.waiting.empty() && channel.attempts == 0 && channel.retry == Queue::Handle{}) {
    // The acknowledgement travels back before the sender may go on.
    channel.room_by = read;
    EventId ignored;
    channel.retry = kernel.schedule(kernel.now + route_delay(kernel, receiver(w), sender(w), 0, no_event, ignored),
                                    Scheduled{read, 0, w.channel(), sender(w), Scheduled::Kind::retry, 0});
  }
}

// --- the way of a segment
// ----------------------------------------------------------------------------------------------

EventId Network::path_cut_by(HostId from, HostId to) {
  if (from == to) return no_event;
  if (!paths_.none()) {
    if (const EventId cut = paths_.cut_by(from, to); cut != no_event) return cut;
  }
  if (newest_cut_ != no_event) {
    const PlaceId a = machines_[from.raw()].place;
    const PlaceId b = machines_[to.raw()].place;
    if (a == b) return no_event;
    if (!topology_.read().knows_routes_from(a)) topology_.edit().learn_routes_from(a);
    if (topology_.read().route(a, b).empty()) return cable_to_blame(a);
  }
  return no_event;
}

// Why nothing gets out of the part of the net that `from` can still reach: the newest cut on its border.
EventId Network::cable_to_blame(PlaceId from) const {
  const Topology& topology = topology_.read();
  std::vector<bool> reached(topology.place_count());
  reached[from.raw()] = true;
  for (bool grown = true; grown;) {
    grown = false;
    for (std::uint32_t i = 0; i < topology.link_count(); ++i) {
      const auto [a, b] = topology.ends(LinkId{i});
      if (topology.spec(LinkId{i}).cut || reached[a.raw()] == reached[b.raw()]) continue;
      reached[a.raw()] = reached[b.raw()] = grown = true;
    }
  }
  EventId newest = no_event;
  for (std::uint32_t i = 0; i < cable_cut_by_.size(); ++i) {
    const auto [a, b] = topology.ends(LinkId{i});
    if (reached[a.raw()] != reached[b.raw()]) newest = std::max(newest, cable_cut_by_[i]);
  }
  return newest;
}

EventId Network::blocked_by(HostId from, HostId to) {
  if (const EventId off = machines_[to.raw()].powered_off_by; off != no_event) return off;
  return path_cut_by(from, to);
}

void Network::transmit(Kernel& kernel, Where w, Travelling segment) {
  Channel& channel = channel_of(w);
  if (!channel.waiting.empty() || (segment.kind == Segment::message && channel.unread >= spec_.window)) {
    if (channel.stalled_since != Time::max()) segment.also = trace_loss(kernel, w, segment);
    channel.waiting_bytes += segment.size;
    channel.waiting.push_back(std::move(segment));
    return;
  }
  if (blocked_by(sender(w), receiver(w)) != no_event) {
    stall(kernel, w, std::move(segment));
    return;
  }
  fly(kernel, w, std::move(segment));
}

void Network::fly(Kernel& kernel, Where w, Travelling segment) {
  Channel& channel = channel_of(w);
  const Duration delay = route_delay(kernel, sender(w), receiver(w), segment.size, segment.cause, segment.also);
  segment.arrives = kernel.now + delay;
  if (segment.arrives <= channel.last_arrival) {
    // In order: late because of what made the one before it late.
    segment.arrives = channel.last_arrival + 1_ns;
    if (segment.also == no_event && !channel.flight.empty()) segment.also = channel.flight.back().also;
  }
  channel.last_arrival = segment.arrives;
  if (segment.kind == Segment::message) channel.unread += segment.size;
  if (channel.flight.empty()) {
    channel.arrival = kernel.schedule(
        segment.arrives, Scheduled{segment.cause, 0, w.channel(), receiver(w), Scheduled::Kind::arrival, 0});
  }
  channel.flight.push_back(std::move(segment));
}

Duration Network::lost_time(Random& random, std::uint64_t packets, std::uint32_t lost, std::uint32_t of,
                            Duration round_trip) const {
  if (lost == 0) return Duration{};
  const auto draw = [&](std::uint64_t count) {
    std::uint64_t missing = 0;
    for (std::uint64_t i = 0; i < count; ++i) missing += random.bernoulli(std::min(lost, of), of) ? 1U : 0U;
    return missing;
  };
  Duration late;
  Duration timeout = std::max(spec_.retransmit_first, round_trip * 2);
  // Packets behind a lost one make the receiver repeat its acknowledgement: a first loss in a long train is mended
  // after one round trip; without such a train, or when the repetition is lost too, after a timeout that doubles.
  bool fast = packets >= 4;
  for (std::uint64_t missing = draw(packets); missing > 0 && late < spec_.give_up_after; missing = draw(missing)) {
    late += fast ? round_trip : timeout;
    if (!fast) timeout = std::min(timeout * 2, spec_.retransmit_most);
    fast = false;
  }
  return late;
}

Duration Network::route_delay(Kernel& kernel, HostId from, HostId to, std::uint64_t size, EventId cause,
                              EventId& also) {
  if (from == to) return spec_.loopback;
  Machine& machine = machines_[from.raw()];
  if (!topology_.read().knows_routes_from(machine.place)) topology_.edit().learn_routes_from(machine.place);
  const Topology& topology = topology_.read();
  if (lane_free_.size() < 2 * topology.link_count()) lane_free_.resize(2 * topology.link_count());

  const std::uint64_t packets = size / spec_.packet + 1;
  const std::uint64_t bits = 8 * (size + packets * spec_.packet_overhead);
  const std::span<const Topology::Lane> route = topology.route(machine.place, machines_[to.raw()].place);
  SIM_CHECK(!route.empty() || machine.place == machines_[to.raw()].place, "no cable leads from host {} to host {}",
            from.raw(), to.raw());
  Time at = kernel.now;
  Duration latency;
  Duration jitter;
  if (route.empty()) at += spec_.loopback;  // two hosts in one place
  for (const Topology::Lane lane : route) {
    const LinkSpec& link = topology.spec(Topology::link_of(lane));
    if (link.bandwidth > 0) {
      // The lane is reserved now for the moment when the bytes will reach it: exact on the first hop, an approximation
      // behind it (traffic from elsewhere that gets there first but departs later queues behind).
      const Time begin = std::max(at, lane_free_[lane]);
      at = begin + Duration{static_cast<std::int64_t>(bits * 1'000'000'000 / link.bandwidth)};
      lane_free_[lane] = at;
    }
    at += link.latency;
    latency += link.latency;
    jitter += link.jitter;
  }
  if (jitter > Duration{}) at += Exponential{jitter}.sample(machine.random);
  for (const Topology::Lane lane : route) {
    const LinkSpec& link = topology.spec(Topology::link_of(lane));
    at += lost_time(machine.random, packets, link.lost, link.lost_of, latency * 2);
  }

  if (!paths_.none()) {
    Duration late;
    EventId fault = no_event;
    paths_.visit(from, to, [&](const PathFault& path) {
      Duration by = path.extra;
      if (path.jitter > Duration{}) by += machine.random.between(Duration{}, path.jitter);
      by += lost_time(machine.random, packets, path.lost, path.lost_of, latency * 2);
      if (by > Duration{}) fault = path.fault;
      late += by;
    });
    if (late > Duration{}) {
      at += late;
      also = kernel.happened(EventKind::delayed, from, fault, 0, static_cast<std::uint64_t>(late.nanoseconds()));
      kernel.also_because(also, cause, Edge::state);
      kernel.silences.note(from, to, also, kernel.now);
    }
  }
  return at - kernel.now;
}

void Network::on_arrival(Kernel& kernel, std::uint32_t index) {
  const Where w = where(index);
  const Where r = w.other();  // the receiving end
  Channel& channel = channel_of(w);
  const Travelling segment = channel.flight.pop_front();
  channel.arrival = {};
  if (!channel.flight.empty()) {
    const Travelling& next = channel.flight.front();
    channel.arrival =
        kernel.schedule(next.arrives, Scheduled{next.cause, 0, w.channel(), receiver(w), Scheduled::Kind::arrival, 0});
  }

  Connection& connection = connections_[w.slot];
  End& end = connection.ends[r.side];
  switch (segment.kind) {
    case Segment::message:
      if (end == End::open) {
        deliver(kernel, r, segment, Input::Kind::message, ConnectionChange::closed);
      } else {
        const EventId lost = kernel.happened(EventKind::discarded, receiver(w), connection.gone_because[r.side],
                                             static_cast<std::uint64_t>(Discard::input), segment.message->type().id);
        kernel.also_because(lost, segment.cause, Edge::state);
        if (path_cut_by(receiver(w), sender(w)) != no_event) {
          channel.unacknowledged += segment.size;
          lose_acknowledgement(kernel, w, lost);
          if (channel.retry == Queue::Handle{}) schedule_retry(kernel, w, spec_.retransmit_first);
        } else {
          channel.unread -= std::min(segment.size, channel.unread);
          answer_reset(kernel, r, segment.cause);
        }
      }
      break;
    case Segment::request:
      if (machines_[receiver(w).raw()].listening) {
        end = End::open;
        deliver(kernel, r, segment, Input::Kind::connection, ConnectionChange::accepted);
        transmit(kernel, r, Travelling{{}, {}, segment.cause, segment.also, 0, Segment::accepted});
      } else {
        answer_reset(kernel, r, segment.cause);
      }
      break;
    case Segment::accepted:
      if (end == End::connecting) {
        end = End::open;
        drop_channel(kernel, r, segment.cause);  // the patience of connect()
        deliver(kernel, r, segment, Input::Kind::connection, ConnectionChange::opened);
      } else {
        answer_reset(kernel, r, segment.cause);
      }
      break;
    case Segment::close:
      if (end != End::none) {
        end_gone(r, segment.cause);
        drop_channel(kernel, r, segment.cause);
        deliver(kernel, r, segment, Input::Kind::connection, ConnectionChange::closed);
      }
      break;
    case Segment::reset: arrived_reset(kernel, r, segment); break;
  }
  free_if_done(kernel, w.slot);
}

void Network::deliver(Kernel& kernel, Where r, const Travelling& segment, Input::Kind kind, ConnectionChange change) {
  if (connections_[r.slot].closing[r.side]) {
    Channel& read_from = channel_of(r.other());
    read_from.unread -= std::min(segment.size, read_from.unread);
    return;  // close() was called; nothing more comes from this id
  }
  Delivery delivery;
  delivery.host = sender(r);
  delivery.cause = segment.cause;
  delivery.also = segment.also;
  delivery.input.kind = kind;
  delivery.input.connection = id_of(r);
  delivery.input.event = ConnectionEvent{change, receiver(r)};
  delivery.input.message = segment.message;
  kernel.inbox.push_back(std::move(delivery));
}

// --- ends ------------------------------------------------------------------------------------------------------------

void Network::end_gone(Where w, EventId why) {
  Connection& connection = connections_[w.slot];
  connection.ends[w.side] = End::none;
  connection.gone_because[w.side] = why;
}

// A segment reached an end that does not know the connection: its kernel answers with a reset, whose second parent is
// whatever ended that end.
void Network::answer_reset(Kernel& kernel, Where r, EventId cause) {
  const Connection& connection = connections_[r.slot];
  if (connection.ends[1 - r.side] == End::none) return;  // nobody left to tell
  if (blocked_by(sender(r), receiver(r)) != no_event)
    return;  // a reset is not repeated; the next retransmission asks again
  fly(kernel, r, Travelling{{}, {}, cause, connection.gone_because[r.side], 0, Segment::reset});
}

void Network::arrived_reset(Kernel& kernel, Where r, const Travelling& segment) {
  const End end = connections_[r.slot].ends[r.side];
  if (end == End::none) return;
  end_gone(r, segment.cause);
  drop_channel(kernel, r, segment.cause);
  deliver(kernel, r, segment, Input::Kind::connection,
          end == End::connecting ? ConnectionChange::refused : ConnectionChange::reset);
}

// The sending side forgets what it has not put on the way; `why` ended it.
void Network::drop_channel(Kernel& kernel, Where w, EventId why) {
  Channel& channel = channel_of(w);
  while (!channel.waiting.empty()) {
    const Travelling segment = channel.waiting.pop_front();
    if (segment.kind != Segment::message) continue;
    const EventId lost =
        kernel.happened(EventKind::discarded, sender(w), why, static_cast<std::uint64_t>(Discard::bytes),
                        peer_and(receiver(w), segment.size));
    kernel.also_because(lost, segment.cause, Edge::state);
  }
  channel.waiting_bytes = 0;
  channel.unacknowledged = 0;
  channel.attempts = 0;
  channel.stalled_since = Time::max();
  kernel.queue.cancel(channel.retry);
  channel.retry = {};
}

void Network::free_if_done(Kernel& kernel, std::uint32_t slot) {
  Connection& connection = connections_[slot];
  if (!connection.in_use || connection.ends != std::array{End::none, End::none}) return;
  for (const Channel& channel : connection.channels) {
    if (!channel.flight.empty() || !channel.waiting.empty() || channel.reserved > 0) return;
  }
  for (const std::uint32_t side : {0U, 1U}) drop_channel(kernel, Where{slot, side}, no_event);
  connection.in_use = false;
  free_.push_back(slot);
}

}  // namespace sim
