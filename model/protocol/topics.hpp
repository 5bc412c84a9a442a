// topics.hpp - topics come and go.
// Here:  CreateTopics, DeleteTopics.
// Not:   the assignment of replicas (the broker).
// Start: docs/reference/wire-protocol.md §7.17, §7.18.
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

inline constexpr Api create_topics_api{ApiKey::create_topics, 7, 5};

struct CreateTopicsRequest {
  static constexpr Api api = create_topics_api;

  struct CreatableReplicaAssignment {
    std::int32_t partition_index = 0;
    std::vector<BrokerId> broker_ids;

    static constexpr auto table() {
      using S = CreatableReplicaAssignment;
      return StructTable{
          "CreatableReplicaAssignment",
          field("PartitionIndex", &S::partition_index),
          field("BrokerIds", &S::broker_ids),
      };
    }
  };

  struct CreatableTopicConfig {
    std::string name;
    std::optional<std::string> value = "";

    static constexpr auto table() {
      using S = CreatableTopicConfig;
      return StructTable{
          "CreatableTopicConfig",
          field("Name", &S::name),
          field("Value", &S::value),
      };
    }
  };

  struct CreatableTopic {
    std::string name;
    std::int32_t num_partitions = 0;  ///< -1 = the default of the broker, or as `assignments` say
    std::int16_t replication_factor = 0;
    std::vector<CreatableReplicaAssignment> assignments;
    std::vector<CreatableTopicConfig> configs;

    static constexpr auto table() {
      using S = CreatableTopic;
      return StructTable{
          "CreatableTopic",
          field("Name", &S::name),
          field("NumPartitions", &S::num_partitions),
          field("ReplicationFactor", &S::replication_factor),
          field("Assignments", &S::assignments),
          field("Configs", &S::configs),
      };
    }
  };

  std::vector<CreatableTopic> topics;
  std::int32_t timeout_ms = 60000;
  bool validate_only = false;

  static constexpr auto table() {
    using S = CreateTopicsRequest;
    return StructTable{
        "CreateTopicsRequest",
        field("Topics", &S::topics),
        field("timeoutMs", &S::timeout_ms),
        field("validateOnly", &S::validate_only, since(1)),
    };
  }
};

struct CreateTopicsResponse {
  static constexpr Api api = create_topics_api;

  struct CreatableTopicConfigs {
    std::string name;
    std::optional<std::string> value = "";
    bool read_only = false;
    std::int8_t config_source = -1;
    bool is_sensitive = false;

    static constexpr auto table() {
      using S = CreatableTopicConfigs;
      return StructTable{
          "CreatableTopicConfigs",
          field("Name", &S::name),
          field("Value", &S::value),
          field("ReadOnly", &S::read_only),
          field("ConfigSource", &S::config_source, ignorable),
          field("IsSensitive", &S::is_sensitive),
      };
    }
  };

  struct CreatableTopicResult {
    std::string name;
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message = "";
    ErrorCode topic_config_error_code = ErrorCode::none;
    std::int32_t num_partitions = -1;
    std::int16_t replication_factor = -1;
    std::optional<std::vector<CreatableTopicConfigs>> configs{std::in_place};

    static constexpr auto table() {
      using S = CreatableTopicResult;
      return StructTable{
          "CreatableTopicResult",
          field("Name", &S::name),
          field("TopicId", &S::topic_id, since(7), ignorable),
          field("ErrorCode", &S::error_code),
          field("ErrorMessage", &S::error_message, since(1), ignorable),
          field("TopicConfigErrorCode", &S::topic_config_error_code, since(5), tag(0), ignorable),
          field("NumPartitions", &S::num_partitions, since(5), ignorable),
          field("ReplicationFactor", &S::replication_factor, since(5), ignorable),
          field("Configs", &S::configs, since(5), ignorable),
      };
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<CreatableTopicResult> topics;

  static constexpr auto table() {
    using S = CreateTopicsResponse;
    return StructTable{
        "CreateTopicsResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms, since(2), ignorable),
        field("Topics", &S::topics),
    };
  }
};

inline constexpr Api delete_topics_api{ApiKey::delete_topics, 6, 4};

struct DeleteTopicsRequest {
  static constexpr Api api = delete_topics_api;

  struct DeleteTopicState {
    std::optional<std::string> name;
    Uuid topic_id;

    static constexpr auto table() {
      using S = DeleteTopicState;
      return StructTable{
          "DeleteTopicState",
          field("Name", &S::name),
          field("TopicId", &S::topic_id),
      };
    }
  };

  std::vector<DeleteTopicState> topics;
  std::vector<std::string> topic_names;
  std::int32_t timeout_ms = 0;

  static constexpr auto table() {
    using S = DeleteTopicsRequest;
    return StructTable{
        "DeleteTopicsRequest",
        field("Topics", &S::topics, since(6)),
        field("TopicNames", &S::topic_names, versions(0, 5), ignorable),
        field("TimeoutMs", &S::timeout_ms),
    };
  }
};

struct DeleteTopicsResponse {
  static constexpr Api api = delete_topics_api;

  struct DeletableTopicResult {
    std::optional<std::string> name = "";
    Uuid topic_id;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message;

    static constexpr auto table() {
      using S = DeletableTopicResult;
      return StructTable{
          "DeletableTopicResult",
          field("Name", &S::name, nullable_since(6)),
          field("TopicId", &S::topic_id, since(6), ignorable),
          field("ErrorCode", &S::error_code),
          field("ErrorMessage", &S::error_message, since(5), ignorable),
      };
    }
  };

  std::int32_t throttle_time_ms = 0;
  std::vector<DeletableTopicResult> responses;

  static constexpr auto table() {
    using S = DeleteTopicsResponse;
    return StructTable{
        "DeleteTopicsResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms, since(1), ignorable),
        field("Responses", &S::responses),
    };
  }
};

extern template struct Request<CreateTopicsRequest>;
extern template struct Response<CreateTopicsResponse>;
extern template struct Request<DeleteTopicsRequest>;
extern template struct Response<DeleteTopicsResponse>;

}  // namespace kafka
