// timestamp.hpp - the time that a record carries.
// Here:  Timestamp and TimestampType.
// Not:   virtual time (sim/time.hpp), which no record ever sees.
// Start: `Timestamp{env.wall_clock().milliseconds()}`.
#pragma once

#include "sim/strong.hpp"

#include <cstdint>

namespace kafka {

/// Milliseconds since 1970 by some wall clock; -1 = none.
using Timestamp = sim::Strong<struct TimestampTag>;

inline constexpr Timestamp no_timestamp{-1};

/// Who set the timestamps of a batch: bit 3 of its attributes.
enum class TimestampType : std::uint8_t {
  create_time = 0,      ///< the producer; each record has its own
  log_append_time = 1,  ///< the leader; every record reads as the batch's maximum
};

}  // namespace kafka
