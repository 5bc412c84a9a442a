// client_events.hpp - what a program hears from its ZooKeeper client.
// Here:  RequestTag, Answer, WatchEvent, SessionEvent and ClientEvent, which is one of them.
// Not:   the client (client.hpp).
// Start: ClientEvent.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "model/zookeeper/operations.hpp"
#include "model/zookeeper/types.hpp"

namespace zookeeper {

/// What a request was for: numbers of its owner's own, given back with the answer.
struct RequestTag {
  std::uint32_t kind = 0;
  std::uint64_t key = 0;
  friend bool operator==(const RequestTag&, const RequestTag&) = default;
};

/// The answer to one request. Fields that its operation does not have are empty.
struct Answer {
  RequestTag tag;
  OpCode op = OpCode::error;
  std::string path;                    ///< as asked; empty for multi
  Error error = Error::ok;             ///< connection_loss and session_expired: nobody knows whether it was carried out
  Zxid zxid;                           ///< how far the server was
  std::string created;                 ///< create: the path with its sequence number
  Stat stat;                           ///< create2, exists, setData, getData, getChildren2
  Data data;                           ///< getData
  std::vector<std::string> children;   ///< names, ordered
  std::vector<MultiOutcome> outcomes;  ///< multi; check failed(): a multi that failed still has error ok

  /// Not carried out; for a multi: one of its operations failed.
  bool failed() const;
  /// The error of the operation that made a multi fail, or `error`.
  Error reason() const;
};

/// A watch fired. It is gone: the next read with a watch sets it again.
struct WatchEvent {
  EventType type = EventType::node_created;
  std::string path;
};

struct SessionEvent {
  enum class Kind : std::uint8_t {
    connected,     ///< a session is there: a new one, or the same again
    disconnected,  ///< the session may or may not live on; requests wait, watches are kept
    expired,       ///< the session is gone with its ephemeral nodes and watches; call start() for another
    closed,        ///< after close()
  };
  Kind kind = Kind::connected;
  SessionId session;
  bool new_session = false;  ///< connected: it is not the one from before
};

using ClientEvent = std::variant<Answer, WatchEvent, SessionEvent>;

}  // namespace zookeeper
