#include "model/broker/controller_link.hpp"

namespace kafka {
namespace {

constexpr std::int16_t alter_partition_version = 3;
constexpr std::int16_t controlled_shutdown_version = 3;
/// Kafka's fixed pause between attempts (DefaultAlterPartitionManager, NodeToControllerRequestThread).
constexpr sim::Duration retry_pause{50'000'000};

}  // namespace

void ControllerLink::request_shutdown(sim::Env& env, AlterPartitionManager& isr, const MetadataCache& cache,
                                      BrokerEpoch epoch) {
  shutdown_wanted_ = true;
  poke(env, isr, cache, epoch);
}

void ControllerLink::poke(sim::Env& env, AlterPartitionManager& isr, const MetadataCache& cache, BrokerEpoch epoch) {
  if (sent_ != Sent::nothing || (!isr.has_work() && !shutdown_wanted_)) return;
  const BrokerId controller = cache.controller();
  const BrokerEndpoint* endpoint = cache.endpoint(controller);
  if (endpoint == nullptr) return retry_later(env);
  if (controller != target_ || endpoint->host != channel_.host()) {
    channel_.close(env);
    channel_ = BrokerChannel{endpoint->host, timeout_timer_, timeout_};
    target_ = controller;
  }
  if (!channel_.ready()) return channel_.connect(env);
  // The shutdown goes first: the ISR will be the controller's business then.
  bool sent = false;
  if (shutdown_wanted_) {
    ControlledShutdownRequest request;
    request.broker_id = me_;
    request.broker_epoch = epoch;
    sent = channel_.send(env, controlled_shutdown_version, client_id_, std::move(request));
    if (sent) sent_ = Sent::controlled_shutdown;
  } else {
    AlterPartitionRequest request = isr.next_request(me_, epoch);
    sent = channel_.send(env, alter_partition_version, client_id_, std::move(request));
    if (sent) {
      sent_ = Sent::alter_partition;
    } else {
      isr.on_failure();
    }
  }
  if (!sent) retry_later(env);
}

ControllerLinkOutcome ControllerLink::on_message(sim::Env& env, const sim::Message& message, AlterPartitionManager& isr,
                                                 const MetadataCache& cache, BrokerEpoch epoch) {
  ControllerLinkOutcome outcome;
  if (const auto* altered = sim::content<Response<AlterPartitionResponse>>(message)) {
    if (!channel_.on_response(env, altered->correlation_id)) return outcome;
    sent_ = Sent::nothing;
    outcome.isr_answers = isr.on_response(altered->body);
    if (altered->body.error_code != ErrorCode::none) {
      // NOT_CONTROLLER, STALE_BROKER_EPOCH ...: whoever is right now, the cache will know soon.
      if (altered->body.error_code == ErrorCode::not_controller) channel_.close(env);
      retry_later(env);
      return outcome;
    }
  } else if (const auto* shut = sim::content<Response<ControlledShutdownResponse>>(message)) {
    if (!channel_.on_response(env, shut->correlation_id)) return outcome;
    sent_ = Sent::nothing;
    shutdown_wanted_ = false;
    outcome.shutdown = shut->body;
  }
  poke(env, isr, cache, epoch);
  return outcome;
}

ControllerLinkOutcome ControllerLink::on_connection(sim::Env& env, sim::ConnectionEvent event,
                                                    AlterPartitionManager& isr, const MetadataCache& cache,
                                                    BrokerEpoch epoch) {
  switch (channel_.on_connection(env, event)) {
    case ChannelEvent::none: break;
    case ChannelEvent::ready: poke(env, isr, cache, epoch); break;
    case ChannelEvent::failed: return failed(env, isr);
  }
  return {};
}

ControllerLinkOutcome ControllerLink::on_timeout(sim::Env& env, AlterPartitionManager& isr, const MetadataCache&,
                                                 BrokerEpoch) {
  return channel_.on_timer(env) == ChannelEvent::failed ? failed(env, isr) : ControllerLinkOutcome{};
}

void ControllerLink::on_retry(sim::Env& env, AlterPartitionManager& isr, const MetadataCache& cache,
                              BrokerEpoch epoch) {
  retry_ = {};
  poke(env, isr, cache, epoch);
}

ControllerLinkOutcome ControllerLink::failed(sim::Env& env, AlterPartitionManager& isr) {
  ControllerLinkOutcome outcome;
  if (sent_ == Sent::alter_partition) isr.on_failure();
  if (sent_ == Sent::controlled_shutdown || (sent_ == Sent::nothing && shutdown_wanted_)) {
    outcome.shutdown_failed = true;
    shutdown_wanted_ = false;
  }
  sent_ = Sent::nothing;
  retry_later(env);
  return outcome;
}

void ControllerLink::retry_later(sim::Env& env) {
  env.cancel(retry_);
  retry_ = env.arm(retry_pause, retry_timer_);
}

}  // namespace kafka
