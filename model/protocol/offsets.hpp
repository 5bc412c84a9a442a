// offsets.hpp - questions about the ends of a log.
// Here:  ListOffsets and OffsetForLeaderEpoch.
// Not:   offsets that a group committed.
// Start: docs/reference/wire-protocol.md §7.3, §7.21.
#pragma once

#include "model/protocol/api_keys.hpp"
#include "model/protocol/envelope.hpp"
#include "model/protocol/errors.hpp"
#include "model/protocol/table.hpp"
#include "model/types.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kafka {

inline constexpr Api list_offsets_api{ApiKey::list_offsets, 9, 6};

struct ListOffsetsRequest {
  static constexpr Api api = list_offsets_api;

  struct ListOffsetsPartition {
    std::int32_t partition_index = 0;
    LeaderEpoch current_leader_epoch{-1};
    std::int64_t timestamp = 0;  ///< in ms; -1 latest, -2 earliest, -3 of the largest timestamp, ... (§7.3)
    std::int32_t max_num_offsets = 1;

    static constexpr auto table() {
      using S = ListOffsetsPartition;
      return StructTable{
          "ListOffsetsPartition",
          field("PartitionIndex", &S::partition_index),
          field("CurrentLeaderEpoch", &S::current_leader_epoch, since(4), ignorable),
          field("Timestamp", &S::timestamp),
          field("MaxNumOffsets", &S::max_num_offsets, only(0)),
      };
    }
  };

  struct ListOffsetsTopic {
    std::string name;
    std::vector<ListOffsetsPartition> partitions;

    static constexpr auto table() {
      using S = ListOffsetsTopic;
      return StructTable{
          "ListOffsetsTopic",
          field("Name", &S::name),
          field("Partitions", &S::partitions),
      };
    }
  };

  BrokerId replica_id;
  std::int8_t isolation_level = 0;
  std::vector<ListOffsetsTopic> topics;

  static constexpr auto table() {
    using S = ListOffsetsRequest;
    return StructTable{
        "ListOffsetsRequest",
        field("ReplicaId", &S::replica_id),
        field("IsolationLevel", &S::isolation_level, since(2)),
        field("Topics", &S::topics),
    };
  }
};

struct ListOffsetsResponse {
  static constexpr Api api = list_offsets_api;

  struct ListOffsetsPartitionResponse {
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::none;
    std::vector<Offset> old_style_offsets;
    std::int64_t timestamp = -1;
    Offset offset{-1};
    LeaderEpoch leader_epoch{-1};

    static constexpr auto table() {
      using S = ListOffsetsPartitionResponse;
      return StructTable{
          "ListOffsetsPartitionResponse",
          field("PartitionIndex", &S::partition_index),
          field("ErrorCode", &S::error_code),
          field("OldStyleOffsets", &S::old_style_offsets, only(0)),
          field("Timestamp", &S::timestamp, since(1)),
          field("Offset", &S::offset, since(1)),
          field("LeaderEpoch", &S::leader_epoch, since(4)),
      };
    }
  };

  struct ListOffsetsTopicResponse {
    std::string name;
    std::vector<ListOffsetsPartitionResponse> partitions;

    static constexpr auto table() {
      using S = ListOffsetsTopicResponse;
      return StructTable{
          "ListOffsetsTopicResponse",
          field("Name", &S::name),
          field("Partitions", &S::partitions),
      };
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<ListOffsetsTopicResponse> topics;

  static constexpr auto table() {
    using S = ListOffsetsResponse;
    return StructTable{
        "ListOffsetsResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms, since(2), ignorable),
        field("Topics", &S::topics),
    };
  }
};

inline constexpr Api offset_for_leader_epoch_api{ApiKey::offset_for_leader_epoch, 4, 4};

struct OffsetForLeaderEpochRequest {
  static constexpr Api api = offset_for_leader_epoch_api;

  struct OffsetForLeaderPartition {
    std::int32_t partition = 0;
    LeaderEpoch current_leader_epoch{-1};
    LeaderEpoch leader_epoch;

    static constexpr auto table() {
      using S = OffsetForLeaderPartition;
      return StructTable{
          "OffsetForLeaderPartition",
          field("Partition", &S::partition),
          field("CurrentLeaderEpoch", &S::current_leader_epoch, since(2), ignorable),
          field("LeaderEpoch", &S::leader_epoch),
      };
    }
  };

  struct OffsetForLeaderTopic {
    std::string topic;
    std::vector<OffsetForLeaderPartition> partitions;

    static constexpr auto table() {
      using S = OffsetForLeaderTopic;
      return StructTable{
          "OffsetForLeaderTopic",
          field("Topic", &S::topic),
          field("Partitions", &S::partitions),
      };
    }
  };

  BrokerId replica_id{-2};
  std::vector<OffsetForLeaderTopic> topics;

  static constexpr auto table() {
    using S = OffsetForLeaderEpochRequest;
    return StructTable{
        "OffsetForLeaderEpochRequest",
        field("ReplicaId", &S::replica_id, since(3), ignorable),
        field("Topics", &S::topics),
    };
  }
};

struct OffsetForLeaderEpochResponse {
  static constexpr Api api = offset_for_leader_epoch_api;

  struct EpochEndOffset {
    ErrorCode error_code = ErrorCode::none;
    std::int32_t partition = 0;
    LeaderEpoch leader_epoch{-1};
    Offset end_offset{-1};

    static constexpr auto table() {
      using S = EpochEndOffset;
      return StructTable{
          "EpochEndOffset",
          field("ErrorCode", &S::error_code),
          field("Partition", &S::partition),
          field("LeaderEpoch", &S::leader_epoch, since(1), ignorable),
          field("EndOffset", &S::end_offset),
      };
    }
  };

  struct OffsetForLeaderTopicResult {
    std::string topic;
    std::vector<EpochEndOffset> partitions;

    static constexpr auto table() {
      using S = OffsetForLeaderTopicResult;
      return StructTable{
          "OffsetForLeaderTopicResult",
          field("Topic", &S::topic),
          field("Partitions", &S::partitions),
      };
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<OffsetForLeaderTopicResult> topics;

  static constexpr auto table() {
    using S = OffsetForLeaderEpochResponse;
    return StructTable{
        "OffsetForLeaderEpochResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms, since(2), ignorable),
        field("Topics", &S::topics),
    };
  }
};

extern template struct Request<ListOffsetsRequest>;
extern template struct Response<ListOffsetsResponse>;
extern template struct Request<OffsetForLeaderEpochRequest>;
extern template struct Response<OffsetForLeaderEpochResponse>;

}  // namespace kafka
