// metadata.hpp - who is who in the cluster.
// Here:  Metadata and DescribeCluster.
// Not:   how brokers learn it (UpdateMetadata in controller_requests.hpp).
// Start: docs/reference/wire-protocol.md §7.4, §7.36.
#pragma once

#include "model/protocol/api_keys.hpp"
#include "model/protocol/envelope.hpp"
#include "model/protocol/errors.hpp"
#include "model/protocol/table.hpp"
#include "model/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kafka {

inline constexpr Api metadata_api{ApiKey::metadata, 12, 9};

struct MetadataRequest {
  static constexpr Api api = metadata_api;

  struct MetadataRequestTopic {
    Uuid topic_id;
    std::optional<std::string> name = "";

    static constexpr auto table() {
      using S = MetadataRequestTopic;
      return StructTable{
          "MetadataRequestTopic",
          field("TopicId", &S::topic_id, since(10), ignorable),
          field("Name", &S::name, nullable_since(10)),
      };
    }
  };

  std::optional<std::vector<MetadataRequestTopic>> topics{std::in_place};  ///< null = all; v0: none named = all
  bool allow_auto_topic_creation = true;
  bool include_cluster_authorized_operations = false;
  bool include_topic_authorized_operations = false;

  static constexpr auto table() {
    using S = MetadataRequest;
    return StructTable{
        "MetadataRequest",
        field("Topics", &S::topics, nullable_since(1)),
        field("AllowAutoTopicCreation", &S::allow_auto_topic_creation, since(4)),
        field("IncludeClusterAuthorizedOperations", &S::include_cluster_authorized_operations, versions(8, 10)),
        field("IncludeTopicAuthorizedOperations", &S::include_topic_authorized_operations, since(8)),
    };
  }
};

struct MetadataResponse {
  static constexpr Api api = metadata_api;

  struct MetadataResponseBroker {
    BrokerId node_id;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    static constexpr auto table() {
      using S = MetadataResponseBroker;
      return StructTable{
          "MetadataResponseBroker",
          field("NodeId", &S::node_id),
          field("Host", &S::host),
          field("Port", &S::port),
          field("Rack", &S::rack, since(1), ignorable),
      };
    }
  };

  struct MetadataResponsePartition {
    ErrorCode error_code = ErrorCode::none;
    std::int32_t partition_index = 0;
    BrokerId leader_id;
    LeaderEpoch leader_epoch{-1};
    std::vector<BrokerId> replica_nodes;
    std::vector<BrokerId> isr_nodes;
    std::vector<BrokerId> offline_replicas;

    static constexpr auto table() {
      using S = MetadataResponsePartition;
      return StructTable{
          "MetadataResponsePartition",
          field("ErrorCode", &S::error_code),
          field("PartitionIndex", &S::partition_index),
          field("LeaderId", &S::leader_id),
          field("LeaderEpoch", &S::leader_epoch, since(7), ignorable),
          field("ReplicaNodes", &S::replica_nodes),
          field("IsrNodes", &S::isr_nodes),
          field("OfflineReplicas", &S::offline_replicas, since(5), ignorable),
      };
    }
  };

  struct MetadataResponseTopic {
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> name = "";
    Uuid topic_id;
    bool is_internal = false;
    std::vector<MetadataResponsePartition> partitions;
    std::int32_t topic_authorized_operations = -2147483648;

    static constexpr auto table() {
      using S = MetadataResponseTopic;
      return StructTable{
          "MetadataResponseTopic",
          field("ErrorCode", &S::error_code),
          field("Name", &S::name, nullable_since(12)),
          field("TopicId", &S::topic_id, since(10), ignorable),
          field("IsInternal", &S::is_internal, since(1), ignorable),
          field("Partitions", &S::partitions),
          field("TopicAuthorizedOperations", &S::topic_authorized_operations, since(8)),
      };
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<MetadataResponseBroker> brokers;
  std::optional<std::string> cluster_id;
  BrokerId controller_id{-1};
  std::vector<MetadataResponseTopic> topics;
  std::int32_t cluster_authorized_operations = -2147483648;

  static constexpr auto table() {
    using S = MetadataResponse;
    return StructTable{
        "MetadataResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms, since(3), ignorable),
        field("Brokers", &S::brokers),
        field("ClusterId", &S::cluster_id, since(2), ignorable),
        field("ControllerId", &S::controller_id, since(1), ignorable),
        field("Topics", &S::topics),
        field("ClusterAuthorizedOperations", &S::cluster_authorized_operations, versions(8, 10)),
    };
  }
};

inline constexpr Api describe_cluster_api{ApiKey::describe_cluster, 1, 0};

struct DescribeClusterRequest {
  static constexpr Api api = describe_cluster_api;

  bool include_cluster_authorized_operations = false;
  std::int8_t endpoint_type = 1;

  static constexpr auto table() {
    using S = DescribeClusterRequest;
    return StructTable{
        "DescribeClusterRequest",
        field("IncludeClusterAuthorizedOperations", &S::include_cluster_authorized_operations),
        field("EndpointType", &S::endpoint_type, since(1)),
    };
  }
};

struct DescribeClusterResponse {
  static constexpr Api api = describe_cluster_api;

  struct DescribeClusterBroker {
    BrokerId broker_id;
    std::string host;
    std::int32_t port = 0;
    std::optional<std::string> rack;

    static constexpr auto table() {
      using S = DescribeClusterBroker;
      return StructTable{
          "DescribeClusterBroker", field("BrokerId", &S::broker_id), field("Host", &S::host),
          field("Port", &S::port), field("Rack", &S::rack),
      };
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  std::int8_t endpoint_type = 1;
  std::string cluster_id;
  BrokerId controller_id{-1};
  std::vector<DescribeClusterBroker> brokers;
  std::int32_t cluster_authorized_operations = -2147483648;

  static constexpr auto table() {
    using S = DescribeClusterResponse;
    return StructTable{
        "DescribeClusterResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms),
        field("ErrorCode", &S::error_code),
        field("ErrorMessage", &S::error_message),
        field("EndpointType", &S::endpoint_type, since(1)),
        field("ClusterId", &S::cluster_id),
        field("ControllerId", &S::controller_id),
        field("Brokers", &S::brokers),
        field("ClusterAuthorizedOperations", &S::cluster_authorized_operations),
    };
  }
};

extern template struct Request<MetadataRequest>;
extern template struct Response<MetadataResponse>;
extern template struct Request<DescribeClusterRequest>;
extern template struct Response<DescribeClusterResponse>;

}  // namespace kafka
