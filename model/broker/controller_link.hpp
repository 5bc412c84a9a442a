// controller_link.hpp - this broker's requests to the controller.
// Here:  ControllerLink: finds the controller in the metadata cache, keeps one connection to it, sends AlterPartition
//        and ControlledShutdown one after the other, tries again when the controller moves.
// Not:   what goes into a request (alter_partition_manager.hpp, broker_lifecycle.cpp).
// Start: poke(). Reference: replication-and-control.md §1.6, §3.14 (class NodeToControllerChannelManager).
#pragma once

#include "model/broker/alter_partition_manager.hpp"
#include "model/broker/broker_channel.hpp"
#include "model/broker/metadata_cache.hpp"
#include "model/protocol/alter_partition.hpp"
#include "model/protocol/controller_requests.hpp"
#include "sim/env.hpp"

#include <optional>
#include <vector>

namespace kafka {

/// What an input to the link brought.
struct ControllerLinkOutcome {
  std::vector<IsrAnswer> isr_answers;
  std::optional<ControlledShutdownResponse> shutdown;  ///< answered (with whatever error)
  bool shutdown_failed = false;                        ///< the attempt has no answer
};

/// A value.
class ControllerLink {
 public:
  ControllerLink() = default;
  /// `timeout_timer` and `retry_timer` are the link's alone.
  ControllerLink(BrokerId me, std::string client_id, sim::Timer timeout_timer, sim::Timer retry_timer,
                 sim::Duration timeout)
      : me_{me},
        client_id_{std::move(client_id)},
        timeout_timer_{timeout_timer},
        retry_timer_{retry_timer},
        timeout_{timeout} {}

  bool owns(sim::ConnectionId connection) const { return channel_.owns(connection); }
  /// Asks for a controlled shutdown as soon as the link is free.
  void request_shutdown(sim::Env& env, AlterPartitionManager& isr, const MetadataCache& cache, BrokerEpoch epoch);
  /// Sends what waits, if the controller is known and the link is free.
  void poke(sim::Env& env, AlterPartitionManager& isr, const MetadataCache& cache, BrokerEpoch epoch);

  ControllerLinkOutcome on_message(sim::Env& env, const sim::Message& message, AlterPartitionManager& isr,
                                   const MetadataCache& cache, BrokerEpoch epoch);
  ControllerLinkOutcome on_connection(sim::Env& env, sim::ConnectionEvent event, AlterPartitionManager& isr,
                                      const MetadataCache& cache, BrokerEpoch epoch);
  ControllerLinkOutcome on_timeout(sim::Env& env, AlterPartitionManager& isr, const MetadataCache& cache,
                                   BrokerEpoch epoch);
  void on_retry(sim::Env& env, AlterPartitionManager& isr, const MetadataCache& cache, BrokerEpoch epoch);

 private:
  enum class Sent : std::uint8_t { nothing, alter_partition, controlled_shutdown };

  ControllerLinkOutcome failed(sim::Env& env, AlterPartitionManager& isr);
  void retry_later(sim::Env& env);

  BrokerId me_ = no_broker;
  std::string client_id_;
  sim::Timer timeout_timer_;
  sim::Timer retry_timer_;
  sim::Duration timeout_;
  BrokerChannel channel_;
  BrokerId target_ = no_broker;
  Sent sent_ = Sent::nothing;
  bool shutdown_wanted_ = false;
  sim::TimerId retry_;
};

}  // namespace kafka
