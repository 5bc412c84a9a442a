// server_timers.hpp - the server's stations and the kinds of its timers.
// Here:  numbers that server.cpp and server_pipeline.cpp share.
// Not:   what they cause (server.hpp).
// Start: ServerTimer.
#pragma once

#include <cstdint>

#include "sim/process.hpp"

namespace zookeeper {

inline constexpr sim::Station processor_station{0};  ///< takes requests, applies, answers: all of the server's memory
inline constexpr sim::Station sync_station{1};       ///< waits for the disk
inline constexpr sim::Station snapshot_station{2};   ///< writes snapshots meanwhile

enum class ServerTimer : std::uint32_t {
  clock = 1,  ///< a boundary of the tick at which a session may expire
  expire,     ///< posted; key: the session
  sync,       ///< posted to the sync station: transactions wait for the disk
  synced,     ///< posted back; key: the zxid up to which they are durable
  finish,     ///< posted: the front of the pipeline is ready
  snapshot,   ///< posted to the snapshot station
};

constexpr sim::Timer server_timer(ServerTimer kind, std::uint64_t key = 0) {
  return sim::Timer{static_cast<std::uint32_t>(kind), key};
}

}  // namespace zookeeper
