// network.hpp - connections between hosts.
// Here:  Network: connect, accept, refuse, ordered delivery with latency, bandwidth, loss and windows, reset, close,
//        and what cuts and power losses do to all of these.
// Not:   cables and routes (topology.hpp), fault tables (path_faults.hpp), handlers and stations (host.hpp).
// Start: depart_message() -> transmit() -> fly() -> on_arrival(); docs/architecture.md, "A message's way".
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sim/cow.hpp"
#include "sim/kernel.hpp"
#include "sim/path_faults.hpp"
#include "sim/random.hpp"
#include "sim/topology.hpp"

namespace sim {

/// What the hosts' TCP is like. Defaults are Linux's, rounded.
struct NetworkSpec {
  std::uint64_t window = 256 * 1024;       ///< bytes on the way or unread by the peer's program, per direction
  std::uint64_t send_buffer = 256 * 1024;  ///< bytes that wait in the sender's kernel before send() is refused
  std::uint32_t packet = 1448;             ///< payload bytes per packet; each packet can be lost by itself
  std::uint32_t packet_overhead = 90;      ///< bytes per packet that count against bandwidth only
  Duration loopback = Duration{15'000};    ///< a message from a host to itself
  Duration retransmit_first = Duration{200'000'000};
  Duration retransmit_most = Duration{120'000'000'000};
  Duration give_up_after = Duration{924'600'000'000};     ///< unacknowledged bytes: then the sender sees `reset`
  Duration connect_retry = Duration{1'000'000'000};       ///< doubles each time
  Duration connect_patience = Duration{127'000'000'000};  ///< then the caller sees `timed_out`
};

/// What became of a send.
enum class SendResult : std::uint8_t {
  sent,    ///< taken; it will be delivered in order, or the connection will end
  full,    ///< not taken; ConnectionChange::writable follows when there is room
  closed,  ///< not taken; the connection is not open (not yet, or not any more)
};

/// All connections of a world. A value. A message taken counts as sent at its handler's meter reading; it arrives after
/// the bytes before it, never out of order, and exactly once or never.
class Network {
 public:
  Network(const NetworkSpec& spec, Seed seed) : spec_{spec}, seed_{seed} {}

  /// Hosts are added in order of their ids.
  void add_host(HostId host, PlaceId place, std::string_view name);
  Topology& edit_topology() { return topology_.edit(); }
  const Topology& topology() const { return topology_.read(); }

  // --- what a program asks for; `send` and `connect` reserve, the depart_ functions carry out at the meter's reading
  // -----

  ConnectionId connect(HostId from, HostId to);
  SendResult send(ConnectionId from, std::uint64_t size);
  /// From now on the id is dead for its program; the peer learns it when depart_close() is called.
  void close(ConnectionId from);
  void depart_connect(Kernel& kernel, ConnectionId from, EventId cause);
  void depart_message(Kernel& kernel, ConnectionId from, const MessagePtr& message, EventId cause);
  void depart_close(Kernel& kernel, ConnectionId from, EventId cause);
  /// The program has read a message of this size, by the event `read`: room for the sender.
  void consumed(Kernel& kernel, ConnectionId reader, std::uint64_t size, EventId read);

  /// The fault that keeps bytes from getting from `from` to `to` now; no_event if they do.
  EventId path_cut_by(HostId from, HostId to);
  bool is_open(ConnectionId id) const;
  /// The other end's host; no meaning for an id that never was.
  HostId peer(ConnectionId id) const;

  // --- what the queue calls
  // ----------------------------------------------------------------------------------------------

  void on_arrival(Kernel& kernel, std::uint32_t channel);
  void on_retry(Kernel& kernel, std::uint32_t channel);

  // --- what happens to machines and paths; `why` is the event that says so
  // -----------------------------------------------

  void listen(HostId host, bool on) { machines_[host.raw()].listening = on; }
  /// Its connections are closed by its kernel: gracefully, unless data is left unread, which makes it a reset.
  void program_ended(Kernel& kernel, HostId host, EventId why);
  void powered_on(HostId host) { machines_[host.raw()].powered_off_by = no_event; }
  void powered_off(Kernel& kernel, HostId host, EventId why);
  void add_path_fault(Kernel& kernel, const PathFault& fault);
  bool heal(EventId fault) { return paths_.heal(fault); }
  void change_link(Kernel& kernel, LinkId link, const LinkSpec& spec, EventId why);
  /// False if there was no connection.
  bool reset_between(Kernel& kernel, HostId a, HostId b, EventId why);

  /// Feeds everything that decides the future, in a fixed order.
  void add_to(RunningDigest& digest) const;

 private:
  enum class End : std::uint8_t { none, connecting, open };
  enum class Segment : std::uint8_t { message, request, accepted, close, reset };

  struct Travelling {
    MessagePtr message;
    Time arrives;
    EventId cause;
    EventId also;  // a fault that made it late
    std::uint64_t size = 0;
    Segment kind = Segment::message;
  };

  // One direction of a connection.
  struct Channel {
    Ring<Travelling> waiting;  // in the sender's kernel: window full, path cut or peer's machine off
    Ring<Travelling> flight;   // on the way; arrival times strictly increase
    std::uint64_t waiting_bytes = 0;
    std::uint64_t unread = 0;          // on the way, or arrived and not yet read by the program
    std::uint64_t unacknowledged = 0;  // read, but the acknowledgement cannot get back
    std::uint64_t reserved = 0;        // taken by send(), not departed yet
    Time last_arrival;
    Time stalled_since = Time::max();
    Queue::Handle arrival;
    Queue::Handle retry;
    std::uint32_t attempts = 0;
    EventId stalled_by;  // the newest discard that stopped it
    EventId room_by;     // the read that made room for what waits
    bool wants_writable = false;
  };

  struct Connection {
    std::array<HostId, 2> hosts;  // 0 connected, 1 was connected to
    std::array<End, 2> ends{End::none, End::none};
    std::array<bool, 2> closing{false, false};  // its program has called close(), which has not departed yet
    std::array<EventId, 2> gone_because;        // what ended that end
    std::array<Channel, 2> channels;            // from end i to end 1 - i
    std::uint32_t generation = 0;
    bool in_use = false;
  };

  struct Machine {
    PlaceId place;
    Random random;
    EventId powered_off_by;
    bool listening = false;
  };

  // A channel is named by 2 * connection + side of its sender.
  struct Where {
    std::uint32_t slot;
    std::uint32_t side;
    std::uint32_t channel() const { return 2 * slot + side; }
    Where other() const { return Where{slot, 1 - side}; }
  };
  static Where where(std::uint32_t channel) { return Where{channel / 2, channel % 2}; }
  ConnectionId id_of(Where w) const {
    return ConnectionId{static_cast<std::uint64_t>(connections_[w.slot].generation) << 32 | (w.channel() + 1)};
  }
  // Null if the id names no living connection.
  const Connection* find(ConnectionId id, Where& w) const;
  Connection* find(ConnectionId id, Where& w) {
    return const_cast<Connection*>(static_cast<const Network*>(this)->find(id, w));
  }
  Channel& channel_of(Where w) { return connections_[w.slot].channels[w.side]; }
  HostId sender(Where w) const { return connections_[w.slot].hosts[w.side]; }
  HostId receiver(Where w) const { return connections_[w.slot].hosts[1 - w.side]; }

  // The event that stops bytes from `from` to `to` now, or no_event.
  EventId blocked_by(HostId from, HostId to);
  EventId cable_to_blame(PlaceId from) const;

  void transmit(Kernel& kernel, Where w, Travelling segment);
  void fly(Kernel& kernel, Where w, Travelling segment);
  Duration route_delay(Kernel& kernel, HostId from, HostId to, std::uint64_t size, EventId cause, EventId& also);
  Duration lost_time(Random& random, std::uint64_t packets, std::uint32_t lost, std::uint32_t of,
                     Duration round_trip) const;
  void pump(Kernel& kernel, Where w);
  void stall(Kernel& kernel, Where w, Travelling segment);
  Duration first_patience(Where w) const;
  EventId trace_loss(Kernel& kernel, Where w, const Travelling& segment);
  void lose_acknowledgement(Kernel& kernel, Where w, EventId of);
  void offer_room(Kernel& kernel, Where w, EventId cause);
  void pull_back(Kernel& kernel, Where w, EventId fault);
  void schedule_retry(Kernel& kernel, Where w, Duration after);
  void give_up(Kernel& kernel, Where w);
  void answer_reset(Kernel& kernel, Where w, EventId cause);
  void arrived_reset(Kernel& kernel, Where w, const Travelling& segment);
  void drop_channel(Kernel& kernel, Where w, EventId why);
  void end_gone(Where w, EventId why);
  void free_if_done(Kernel& kernel, std::uint32_t slot);
  void deliver(Kernel& kernel, Where receiving_end, const Travelling& segment, Input::Kind kind,
               ConnectionChange change);
  void stop_blocked_flights(Kernel& kernel);

  NetworkSpec spec_;
  Seed seed_;
  Cow<Topology> topology_;
  PathFaults paths_;
  std::vector<EventId> cable_cut_by_;  // by LinkId: the ChangeLink that cut it; shorter than the list of links
  EventId newest_cut_;                 // of those in force; no_event: no cable is cut
  std::vector<Machine> machines_;      // by HostId
  std::vector<Time> lane_free_;        // by Topology::Lane: when its queue is empty
  std::vector<Connection> connections_;
  std::vector<std::uint32_t> free_;
};

}  // namespace sim
