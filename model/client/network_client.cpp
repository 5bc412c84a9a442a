#include "model/client/network_client.hpp"

#include <algorithm>

#include "model/client/backoff.hpp"

namespace kafka {
namespace {

// The handshake's requests are ours: no owner has this kind.
constexpr RequestTag handshake{UINT32_MAX, 0};

ApiVersionsRequest who_we_are() {
  ApiVersionsRequest request;
  request.client_software_name = "apache-kafka-java";
  request.client_software_version = "3.9.0";
  return request;
}

}  // namespace

// --- nodes
// -------------------------------------------------------------------------------------------------------------

const NetworkClient::Node* NetworkClient::find(BrokerId id) const {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& node) { return node.id == id; });
  return found == nodes_.end() ? nullptr : &*found;
}

NetworkClient::Node* NetworkClient::find(BrokerId id) {
  return const_cast<Node*>(static_cast<const NetworkClient*>(this)->find(id));
}

NetworkClient::Node* NetworkClient::find(sim::ConnectionId connection) {
  const auto found = std::find_if(nodes_.begin(), nodes_.end(), [&](const Node& node) {
    return node.connection == connection && node.state != State::idle;
  });
  return found == nodes_.end() ? nullptr : &*found;
}

void NetworkClient::set_node(sim::Env& env, BrokerId id, std::string_view host_name) {
  Node* node = find(id);
  if (node == nullptr) {
    node = &nodes_.emplace_back();
    node->id = id;
  } else if (node->host_name == host_name) {
    return;
  } else if (node->state != State::idle) {
    give_up(env, *node, NetworkEvent::Kind::disconnected);
  }
  const auto host = env.find_host(host_name);
  SIM_CHECK(host.has_value(), "there is no host {}", host_name);
  node->host_name = std::string{host_name};
  node->host = *host;
}

bool NetworkClient::can_send(BrokerId id) const {
  const Node* node = find(id);
  return node != nullptr && node->state == State::ready && !node->unsent && node->in_flight.size() < max_in_flight_;
}

bool NetworkClient::make_ready(sim::Env& env, BrokerId id) {
  Node* node = find(id);
  if (node == nullptr) return false;
  if (node->state == State::idle && env.now() >= node->not_before) connect(env, *node);
  return can_send(id);
}

bool NetworkClient::is_connecting(BrokerId id) const {
  const Node* node = find(id);
  return node != nullptr && (node->state == State::connecting || node->state == State::checking_versions);
}

bool NetworkClient::any_connecting() const {
  return std::any_of(nodes_.begin(), nodes_.end(), [](const Node& node) {
    return node.state == State::connecting || node.state == State::checking_versions;
  });
}

std::optional<sim::Time> NetworkClient::pause_until(BrokerId id, sim::Time now) const {
  const Node* node = find(id);
  if (node == nullptr || node->state != State::idle || node->not_before <= now) return std::nullopt;
  return node->not_before;
}

std::size_t NetworkClient::in_flight(BrokerId id) const {
  const Node* node = find(id);
  return node == nullptr ? 0 : node->in_flight.size();
}

std::optional<BrokerId> NetworkClient::least_loaded(const std::vector<BrokerId>& among, sim::Time now,
                                                    sim::Random& random) const {
  if (among.empty()) return std::nullopt;
  const std::size_t start = random.index(among.size());
  const Node* fewest = nullptr;
  const Node* connecting = nullptr;
  const Node* oldest = nullptr;
  for (std::size_t i = 0; i < among.size(); ++i) {
    const Node* node = find(among[(start + i) % among.size()]);
    if (node == nullptr) continue;
    if (can_send(node->id)) {
      if (node->in_flight.empty()) return node->id;
      if (fewest == nullptr || node->in_flight.size() < fewest->in_flight.size()) fewest = node;
    } else if (is_connecting(node->id)) {
      connecting = node;
    } else if (node->state == State::idle && node->not_before <= now) {
      if (oldest == nullptr || node->tried_at < oldest->tried_at) oldest = node;
    }
  }
  const Node* best = fewest != nullptr ? fewest : connecting != nullptr ? connecting : oldest;
  return best == nullptr ? std::nullopt : std::optional{best->id};
}

