// client.hpp - who increments, one at a time, and does not give up.
// Here:  Client: asks the server that it believes to be primary, waits, retries elsewhere after a random pause.
// Not:   who answers (server.hpp).
// Start: Client::next().
#pragma once

#include <cstdint>
#include <string>

#include "sim/env.hpp"
#include "sim/example/diary.hpp"
#include "sim/example/messages.hpp"

namespace sim::example {

class Client final : public Cloned<Client> {
 public:
  Client(CounterPlan plan, std::uint32_t number) : plan_{std::move(plan)}, number_{number} {}

  void start(Env& env) override;
  void on_message(Env& env, ConnectionId connection, const Message& message) override;
  void on_connection(Env& env, ConnectionId connection, ConnectionEvent event) override;
  void on_timer(Env& env, Timer timer) override;
  void on_command(Env& env, const Message& command) override;
  void on_stop(Env& env) override;

 private:
  enum TimerKind : std::uint32_t { think_over, no_answer, retry };

  void next(Env& env);
  void ask(Env& env);
  void send_request(Env& env);
  void confirmed(Env& env, const Incremented& answer);
  void try_elsewhere(Env& env, std::uint32_t server);
  void disconnect(Env& env);
  bool reserve_sequences(Env& env);
  HostId server() const { return plan_.servers[server_]; }

  CounterPlan plan_;
  std::uint32_t number_;

  std::uint64_t sequence_ = 0;  // of the increment under way or done last
  std::uint64_t reserved_ = 0;  // sequences up to here may be used: the disk says so
  Bytes note_;
  Diary diary_;
  bool waiting_ = false;     // for an answer to sequence_
  bool ending_ = false;      // exit as soon as it is answered
  std::uint32_t burst_ = 0;  // increments to be made without a pause

  std::uint32_t server_ = 0;  // whom to ask
  ConnectionId connection_;
  TimerId patience_;
  TimerId pause_;
  Time asked_at_;
  std::uint32_t failures_ = 0;  // since the last answer
};

}  // namespace sim::example
