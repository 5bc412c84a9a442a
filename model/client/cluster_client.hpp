// cluster_client.hpp - what producers and consumers have in common.
// Here:  ClusterClient: connections and metadata together; asks for metadata when it is due, whoever is least busy.
// Not:   the two parts (network_client.hpp, metadata.hpp); what is done with a cluster (producer.hpp, consumer.hpp).
// Start: poll(), next_event(). Reference: clients-groups-transactions.md §1.7 (NetworkClient.DefaultMetadataUpdater).
#pragma once

#include "model/client/alarm.hpp"
#include "model/client/metadata.hpp"
#include "model/client/network_client.hpp"
#include "model/config/client_config.hpp"
#include "sim/env.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kafka {

/// Who a client is and where it begins.
struct ClientIdentity {
  std::string client_id;
  std::vector<std::string> bootstrap;  ///< `bootstrap.servers`, as names of hosts; at least one
  /// Timers of this kind and the next `timer_kinds` - 1 belong to the client alone.
  std::uint32_t first_timer_kind = 1;
};
inline constexpr std::uint32_t timer_kinds = 3;

/// A value. Its owner passes on all inputs, then takes the events, then calls poll().
class ClusterClient {
 public:
  ClusterClient(ClientIdentity identity, const CommonClientConfig& config, std::size_t max_in_flight);

  void start(sim::Env& env);
  bool on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event);
  bool on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message);
  bool on_timer(sim::Env& env, sim::Timer timer);

  /// The outcomes of the owner's requests; those of its own it handles here.
  bool next_event(sim::Env& env, NetworkEvent& event);
  /// Sending can make events, too: the owner goes round again.
  bool has_events() const { return network_.has_events(); }
  /// Asks for metadata if it is time.
  void poll(sim::Env& env);

  Metadata& metadata() { return metadata_; }
  const Metadata& metadata() const { return metadata_; }
  NetworkClient& network() { return network_; }
  /// A leader that came with an error; true if it was news.
  bool apply_hint(sim::Env& env, TopicIndex topic, std::int32_t partition, const LeaderIdAndEpoch& leader,
                  const std::vector<NodeEndpoint>& endpoints);
  const std::string& client_id() const { return identity_.client_id; }

 private:
  void metadata_outcome(sim::Env& env, const NetworkEvent& event);
  void use_brokers(sim::Env& env);
  std::vector<BrokerId> candidates() const;

  ClientIdentity identity_;
  NetworkClient network_;
  Metadata metadata_;
  Alarm alarm_;
  bool asked_ = false;  // a request for metadata is in flight
};

}  // namespace kafka
