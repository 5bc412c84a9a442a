// coordinators.hpp - the way to coordinators, and what a producer asks first of one.
// Here:  FindCoordinator, InitProducerId.
// Not:   groups and transactions themselves.
// Start: docs/reference/wire-protocol.md §7.8, §7.20.
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

inline constexpr Api find_coordinator_api{ApiKey::find_coordinator, 6, 3};

struct FindCoordinatorRequest {
  static constexpr Api api = find_coordinator_api;

  std::string key;
  std::int8_t key_type = 0;  ///< 0 = group, 1 = transaction
  std::vector<std::string> coordinator_keys;

  static constexpr auto table() {
    using S = FindCoordinatorRequest;
    return StructTable{
        "FindCoordinatorRequest",
        field("Key", &S::key, versions(0, 3)),
        field("KeyType", &S::key_type, since(1)),
        field("CoordinatorKeys", &S::coordinator_keys, since(4)),
    };
  }
};

struct FindCoordinatorResponse {
  static constexpr Api api = find_coordinator_api;

  struct Coordinator {
    std::string key;
    BrokerId node_id;
    std::string host;
    std::int32_t port = 0;
    ErrorCode error_code = ErrorCode::none;
    std::optional<std::string> error_message = "";

    static constexpr auto table() {
      using S = Coordinator;
      return StructTable{
          "Coordinator",
          field("Key", &S::key),
          field("NodeId", &S::node_id),
          field("Host", &S::host),
          field("Port", &S::port),
          field("ErrorCode", &S::error_code),
          field("ErrorMessage", &S::error_message, ignorable),
      };
    }
  };

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message = "";
  BrokerId node_id;
  std::string host;
  std::int32_t port = 0;
  std::vector<Coordinator> coordinators;

  static constexpr auto table() {
    using S = FindCoordinatorResponse;
    return StructTable{
        "FindCoordinatorResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms, since(1), ignorable),
        field("ErrorCode", &S::error_code, versions(0, 3)),
        field("ErrorMessage", &S::error_message, versions(1, 3), ignorable),
        field("NodeId", &S::node_id, versions(0, 3)),
        field("Host", &S::host, versions(0, 3)),
        field("Port", &S::port, versions(0, 3)),
        field("Coordinators", &S::coordinators, since(4)),
    };
  }
};

inline constexpr Api init_producer_id_api{ApiKey::init_producer_id, 5, 2};

struct InitProducerIdRequest {
  static constexpr Api api = init_producer_id_api;

  std::optional<std::string> transactional_id = "";
  std::int32_t transaction_timeout_ms = 0;
  ProducerId producer_id{-1};
  ProducerEpoch producer_epoch{-1};

  static constexpr auto table() {
    using S = InitProducerIdRequest;
    return StructTable{
        "InitProducerIdRequest",
        field("TransactionalId", &S::transactional_id),
        field("TransactionTimeoutMs", &S::transaction_timeout_ms),
        field("ProducerId", &S::producer_id, since(3)),
        field("ProducerEpoch", &S::producer_epoch, since(3)),
    };
  }
};

struct InitProducerIdResponse {
  static constexpr Api api = init_producer_id_api;

  std::int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  ProducerId producer_id{-1};
  ProducerEpoch producer_epoch;

  static constexpr auto table() {
    using S = InitProducerIdResponse;
    return StructTable{
        "InitProducerIdResponse",
        field("ThrottleTimeMs", &S::throttle_time_ms, ignorable),
        field("ErrorCode", &S::error_code),
        field("ProducerId", &S::producer_id),
        field("ProducerEpoch", &S::producer_epoch),
    };
  }
};

extern template struct Request<FindCoordinatorRequest>;
extern template struct Response<FindCoordinatorResponse>;
extern template struct Request<InitProducerIdRequest>;
extern template struct Response<InitProducerIdResponse>;

}  // namespace kafka
