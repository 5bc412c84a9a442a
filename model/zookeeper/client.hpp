// client.hpp - ZooKeeper as a program on another machine sees it.
// Here:  Client, a member of a process (a broker): session, reconnects, pings, pipelined requests, watches.
// Not:   what the owner makes of answers and events; the server (server.hpp).
// Start: start(), submit(), and the three on_ functions, which the owner calls first in its own.
//
// It is ZooKeeper's client together with Kafka's wrapper around it (docs/reference/replication-and-control.md §3.2,
// §4.4): requests are answered in their order; those that are lost with a connection are sent again on the next, for
// ever, so that a create that was carried out may be answered with NODEEXISTS and a conditional setData with
// BADVERSION; only the end of the session ends them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/zookeeper/client_events.hpp"
#include "model/zookeeper/client_watches.hpp"
#include "model/zookeeper/facts.hpp"
#include "model/zookeeper/messages.hpp"
#include "sim/env.hpp"
#include "sim/process.hpp"
#include "sim/ring.hpp"

namespace zookeeper {

struct ClientConfig {
  std::vector<sim::HostId> servers;                               ///< zookeeper.connect; at least one
  sim::Duration session_timeout = sim::Duration{18'000'000'000};  ///< zookeeper.session.timeout.ms
  std::size_t max_in_flight = 10;                                 ///< zookeeper.max.in.flight.requests
  /// The client's timers have the kinds first_timer_kind ... first_timer_kind + Client::timer_kinds - 1.
  std::uint32_t first_timer_kind = 0;
  /// False: ZooKeeper's bare client, which answers lost requests with CONNECTIONLOSS.
  bool resend_lost = true;
};

/// A value, without pointers: its owner hands `env` and the list for events to every call. Events that a call adds are
/// in the order in which they must be handled.
class Client {
 public:
  static constexpr std::uint32_t timer_kinds = 2;

  explicit Client(ClientConfig config);

  /// Begins a new session: at the owner's start and after SessionEvent::expired or closed. Watches and requests of an
  /// earlier one are gone. REQUIRES: no session is under way.
  void start(sim::Env& env);
  /// Ends the session, behind all requests so far; its ephemeral nodes vanish at once. SessionEvent::closed follows, at
  /// once if there is no connection: then the server lets the session expire.
  void close(sim::Env& env, std::vector<ClientEvent>& out);

  // --- requests: each is answered by one Answer with this tag. REQUIRES: start() was called and the session has not
  // ended.

  void submit(sim::Env& env, RequestTag tag, Operation operation);
  void create(sim::Env& env, RequestTag tag, std::string path, Data data, CreateMode mode = CreateMode::persistent);
  void remove(sim::Env& env, RequestTag tag, std::string path, std::int32_t version = any_version);
  void set_data(sim::Env& env, RequestTag tag, std::string path, Data data, std::int32_t version = any_version);
  void get_data(sim::Env& env, RequestTag tag, std::string path, bool watch = false);
  void exists(sim::Env& env, RequestTag tag, std::string path, bool watch = false);
  /// Names and the parent's Stat.
  void get_children(sim::Env& env, RequestTag tag, std::string path, bool watch = false);
  void multi(sim::Env& env, RequestTag tag, std::vector<MultiOperation> operations);

  // --- inputs: true if it was the client's; the owner must ignore what is neither's (from connections that are over)
  // -------

  bool on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message,
                  std::vector<ClientEvent>& out);
  bool on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event,
                     std::vector<ClientEvent>& out);
  bool on_timer(sim::Env& env, sim::Timer timer, std::vector<ClientEvent>& out);

  bool connected() const { return state_ == State::connected; }
  /// no_session before the first connection and after the end.
  SessionId session() const { return session_; }
  /// As the server granted it; what was wished for before.
  sim::Duration timeout() const { return timeout_; }
  /// Requests without an answer.
  std::size_t outstanding() const { return queue_.size(); }
  std::size_t watches() const { return watches_.size(); }

 private:
  //             start            opened             ConnectResponse
  //     idle ----------> connecting ------> greeting ----------------> connected
  //       ^               ^   |                | |                        |
  //       |               |   +--------+-------+ | timeout 0:             | lost or silent
  //       |  attempt timer|            v         | expired                |
  //       |               +-------- waiting <----|------------------------+
  //       +--------------------------------------+
  enum class State : std::uint8_t { idle, waiting, connecting, greeting, connected };
  enum class TimerKind : std::uint32_t { attempt, heartbeat };

  struct Outstanding {
    RequestTag tag;
    Operation operation;
    Xid xid;  // of the last time that it was sent
  };

  sim::Timer timer(TimerKind kind) const;
  sim::HostId server() const { return servers_[at_server_]; }
  void attempt(sim::Env& env);
  void arm_heartbeat(sim::Env& env, sim::Time at);
  void heartbeat(sim::Env& env, std::vector<ClientEvent>& out);
  void greet(sim::Env& env);
  void greeted(sim::Env& env, const ConnectResponse& response, std::vector<ClientEvent>& out);
  void lost(sim::Env& env, std::vector<ClientEvent>& out);
  void end_session(std::vector<ClientEvent>& out, SessionEvent::Kind kind, Error error);
  void fail_all(Error error, std::vector<ClientEvent>& out);
  void flush(sim::Env& env);
  bool send(sim::Env& env, sim::MessagePtr message);
  void answered(sim::Env& env, const Response& response, std::vector<ClientEvent>& out);
  sim::Duration patience() const;
  sim::Duration ping_after() const;

  ClientConfig config_;
  State state_ = State::idle;
  bool closing_ = false;

  std::vector<sim::HostId> servers_;  // shuffled
  std::size_t at_server_ = 0;
  std::size_t tried_ = 0;      // servers since the last connection
  std::uint64_t attempt_ = 0;  // key of this attempt's timers: those of earlier ones mean nothing
  sim::ConnectionId connection_;
  sim::TimerId heartbeat_timer_;
  sim::Time heard_;
  sim::Time sent_at_;

  SessionId session_;
  Data password_;
  sim::Duration timeout_;
  Zxid last_zxid_;
  std::int32_t last_xid_ = 0;

  sim::Ring<Outstanding> queue_;  // oldest first; the first in_flight_ are sent
  std::size_t in_flight_ = 0;
  std::vector<SetWatches> set_again_;  // to be sent before any request, last one first
  ClientWatches watches_;
};

}  // namespace zookeeper
