// controller_requests.hpp - what passes between the controller and the brokers.
// Here:  LeaderAndIsr, StopReplica, UpdateMetadata, ControlledShutdown.
// Not:   AlterPartition, which a leader sends (alter_partition.hpp).
// Start: docs/reference/wire-protocol.md §7.5.
#pragma once

#include "model/protocol/api_keys.hpp"
#include "model/protocol/envelope.hpp"
#include "model/protocol/errors.hpp"
#include "model/protocol/table.hpp"
#include "model/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kafka {

inline constexpr Api leader_and_isr_api{ApiKey::leader_and_isr, 7, 4};

struct LeaderAndIsrRequest {
  static constexpr Api api = leader_and_isr_api;

  struct LeaderAndIsrPartitionState {
    std::string topic_name;
    std::int32_t partition_index = 0;
    ControllerEpoch controller_epoch;
    BrokerId leader;
    LeaderEpoch leader_epoch;
    std::vector<BrokerId> isr;
    PartitionEpoch partition_epoch;
    std::vector<BrokerId> replicas;
    std::vector<BrokerId> adding_replicas;
    std::vector<BrokerId> removing_replicas;
    bool is_new = false;
    std::int8_t leader_recovery_state = 0;

    static constexpr auto table() {
      using S = LeaderAndIsrPartitionState;
      return StructTable{
          "LeaderAndIsrPartitionState",
          field("TopicName", &S::topic_name, versions(0, 1), ignorable),
          field("PartitionIndex", &S::partition_index),
          field("ControllerEpoch", &S::controller_epoch),
          field("Leader", &S::leader),
          field("LeaderEpoch", &S::leader_epoch),
          field("Isr", &S::isr),
          field("PartitionEpoch", &S::partition_epoch),
          field("Replicas", &S::replicas),
          field("AddingReplicas", &S::adding_replicas, since(3), ignorable),
          field("RemovingReplicas", &S::removing_replicas, since(3), ignorable),
          field("IsNew", &S::is_new, since(1), ignorable),
          field("LeaderRecoveryState", &S::leader_recovery_state, since(6)),
      };
    }
  };

  struct LeaderAndIsrTopicState {
    std::string topic_name;
    Uuid topic_id;
    std::vector<LeaderAndIsrPartitionState> partition_states;

    static constexpr auto table() {
      using S = LeaderAndIsrTopicState;
      return StructTable{
          "LeaderAndIsrTopicState",
          field("TopicName", &S::topic_name),
          field("TopicId", &S::topic_id, since(5), ignorable),
          field("PartitionStates", &S::partition_states),
      };
    }
  };

  struct LeaderAndIsrLiveLeader {
    BrokerId broker_id;
    std::string host_name;
    std::int32_t port = 0;

    static constexpr auto table() {
      using S = LeaderAndIsrLiveLeader;
      return StructTable{
          "LeaderAndIsrLiveLeader",
          field("BrokerId", &S::broker_id),
          field("HostName", &S::host_name),
          field("Port", &S::port),
      };
    }
  };

  BrokerId controller_id;
  bool is_kraft_controller = false;
  ControllerEpoch controller_epoch;
  BrokerEpoch broker_epoch{-1};
  std::int8_t type = 0;
  std::vector<LeaderAndIsrPartitionState> ungrouped_partition_states;
  std::vector<LeaderAndIsrTopicState> topic_states;
  std::vector<LeaderAndIsrLiveLeader> live_leaders;

  static constexpr auto table() {
    using S = LeaderAndIsrRequest;
    return StructTable{
        "LeaderAndIsrRequest",
        field("ControllerId", &S::controller_id),
        field("isKRaftController", &S::is_kraft_controller, since(7)),
        field("ControllerEpoch", &S::controller_epoch),
        field("BrokerEpoch", &S::broker_epoch, since(2), ignorable),
        field("Type", &S::type, since(5)),
        field("UngroupedPartitionStates", &S::ungrouped_partition_states, versions(0, 1)),
        field("TopicStates", &S::topic_states, since(2)),
        field("LiveLeaders", &S::live_leaders),
    };
  }
};

struct LeaderAndIsrResponse {
  static constexpr Api api = leader_and_isr_api;

  struct LeaderAndIsrPartitionError {
    std::string topic_name;
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::none;

    static constexpr auto table() {
      using S = LeaderAndIsrPartitionError;
      return StructTable{
          "LeaderAndIsrPartitionError",
          field("TopicName", &S::topic_name, versions(0, 4), ignorable),
          field("PartitionIndex", &S::partition_index),
          field("ErrorCode", &S::error_code),
      };
    }
  };

  struct LeaderAndIsrTopicError {
    Uuid topic_id;
    std::vector<LeaderAndIsrPartitionError> partition_errors;

    static constexpr auto table() {
      using S = LeaderAndIsrTopicError;
      return StructTable{
          "LeaderAndIsrTopicError",
          field("TopicId", &S::topic_id),
          field("PartitionErrors", &S::partition_errors),
      };
    }
  };

