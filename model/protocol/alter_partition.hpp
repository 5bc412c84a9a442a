// alter_partition.hpp - a leader asks the controller for another ISR.
// Here:  AlterPartition.
// Not:   who may be in an ISR (the broker).
// Start: docs/reference/wire-protocol.md §7.35.
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

inline constexpr Api alter_partition_api{ApiKey::alter_partition, 3, 0};

struct AlterPartitionRequest {
  static constexpr Api api = alter_partition_api;

  struct BrokerState {
    BrokerId broker_id;
    BrokerEpoch broker_epoch{-1};

    static constexpr auto table() {
      using S = BrokerState;
      return StructTable{
          "BrokerState",
          field("BrokerId", &S::broker_id),
          field("BrokerEpoch", &S::broker_epoch),
      };
    }
  };

  struct PartitionData {
    std::int32_t partition_index = 0;
    LeaderEpoch leader_epoch;
    std::vector<BrokerId> new_isr;
    std::vector<BrokerState> new_isr_with_epochs;
    std::int8_t leader_recovery_state = 0;
    PartitionEpoch partition_epoch;

    static constexpr auto table() {
      using S = PartitionData;
      return StructTable{
          "PartitionData",
          field("PartitionIndex", &S::partition_index),
          field("LeaderEpoch", &S::leader_epoch),
          field("NewIsr", &S::new_isr, versions(0, 2)),
          field("NewIsrWithEpochs", &S::new_isr_with_epochs, since(3)),
          field("LeaderRecoveryState", &S::leader_recovery_state, since(1)),
          field("PartitionEpoch", &S::partition_epoch),
      };
    }
  };

  struct TopicData {
    std::string topic_name;
    Uuid topic_id;
    std::vector<PartitionData> partitions;

    static constexpr auto table() {
      using S = TopicData;
      return StructTable{
          "TopicData",
          field("TopicName", &S::topic_name, versions(0, 1), ignorable),
          field("TopicId", &S::topic_id, since(2), ignorable),
          field("Partitions", &S::partitions),
      };
    }
  };

  BrokerId broker_id;
  BrokerEpoch broker_epoch{-1};
  std::vector<TopicData> topics;

  static constexpr auto table() {
    using S = AlterPartitionRequest;
    return StructTable{
        "AlterPartitionRequest",
        field("BrokerId", &S::broker_id),
        field("BrokerEpoch", &S::broker_epoch),
        field("Topics", &S::topics),
    };
  }
};

struct AlterPartitionResponse {
  static constexpr Api api = alter_partition_api;

  struct PartitionData {
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::none;
    BrokerId leader_id;
    LeaderEpoch leader_epoch;
    std::vector<BrokerId> isr;
    std::int8_t leader_recovery_state = 0;
    PartitionEpoch partition_epoch;

    static constexpr auto table() {
      using S = PartitionData;
      return StructTable{
          "PartitionData",
          field("PartitionIndex", &S::partition_index),
          field("ErrorCode", &S::error_code),
          field("LeaderId", &S::leader_id),
          field("LeaderEpoch", &S::leader_epoch),
          field("Isr", &S::isr),
          field("LeaderRecoveryState", &S::leader_recovery_state, since(1), ignorable),
          field("PartitionEpoch", &S::partition_epoch),
      };
    }
  };

  struct TopicData {
    std::string topic_name;
    Uuid topic_id;
    std::vector<PartitionData> partitions;

    static constexpr auto table() {
      using S = TopicData;
      return StructTable{
          "TopicData",
          field("TopicName", &S::topic_name, versions(0, 1), ignorable),
          field("TopicId", &S::topic_id, since(2), ignorable),
          field("Partitions", &S::partitions),
      };
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::vector<TopicData> topics;

  static constexpr auto table() {
    using S = AlterPartitionResponse;
    return StructTable{
        "AlterPartitionResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms),
        field("ErrorCode", &S::error_code),
        field("Topics", &S::topics),
    };
  }
};

extern template struct Request<AlterPartitionRequest>;
extern template struct Response<AlterPartitionResponse>;

}  // namespace kafka