std::optional<std::int16_t> NetworkClient::version_for(BrokerId id, Api api, std::int16_t at_most) const {
  const Node* node = find(id);
  if (node == nullptr) return std::nullopt;
  const auto key = static_cast<std::int16_t>(api.key);
  for (const auto& range : node->versions) {
    if (range.api_key != key) continue;
    const std::int16_t version = std::min({range.max_version, api.last_version, at_most});
    return version < range.min_version || version < 0 ? std::nullopt : std::optional{version};
  }
  return std::nullopt;
}

// --- connecting and the handshake
// --------------------------------------------------------------------------------------

void NetworkClient::connect(sim::Env& env, Node& node) {
  const sim::Duration patience =
      exponential_backoff(config_.socket_connection_setup_timeout, config_.socket_connection_setup_timeout_max,
                          node.failures, env.random("client-connection-setup"));
  node.connection = env.connect(node.host);
  node.state = State::connecting;
  node.tried_at = env.now();
  node.give_up_at = env.now() + patience;
  node.next_correlation = CorrelationId{};
  alarm_.by(env, node.give_up_at);
}

// The first try is our newest version; a broker that does not know it says which one it does know (§6).
void NetworkClient::ask_versions(sim::Env& env, Node& node, std::int16_t version) {
  transmit(env, node, make_request(version, node.next_correlation, client_id_, who_we_are()),
           &correlation_of<ApiVersionsResponse>, handshake);
}

void NetworkClient::versions_came(sim::Env& env, Node& node, const sim::Message& message) {
  const auto& answer = sim::content_of<Response<ApiVersionsResponse>>(message).body;
  if (answer.error_code == ErrorCode::none) {
    node.versions = answer.api_keys;
    node.state = State::ready;
    node.failures = 0;
    return;
  }
  if (answer.error_code == ErrorCode::unsupported_version) {
    std::int16_t version = 0;
    for (const auto& range : answer.api_keys) {
      if (range.api_key == static_cast<std::int16_t>(ApiKey::api_versions)) {
        version = std::min(range.max_version, api_versions_api.last_version);
      }
    }
    return ask_versions(env, node, version);
  }
  give_up(env, node, NetworkEvent::Kind::disconnected);
}

// --- requests
// ----------------------------------------------------------------------------------------------------------

void NetworkClient::transmit(sim::Env& env, Node& node, sim::MessagePtr message, CorrelationOf correlation,
                             RequestTag tag) {
  node.in_flight.push_back(InFlight{node.next_correlation, tag, env.now(), correlation});
  node.next_correlation = CorrelationId{(node.next_correlation.raw() + 1) & 0x7fffffff};
  node.used_at = env.now();
  node.unsent = std::move(message);
  alarm_.by(env, env.now() + config_.request_timeout);
  try_unsent(env, node);
}

void NetworkClient::try_unsent(sim::Env& env, Node& node) {
  switch (env.send(node.connection, node.unsent)) {
    case sim::SendResult::sent:
      node.unsent = {};
      taken(node);
      break;
    case sim::SendResult::full: break;  // `writable` comes here again
    case sim::SendResult::closed: lost(env, node, NetworkEvent::Kind::disconnected); break;
  }
}

// A request without an answer is done as soon as the socket has it.
void NetworkClient::taken(Node& node) {
  if (node.in_flight.back().correlation_of != nullptr) return;
  events_.push_back(NetworkEvent{NetworkEvent::Kind::sent, node.id, node.in_flight.back().tag, {}, node.host});
  const CorrelationId done = node.in_flight.back().correlation;
  node.in_flight.remove_if([&](const InFlight& request) { return request.correlation == done; });
}