  ErrorCode error_code = ErrorCode::none;
  std::vector<LeaderAndIsrPartitionError> partition_errors;
  std::vector<LeaderAndIsrTopicError> topics;

  static constexpr auto table() {
    using S = LeaderAndIsrResponse;
    return StructTable{
        "LeaderAndIsrResponse",
        field("ErrorCode", &S::error_code),
        field("PartitionErrors", &S::partition_errors, versions(0, 4)),
        field("Topics", &S::topics, since(5)),
    };
  }
};

inline constexpr Api stop_replica_api{ApiKey::stop_replica, 4, 2};

struct StopReplicaRequest {
  static constexpr Api api = stop_replica_api;

  struct StopReplicaPartitionV0 {
    std::string topic_name;
    std::int32_t partition_index = 0;

    static constexpr auto table() {
      using S = StopReplicaPartitionV0;
      return StructTable{
          "StopReplicaPartitionV0",
          field("TopicName", &S::topic_name),
          field("PartitionIndex", &S::partition_index),
      };
    }
  };

  struct StopReplicaTopicV1 {
    std::string name;
    std::vector<std::int32_t> partition_indexes;

    static constexpr auto table() {
      using S = StopReplicaTopicV1;
      return StructTable{
          "StopReplicaTopicV1",
          field("Name", &S::name),
          field("PartitionIndexes", &S::partition_indexes),
      };
    }
  };

  struct StopReplicaPartitionState {
    std::int32_t partition_index = 0;
    LeaderEpoch leader_epoch{-1};
    bool delete_partition = false;

    static constexpr auto table() {
      using S = StopReplicaPartitionState;
      return StructTable{
          "StopReplicaPartitionState",
          field("PartitionIndex", &S::partition_index),
          field("LeaderEpoch", &S::leader_epoch),
          field("DeletePartition", &S::delete_partition),
      };
    }
  };

  struct StopReplicaTopicState {
    std::string topic_name;
    std::vector<StopReplicaPartitionState> partition_states;

    static constexpr auto table() {
      using S = StopReplicaTopicState;
      return StructTable{
          "StopReplicaTopicState",
          field("TopicName", &S::topic_name),
          field("PartitionStates", &S::partition_states),
      };
    }
  };

  BrokerId controller_id;
  bool is_kraft_controller = false;
  ControllerEpoch controller_epoch;
  BrokerEpoch broker_epoch{-1};
  bool delete_partitions = false;
  std::vector<StopReplicaPartitionV0> ungrouped_partitions;
  std::vector<StopReplicaTopicV1> topics;
  std::vector<StopReplicaTopicState> topic_states;

  static constexpr auto table() {
    using S = StopReplicaRequest;
    return StructTable{
        "StopReplicaRequest",
        field("ControllerId", &S::controller_id),
        field("isKRaftController", &S::is_kraft_controller, since(4)),
        field("ControllerEpoch", &S::controller_epoch),
        field("BrokerEpoch", &S::broker_epoch, since(1), ignorable),
        field("DeletePartitions", &S::delete_partitions, versions(0, 2)),
        field("UngroupedPartitions", &S::ungrouped_partitions, only(0)),
        field("Topics", &S::topics, versions(1, 2)),
        field("TopicStates", &S::topic_states, since(3)),
    };
  }
};

struct StopReplicaResponse {
  static constexpr Api api = stop_replica_api;

  struct StopReplicaPartitionError {
    std::string topic_name;
    std::int32_t partition_index = 0;
    ErrorCode error_code = ErrorCode::none;

    static constexpr auto table() {
      using S = StopReplicaPartitionError;
      return StructTable{
          "StopReplicaPartitionError",
          field("TopicName", &S::topic_name),
          field("PartitionIndex", &S::partition_index),
          field("ErrorCode", &S::error_code),
      };
    }
  };

  ErrorCode error_code = ErrorCode::none;
  std::vector<StopReplicaPartitionError> partition_errors;

  static constexpr auto table() {
    using S = StopReplicaResponse;
    return StructTable{
        "StopReplicaResponse",
        field("ErrorCode", &S::error_code),
        field("PartitionErrors", &S::partition_errors),
    };
  }
};

inline constexpr Api update_metadata_api{ApiKey::update_metadata, 8, 6};

struct UpdateMetadataRequest {
  static constexpr Api api = update_metadata_api;

  struct UpdateMetadataPartitionState {
    std::string topic_name;
    std::int32_t partition_index = 0;
    ControllerEpoch controller_epoch;
    BrokerId leader;
    LeaderEpoch leader_epoch;
    std::vector<BrokerId> isr;
    PartitionEpoch zk_version;
    std::vector<BrokerId> replicas;
    std::vector<BrokerId> offline_replicas;

    static constexpr auto table() {
      using S = UpdateMetadataPartitionState;
      return StructTable{
          "UpdateMetadataPartitionState",
          field("TopicName", &S::topic_name, versions(0, 4), ignorable),
          field("PartitionIndex", &S::partition_index),
          field("ControllerEpoch", &S::controller_epoch),
          field("Leader", &S::leader),
          field("LeaderEpoch", &S::leader_epoch),
          field("Isr", &S::isr),
          field("ZkVersion", &S::zk_version),
          field("Replicas", &S::replicas),
          field("OfflineReplicas", &S::offline_replicas, since(4), ignorable),
      };
    }
  };

