// server.hpp - one ZooKeeper server that stands alone.
// Here:  Server, a process: connections, sessions, and the pipeline prepare -> log -> apply -> answer.
// Not:   the stages' content (preparer.hpp, transaction_log.hpp, tree.hpp, watches.hpp, sessions.hpp); the ensemble
//        (later: it comes between prepare and apply, where the log is now).
// Start: on_message(), then prepare_write(), sync_log(), finish_next().
//
// All requests of all clients are finished in the order in which they came, as by ZooKeeper's request processors: a
// read behind a write waits until that is on the disk. Writes that come while the disk is busy are synced together.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "model/zookeeper/facts.hpp"
#include "model/zookeeper/messages.hpp"
#include "model/zookeeper/preparer.hpp"
#include "model/zookeeper/sessions.hpp"
#include "model/zookeeper/transaction_log.hpp"
#include "model/zookeeper/tree.hpp"
#include "model/zookeeper/watches.hpp"
#include "sim/env.hpp"
#include "sim/process.hpp"
#include "sim/ring.hpp"

namespace zookeeper {

/// Names and defaults of zoo.cfg, except for the costs.
struct ServerConfig {
  sim::Duration tick_time = sim::Duration{2'000'000'000};  ///< tickTime
  sim::Duration min_session_timeout;                       ///< minSessionTimeout; 0: 2 ticks
  sim::Duration max_session_timeout;                       ///< maxSessionTimeout; 0: 20 ticks
  std::uint32_t snap_count = 100'000;      ///< snapCount: a snapshot after half to all of so many transactions
  std::uint32_t jute_maxbuffer = 0xfffff;  ///< bytes; a longer frame costs its sender the connection
  std::string data_dir = "zookeeper";      ///< dataDir
  std::uint8_t server_id = 1;              ///< myid

  sim::Duration cost_of_request = sim::Duration{15'000};  ///< CPU time to take and prepare a request
  sim::Duration cost_of_finish = sim::Duration{10'000};   ///< CPU time to apply and answer it
};

class Server final : public sim::Cloned<Server> {
 public:
  explicit Server(ServerConfig config);

  std::span<const sim::StationSpec> stations() const override;
  sim::Station route(const sim::Input& input) const override;
  void start(sim::Env& env) override;
  void on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) override;
  void on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) override;
  void on_timer(sim::Env& env, sim::Timer timer) override;
  /// Takes none.
  void on_command(sim::Env& env, const sim::Message& command) override;
  void on_stop(sim::Env& env) override;

  // For observers.
  const DataTree& tree() const { return tree_; }
  const Sessions& sessions() const { return sessions_; }
  std::size_t watches() const { return watches_.size(); }
  std::size_t connections() const { return connections_.size(); }
  const ServerConfig& config() const { return config_; }

 private:
  struct Connection {
    SessionId session;  // no_session until the connect request is accepted
    sim::Duration timeout;
    sim::Ring<sim::MessagePtr> outbox;  // what the network would not take yet
    bool closing = false;               // when the outbox is empty
  };

  // A request between prepare and answer. A write has a transaction; `request` is empty for the server's own.
  struct Pending {
    sim::ConnectionId connection;  // may have ended meanwhile
    SessionId session;
    sim::MessagePtr request;  // Request or, for a new session, ConnectRequest
    bool write = false;
    bool refused = false;  // the session has ended: answered in its turn
    Transaction transaction;
    sim::EventId cause;
  };

  // requests (server.cpp)
  void on_connect(sim::Env& env, sim::ConnectionId connection, const sim::Message& message);
  void refuse_session(sim::Env& env, sim::ConnectionId connection, SessionId session);
  void prepare_write(sim::Env& env, Pending pending);
  void enqueue(sim::Env& env, Pending pending);
  void wake_finisher(sim::Env& env);

  // stages (server_pipeline.cpp)
  void sync_log(sim::Env& env);
  void finish_next(sim::Env& env);
  void finish_write(sim::Env& env, const Pending& pending);
  void answer_write(sim::Env& env, const Pending& pending, const Applied& applied);
  void answer_read(sim::Env& env, const Pending& pending, const Request& request);
  void note_changes(sim::Env& env, const Transaction& transaction, const Applied& applied);
  void tell(sim::Env& env, const std::vector<Fired>& fired);
  void take_snapshot(sim::Env& env);

  // sessions (server.cpp)
  void expire_sessions(sim::Env& env);
  void expire(sim::Env& env, SessionId session);
  void watch_clock(sim::Env& env);

  // connections (server.cpp)
  void send(sim::Env& env, sim::ConnectionId connection, sim::MessagePtr message);
  void flush(sim::Env& env, sim::ConnectionId connection);
  void close(sim::Env& env, sim::ConnectionId connection);
  void forget(sim::ConnectionId connection);

  ServerConfig config_;
  std::string directory_;
  DataTree tree_;
  Preparer preparer_;
  Sessions sessions_;
  Watches watches_;
  std::map<sim::ConnectionId, Connection> connections_;
  std::map<SessionId, sim::ConnectionId> connection_of_;

  sim::Ring<Pending> pipeline_;      // oldest first
  std::vector<Transaction> to_log_;  // in the pipeline and not yet handed to the disk
  Zxid durable_;                     // on the disk up to here, as the finisher knows
  bool sync_posted_ = false;
  bool finish_posted_ = false;

  TransactionLog log_;
  std::uint64_t logged_since_snapshot_ = 0;
  std::uint64_t next_snapshot_after_ = 0;
  sim::TimerId clock_timer_;
  sim::Time clock_at_ = sim::Time::max();
};

}  // namespace zookeeper
