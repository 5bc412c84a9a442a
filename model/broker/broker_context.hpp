// broker_context.hpp - what the parts of a broker lend each other for the length of one handler.
// Here:  BrokerContext, and the broker's stations and timers.
// Not:   the parts; nobody keeps a context.
// Start: reply().
#pragma once

#include "model/broker/alter_partition_manager.hpp"
#include "model/broker/costs.hpp"
#include "model/broker/metadata_cache.hpp"
#include "model/broker/request_channel.hpp"
#include "model/config/broker_config.hpp"
#include "model/log/timestamp.hpp"
#include "model/protocol/envelope.hpp"
#include "sim/env.hpp"

#include <cstdint>

namespace kafka {

/// Where a broker's inputs wait: its threads.
struct BrokerStation {
  static constexpr sim::Station background{0};  ///< KafkaScheduler; start and stop
  static constexpr sim::Station io{1};          ///< num.io.threads: requests of clients and brokers
  static constexpr sim::Station fetcher{2};  ///< ReplicaFetcherThreads, and the answers to requests to the controller
  static constexpr sim::Station controller{3};  ///< the controller's event thread and its senders
  static constexpr sim::Station zookeeper{4};   ///< the ZooKeeper client's threads
};

/// Kinds of timers. Keys: what stands behind each.
enum class BrokerTimer : std::uint32_t {
  load_next_log,  ///< start-up, one log a slice
  next_request,   ///< ConnectionId
  isr_expiration,
  checkpoint_high_watermarks,
  checkpoint_recovery_points,
  checkpoint_log_starts,
  write_epochs,  ///< PartitionIndex
  delete_files,
  delayed_produce,  ///< number of the operation
  delayed_fetch,    ///< number of the operation
  fetcher_timeout,  ///< number of the fetcher
  fetcher_backoff,  ///< number of the fetcher
  controller_link_timeout,
  controller_link_retry,
  shutdown_retry,
  zookeeper_first = 100,   ///< zookeeper::Client's
  controller_first = 200,  ///< Controller's own
};

constexpr sim::Timer timer_of(BrokerTimer kind, std::uint64_t key = 0) {
  return sim::Timer{static_cast<std::uint32_t>(kind), key};
}

/// Made anew by Broker for each input. References only: lives as long as the handler.
struct BrokerContext {
  sim::Env& env;
  const BrokerConfig& config;
  const BrokerCosts& costs;
  BrokerId me;
  BrokerEpoch epoch;
  const MetadataCache& metadata;
  RequestChannel& channel;
  AlterPartitionManager& isr_changes;
  bool halt = false;  ///< the log directory failed: the broker must stop at once

  Timestamp now_ms() const { return Timestamp{env.wall_clock().milliseconds()}; }

  /// Answers a request; if the client has already sent another, an io thread takes it up.
  template <class Body>
  void reply(const ReplyTo& to, Body body) {
    if (channel.answer(env, to.connection, make_response(to.version, to.correlation_id, std::move(body)))) {
      env.post(BrokerStation::io, timer_of(BrokerTimer::next_request, to.connection.raw()));
    }
  }
  void reply_nothing(const ReplyTo& to) {
    if (channel.answer_nothing(to.connection)) {
      env.post(BrokerStation::io, timer_of(BrokerTimer::next_request, to.connection.raw()));
    }
  }
};

}  // namespace kafka
