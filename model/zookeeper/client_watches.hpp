// client_watches.hpp - the watches that a client believes to be set.
// Here:  ClientWatches: what an answer registers, what an event takes out, what is sent again after a reconnect.
// Not:   the server's list (watches.hpp).
// Start: registered(), fired(). Facts: docs/reference/replication-and-control.md §4.6.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/zookeeper/messages.hpp"
#include "model/zookeeper/operations.hpp"
#include "model/zookeeper/shared_map.hpp"

namespace zookeeper {

/// A value. Large for a controller (one watch a topic), hence shared between copies.
class ClientWatches {
 public:
  /// A read with the watch flag was answered.
  void registered(const Operation& operation, Error error);
  /// Takes out what the event fires. False if nothing was registered for it: then nobody needs to hear.
  bool fired(EventType type, const std::string& path);
  /// The requests that set all of them again, none longer than about 128 KiB.
  std::vector<SetWatches> to_set_again(Zxid last_zxid) const;
  void clear();
  std::size_t size() const { return data_.size() + exist_.size() + child_.size(); }

 private:
  using Set = SharedMap<std::string, Nothing>;
  Set data_;
  Set exist_;
  Set child_;
};

}  // namespace zookeeper