  struct UpdateMetadataTopicState {
    std::string topic_name;
    Uuid topic_id;
    std::vector<UpdateMetadataPartitionState> partition_states;

    static constexpr auto table() {
      using S = UpdateMetadataTopicState;
      return StructTable{
          "UpdateMetadataTopicState",
          field("TopicName", &S::topic_name),
          field("TopicId", &S::topic_id, since(7), ignorable),
          field("PartitionStates", &S::partition_states),
      };
    }
  };

  struct UpdateMetadataEndpoint {
    std::int32_t port = 0;
    std::string host;
    std::string listener;
    std::int16_t security_protocol = 0;

    static constexpr auto table() {
      using S = UpdateMetadataEndpoint;
      return StructTable{
          "UpdateMetadataEndpoint",
          field("Port", &S::port),
          field("Host", &S::host),
          field("Listener", &S::listener, since(3), ignorable),
          field("SecurityProtocol", &S::security_protocol),
      };
    }
  };

  struct UpdateMetadataBroker {
    BrokerId id;
    std::string v0_host;
    std::int32_t v0_port = 0;
    std::vector<UpdateMetadataEndpoint> endpoints;
    std::optional<std::string> rack = "";

    static constexpr auto table() {
      using S = UpdateMetadataBroker;
      return StructTable{
          "UpdateMetadataBroker",
          field("Id", &S::id),
          field("V0Host", &S::v0_host, only(0), ignorable),
          field("V0Port", &S::v0_port, only(0), ignorable),
          field("Endpoints", &S::endpoints, since(1), ignorable),
          field("Rack", &S::rack, since(2), ignorable),
      };
    }
  };

  BrokerId controller_id;
  bool is_kraft_controller = false;
  std::int8_t type = 0;
  ControllerEpoch controller_epoch;
  BrokerEpoch broker_epoch{-1};
  std::vector<UpdateMetadataPartitionState> ungrouped_partition_states;
  std::vector<UpdateMetadataTopicState> topic_states;
  std::vector<UpdateMetadataBroker> live_brokers;

  static constexpr auto table() {
    using S = UpdateMetadataRequest;
    return StructTable{
        "UpdateMetadataRequest",
        field("ControllerId", &S::controller_id),
        field("isKRaftController", &S::is_kraft_controller, since(8)),
        field("Type", &S::type, since(8), tag(0)),
        field("ControllerEpoch", &S::controller_epoch),
        field("BrokerEpoch", &S::broker_epoch, since(5), ignorable),
        field("UngroupedPartitionStates", &S::ungrouped_partition_states, versions(0, 4)),
        field("TopicStates", &S::topic_states, since(5)),
        field("LiveBrokers", &S::live_brokers),
    };
  }
};

struct UpdateMetadataResponse {
  static constexpr Api api = update_metadata_api;

  ErrorCode error_code = ErrorCode::none;

  static constexpr auto table() {
    using S = UpdateMetadataResponse;
    return StructTable{
        "UpdateMetadataResponse",
        field("ErrorCode", &S::error_code),
    };
  }
};

inline constexpr Api controlled_shutdown_api{ApiKey::controlled_shutdown, 3, 3};

struct ControlledShutdownRequest {
  static constexpr Api api = controlled_shutdown_api;

  BrokerId broker_id;
  BrokerEpoch broker_epoch{-1};

  static constexpr auto table() {
    using S = ControlledShutdownRequest;
    return StructTable{
        "ControlledShutdownRequest",
        field("BrokerId", &S::broker_id),
        field("BrokerEpoch", &S::broker_epoch, since(2), ignorable),
    };
  }
};

struct ControlledShutdownResponse {
  static constexpr Api api = controlled_shutdown_api;

  struct RemainingPartition {
    std::string topic_name;
    std::int32_t partition_index = 0;

    static constexpr auto table() {
      using S = RemainingPartition;
      return StructTable{
          "RemainingPartition",
          field("TopicName", &S::topic_name),
          field("PartitionIndex", &S::partition_index),
      };
    }
  };

  ErrorCode error_code = ErrorCode::none;
  std::vector<RemainingPartition> remaining_partitions;

  static constexpr auto table() {
    using S = ControlledShutdownResponse;
    return StructTable{
        "ControlledShutdownResponse",
        field("ErrorCode", &S::error_code),
        field("RemainingPartitions", &S::remaining_partitions),
    };
  }
};

extern template struct Request<LeaderAndIsrRequest>;
extern template struct Response<LeaderAndIsrResponse>;
extern template struct Request<StopReplicaRequest>;
extern template struct Response<StopReplicaResponse>;
extern template struct Request<UpdateMetadataRequest>;
extern template struct Response<UpdateMetadataResponse>;
extern template struct Request<ControlledShutdownRequest>;
extern template struct Response<ControlledShutdownResponse>;

}  // namespace kafka
