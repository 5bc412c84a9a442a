// log_config.hpp - what a topic may set about its logs.
// Here:  LogConfig: the settings that the log obeys today, named as Kafka names them.
// Not:   where they come from and their broker-wide names (docs/reference/log-storage.md §11).
// Start: `LogConfig{}` has Kafka's defaults.
#pragma once

#include "model/log/timestamp.hpp"

#include <cstdint>

namespace kafka {

struct LogConfig {
  std::int32_t segment_bytes = 1'073'741'824;  ///< bytes; so far only the limit of one append, nothing is rolled
  std::int32_t index_interval_bytes = 4'096;   ///< bytes between two known positions
  std::int64_t flush_messages = INT64_MAX;     ///< records that may be unflushed
  std::int32_t max_message_bytes = 1'048'588;  ///< bytes of a batch, all of it
  TimestampType message_timestamp_type = TimestampType::create_time;
  std::int64_t message_timestamp_before_max_ms = INT64_MAX;
  std::int64_t message_timestamp_after_max_ms = INT64_MAX;
  bool compacted = false;  ///< cleanup.policy has "compact": every record needs a key

  friend bool operator==(const LogConfig&, const LogConfig&) = default;
};

}  // namespace kafka
