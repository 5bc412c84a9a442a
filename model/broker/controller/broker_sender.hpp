// broker_sender.hpp - the controller's requests to one broker.
// Here:  BrokerSender: a queue, one request in flight, sent again until it is answered or the broker is gone.
// Not:   what is in a request (request_batch.hpp).
// Start: enqueue(), pump(). Reference: replication-and-control.md §3.9 (class RequestSendThread).
#pragma once

#include "model/broker/broker_channel.hpp"
#include "model/protocol/controller_requests.hpp"
#include "sim/ring.hpp"

#include <variant>

namespace kafka {

using ControlRequest = std::variant<std::monostate, LeaderAndIsrRequest, UpdateMetadataRequest, StopReplicaRequest>;

/// A value.
class BrokerSender {
 public:
  BrokerSender() = default;
  BrokerSender(BrokerId broker, BrokerChannel channel, sim::Timer retry)
      : broker_{broker}, channel_{std::move(channel)}, retry_{retry} {}

  BrokerId broker() const { return broker_; }
  bool owns(sim::ConnectionId connection) const { return channel_.owns(connection); }
  std::size_t waiting() const { return queue_.size(); }

  void enqueue(ControlRequest request) { queue_.push_back(std::move(request)); }
  /// Sends the first request if nothing is in flight; connects if need be.
  void pump(sim::Env& env, const std::string& client_id);

  /// True if the answer was waited for: its request is done.
  bool on_response(sim::Env& env, CorrelationId correlation_id);
  void on_connection(sim::Env& env, sim::ConnectionEvent event, const std::string& client_id);
  void on_timeout(sim::Env& env);
  void close(sim::Env& env);

 private:
  void try_again_later(sim::Env& env);

  BrokerId broker_ = no_broker;
  BrokerChannel channel_;
  sim::Timer retry_;
  sim::TimerId retry_running_;
  sim::Ring<ControlRequest> queue_;
};

}  // namespace kafka
