// fetch.hpp - records on their way to followers and consumers.
// Here:  FetchRequest, FetchResponse.
// Not:   fetch sessions and long polls (the broker).
// Start: docs/reference/wire-protocol.md §7.2.
#pragma once

#include "model/protocol/api_keys.hpp"
#include "model/protocol/envelope.hpp"
#include "model/protocol/errors.hpp"
#include "model/protocol/leader_hints.hpp"
#include "model/protocol/table.hpp"
#include "model/types.hpp"
#include "sim/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kafka {

inline constexpr Api fetch_api{ApiKey::fetch, 17, 12};

struct FetchRequest {
  static constexpr Api api = fetch_api;

  struct ReplicaState {
    BrokerId replica_id{-1};
    BrokerEpoch replica_epoch{-1};

    static constexpr auto table() {
      using S = ReplicaState;
      return StructTable{
          "ReplicaState",
          field("ReplicaId", &S::replica_id),
          field("ReplicaEpoch", &S::replica_epoch),
      };
    }
  };

  struct FetchPartition {
    std::int32_t partition = 0;
    LeaderEpoch current_leader_epoch{-1};  ///< as the fetcher knows it; -1 = do not check
    Offset fetch_offset;
    LeaderEpoch last_fetched_epoch{-1};  ///< of the record before fetch_offset, to find a log that diverged
    Offset log_start_offset{-1};
    std::int32_t partition_max_bytes = 0;
    Uuid replica_directory_id;

    static constexpr auto table() {
      using S = FetchPartition;
      return StructTable{
          "FetchPartition",
          field("Partition", &S::partition),
          field("CurrentLeaderEpoch", &S::current_leader_epoch, since(9), ignorable),
          field("FetchOffset", &S::fetch_offset),
          field("LastFetchedEpoch", &S::last_fetched_epoch, since(12)),
          field("LogStartOffset", &S::log_start_offset, since(5), ignorable),
          field("PartitionMaxBytes", &S::partition_max_bytes),
          field("ReplicaDirectoryId", &S::replica_directory_id, since(17), tag(0), ignorable),
      };
    }
  };

  struct FetchTopic {
    std::string topic;
    Uuid topic_id;
    std::vector<FetchPartition> partitions;

    static constexpr auto table() {
      using S = FetchTopic;
      return StructTable{
          "FetchTopic",
          field("Topic", &S::topic, versions(0, 12), ignorable),
          field("TopicId", &S::topic_id, since(13), ignorable),
          field("Partitions", &S::partitions),
      };
    }
  };

  struct ForgottenTopic {
    std::string topic;
    Uuid topic_id;
    std::vector<std::int32_t> partitions;

    static constexpr auto table() {
      using S = ForgottenTopic;
      return StructTable{
          "ForgottenTopic",
          field("Topic", &S::topic, versions(7, 12), ignorable),
          field("TopicId", &S::topic_id, since(13), ignorable),
          field("Partitions", &S::partitions),
      };
    }
  };

  std::optional<std::string> cluster_id;
  BrokerId replica_id{-1};
  ReplicaState replica_state;
  std::int32_t max_wait_ms = 0;  ///< how long the broker may wait for min_bytes
  std::int32_t min_bytes = 0;
  std::int32_t max_bytes = 0x7fffffff;
  std::int8_t isolation_level = 0;  ///< 0 = read_uncommitted, 1 = read_committed
  std::int32_t session_id = 0;
  std::int32_t session_epoch = -1;  ///< §7.2 has the table of session_id and session_epoch
  std::vector<FetchTopic> topics;
  std::vector<ForgottenTopic> forgotten_topics_data;
  std::string rack_id;

