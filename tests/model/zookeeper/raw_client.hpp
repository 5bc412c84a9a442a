// raw_client.hpp - a client that does what a script says and nothing else.
// Here:  RawClient: one connection, no pings, no reconnects, every byte on command. The twin of the recorder that asked
//        a real ZooKeeper (tests/golden/zookeeper/README.md).
// Not:   the client of the model (session_user.hpp drives that one).
// Start: on_command().
#pragma once

#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "model/zookeeper/messages.hpp"
#include "sim/env.hpp"
#include "sim/process.hpp"

namespace zookeeper::test {

class RawClient final : public sim::Cloned<RawClient> {
 public:
  explicit RawClient(sim::HostId server) : server_{server} {}

  void start(sim::Env&) override {}
  void on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) override;
  void on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) override;
  void on_timer(sim::Env&, sim::Timer) override {}
  /// "connect [timeout=MS]", "reconnect", "badpassword", "future", "adopt SESSION ZXID", "drop", or an operation.
  void on_command(sim::Env& env, const sim::Message& command) override;
  void on_stop(sim::Env& env) override { env.exit(); }

  /// What it heard: "< get: OK zxid=1 ...", "! NodeCreated /a", with owners as "@<session>@".
  const std::vector<std::string>& lines() const { return lines_; }
  SessionId session() const { return session_; }
  Zxid last_zxid() const { return last_zxid_; }

 private:
  sim::HostId server_;
  sim::ConnectionId connection_;
  bool greeted_ = false;
  SessionId session_;
  Zxid last_zxid_;
  std::int32_t timeout_ms_ = 6'000;
  bool wrong_password_ = false;
  std::int32_t xid_ = 0;
  std::deque<std::pair<Xid, OpCode>> waiting_;
  std::vector<std::string> lines_;
};

}  // namespace zookeeper::test
