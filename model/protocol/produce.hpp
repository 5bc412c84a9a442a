// produce.hpp - records on their way to the leader.
// Here:  ProduceRequest, ProduceResponse.
// Not:   what the records are (§8.1, model/log/).
// Start: docs/reference/wire-protocol.md §7.1.
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
#include <vector>

namespace kafka {

inline constexpr Api produce_api{ApiKey::produce, 11, 9};

struct ProduceRequest {
  static constexpr Api api = produce_api;

  struct PartitionProduceData {
    std::int32_t index = 0;
    std::optional<sim::Bytes> records;

    static constexpr auto table() {
      using S = PartitionProduceData;
      return StructTable{
          "PartitionProduceData",
          field("Index", &S::index),
          field("Records", &S::records),
      };
    }
  };

  struct TopicProduceData {
    std::string name;
    std::vector<PartitionProduceData> partition_data;

    static constexpr auto table() {
      using S = TopicProduceData;
      return StructTable{
          "TopicProduceData",
          field("Name", &S::name),
          field("PartitionData", &S::partition_data),
      };
    }
  };

  std::optional<std::string> transactional_id;  ///< null outside of transactions
  std::int16_t acks = 0;                        ///< 0 = no answer at all, 1 = the leader, -1 = all in-sync replicas
  std::int32_t timeout_ms = 0;                  ///< how long the leader waits for its followers
  std::vector<TopicProduceData> topic_data;

  static constexpr auto table() {
    using S = ProduceRequest;
    return StructTable{
        "ProduceRequest",
        field("TransactionalId", &S::transactional_id, since(3)),
        field("Acks", &S::acks),
        field("TimeoutMs", &S::timeout_ms),
        field("TopicData", &S::topic_data),
    };
  }
};

struct ProduceResponse {
  static constexpr Api api = produce_api;

  struct BatchIndexAndErrorMessage {
    std::int32_t batch_index = 0;
    std::optional<std::string> batch_index_error_message;

    static constexpr auto table() {
      using S = BatchIndexAndErrorMessage;
      return StructTable{
          "BatchIndexAndErrorMessage",
          field("BatchIndex", &S::batch_index),
          field("BatchIndexErrorMessage", &S::batch_index_error_message),
      };
    }
  };

  struct PartitionProduceResponse {
    std::int32_t index = 0;
    ErrorCode error_code = ErrorCode::none;
    Offset base_offset;                    ///< of the first record; -1 on error
    std::int64_t log_append_time_ms = -1;  ///< -1 unless the topic uses LogAppendTime
    Offset log_start_offset{-1};
    std::vector<BatchIndexAndErrorMessage> record_errors;
    std::optional<std::string> error_message;
    LeaderIdAndEpoch current_leader;

    static constexpr auto table() {
      using S = PartitionProduceResponse;
      return StructTable{
          "PartitionProduceResponse",
          field("Index", &S::index),
          field("ErrorCode", &S::error_code),
          field("BaseOffset", &S::base_offset),
          field("LogAppendTimeMs", &S::log_append_time_ms, since(2), ignorable),
          field("LogStartOffset", &S::log_start_offset, since(5), ignorable),
          field("RecordErrors", &S::record_errors, since(8), ignorable),
          field("ErrorMessage", &S::error_message, since(8), ignorable),
          field("CurrentLeader", &S::current_leader, since(10), tag(0)),
      };
    }
  };

  struct TopicProduceResponse {
    std::string name;
    std::vector<PartitionProduceResponse> partition_responses;

    static constexpr auto table() {
      using S = TopicProduceResponse;
      return StructTable{
          "TopicProduceResponse",
          field("Name", &S::name),
          field("PartitionResponses", &S::partition_responses),
      };
    }
  };

  std::vector<TopicProduceResponse> responses;
  std::int32_t throttle_time_ms = 0;
  std::vector<NodeEndpoint> node_endpoints;

  static constexpr auto table() {
    using S = ProduceResponse;
    return StructTable{
        "ProduceResponse",
        field("Responses", &S::responses),
        field("ThrottleTimeMs", &S::throttle_time_ms, since(1), ignorable),
        field("NodeEndpoints", &S::node_endpoints, since(10), tag(0)),
    };
  }
};

extern template struct Request<ProduceRequest>;
extern template struct Response<ProduceResponse>;

}  // namespace kafka