bool NetworkClient::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  Node* node = find(connection);
  if (node == nullptr) return false;
  SIM_CHECK(!node->in_flight.empty(), "{} answers what nobody asked: {}", node->host_name, message.type().name);
  const InFlight request = node->in_flight.pop_front();
  const auto correlation = request.correlation_of(message);
  SIM_CHECK(correlation.has_value(), "{} answers with {}", node->host_name, message.type().name);
  SIM_CHECK(*correlation == request.correlation, "{} answers {} instead of {}", node->host_name, correlation->raw(),
            request.correlation.raw());
  node->used_at = env.now();
  if (request.tag.kind == handshake.kind) {
    versions_came(env, *node, message);
  } else {
    events_.push_back(
        NetworkEvent{NetworkEvent::Kind::answered, node->id, request.tag, sim::MessagePtr{&message}, node->host});
  }
  return true;
}

bool NetworkClient::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  Node* node = find(connection);
  if (node == nullptr) return false;
  switch (event.change) {
    case sim::ConnectionChange::opened:
      node->state = State::checking_versions;
      ask_versions(env, *node, api_versions_api.last_version);
      break;
    case sim::ConnectionChange::writable:
      if (node->unsent) try_unsent(env, *node);
      break;
    case sim::ConnectionChange::accepted: break;
    case sim::ConnectionChange::timed_out:
      env.waited_for(node->host, node->tried_at);
      lost(env, *node, NetworkEvent::Kind::disconnected);
      break;
    case sim::ConnectionChange::refused:
    case sim::ConnectionChange::closed:
    case sim::ConnectionChange::reset: lost(env, *node, NetworkEvent::Kind::disconnected); break;
  }
  return true;
}

// --- the end of connections
// --------------------------------------------------------------------------------------------

void NetworkClient::give_up(sim::Env& env, Node& node, NetworkEvent::Kind kind) {
  env.close(node.connection);
  lost(env, node, kind);
}

void NetworkClient::lost(sim::Env& env, Node& node, NetworkEvent::Kind kind) {
  while (!node.in_flight.empty()) {
    const InFlight request = node.in_flight.pop_front();
    if (request.tag.kind == handshake.kind) continue;
    events_.push_back(NetworkEvent{kind, node.id, request.tag, {}, node.host});
  }
  node.unsent = {};
  node.connection = {};
  node.state = State::idle;
  node.not_before = env.now() + exponential_backoff(config_.reconnect_backoff, config_.reconnect_backoff_max,
                                                    node.failures, env.random("client-reconnect-backoff"));
  ++node.failures;
  disconnected_ = true;
}

sim::Time NetworkClient::deadline(const Node& node) const {
  if (node.state == State::idle) return sim::Time::max();
  if (node.state == State::connecting) return node.give_up_at;
  if (!node.in_flight.empty()) return node.in_flight.front().sent_at + config_.request_timeout;
  // A negative config means for ever.
  if (config_.connections_max_idle < sim::Duration{}) return sim::Time::max();
  return node.used_at + config_.connections_max_idle;
}

void NetworkClient::check_deadlines(sim::Env& env, Node& node) {
  if (env.now() < deadline(node)) return;
  if (node.state == State::connecting) {
    env.waited_for(node.host, node.tried_at);
    give_up(env, node, NetworkEvent::Kind::disconnected);
  } else if (!node.in_flight.empty()) {
    env.waited_for(node.host, node.in_flight.front().sent_at);
    give_up(env, node, NetworkEvent::Kind::timed_out);
  } else {
    give_up(env, node, NetworkEvent::Kind::disconnected);  // idle for too long
  }
}

bool NetworkClient::on_timer(sim::Env& env, sim::Timer timer) {
  if (!alarm_.owns(timer)) return false;
  alarm_.fired();
  for (Node& node : nodes_) {
    check_deadlines(env, node);
    alarm_.by(env, deadline(node));
  }
  return true;
}

bool NetworkClient::next_event(NetworkEvent& event) {
  if (events_.empty()) return false;
  event = events_.pop_front();
  return true;
}

}  // namespace kafka
