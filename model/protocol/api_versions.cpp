#include "model/protocol/api_versions.hpp"

#include "model/protocol/envelope_codec.hpp"

namespace kafka {

ApiVersionsResponse supported_api_versions() {
  ApiVersionsResponse response;
  for (const AdvertisedApi& api : advertised_apis()) {
    response.api_keys.push_back({static_cast<std::int16_t>(api.key), api.first_version, api.last_version});
  }
  return response;
}

Response<ApiVersionsResponse> unsupported_api_versions(CorrelationId correlation_id) {
  Response<ApiVersionsResponse> response{0, correlation_id, {}};
  response.body.error_code = ErrorCode::unsupported_version;
  response.body.api_keys.push_back({static_cast<std::int16_t>(api_versions_api.key), 0, api_versions_api.last_version});
  return response;
}

template struct Request<ApiVersionsRequest>;
template struct Response<ApiVersionsResponse>;

}  // namespace kafka
