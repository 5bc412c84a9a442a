#include "model/broker/broker_channel.hpp"

namespace kafka {

void BrokerChannel::connect(sim::Env& env) {
  if (state_ != State::closed) return;
  const auto host = env.find_host(host_);
  SIM_CHECK(host.has_value(), "there is no host {}", host_);
  connection_ = env.connect(*host);
  state_ = State::connecting;
  sent_at_ = env.now();
  restart_timer(env);
}

bool BrokerChannel::on_response(sim::Env& env, CorrelationId correlation_id) {
  if (!in_flight_ || correlation_id != correlation_) return false;
  in_flight_ = false;
  correlation_ = CorrelationId{(correlation_.raw() + 1) & 0x7fffffff};
  env.cancel(running_);
  running_ = {};
  return true;
}

ChannelEvent BrokerChannel::on_connection(sim::Env& env, sim::ConnectionEvent event) {
  switch (event.change) {
    case sim::ConnectionChange::opened:
      state_ = State::open;
      env.cancel(running_);
      running_ = {};
      return ChannelEvent::ready;
    case sim::ConnectionChange::accepted:
    case sim::ConnectionChange::writable: return ChannelEvent::none;
    case sim::ConnectionChange::refused:
    case sim::ConnectionChange::timed_out:
    case sim::ConnectionChange::closed:
    case sim::ConnectionChange::reset: forget(env); return ChannelEvent::failed;
  }
  return ChannelEvent::none;
}

ChannelEvent BrokerChannel::on_timer(sim::Env& env) {
  if (state_ == State::closed) return ChannelEvent::none;
  running_ = {};
  if (const auto host = env.find_host(host_)) env.waited_for(*host, sent_at_);
  close(env);
  return ChannelEvent::failed;
}

void BrokerChannel::close(sim::Env& env) {
  if (state_ != State::closed) env.close(connection_);
  forget(env);
}

void BrokerChannel::forget(sim::Env& env) {
  env.cancel(running_);
  running_ = {};
  state_ = State::closed;
  connection_ = {};
  in_flight_ = false;
  correlation_ = CorrelationId{};
}

void BrokerChannel::restart_timer(sim::Env& env) {
  env.cancel(running_);
  running_ = env.arm(timeout_, timer_);
}

}  // namespace kafka
