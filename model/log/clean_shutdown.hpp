// clean_shutdown.hpp - the marker of a clean shutdown.
// Here:  .kafka_cleanshutdown (docs/reference/log-storage.md §2.4): write it last, take it away first.
// Not:   what else a shutdown and a start do (log_directory.hpp).
// Start: take_clean_shutdown_marker().
#pragma once

#include "model/log/log_error.hpp"
#include "sim/disk.hpp"

#include <cstdint>
#include <string_view>

namespace kafka {

inline constexpr std::string_view clean_shutdown_marker = ".kafka_cleanshutdown";

/// The file's content is synced; its name is not, as in Kafka: a power loss soon after the shutdown may make it
/// unclean. `broker_epoch` is -1 in ZooKeeper mode.
LogResult<void> write_clean_shutdown_marker(sim::Disk& disk, std::string_view directory,
                                            std::int64_t broker_epoch = -1);

/// Whether there is a marker, whatever is in it; it is deleted. The deletion is not synced, as in Kafka: after a power
/// loss the marker may be back until something else syncs the directory.
LogResult<bool> take_clean_shutdown_marker(sim::Disk& disk, std::string_view directory);

}  // namespace kafka
