// checkpoint_file.hpp - the text checkpoints of a log directory and of a partition.
// Here:  offsets by partition (recovery point, high watermark, log start), leader epochs (docs/reference/log-storage.md
//        §2.3): to text, from text, to disk, from disk.
// Not:   when they are written (log_directory.hpp, log.hpp).
// Start: read_offset_checkpoint(), write_offset_checkpoint().
#pragma once

#include "model/log/leader_epoch_cache.hpp"
#include "model/log/log_error.hpp"
#include "model/types.hpp"
#include "sim/disk.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kafka {

inline constexpr std::string_view recovery_point_checkpoint = "recovery-point-offset-checkpoint";
inline constexpr std::string_view high_watermark_checkpoint = "replication-offset-checkpoint";
inline constexpr std::string_view log_start_checkpoint = "log-start-offset-checkpoint";
inline constexpr std::string_view leader_epoch_checkpoint = "leader-epoch-checkpoint";

struct PartitionOffset {
  TopicPartition partition;
  Offset offset;
};

/// One entry a line, in the order given.
std::string offset_checkpoint_text(std::span<const PartitionOffset> offsets);
std::string leader_epoch_checkpoint_text(const LeaderEpochCache& epochs);

/// Nothing for malformed content. Content without entries is well formed, an empty file too.
std::optional<std::map<TopicPartition, Offset>> offsets_from_text(std::string_view text);
std::optional<LeaderEpochCache> leader_epochs_from_text(std::string_view text);

/// A missing file reads as no entries. Errors: KAFKA_STORAGE_ERROR, also for malformed content.
LogResult<std::map<TopicPartition, Offset>> read_offset_checkpoint(sim::Disk& disk, std::string_view directory,
                                                                   std::string_view name);
/// Durable when it returns.
LogResult<void> write_offset_checkpoint(sim::Disk& disk, std::string_view directory, std::string_view name,
                                        std::span<const PartitionOffset> offsets);

LogResult<LeaderEpochCache> read_leader_epochs(sim::Disk& disk, std::string_view partition_directory);
LogResult<void> write_leader_epochs(sim::Disk& disk, std::string_view partition_directory,
                                    const LeaderEpochCache& epochs);

}  // namespace kafka
