// watches.hpp - who is to be told of what.
// Here:  Watches: one-shot data and child watches of one server's connections, and what a change or a re-arm fires.
// Not:   sending the events (server.cpp); the client's own list (client_watches.hpp).
// Start: fire(). Facts: docs/reference/replication-and-control.md §4.6.
//
// A watch set by exists() on a missing node is a data watch on its path. Watches belong to a connection and die with
// it; the client re-arms them on its next one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/zookeeper/operations.hpp"
#include "model/zookeeper/shared_map.hpp"
#include "model/zookeeper/tree.hpp"
#include "model/zookeeper/types.hpp"
#include "sim/process.hpp"
#include "sim/strong.hpp"

namespace zookeeper {

/// An event for one connection.
struct Fired {
  sim::ConnectionId connection;
  EventType event = EventType::node_created;
  std::string path;
  sim::EventId registered_by;  ///< the trace's event in which the watch was set
};

/// A value.
class Watches {
 public:
  enum class Kind : std::uint8_t { data, child };

  /// Setting one twice is setting it once.
  void add(Kind kind, std::string_view path, sim::ConnectionId connection, sim::EventId registered_by);
  /// The connection ended.
  void forget(sim::ConnectionId connection);
  /// Takes out and returns what the change fires, in ZooKeeper's order: watches on the node, then on its parent; each
  /// in order of connection. A connection that watches a node's data and its children hears once that it was deleted.
  std::vector<Fired> fire(const Change& change);
  /// Sets the watches of a client that reconnects; returns those that fire at once, because of something that the
  /// client has missed.
  std::vector<Fired> rearm(const DataTree& tree, const SetWatches& wanted, sim::ConnectionId connection,
                           sim::EventId registered_by);
  /// Paths with watches, counted once for their data and once for their children.
  std::size_t size() const { return data_.size() + child_.size(); }

 private:
  struct Watcher {
    sim::ConnectionId connection;
    sim::EventId registered_by;
  };
  using Table = SharedMap<std::string, std::vector<Watcher>>;

  static std::vector<Watcher> take(Table& table, std::string_view path);
  static void forget_in(Table& table, sim::ConnectionId connection);

  Table data_;
  Table child_;
};

}  // namespace zookeeper
