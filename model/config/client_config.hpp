// client_config.hpp - what a producer and a consumer can be told.
// Here:  ProducerConfig, ConsumerConfig and their tables.
// Not:   what an application does with them (model/client/workload*.hpp).
// Start: the struct's members carry Kafka 3.9's defaults; the tables in client_config.cpp carry names and ranges.
#pragma once

#include "model/config/config_table.hpp"
#include "sim/time.hpp"

#include <cstdint>
#include <string>

namespace kafka {

using namespace sim::literals;

/// Settings of every client (clients-groups-transactions.md §9).
struct CommonClientConfig {
  sim::Duration metadata_max_age = 300'000_ms;
  sim::Duration request_timeout = 30'000_ms;
  sim::Duration retry_backoff = 100_ms;
  sim::Duration retry_backoff_max = 1'000_ms;
  sim::Duration reconnect_backoff = 50_ms;
  sim::Duration reconnect_backoff_max = 1'000_ms;
  sim::Duration connections_max_idle = 540'000_ms;
  sim::Duration socket_connection_setup_timeout = 10'000_ms;
  sim::Duration socket_connection_setup_timeout_max = 30'000_ms;

  friend bool operator==(const CommonClientConfig&, const CommonClientConfig&) = default;
};

struct ProducerConfig : CommonClientConfig {
  std::string acks = "all";  ///< all, -1, 0 or 1
  std::int64_t batch_size = 16'384;
  std::int64_t buffer_memory = 33'554'432;
  sim::Duration delivery_timeout = 120'000_ms;
  bool enable_idempotence = true;
  sim::Duration linger = 0_ms;
  sim::Duration max_block = 60'000_ms;
  std::int64_t max_in_flight_requests_per_connection = 5;
  std::int64_t max_request_size = 1'048'576;
  bool partitioner_adaptive = true;
  bool partitioner_ignore_keys = false;
  std::int64_t retries = 2'147'483'647;

  friend bool operator==(const ProducerConfig&, const ProducerConfig&) = default;
};

struct ConsumerConfig : CommonClientConfig {
  std::string auto_offset_reset = "latest";  ///< latest, earliest or none
  bool check_crcs = true;
  std::int64_t fetch_max_bytes = 52'428'800;
  sim::Duration fetch_max_wait = 500_ms;
  std::int64_t fetch_min_bytes = 1;
  std::int64_t max_partition_fetch_bytes = 1'048'576;
  std::int64_t max_poll_records = 500;

  friend bool operator==(const ConsumerConfig&, const ConsumerConfig&) = default;
};

ConfigTable<ProducerConfig> producer_config_table();
ConfigTable<ConsumerConfig> consumer_config_table();

}  // namespace kafka
