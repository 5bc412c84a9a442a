// broker.hpp - a Kafka broker, as a process.
// Here:  Broker: the door. It routes inputs to its parts and carries them through start, registration and shutdown.
// Not:   the parts: replica_manager.hpp, controller/controller.hpp, metadata_cache.hpp, request_channel.hpp.
// Start: start() in broker_lifecycle.cpp, handle_request() in broker_requests.cpp. (Class KafkaServer.)
#pragma once

#include "model/broker/broker_context.hpp"
#include "model/broker/controller/controller.hpp"
#include "model/broker/controller_link.hpp"
#include "model/broker/costs.hpp"
#include "model/broker/metadata_cache.hpp"
#include "model/broker/replica_manager.hpp"
#include "model/broker/request_channel.hpp"
#include "model/config/broker_config.hpp"
#include "model/zookeeper/client.hpp"
#include "sim/process.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace kafka {

/// server.properties, and where the broker runs.
struct BrokerOptions {
  BrokerId id;
  std::optional<std::string> rack;
  BrokerConfig config;
  BrokerCosts costs;
  std::vector<std::string> zookeeper_servers;  ///< names of hosts: zookeeper.connect
};

class Broker final : public sim::Process {
 public:
  explicit Broker(BrokerOptions options);
  // Defaulted, in broker.cpp: so large a copy is compiled once, not in every file that sees a broker.
  Broker(const Broker&);
  Broker& operator=(const Broker&) = delete;
  ~Broker() override;
  std::unique_ptr<sim::Process> clone() const override;

  std::span<const sim::StationSpec> stations() const override { return stations_; }
  sim::Station route(const sim::Input& input) const override;
  void start(sim::Env& env) override;
  void on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) override;
  void on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) override;
  void on_timer(sim::Env& env, sim::Timer timer) override;
  /// Takes none.
  void on_command(sim::Env& env, const sim::Message& command) override;
  void on_stop(sim::Env& env) override;

  // For observers.
  enum class Phase : std::uint8_t { connecting, preparing, loading, registering, running, shutting_down, closing };
  Phase phase() const { return phase_; }
  BrokerId id() const { return options_.id; }
  BrokerEpoch epoch() const { return epoch_; }
  const BrokerConfig& config() const { return options_.config; }
  const ReplicaManager& replicas() const { return replicas_; }
  const Controller& controller() const { return controller_; }
  const MetadataCache& metadata() const { return metadata_; }

 private:
  /// Tags of the broker's own ZooKeeper requests.
  enum class Tag : std::uint32_t {
    parents,
    cluster_id,
    make_cluster_id,
    topic_config,
    register_self,
    read_self,
    remove_self
  };

  struct ParkedRequest {
    sim::ConnectionId connection;
    sim::MessagePtr request;
  };

  BrokerContext context(sim::Env& env);
  ControllerContext controller_context(sim::Env& env);
  void after(BrokerContext& context);
  void send_replies(BrokerContext& context, ControllerContext& done);

  // broker_lifecycle.cpp
  void handle_zookeeper(sim::Env& env, const std::vector<zookeeper::ClientEvent>& events);
  void session_event(sim::Env& env, const zookeeper::SessionEvent& event);
  void own_answer(sim::Env& env, const zookeeper::Answer& answer);
  void prepare(sim::Env& env);
  void got_cluster_id(sim::Env& env, const std::string& id);
  void want_topic_config(sim::Env& env, const std::string& topic);
  void got_topic_config(sim::Env& env, const zookeeper::Answer& answer);
  void load_logs(sim::Env& env);
  void register_self(sim::Env& env);
  void registered(sim::Env& env, BrokerEpoch epoch);
  void abort_start(sim::Env& env);
  void try_controlled_shutdown(sim::Env& env);
  void controlled_shutdown_answered(sim::Env& env, const ControllerLinkOutcome& outcome);
  void finish_shutdown(sim::Env& env);
  void link_outcome(sim::Env& env, const ControllerLinkOutcome& outcome);

  // broker_requests.cpp
  void handle_request(sim::Env& env, sim::ConnectionId connection, const sim::Message& message);
  void handle_leader_and_isr(BrokerContext& context, const ReplyTo& to, const sim::Message& message);
  void handle_update_metadata(BrokerContext& context, const ReplyTo& to, const UpdateMetadataRequest& request);
  void handle_stop_replica(BrokerContext& context, const ReplyTo& to, const StopReplicaRequest& request);
  void handle_metadata(BrokerContext& context, const ReplyTo& to, const sim::Message& message);
  void handle_describe_cluster(BrokerContext& context, const ReplyTo& to);
  ErrorCode check_control_request(BrokerEpoch epoch, ControllerEpoch controller_epoch);

  BrokerOptions options_;
  std::vector<sim::StationSpec> stations_;
  Phase phase_ = Phase::connecting;
  std::optional<zookeeper::Client> zookeeper_;  // made at start: it needs to know where the servers are
  std::uint32_t parents_left_ = 0;
  std::string cluster_id_;
  std::set<std::string> configs_wanted_;  // topics whose settings were asked of ZooKeeper
  std::set<std::string> configs_known_;
  std::vector<ParkedRequest> parked_;  // LeaderAndIsr requests that wait for topics' settings
  BrokerEpoch epoch_ = no_broker_epoch;
  bool was_registered_ = false;
  ControllerEpoch controller_epoch_{0};  // the highest that was heard of
  std::int64_t shutdown_attempts_ = 0;

  RequestChannel channel_;
  MetadataCache metadata_;
  ReplicaManager replicas_;
  AlterPartitionManager isr_changes_;
  ControllerLink link_;
  Controller controller_;
};

}  // namespace kafka