  static constexpr auto table() {
    using S = FetchRequest;
    return StructTable{
        "FetchRequest",
        field("ClusterId", &S::cluster_id, since(12), tag(0), ignorable),
        field("ReplicaId", &S::replica_id, versions(0, 14)),
        field("ReplicaState", &S::replica_state, since(15), tag(1)),
        field("MaxWaitMs", &S::max_wait_ms),
        field("MinBytes", &S::min_bytes),
        field("MaxBytes", &S::max_bytes, since(3), ignorable),
        field("IsolationLevel", &S::isolation_level, since(4), ignorable),
        field("SessionId", &S::session_id, since(7), ignorable),
        field("SessionEpoch", &S::session_epoch, since(7), ignorable),
        field("Topics", &S::topics),
        field("ForgottenTopicsData", &S::forgotten_topics_data, since(7)),
        field("RackId", &S::rack_id, since(11), ignorable),
    };
  }
};

struct FetchResponse {
  static constexpr Api api = fetch_api;

  struct EpochEndOffset {
    LeaderEpoch epoch{-1};
    Offset end_offset{-1};

    static constexpr auto table() {
      using S = EpochEndOffset;
      return StructTable{
          "EpochEndOffset",
          field("Epoch", &S::epoch),
          field("EndOffset", &S::end_offset),
      };
    }
  };

  struct SnapshotId {
    Offset end_offset{-1};
    LeaderEpoch epoch{-1};

    static constexpr auto table() {
      using S = SnapshotId;
      return StructTable{
          "SnapshotId",
          field("EndOffset", &S::end_offset),
          field("Epoch", &S::epoch),
      };
    }
  };

  struct AbortedTransaction {
    ProducerId producer_id;
    Offset first_offset;

    static constexpr auto table() {
      using S = AbortedTransaction;
      return StructTable{
          "AbortedTransaction",
          field("ProducerId", &S::producer_id),
          field("FirstOffset", &S::first_offset),
      };
    }
  };

  struct PartitionData {
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::none;
    Offset high_watermark;
    Offset last_stable_offset{-1};
    Offset log_start_offset{-1};
    EpochEndOffset diverging_epoch;  ///< where the fetcher must truncate to; all -1 = nowhere
    LeaderIdAndEpoch current_leader;
    SnapshotId snapshot_id;
    std::optional<std::vector<AbortedTransaction>> aborted_transactions{std::in_place};
    BrokerId preferred_read_replica{-1};  ///< -1 = the leader
    std::optional<sim::Bytes> records;

    static constexpr auto table() {
      using S = PartitionData;
      return StructTable{
          "PartitionData",
          field("PartitionIndex", &S::partition_index),
          field("ErrorCode", &S::error_code),
          field("HighWatermark", &S::high_watermark),
          field("LastStableOffset", &S::last_stable_offset, since(4), ignorable),
          field("LogStartOffset", &S::log_start_offset, since(5), ignorable),
          field("DivergingEpoch", &S::diverging_epoch, since(12), tag(0)),
          field("CurrentLeader", &S::current_leader, since(12), tag(1)),
          field("SnapshotId", &S::snapshot_id, since(12), tag(2)),
          field("AbortedTransactions", &S::aborted_transactions, since(4), ignorable),
          field("PreferredReadReplica", &S::preferred_read_replica, since(11)),
          field("Records", &S::records),
      };
    }
  };

  struct FetchableTopicResponse {
    std::string topic;
    Uuid topic_id;
    std::vector<PartitionData> partitions;

    static constexpr auto table() {
      using S = FetchableTopicResponse;
      return StructTable{
          "FetchableTopicResponse",
          field("Topic", &S::topic, versions(0, 12), ignorable),
          field("TopicId", &S::topic_id, since(13), ignorable),
          field("Partitions", &S::partitions),
      };
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::int32_t session_id = 0;
  std::vector<FetchableTopicResponse> responses;
  std::vector<NodeEndpoint> node_endpoints;

  static constexpr auto table() {
    using S = FetchResponse;
    return StructTable{
        "FetchResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms, since(1), ignorable),
        field("ErrorCode", &S::error_code, since(7), ignorable),
        field("SessionId", &S::session_id, since(7)),
        field("Responses", &S::responses),
        field("NodeEndpoints", &S::node_endpoints, since(16), tag(0)),
    };
  }
};

extern template struct Request<FetchRequest>;
extern template struct Response<FetchResponse>;

}  // namespace kafka
