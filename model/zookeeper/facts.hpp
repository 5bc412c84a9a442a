// facts.hpp - what ZooKeeper's servers and clients say happened.
// Here:  ZooFact and the table of names.
// Not:   numbers in the trace (model/facts.hpp).
// Start: `note(env, ZooFact::session_expired, {}, session.raw(), silent_ms);`
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sim/env.hpp"
#include "sim/trace.hpp"

namespace zookeeper {

enum class ZooFact : std::uint16_t {
  server_recovered,  ///< subject: data directory
  history_cut,       ///< subject: the log whose tail was torn
  history_broken,    ///< subject: why the server cannot start
  snapshot_taken,    ///< subject: data directory
  disk_failed,       ///< subject: what could not be done; the server stops
  session_created,
  session_reconnected,
  session_expired,
  session_closed,
  session_refused,  ///< a client came back too late, or with a wrong password
  node_created,     ///< subject: path, for all three
  node_changed,
  node_deleted,
  write_refused,     ///< subject: path
  watch_fired,       ///< subject: path
  client_connected,  ///< of the client that is inside another program, for all that follow
  client_disconnected,
  client_gave_up,  ///< on a server that was silent too long
  client_expired,
  count,
};

inline constexpr std::array<sim::FactType, static_cast<std::size_t>(ZooFact::count)> fact_types = {{
    {"zookeeper-recovered", "zxid", "replayed"},
    {"zookeeper-history-cut", "zxid", "bytes"},
    {"zookeeper-history-broken", "", ""},
    {"zookeeper-snapshot-taken", "zxid", "nodes"},
    {"zookeeper-disk-failed", "error", ""},
    {"session-created", "session", "timeout-ms"},
    {"session-reconnected", "session", "timeout-ms"},
    {"session-expired", "session", "silent-ms"},
    {"session-closed", "session", "ephemerals"},
    {"session-refused", "session", ""},
    {"znode-created", "zxid", "owner"},
    {"znode-changed", "zxid", "version"},
    {"znode-deleted", "zxid", "owner"},
    {"zookeeper-write-refused", "zxid", "error"},
    {"watch-fired", "session", "event"},
    {"zookeeper-connected", "session", "server"},
    {"zookeeper-disconnected", "session", "server"},
    {"zookeeper-gave-up-on-server", "session", "server"},
    {"zookeeper-session-lost", "session", ""},
}};

/// `b` may be negative (an error code); it is traced as it is.
void note(sim::Env& env, ZooFact fact, sim::SubjectId subject, std::int64_t a, std::int64_t b = 0);

}  // namespace zookeeper
