// sessions.hpp - who is alive, as far as the server can tell.
// Here:  Sessions: negotiation of timeouts, expiry at tick boundaries, ids and passwords.
// Not:   ephemeral nodes, which end by a transaction (preparer.hpp); connections (server.hpp).
// Start: touch(), expired_at(). Facts: docs/reference/replication-and-control.md §4.4.
//
// Times are of the server's own monotonic clock. Silence longer than the timeout T is noticed at the next boundary of a
// tick, so a session lives for T to T + tick without a sign.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "model/zookeeper/types.hpp"
#include "sim/process.hpp"
#include "sim/strong.hpp"
#include "sim/time.hpp"

namespace zookeeper {

/// The password of a session follows from its id, so that every server knows it after every restart.
sim::Bytes password_of(SessionId session);

/// What a client gets that wants `wanted`: at least `least`, at most `most`.
constexpr sim::Duration negotiate(sim::Duration wanted, sim::Duration least, sim::Duration most) {
  return wanted < least ? least : wanted > most ? most : wanted;
}

/// A value.
class Sessions {
 public:
  struct Session {
    sim::Duration timeout;
    sim::Time heard;        ///< the last sign of life, or the restart of the server
    sim::Time expires;      ///< a multiple of the tick
    sim::HostId client;     ///< where its last connection came from; no_host after a restart
    sim::EventId heard_by;  ///< the event that was the last sign of life
    bool closing = false;   ///< its end is decided: nothing more is taken from it
  };

  explicit Sessions(sim::Duration tick) : tick_{tick} {}

  /// A fresh id, greater than all that were seen. `server` in 1 .. 255 makes ids of two servers different.
  SessionId next_id(sim::Time now, std::uint8_t server);

  void add(SessionId session, sim::Duration timeout, sim::HostId client, sim::Time now, sim::EventId by);
  /// Null if there is none.
  const Session* find(SessionId session) const;
  /// A sign of life at `now`. REQUIRES: the session exists.
  void touch(SessionId session, sim::Time now, sim::EventId by);
  /// It came back, from this host and with this timeout. REQUIRES: the session exists.
  void reconnected(SessionId session, sim::Duration timeout, sim::HostId client, sim::Time now, sim::EventId by);
  /// Its end is decided; it cannot expire any more.
  void close(SessionId session);
  void remove(SessionId session);

  /// The first boundary at which a session expires if nothing is heard.
  std::optional<sim::Time> next_expiry() const;
  /// Those whose boundary is reached and that are not closing, in order of their ids.
  std::vector<SessionId> expired_at(sim::Time now) const;
  std::size_t size() const { return sessions_.size(); }

 private:
  void schedule(SessionId id, Session& session, sim::Time now);
  void unschedule(SessionId id, const Session& session);

  sim::Duration tick_;
  SessionId last_id_;
  std::map<SessionId, Session> sessions_;
  std::map<sim::Time, std::set<SessionId>> buckets_;
};

}  // namespace zookeeper
