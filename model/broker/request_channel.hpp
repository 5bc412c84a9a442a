// request_channel.hpp - the requests that clients and other brokers send to this broker.
// Here:  RequestChannel: one request at a time per connection, answers in the order of requests, answers that wait for
//        room in the socket.
// Not:   what a request means (broker_requests.cpp); connections that this broker opened (broker_channel.hpp).
// Start: take(), answer(). Reference: wire-protocol.md §1 (classes RequestChannel, Processor).
#pragma once

#include "model/protocol/envelope.hpp"
#include "sim/env.hpp"
#include "sim/message.hpp"
#include "sim/ring.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace kafka {

/// Where an answer goes. Plain data: it stays good, and harmless, after the connection has ended.
struct ReplyTo {
  sim::ConnectionId connection;
  CorrelationId correlation_id;
  std::int16_t version = 0;
};

/// A value.
class RequestChannel {
 public:
  void opened(sim::ConnectionId connection) { clients_[connection.raw()]; }
  void ended(sim::ConnectionId connection) { clients_.erase(connection.raw()); }
  bool knows(sim::ConnectionId connection) const { return clients_.contains(connection.raw()); }
  std::size_t connections() const { return clients_.size(); }

  /// A request arrived. True: handle it now. False: an earlier one of the connection is still unanswered; it waits, as
  /// in a socket that is not read, and comes from next() later.
  bool take(sim::ConnectionId connection, const sim::Message& request) {
    const auto found = clients_.find(connection.raw());
    if (found == clients_.end()) return false;
    Client& client = found->second;
    if (client.busy) {
      client.waiting.push_back(sim::MessagePtr{&request});
      return false;
    }
    client.busy = true;
    return true;
  }

  /// Sends the answer; if the socket is full it follows when there is room. Returns true if another request of this
  /// connection waits and can be handled now: the caller posts it to an io thread.
  bool answer(sim::Env& env, sim::ConnectionId connection, sim::MessagePtr response) {
    const auto found = clients_.find(connection.raw());
    if (found == clients_.end()) return false;  // the client is gone; nobody is to be told
    Client& client = found->second;
    if (env.send(connection, response) == sim::SendResult::full) {
      client.unsent = std::move(response);
      return false;
    }
    return done(client);
  }

  /// The request needs no answer (acks=0).
  bool answer_nothing(sim::ConnectionId connection) {
    const auto found = clients_.find(connection.raw());
    return found != clients_.end() && done(found->second);
  }

  /// There is room in the socket again. As answer().
  bool writable(sim::Env& env, sim::ConnectionId connection) {
    const auto found = clients_.find(connection.raw());
    if (found == clients_.end() || !found->second.unsent) return false;
    sim::MessagePtr response = std::move(found->second.unsent);
    found->second.unsent = {};
    return answer(env, connection, std::move(response));
  }

  /// The next request that waits; the connection is busy with it from now on.
  sim::MessagePtr next(sim::ConnectionId connection) {
    const auto found = clients_.find(connection.raw());
    if (found == clients_.end() || found->second.busy || found->second.waiting.empty()) return {};
    found->second.busy = true;
    return found->second.waiting.pop_front();
  }

 private:
  struct Client {
    sim::Ring<sim::MessagePtr> waiting;
    sim::MessagePtr unsent;
    bool busy = false;
  };

  static bool done(Client& client) {
    client.busy = false;
    return !client.waiting.empty();
  }

  std::map<std::uint64_t, Client> clients_;  // by ConnectionId
};

}  // namespace kafka
