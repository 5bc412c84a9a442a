// The names, kinds, defaults and ranges are those that Kafka 3.9.0 itself reports (tests/golden/config/README.md says
// how they
// were asked for); a test compares both. An empty member means: known to Kafka, not modelled here.
#include "model/config/broker_config.hpp"

namespace kafka {

using K = ConfigKind;

// clang-format off

ConfigTable<TopicConfig> topic_config_table() {
  static const ConfigEntry<TopicConfig> table[] = {
      {"cleanup.policy", K::choice, "delete", &TopicConfig::cleanup_policy, INT64_MIN, INT64_MAX,
          "delete|compact|compact,delete|delete,compact"},
      {"compression.gzip.level", K::integer, "-1", {}, 1, 9},
      {"compression.lz4.level", K::integer, "9", {}, 1, 17},
      {"compression.type", K::choice, "producer", &TopicConfig::compression_type, INT64_MIN, INT64_MAX,
          "uncompressed|zstd|lz4|snappy|gzip|producer"},
      {"compression.zstd.level", K::integer, "3", {}, -131072, 22},
      {"delete.retention.ms", K::milliseconds, "86400000", {}, 0},
      {"file.delete.delay.ms", K::milliseconds, "60000", &TopicConfig::file_delete_delay, 0},
      {"flush.messages", K::integer, "9223372036854775807", &TopicConfig::flush_messages, 1},
      {"flush.ms", K::milliseconds, "9223372036854775807", &TopicConfig::flush_interval, 0},
      {"follower.replication.throttled.replicas", K::text, "", {}},
      {"index.interval.bytes", K::integer, "4096", &TopicConfig::index_interval_bytes, 0, INT32_MAX},
      {"leader.replication.throttled.replicas", K::text, "", {}},
      {"local.retention.bytes", K::integer, "-2", {}, -2},
      {"local.retention.ms", K::milliseconds, "-2", {}, -2},
      {"max.compaction.lag.ms", K::milliseconds, "9223372036854775807", {}, 1},
      {"max.message.bytes", K::integer, "1048588", &TopicConfig::max_message_bytes, 0, INT32_MAX},
      {"message.downconversion.enable", K::boolean, "true", {}},
      {"message.format.version", K::text, "3.0-IV1", {}},
      {"message.timestamp.after.max.ms", K::milliseconds, "9223372036854775807",
          &TopicConfig::message_timestamp_after_max, 0},
      {"message.timestamp.before.max.ms", K::milliseconds, "9223372036854775807",
          &TopicConfig::message_timestamp_before_max, 0},
      {"message.timestamp.difference.max.ms", K::milliseconds, "9223372036854775807", {}, 0},
      {"message.timestamp.type", K::choice, "CreateTime", &TopicConfig::message_timestamp_type, INT64_MIN, INT64_MAX,
          "CreateTime|LogAppendTime"},
      {"min.cleanable.dirty.ratio", K::text, "0.5", {}},
      {"min.compaction.lag.ms", K::milliseconds, "0", {}, 0},
      {"min.insync.replicas", K::integer, "1", &TopicConfig::min_insync_replicas, 1, INT32_MAX},
      {"preallocate", K::boolean, "false", {}},
      {"remote.log.copy.disable", K::boolean, "false", {}},
      {"remote.log.delete.on.disable", K::boolean, "false", {}},
      {"remote.storage.enable", K::boolean, "false", {}},
      {"retention.bytes", K::integer, "-1", {}},
      {"retention.ms", K::milliseconds, "604800000", {}, -1},
      {"segment.bytes", K::integer, "1073741824", &TopicConfig::segment_bytes, 14, INT32_MAX},
      {"segment.index.bytes", K::integer, "10485760", {}, 4, INT32_MAX},
      {"segment.jitter.ms", K::milliseconds, "0", {}, 0},
      {"segment.ms", K::milliseconds, "604800000", {}, 1},
      {"unclean.leader.election.enable", K::boolean, "false", &TopicConfig::unclean_leader_election},
  };
  return table;
}

ConfigTable<TopicConfig> broker_topic_config_table() {
  static const ConfigEntry<TopicConfig> table[] = {
      {"compression.type", K::choice, "producer", &TopicConfig::compression_type, INT64_MIN, INT64_MAX,
          "uncompressed|zstd|lz4|snappy|gzip|producer"},
      {"log.cleanup.policy", K::choice, "delete", &TopicConfig::cleanup_policy, INT64_MIN, INT64_MAX,
          "delete|compact|compact,delete|delete,compact"},
      {"log.flush.interval.messages", K::integer, "9223372036854775807", &TopicConfig::flush_messages, 1},
      {"log.flush.interval.ms", K::milliseconds, "", &TopicConfig::flush_interval},
      {"log.index.interval.bytes", K::integer, "4096", &TopicConfig::index_interval_bytes, 0, INT32_MAX},
      {"log.message.timestamp.after.max.ms", K::milliseconds, "9223372036854775807",
          &TopicConfig::message_timestamp_after_max, 0},
      {"log.message.timestamp.before.max.ms", K::milliseconds, "9223372036854775807",
          &TopicConfig::message_timestamp_before_max, 0},
      {"log.message.timestamp.type", K::choice, "CreateTime", &TopicConfig::message_timestamp_type, INT64_MIN,
          INT64_MAX, "CreateTime|LogAppendTime"},
      {"log.segment.bytes", K::integer, "1073741824", &TopicConfig::segment_bytes, 14, INT32_MAX},
      {"log.segment.delete.delay.ms", K::milliseconds, "60000", &TopicConfig::file_delete_delay, 0},
      {"message.max.bytes", K::integer, "1048588", &TopicConfig::max_message_bytes, 0, INT32_MAX},
      {"min.insync.replicas", K::integer, "1", &TopicConfig::min_insync_replicas, 1, INT32_MAX},
      {"unclean.leader.election.enable", K::boolean, "false", &TopicConfig::unclean_leader_election},
  };
  return table;
}

ConfigTable<ZooKeeperConfig> zookeeper_config_table() {
  static const ConfigEntry<ZooKeeperConfig> table[] = {
      {"tickTime", K::milliseconds, "2000", &ZooKeeperConfig::tick_time, 1, INT32_MAX},
      {"initLimit", K::integer, "10", &ZooKeeperConfig::init_limit, 1, INT32_MAX},
      {"syncLimit", K::integer, "5", &ZooKeeperConfig::sync_limit, 1, INT32_MAX},
      {"minSessionTimeout", K::milliseconds, "-1", &ZooKeeperConfig::min_session_timeout, -1, INT32_MAX},
      {"maxSessionTimeout", K::milliseconds, "-1", &ZooKeeperConfig::max_session_timeout, -1, INT32_MAX},
      {"snapCount", K::integer, "100000", &ZooKeeperConfig::snap_count, 2, INT32_MAX},
      {"maxClientCnxns", K::integer, "60", {}, 0, INT32_MAX},
      {"autopurge.purgeInterval", K::integer, "0", {}, 0, INT32_MAX},
      {"autopurge.snapRetainCount", K::integer, "3", {}, 3, INT32_MAX},
      {"globalOutstandingLimit", K::integer, "1000", {}, 1, INT32_MAX},
      {"forceSync", K::choice, "yes", {}, INT64_MIN, INT64_MAX, "yes|no"},
  };
  return table;
}

// clang-format on

}  // namespace kafka
