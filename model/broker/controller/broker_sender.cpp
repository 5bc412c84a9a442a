#include "model/broker/controller/broker_sender.hpp"

namespace kafka {
namespace {

constexpr std::int16_t leader_and_isr_version = 7;
constexpr std::int16_t update_metadata_version = 8;
constexpr std::int16_t stop_replica_version = 4;
/// Kafka's fixed pause before a request is sent again.
constexpr sim::Duration pause{100'000'000};

}  // namespace

void BrokerSender::pump(sim::Env& env, const std::string& client_id) {
  if (queue_.empty() || channel_.busy()) return;
  if (!channel_.connected()) return channel_.connect(env);
  bool sent = false;
  const ControlRequest& first = queue_.front();
  if (const auto* leaders = std::get_if<LeaderAndIsrRequest>(&first)) {
    sent = channel_.send(env, leader_and_isr_version, client_id, *leaders);
  } else if (const auto* metadata = std::get_if<UpdateMetadataRequest>(&first)) {
    sent = channel_.send(env, update_metadata_version, client_id, *metadata);
  } else if (const auto* stop = std::get_if<StopReplicaRequest>(&first)) {
    sent = channel_.send(env, stop_replica_version, client_id, *stop);
  }
  if (!sent) try_again_later(env);
}

bool BrokerSender::on_response(sim::Env& env, CorrelationId correlation_id) {
  if (!channel_.on_response(env, correlation_id)) return false;
  queue_.pop_front();
  return true;
}

void BrokerSender::on_connection(sim::Env& env, sim::ConnectionEvent event, const std::string& client_id) {
  switch (channel_.on_connection(env, event)) {
    case ChannelEvent::none: break;
    case ChannelEvent::ready: pump(env, client_id); break;
    case ChannelEvent::failed: try_again_later(env); break;
  }
}

void BrokerSender::on_timeout(sim::Env& env) {
  if (channel_.on_timer(env) == ChannelEvent::failed) try_again_later(env);
}

void BrokerSender::close(sim::Env& env) {
  env.cancel(retry_running_);
  retry_running_ = {};
  channel_.close(env);
  queue_.clear();
}

void BrokerSender::try_again_later(sim::Env& env) {
  env.cancel(retry_running_);
  retry_running_ = env.arm(pause, retry_);
}

}  // namespace kafka
