// network_client.hpp - a client's connections to the brokers.
// Here:  NetworkClient: connect on demand, agree on versions, several requests in flight, time-outs, reconnecting with
//        growing pauses, sockets that are full; which broker has the least to do.
// Not:   what is asked (producer.hpp, consumer.hpp); who the brokers are (metadata.hpp, cluster_client.hpp).
// Start: make_ready(), send(), next_event(). Reference: clients-groups-transactions.md §1.3, §1.4, §1.7,
//        wire-protocol.md §1, §6 (classes NetworkClient, ClusterConnectionStates).
#pragma once

#include "model/client/alarm.hpp"
#include "model/config/client_config.hpp"
#include "model/protocol/api_versions.hpp"
#include "model/protocol/envelope.hpp"
#include "model/types.hpp"
#include "sim/env.hpp"
#include "sim/ring.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kafka {

/// What a request is about: its owner's own numbers.
struct RequestTag {
  std::uint32_t kind = 0;
  std::uint64_t key = 0;
};

/// What became of a request.
struct NetworkEvent {
  enum class Kind : std::uint8_t {
    answered,
    sent,          ///< no answer is expected, and the socket took it
    disconnected,  ///< the connection ended; the broker may have done what was asked
    timed_out,     ///< no answer within `request.timeout.ms`, to this request or an earlier one of the connection;
                   ///< likewise
    unsupported,   ///< not sent: the broker and this client have no version in common
  };
  Kind kind = Kind::answered;
  BrokerId node;
  RequestTag tag;
  sim::MessagePtr answer;  ///< of the type that was expected; only if answered
  sim::HostId host;
};

/// Whether the answer to a request is of its type, and which number it carries.
using CorrelationOf = std::optional<CorrelationId> (*)(const sim::Message&);
template <class Answer>
std::optional<CorrelationId> correlation_of(const sim::Message& message) {
  const auto* answer = sim::content<Response<Answer>>(message);
  return answer == nullptr ? std::nullopt : std::optional{answer->correlation_id};
}

/// A value. Brokers are named by their ids; seeds, whose ids nobody knows yet, by seed_id().
class NetworkClient {
 public:
  NetworkClient(std::string client_id, const CommonClientConfig& config, std::size_t max_in_flight, sim::Timer timer)
      : client_id_{std::move(client_id)}, config_{config}, max_in_flight_{max_in_flight}, alarm_{timer} {}

  /// The id of the i-th bootstrap server. (Kafka begins with -1, which is "no broker" here.)
  static constexpr BrokerId seed_id(std::size_t index) { return BrokerId{-2 - static_cast<std::int32_t>(index)}; }

  /// Where the broker is. A connection to another address is given up.
  void set_node(sim::Env& env, BrokerId id, std::string_view host_name);

  /// A request can be sent now.
  bool can_send(BrokerId id) const;
  /// As can_send(); if there is no connection, one is begun as soon as the pause after the last failure is over.
  bool make_ready(sim::Env& env, BrokerId id);
  bool is_connecting(BrokerId id) const;
  bool any_connecting() const;
  /// Nothing is there, and a new attempt is not allowed before: then the end of the pause, else nothing.
  std::optional<sim::Time> pause_until(BrokerId id, sim::Time now) const;
  std::size_t in_flight(BrokerId id) const;
  /// From a random start: the first that is ready and has nothing in flight, else the one with the fewest, else one
  /// that is connecting, else the one tried longest ago; nothing if all pause. Draws once.
  std::optional<BrokerId> least_loaded(const std::vector<BrokerId>& among, sim::Time now, sim::Random& random) const;

  /// The version to talk in: the highest that both sides know, at most `at_most`. Nothing if there is none, or before
  /// the first handshake.
  std::optional<std::int16_t> version_for(BrokerId id, Api api, std::int16_t at_most = INT16_MAX) const;

  /// The outcome comes as an event with this tag. REQUIRES: can_send(id).
  template <class Body, class Answer>
  void send(sim::Env& env, BrokerId id, Body body, RequestTag tag, bool answer_expected = true,
            std::int16_t at_most = INT16_MAX) {
    Node& node = *find(id);
    const auto version = version_for(id, Body::api, at_most);
    if (!version) {
      events_.push_back(NetworkEvent{NetworkEvent::Kind::unsupported, id, tag, {}, node.host});
      return;
    }
    transmit(env, node, make_request(*version, node.next_correlation, client_id_, std::move(body)),
             answer_expected ? &correlation_of<Answer> : nullptr, tag);
  }

  /// Inputs of the process; true if it was ours.
  bool on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event);
  bool on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message);
  bool on_timer(sim::Env& env, sim::Timer timer);

  /// Takes the oldest event; false if there is none.
  bool next_event(NetworkEvent& event);
  bool has_events() const { return !events_.empty(); }
  /// Whether a connection was lost since the last call: a reason to ask who is alive.
  bool take_disconnected() { return std::exchange(disconnected_, false); }

 private:
  enum class State : std::uint8_t { idle, connecting, checking_versions, ready };

  struct InFlight {
    CorrelationId correlation;
    RequestTag tag;
    sim::Time sent_at;
    CorrelationOf correlation_of = nullptr;  ///< null: no answer is expected
  };
  struct Node {
    BrokerId id;
    std::string host_name;
    sim::HostId host;
    State state = State::idle;
    sim::ConnectionId connection;
    sim::Ring<InFlight> in_flight;
    sim::MessagePtr unsent;  ///< the newest of in_flight, if the socket was full
    CorrelationId next_correlation;
    std::uint32_t failures = 0;  ///< in a row
    sim::Time not_before;        ///< no new attempt earlier
    sim::Time tried_at{-1};
    sim::Time give_up_at;  ///< while connecting
    sim::Time used_at;
    std::vector<ApiVersionsResponse::ApiVersion> versions;  ///< of the last handshake
  };

  Node* find(BrokerId id);
  const Node* find(BrokerId id) const;
  Node* find(sim::ConnectionId connection);

  void connect(sim::Env& env, Node& node);
  void transmit(sim::Env& env, Node& node, sim::MessagePtr message, CorrelationOf correlation, RequestTag tag);
  void try_unsent(sim::Env& env, Node& node);
  void taken(Node& node);
  void ask_versions(sim::Env& env, Node& node, std::int16_t version);
  void versions_came(sim::Env& env, Node& node, const sim::Message& message);
  void give_up(sim::Env& env, Node& node, NetworkEvent::Kind kind);
  void lost(sim::Env& env, Node& node, NetworkEvent::Kind kind);
  void check_deadlines(sim::Env& env, Node& node);
  sim::Time deadline(const Node& node) const;

  std::string client_id_;
  CommonClientConfig config_;
  std::size_t max_in_flight_;
  Alarm alarm_;
  std::vector<Node> nodes_;  // in the order in which they became known
  sim::Ring<NetworkEvent> events_;
  bool disconnected_ = false;
};

}  // namespace kafka
