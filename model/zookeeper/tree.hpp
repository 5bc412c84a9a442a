// tree.hpp - what ZooKeeper stores: the nodes, and which sessions there are.
// Here:  Node, DataTree, and what a transaction does to it.
// Not:   whether a write is allowed (preparer.hpp); who is told of a change (watches.hpp).
// Start: DataTree::apply(). Facts: docs/reference/replication-and-control.md §4.5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/zookeeper/operations.hpp"
#include "model/zookeeper/shared_map.hpp"
#include "model/zookeeper/transaction.hpp"
#include "model/zookeeper/types.hpp"
#include "sim/cow.hpp"

namespace zookeeper {

/// One znode.
struct Node {
  Data data;
  Zxid czxid;
  Zxid mzxid;
  Zxid pzxid;
  std::int64_t ctime_ms = 0;
  std::int64_t mtime_ms = 0;
  std::int32_t version = 0;
  std::int32_t creates = 0;   ///< children ever created: the next sequence number
  std::int32_t children = 0;  ///< now
  SessionId owner;            ///< no_session unless ephemeral

  Stat stat() const;
};

/// Orders paths by parent, then name: the children of a node lie together, in order of their names.
struct ByParent {
  bool operator()(std::string_view a, std::string_view b) const;
};

/// A node that came, changed or went: what watches wait for.
struct Change {
  enum class Kind : std::uint8_t { created, data_changed, deleted };
  Kind kind = Kind::created;
  std::string path;
  SessionId owner;
  std::int32_t version = 0;
};

/// What became of a transaction.
struct Applied {
  Error error = Error::ok;
  Stat stat;                           ///< of a create or setData
  std::vector<MultiOutcome> outcomes;  ///< of a multi
  std::vector<Change> changes;         ///< in order
};

/// A value: copies share what neither has changed.
class DataTree {
 public:
  /// Holds "/", "/zookeeper" and its two nodes, like a new ZooKeeper.
  DataTree();

  /// Null if it is not there. Valid until the next apply().
  const Node* find(std::string_view path) const { return nodes_.find(path); }
  /// Names in order of their bytes.
  std::vector<std::string> children(std::string_view path) const;
  /// Paths of the session's ephemeral nodes, ordered; empty if it has none.
  std::vector<std::string> ephemerals_of(SessionId session) const;
  /// Sessions with the timeouts, in ms, that they were created with.
  const std::map<SessionId, std::int32_t>& sessions() const { return sessions_.read(); }
  /// Of the last transaction applied.
  Zxid last_zxid() const { return last_zxid_; }
  std::size_t size() const { return nodes_.size(); }

  /// REQUIRES: the zxid is greater than last_zxid(), and the transaction was prepared against a tree with everything up
  /// to there.
  Applied apply(const Transaction& transaction);

  /// visit(path, node) in order of ByParent; the root first.
  template <class Visit>
  void for_each_node(Visit visit) const {
    nodes_.for_each(visit);
  }

  /// From a snapshot: an empty tree that takes nodes as they are.
  static DataTree restore_begin(Zxid last_zxid);
  void restore_session(SessionId session, std::int32_t timeout_ms);
  /// `node.children` is counted anew. False if its parent was not restored before it.
  bool restore_node(std::string path, Node node);

 private:
  struct Empty {};
  explicit DataTree(Empty) {}

  void create(const CreateTransaction& body, const Transaction& in, Applied& applied);
  void remove(std::string_view path, Zxid zxid, Applied& applied);
  void set_data(const SetDataTransaction& body, const Transaction& in, Applied& applied);
  void apply_multi(const MultiTransaction& body, const Transaction& in, Applied& applied);

  SharedMap<std::string, Node, ByParent> nodes_;
  sim::Cow<std::map<SessionId, std::set<std::string>>> ephemerals_;
  sim::Cow<std::map<SessionId, std::int32_t>> sessions_;
  Zxid last_zxid_;
};

}  // namespace zookeeper
