// session_user.hpp - a program that does nothing but use the model's ZooKeeper client.
// Here:  SessionUser: lines of a script become calls of Client, its events become lines.
// Not:   scripts (stories_test.cpp), random work (random_test.cpp).
// Start: on_command(); it also shows how a broker holds a Client.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/zookeeper/client.hpp"
#include "sim/process.hpp"

namespace zookeeper::test {

class SessionUser final : public sim::Cloned<SessionUser> {
 public:
  explicit SessionUser(ClientConfig config) : client_{std::move(config)} {}

  void start(sim::Env&) override {}
  void on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) override;
  void on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) override;
  void on_timer(sim::Env& env, sim::Timer timer) override;
  /// "session" begins one, "end" ends it; else an operation.
  void on_command(sim::Env& env, const sim::Message& command) override;
  void on_stop(sim::Env& env) override { env.exit(); }

  /// An operation that was submitted, and its answer once it is there.
  struct Asked {
    Operation operation;
    bool answered = false;
    Answer answer;
    SessionId session;
  };
  const std::vector<Asked>& asked() const { return asked_; }
  const std::vector<ClientEvent>& events() const { return events_; }
  const Client& client() const { return client_; }

 private:
  void keep(std::vector<ClientEvent> events);

  Client client_;
  std::vector<Asked> asked_;         // by the key of the request's tag
  std::vector<ClientEvent> events_;  // all, in order
};

}  // namespace zookeeper::test
