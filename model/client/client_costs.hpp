// client_costs.hpp - what a client's own work costs on the meter.
// Here:  nanoseconds of processor time per step, in the size of what kafka-producer-perf-test shows on a server.
// Not:   the price of sending and receiving a message (sim/host.hpp, HostCosts).
// Start: they only have to be plausible: a client that spends no time could send without end at one moment.
#pragma once

#include "sim/time.hpp"

namespace kafka::client_costs {

using namespace sim::literals;

inline constexpr sim::Duration send_record = 700_ns;    ///< serialize, choose a partition, append
inline constexpr sim::Duration close_batch = 400_ns;    ///< header, checksum
inline constexpr sim::Duration finish_record = 100_ns;  ///< the callback
inline constexpr sim::Duration read_record = 200_ns;    ///< deserialize, hand out
inline constexpr sim::Duration fetch_answer = 1_us;     ///< per answer, whatever is in it

}  // namespace kafka::client_costs
