// broker_channel.hpp - a connection that this broker keeps to another one.
// Here:  BrokerChannel: connect on demand, one request in flight, time-outs, reconnecting with a pause. Used by
//        fetchers, by the controller's senders and for requests to the controller.
// Not:   clients' connections, which talk to many nodes at once (model/client/network_client.hpp).
// Start: send(); the owner routes on_connection(), on_response() and on_timer() here. (Class NetworkClientUtils.)
#pragma once

#include "model/protocol/envelope.hpp"
#include "model/types.hpp"
#include "sim/env.hpp"

#include <cstdint>
#include <string>

namespace kafka {

/// What the owner has to do after it passed an input on.
enum class ChannelEvent : std::uint8_t {
  none,
  ready,   ///< connected: a request can be sent
  failed,  ///< the connection, or the attempt to connect, is gone; a request in flight has no answer
};

/// A value. The owner gives it a timer (kind and key) that is the channel's alone.
class BrokerChannel {
 public:
  BrokerChannel() = default;
  /// `timeout`: for the answer to a request, and for connecting.
  BrokerChannel(std::string host, sim::Timer timer, sim::Duration timeout)
      : host_{std::move(host)}, timer_{timer}, timeout_{timeout} {}

  const std::string& host() const { return host_; }
  bool connected() const { return state_ == State::open; }
  bool busy() const { return in_flight_; }
  /// Connected and nothing in flight.
  bool ready() const { return connected() && !in_flight_; }
  bool owns(sim::ConnectionId connection) const { return connection_ == connection && state_ != State::closed; }
  sim::ConnectionId connection() const { return connection_; }

  /// Starts connecting unless it is connected or on its way.
  void connect(sim::Env& env);
  /// REQUIRES: ready(). The correlation id is next_correlation(). False if the socket took nothing, which ends the
  /// channel.
  template <class Body>
  bool send(sim::Env& env, std::int16_t version, const std::string& client_id, Body body) {
    const sim::SendResult result =
        env.send(connection_, make_request(version, correlation_, client_id, std::move(body)));
    if (result != sim::SendResult::sent) {
      close(env);
      return false;
    }
    in_flight_ = true;
    sent_at_ = env.now();
    restart_timer(env);
    return true;
  }
  /// An answer came. True if it is the one that was waited for.
  bool on_response(sim::Env& env, CorrelationId correlation_id);
  ChannelEvent on_connection(sim::Env& env, sim::ConnectionEvent event);
  /// The channel's timer fired: nothing was heard for `timeout`. Says so to the trace and gives the connection up.
  ChannelEvent on_timer(sim::Env& env);
  void close(sim::Env& env);

 private:
  enum class State : std::uint8_t { closed, connecting, open };

  void restart_timer(sim::Env& env);
  void forget(sim::Env& env);

  std::string host_;
  sim::Timer timer_;
  sim::Duration timeout_;
  State state_ = State::closed;
  bool in_flight_ = false;
  sim::ConnectionId connection_;
  CorrelationId correlation_;
  sim::TimerId running_;
  sim::Time sent_at_;
};

}  // namespace kafka
