// broker_config.hpp - what a broker and a topic can be told.
// Here:  BrokerConfig, TopicConfig and their tables; the ZooKeeper server's ZooKeeperConfig.
// Not:   clients (client_config.hpp).
// Start: the struct's members carry Kafka 3.9's defaults; the tables in broker_config.cpp carry names and ranges.
#pragma once

#include "model/config/config_table.hpp"
#include "sim/time.hpp"

#include <cstdint>
#include <string>

namespace kafka {

using namespace sim::literals;

/// A topic's own settings. A topic starts with the broker's (its defaults) and its own on top.
struct TopicConfig {
  std::string cleanup_policy = "delete";
  std::string compression_type = "producer";
  sim::Duration file_delete_delay = 60'000_ms;
  std::int64_t flush_messages = INT64_MAX;
  sim::Duration flush_interval = sim::Duration::max();
  std::int64_t index_interval_bytes = 4096;
  std::int64_t max_message_bytes = 1'048'588;
  std::string message_timestamp_type = "CreateTime";
  sim::Duration message_timestamp_after_max = sim::Duration::max();
  sim::Duration message_timestamp_before_max = sim::Duration::max();
  std::int64_t min_insync_replicas = 1;
  std::int64_t segment_bytes = 1'073'741'824;
  bool unclean_leader_election = false;

  friend bool operator==(const TopicConfig&, const TopicConfig&) = default;
};

/// A broker's settings that are modelled so far; `topic_defaults` are the log.* settings.
struct BrokerConfig {
  TopicConfig topic_defaults;

  // replication (replication-and-control.md §7)
  sim::Duration replica_lag_time_max = 30'000_ms;
  sim::Duration replica_fetch_wait_max = 500_ms;
  std::int64_t replica_fetch_min_bytes = 1;
  std::int64_t replica_fetch_max_bytes = 1'048'576;
  std::int64_t replica_fetch_response_max_bytes = 10'485'760;
  sim::Duration replica_fetch_backoff = 1'000_ms;
  sim::Duration replica_socket_timeout = 30'000_ms;
  std::int64_t num_replica_fetchers = 1;
  sim::Duration replica_high_watermark_checkpoint_interval = 5'000_ms;
  std::int64_t default_replication_factor = 1;
  std::int64_t num_partitions = 1;

  // controller
  bool auto_leader_rebalance = true;
  sim::Duration leader_imbalance_check_interval = 300'000_ms;
  std::int64_t leader_imbalance_per_broker_percentage = 10;
  bool controlled_shutdown = true;
  std::int64_t controlled_shutdown_max_retries = 3;
  sim::Duration controlled_shutdown_retry_backoff = 5'000_ms;
  sim::Duration controller_socket_timeout = 30'000_ms;

  // ZooKeeper
  sim::Duration zookeeper_session_timeout = 18'000_ms;
  std::int64_t zookeeper_max_in_flight_requests = 10;

  // threads and requests
  std::int64_t num_network_threads = 3;
  std::int64_t num_io_threads = 8;
  std::int64_t background_threads = 10;
  std::int64_t num_recovery_threads_per_data_dir = 1;
  sim::Duration request_timeout = 30'000_ms;
  std::int64_t fetch_max_bytes = 57'671'680;
  std::int64_t socket_request_max_bytes = 104'857'600;
  sim::Duration connections_max_idle = 600'000_ms;

  // log
  sim::Duration log_flush_offset_checkpoint_interval = 60'000_ms;
  sim::Duration log_flush_start_offset_checkpoint_interval = 60'000_ms;
  sim::Duration log_flush_scheduler_interval = sim::Duration::max();

  friend bool operator==(const BrokerConfig&, const BrokerConfig&) = default;
};

/// zoo.cfg.
struct ZooKeeperConfig {
  sim::Duration tick_time = 2'000_ms;                             ///< the sample file's
  std::int64_t init_limit = 10;                                   ///< ticks
  std::int64_t sync_limit = 5;                                    ///< ticks
  sim::Duration min_session_timeout = sim::Duration{-1'000'000};  ///< negative: 2 ticks
  sim::Duration max_session_timeout = sim::Duration{-1'000'000};  ///< negative: 20 ticks
  std::int64_t snap_count = 100'000;

  friend bool operator==(const ZooKeeperConfig&, const ZooKeeperConfig&) = default;
};

ConfigTable<TopicConfig> topic_config_table();
/// The settings of TopicConfig under their broker names ("log.segment.bytes") stand in broker_topic_config_table().
ConfigTable<BrokerConfig> broker_config_table();
ConfigTable<TopicConfig> broker_topic_config_table();
ConfigTable<ZooKeeperConfig> zookeeper_config_table();

}  // namespace kafka
