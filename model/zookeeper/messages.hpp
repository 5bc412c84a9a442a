// messages.hpp - what travels between a client and a server of ZooKeeper.
// Here:  ConnectRequest, ConnectResponse, WatcherEvent, Request, Response as messages of the kernel, with exact sizes.
// Not:   the operations (operations.hpp); when they are sent (client.hpp, server.hpp).
// Start: `env.send(connection, make_message(Request{xid, GetData{"/a", true}}));`, and request_in() at the other end.
//
// The bytes are ZooKeeper's own, with the four bytes of length before each frame.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/zookeeper/operations.hpp"
#include "model/zookeeper/types.hpp"
#include "sim/message.hpp"

namespace zookeeper {

/// ZooKeeper's messages have the ids from here to message_id_end (Kafka's are elsewhere: model/protocol/envelope.hpp).
inline constexpr std::uint16_t message_id_base = 2000;
inline constexpr std::uint16_t message_id_end = 2064;

/// The first frame on a connection.
struct ConnectRequest {
  std::int32_t protocol_version = 0;
  Zxid last_zxid_seen;          ///< a server that is behind this does not answer
  std::int32_t timeout_ms = 0;  ///< wanted
  SessionId session;            ///< no_session asks for a new one
  Data password;                ///< 16 bytes
  bool read_only = false;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("protocolVersion", self.protocol_version);
    visit("lastZxidSeen", self.last_zxid_seen);
    visit("timeOut", self.timeout_ms);
    visit("sessionId", self.session);
    visit("passwd", self.password);
    visit("readOnly", self.read_only);
  }
  friend bool operator==(const ConnectRequest&, const ConnectRequest&) = default;
  static const sim::MessageType type;
};

struct ConnectResponse {
  std::int32_t protocol_version = 0;
  std::int32_t timeout_ms = 0;  ///< granted; 0: the session has expired
  SessionId session;
  Data password;
  bool read_only = false;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("protocolVersion", self.protocol_version);
    visit("timeOut", self.timeout_ms);
    visit("sessionId", self.session);
    visit("passwd", self.password);
    visit("readOnly", self.read_only);
  }
  friend bool operator==(const ConnectResponse&, const ConnectResponse&) = default;
  static const sim::MessageType type;
};

/// Sent before any answer in which the change could be seen.
struct WatcherEvent {
  Xid xid = watcher_event_xid;
  Zxid zxid{-1};
  Error error = Error::ok;
  EventType event = EventType::node_created;
  std::int32_t state = 3;  ///< SyncConnected
  std::string path;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("xid", self.xid);
    visit("zxid", self.zxid);
    visit("err", self.error);
    visit("type", self.event);
    visit("state", self.state);
    visit("path", self.path);
  }
  friend bool operator==(const WatcherEvent&, const WatcherEvent&) = default;
  static const sim::MessageType type;
};

struct Request {
  Xid xid;
  Operation operation;
  friend bool operator==(const Request&, const Request&) = default;
};

struct Response {
  Xid xid;
  Zxid zxid;  ///< the newest transaction that the server had applied
  Error error = Error::ok;
  Result result;
  friend bool operator==(const Response&, const Response&) = default;
};

sim::MessagePtr make_message(ConnectRequest body);
sim::MessagePtr make_message(ConnectResponse body);
sim::MessagePtr make_message(WatcherEvent body);
sim::MessagePtr make_message(Request body);
/// `op`: what is answered. REQUIRES: the result is the one for `op`, or NoResult on an error.
sim::MessagePtr make_message(Response body, OpCode op);

/// The request in the message, or null if it is something else.
const Request* request_in(const sim::Message& message);
const Response* response_in(const sim::Message& message);

OpCode op_of(const Operation& operation);
OpCode op_of(const MultiOperation& operation);
/// Changes the tree or the sessions, hence is a transaction.
bool is_write(OpCode op);
/// The first path of the operation, empty if it has none.
std::string_view path_of(const Operation& operation);

}  // namespace zookeeper
