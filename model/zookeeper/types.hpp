// types.hpp - ZooKeeper's numbers and names as types.
// Here:  Zxid, SessionId, Error, OpCode, EventType, Data, Stat, rules for paths.
// Not:   what travels (messages.hpp); the tree itself (tree.hpp).
// Start: docs/reference/replication-and-control.md §4.4 and §4.5.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/bytes.hpp"
#include "sim/strong.hpp"

namespace zookeeper {

/// The number of a transaction: epoch << 32 | counter. 0 = before the first one.
using Zxid = sim::Strong<struct ZxidTag, std::int64_t>;
/// 0 = no session (in a Stat: the node is not ephemeral).
using SessionId = sim::Strong<struct SessionIdTag, std::int64_t>;
/// Numbers the requests of one connection, so that answers find them.
using Xid = sim::Strong<struct XidTag, std::int32_t>;

inline constexpr SessionId no_session{0};
inline constexpr Xid watcher_event_xid{-1};
inline constexpr Xid ping_xid{-2};
inline constexpr Xid set_watches_xid{-8};

/// KeeperException.Code, by its numbers on the wire. Only what somebody reacts to or can be answered here.
enum class Error : std::int32_t {
  ok = 0,
  system_error = -1,
  runtime_inconsistency = -2,
  connection_loss = -4,  ///< made up by the client: whether the request was carried out is unknown
  marshalling_error = -5,
  unimplemented = -6,
  bad_arguments = -8,
  no_node = -101,
  bad_version = -103,
  no_children_for_ephemerals = -108,
  node_exists = -110,
  not_empty = -111,
  session_expired = -112,
  session_moved = -118,
};
/// "NONODE", "BADVERSION" ...: as ZooKeeper's own log and shell write it, without "KeeperErrorCode".
std::string_view to_text(Error error);

/// ZooDefs.OpCode.
enum class OpCode : std::int32_t {
  create = 1,
  remove = 2,  ///< "delete" in ZooKeeper; a keyword here
  exists = 3,
  get_data = 4,
  set_data = 5,
  get_children = 8,
  sync = 9,
  ping = 11,
  get_children2 = 12,
  check = 13,
  multi = 14,
  create2 = 15,
  set_watches = 101,
  create_session = -10,
  close_session = -11,
  error = -1,
};
/// "create", "getData" ...
std::string_view to_text(OpCode op);

/// Watcher.Event.EventType.
enum class EventType : std::int32_t {
  node_created = 1,
  node_deleted = 2,
  node_data_changed = 3,
  node_children_changed = 4,
};
/// "NodeCreated" ...
std::string_view to_text(EventType type);

/// Content of a node. ZooKeeper tells null from empty.
using Data = std::optional<sim::Bytes>;
Data data_of(std::string_view text);
/// The content as characters, empty for null; valid as long as `data` or a copy of it.
std::string_view text_of(const Data& data);

/// What ZooKeeper tells of a node. Times are milliseconds since 1970 of the server's wall clock.
struct Stat {
  Zxid czxid;  ///< of the creation
  Zxid mzxid;  ///< of the last change of the data
  std::int64_t ctime = 0;
  std::int64_t mtime = 0;
  std::int32_t version = 0;   ///< changes of the data
  std::int32_t cversion = 0;  ///< children created plus children deleted
  std::int32_t aversion = 0;  ///< changes of the ACL: none here
  SessionId ephemeral_owner;
  std::int32_t data_length = 0;
  std::int32_t num_children = 0;
  Zxid pzxid;  ///< of the last creation or deletion of a child

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("czxid", self.czxid);
    visit("mzxid", self.mzxid);
    visit("ctime", self.ctime);
    visit("mtime", self.mtime);
    visit("version", self.version);
    visit("cversion", self.cversion);
    visit("aversion", self.aversion);
    visit("ephemeralOwner", self.ephemeral_owner);
    visit("dataLength", self.data_length);
    visit("numChildren", self.num_children);
    visit("pzxid", self.pzxid);
  }
  friend bool operator==(const Stat&, const Stat&) = default;
};

/// Whether `path` is absolute, without empty, "." and ".." names, control characters and a slash at the end.
bool is_valid_path(std::string_view path);
/// "/a" for "/a/b", "/" for "/a". REQUIRES: a slash in the path.
std::string_view parent_of(std::string_view path);
/// "b" for "/a/b".
std::string_view name_in(std::string_view path);

}  // namespace zookeeper
