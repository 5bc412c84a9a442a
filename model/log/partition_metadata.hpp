// partition_metadata.hpp - which topic a partition's folder belongs to.
// Here:  partition.metadata (docs/reference/log-storage.md §2.4): the topic id.
// Not:   when it is written (log.hpp).
// Start: read_partition_metadata().
#pragma once

#include "model/log/log_error.hpp"
#include "model/types.hpp"
#include "sim/disk.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace kafka {

inline constexpr std::string_view partition_metadata_file = "partition.metadata";

/// No newline at the end.
std::string partition_metadata_text(const Uuid& topic_id);
/// Nothing for malformed content.
std::optional<Uuid> topic_id_from_text(std::string_view text);

/// Nothing if there is no such file. Errors: KAFKA_STORAGE_ERROR, also for malformed content.
LogResult<std::optional<Uuid>> read_partition_metadata(sim::Disk& disk, std::string_view partition_directory);
/// Durable when it returns.
LogResult<void> write_partition_metadata(sim::Disk& disk, std::string_view partition_directory, const Uuid& topic_id);

}  // namespace kafka
