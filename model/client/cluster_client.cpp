#include "model/client/cluster_client.hpp"

#include <algorithm>
#include <utility>

namespace kafka {
namespace {

constexpr RequestTag metadata_request{UINT32_MAX - 1, 0};

}  // namespace

ClusterClient::ClusterClient(ClientIdentity identity, const CommonClientConfig& config, std::size_t max_in_flight)
    : identity_{std::move(identity)},
      network_{identity_.client_id, config, max_in_flight, sim::Timer{identity_.first_timer_kind, 0}},
      metadata_{config},
      alarm_{sim::Timer{identity_.first_timer_kind + 1, 0}} {}

void ClusterClient::start(sim::Env& env) {
  for (std::size_t i = 0; i < identity_.bootstrap.size(); ++i) {
    network_.set_node(env, NetworkClient::seed_id(i), identity_.bootstrap[i]);
  }
}

bool ClusterClient::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  return network_.on_connection(env, connection, event);
}

bool ClusterClient::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  return network_.on_message(env, connection, message);
}

bool ClusterClient::on_timer(sim::Env& env, sim::Timer timer) {
  if (alarm_.owns(timer)) {
    alarm_.fired();
    return true;
  }
  return network_.on_timer(env, timer);
}

bool ClusterClient::next_event(sim::Env& env, NetworkEvent& event) {
  while (network_.next_event(event)) {
    if (event.tag.kind != metadata_request.kind) return true;
    metadata_outcome(env, event);
  }
  return false;
}

void ClusterClient::metadata_outcome(sim::Env& env, const NetworkEvent& event) {
  asked_ = false;
  if (event.kind != NetworkEvent::Kind::answered) {
    return metadata_.failed(env.now(), env.random("client-metadata-backoff"));
  }
  const auto& answer = sim::content_of<Response<MetadataResponse>>(*event.answer).body;
  metadata_.update(answer, env.now(), env.cause(), env.random("client-metadata-backoff"));
  use_brokers(env);
}

void ClusterClient::use_brokers(sim::Env& env) {
  for (const Metadata::Broker& broker : metadata_.brokers()) network_.set_node(env, broker.id, broker.host);
}

bool ClusterClient::apply_hint(sim::Env& env, TopicIndex topic, std::int32_t partition, const LeaderIdAndEpoch& leader,
                               const std::vector<NodeEndpoint>& endpoints) {
  if (!metadata_.apply_hint(topic, partition, leader, endpoints, env.cause())) return false;
  use_brokers(env);
  return true;
}

// The seeds, until somebody has said who the brokers are.
std::vector<BrokerId> ClusterClient::candidates() const {
  std::vector<BrokerId> ids;
  for (const Metadata::Broker& broker : metadata_.brokers()) ids.push_back(broker.id);
  if (!ids.empty()) return ids;
  for (std::size_t i = 0; i < identity_.bootstrap.size(); ++i) ids.push_back(NetworkClient::seed_id(i));
  return ids;
}

void ClusterClient::poll(sim::Env& env) {
  if (network_.take_disconnected()) metadata_.request_update();
  if (asked_) return;
  const sim::Time due = metadata_.next_request_at();
  if (env.now() < due) return alarm_.by(env, due);

  const std::vector<BrokerId> brokers = candidates();
  const auto node = network_.least_loaded(brokers, env.now(), env.random("client-least-loaded"));
  if (!node) {
    for (const BrokerId id : brokers) {
      if (const auto until = network_.pause_until(id, env.now())) alarm_.by(env, *until);
    }
    return;
  }
  if (network_.can_send(*node)) {
    asked_ = true;
    network_.send<MetadataRequest, MetadataResponse>(env, *node, metadata_.make_request(), metadata_request);
  } else if (!network_.any_connecting()) {
    network_.make_ready(env, *node);
  }  // else its opening, or its end, comes here again
}

}  // namespace kafka
