// consumer_requests.hpp - what a consumer asks brokers for.
// Here:  the kinds of its RequestTags.
// Not:   the requests (consumer_positions.cpp, consumer_fetches.cpp).
// Start: api_of().
#pragma once

#include "model/protocol/api_keys.hpp"

#include <cstdint>

namespace kafka {

inline constexpr std::uint32_t fetch_request = 0;
inline constexpr std::uint32_t reset_request = 1;
inline constexpr std::uint32_t validation_request = 2;

constexpr ApiKey api_of(std::uint32_t request_kind) {
  if (request_kind == reset_request) return ApiKey::list_offsets;
  if (request_kind == validation_request) return ApiKey::offset_for_leader_epoch;
  return ApiKey::fetch;
}

}  // namespace kafka
