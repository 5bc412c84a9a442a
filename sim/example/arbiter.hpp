// arbiter.hpp - who may be primary.
// Here:  Arbiter: one lease at a time, epochs that never go back, the members; durable before it answers.
// Not:   what a primary does with its lease (server.hpp).
// Start: Arbiter::answer().
#pragma once

#include <cstdint>
#include <string>
#include <tuple>

#include "sim/env.hpp"
#include "sim/example/messages.hpp"

namespace sim::example {

class Arbiter final : public Cloned<Arbiter> {
 public:
  explicit Arbiter(CounterPlan plan) : plan_{std::move(plan)} {}

  void start(Env& env) override;
  void on_message(Env& env, ConnectionId connection, const Message& message) override;
  void on_connection(Env&, ConnectionId, ConnectionEvent) override {}
  void on_timer(Env& env, Timer timer) override;
  void on_command(Env&, const Message&) override {}
  void on_stop(Env& env) override { env.exit(); }

  /// What survives.
  struct Ledger {
    std::uint64_t epoch = 0;
    Members members = 0;
    std::uint32_t holder = UINT32_MAX;

    auto fields() const { return std::tie(epoch, members, holder); }
    auto fields() { return std::tie(epoch, members, holder); }
    friend bool operator==(const Ledger&, const Ledger&) = default;
  };
  const Ledger& ledger() const { return ledger_; }

 private:
  enum TimerKind : std::uint32_t { lease_ends };

  LeaseReply answer(Env& env, const LeaseRequest& request);
  bool save(Env& env, const Ledger& ledger);
  void lend(Env& env);

  CounterPlan plan_;
  Ledger ledger_;
  std::uint64_t last_number_ = 0;  // of the holder's requests
  bool lent_ = false;
  TimerId lease_end_;
  EventId lent_by_;
  bool ending_ = false;
};

}  // namespace sim::example
