// api_versions.hpp - what a broker can do.
// Here:  ApiVersions, and the answers of a 3.9 broker.
// Not:   the ranges themselves (api_keys.hpp).
// Start: supported_api_versions(); docs/reference/wire-protocol.md §6.
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

inline constexpr Api api_versions_api{ApiKey::api_versions, 4, 3};

struct ApiVersionsRequest {
  static constexpr Api api = api_versions_api;

  std::string client_software_name;
  std::string client_software_version;

  static constexpr auto table() {
    using S = ApiVersionsRequest;
    return StructTable{
        "ApiVersionsRequest",
        field("ClientSoftwareName", &S::client_software_name, since(3), ignorable),
        field("ClientSoftwareVersion", &S::client_software_version, since(3), ignorable),
    };
  }
};

struct ApiVersionsResponse {
  static constexpr Api api = api_versions_api;

  struct ApiVersion {
    std::int16_t api_key = 0;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    static constexpr auto table() {
      using S = ApiVersion;
      return StructTable{
          "ApiVersion",
          field("ApiKey", &S::api_key),
          field("MinVersion", &S::min_version),
          field("MaxVersion", &S::max_version),
      };
    }
  };

  struct SupportedFeatureKey {
    std::string name;
    std::int16_t min_version = 0;
    std::int16_t max_version = 0;

    static constexpr auto table() {
      using S = SupportedFeatureKey;
      return StructTable{
          "SupportedFeatureKey",
          field("Name", &S::name),
          field("MinVersion", &S::min_version),
          field("MaxVersion", &S::max_version),
      };
    }
  };

  struct FinalizedFeatureKey {
    std::string name;
    std::int16_t max_version_level = 0;
    std::int16_t min_version_level = 0;

    static constexpr auto table() {
      using S = FinalizedFeatureKey;
      return StructTable{
          "FinalizedFeatureKey",
          field("Name", &S::name),
          field("MaxVersionLevel", &S::max_version_level),
          field("MinVersionLevel", &S::min_version_level),
      };
    }
  };

  ErrorCode error_code = ErrorCode::none;
  std::vector<ApiVersion> api_keys;
  std::int32_t throttle_time_ms = 0;
  std::vector<SupportedFeatureKey> supported_features;
  std::int64_t finalized_features_epoch = -1;
  std::vector<FinalizedFeatureKey> finalized_features;
  bool zk_migration_ready = false;

  static constexpr auto table() {
    using S = ApiVersionsResponse;
    return StructTable{
        "ApiVersionsResponse",
        field("ErrorCode", &S::error_code),
        field("ApiKeys", &S::api_keys),
        field("ThrottleTimeMs", &S::throttle_time_ms, since(1), ignorable),
        field("SupportedFeatures", &S::supported_features, since(3), tag(0), ignorable),
        field("FinalizedFeaturesEpoch", &S::finalized_features_epoch, since(3), tag(1), ignorable),
        field("FinalizedFeatures", &S::finalized_features, since(3), tag(2), ignorable),
        field("ZkMigrationReady", &S::zk_migration_ready, since(3), tag(3), ignorable),
    };
  }
};

/// What a 3.9 broker in ZooKeeper mode answers: all its ranges, and none of the features, which may be left out.
ApiVersionsResponse supported_api_versions();

/// The answer to an ApiVersions request of a version above ours, whose body nobody reads: version 0 with error 35 and
/// our own range, so that the client asks again. `correlation_id` is that of the request (peek_header).
Response<ApiVersionsResponse> unsupported_api_versions(CorrelationId correlation_id);

extern template struct Request<ApiVersionsRequest>;
extern template struct Response<ApiVersionsResponse>;

}  // namespace kafka
