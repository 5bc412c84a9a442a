// silence.hpp - which fault explains that nothing was heard.
// Here:  Silences: for each host and each path the last event by which a fault took something away, held it or made it
//        late.
// Not:   the edges themselves (trace.hpp); who asks (Env::waited_for).
// Start: Silences::explain().
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/strong.hpp"
#include "sim/time.hpp"

namespace sim {

/// A value. Entries exist only for hosts and paths that a fault has touched, so that a quiet world pays nothing.
class Silences {
 public:
  /// Something that `host` would have done was discarded or is held.
  void note(HostId host, EventId event, Time at) { put(key(host, host), event, at); }
  /// Something on its way from `from` to `to` was discarded or is late.
  void note(HostId from, HostId to, EventId event, Time at) { put(key(from, to), event, at); }

  /// The newest event, not before `since`, that explains why `waiting` heard nothing from `peer`: something happened to
  /// the peer itself or to the path between the two, either way (a lost question is not answered). no_event if no fault
  /// does.
  EventId explain(HostId waiting, HostId peer, Time since) const {
    Entry best{};
    for (const std::uint32_t k : {key(peer, peer), key(peer, waiting), key(waiting, peer)}) {
      const auto found = find(k);
      if (found != entries_.end() && found->key == k && found->at >= since && found->event > best.event) best = *found;
    }
    return best.event;
  }

 private:
  struct Entry {
    std::uint32_t key = 0;
    EventId event;
    Time at;
  };
  static std::uint32_t key(HostId from, HostId to) { return static_cast<std::uint32_t>(from.raw()) << 16 | to.raw(); }

  std::vector<Entry>::const_iterator find(std::uint32_t k) const {
    return std::lower_bound(entries_.begin(), entries_.end(), k,
                            [](const Entry& e, std::uint32_t v) { return e.key < v; });
  }

  void put(std::uint32_t k, EventId event, Time at) {
    const auto found = find(k);
    if (found != entries_.end() && found->key == k) {
      entries_[static_cast<std::size_t>(found - entries_.begin())] = Entry{k, event, at};
    } else {
      entries_.insert(found, Entry{k, event, at});
    }
  }

  std::vector<Entry> entries_;  // ordered by key
};

}  // namespace sim
