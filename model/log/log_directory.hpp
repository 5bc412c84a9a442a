// log_directory.hpp - the folder in which a broker keeps its logs (`log.dirs`).
// Here:  LogDirectory: what a start finds there, new and deleted partitions, checkpoints, the clean shutdown.
// Not:   the logs themselves, which the broker keeps in its own table (log.hpp); when checkpoints are due.
// Start: LogDirectory::open(), then load() for each partition found; docs/reference/log-storage.md §2, §7, §8.
#pragma once

#include "model/log/checkpoint_file.hpp"
#include "model/log/log.hpp"
#include "model/log/log_config.hpp"
#include "model/log/log_error.hpp"
#include "model/types.hpp"
#include "sim/cow.hpp"
#include "sim/disk.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kafka {

/// A folder of a partition, and what the checkpoints say of it.
struct FoundPartition {
  TopicPartition partition;
  std::string directory;
  LoadOptions options;
};

struct OpenedLogDirectory;

/// Errors of all functions: KAFKA_STORAGE_ERROR, which takes the whole directory offline.
class LogDirectory {
 public:
  LogDirectory() = default;

  /// The first thing of a start: makes the directory if needed, takes the clean-shutdown marker away, reads the
  /// checkpoints, lists the partitions. Loads nothing: the broker calls Log::load() for each (in slices, it is long
  /// work).
  static LogResult<OpenedLogDirectory> open(sim::Disk& disk, std::string_view path);

  const std::string& path() const { return path_.read(); }
  bool was_clean() const { return was_clean_; }

  /// An empty log in a new folder. partition.metadata follows as Log::set_topic_id() says. Nothing is synced, as in
  /// Kafka: the folder's name becomes durable with the next checkpoint.
  LogResult<Log> create(sim::Disk& disk, const TopicPartition& partition, const LogConfig& config,
                        const std::optional<Uuid>& topic_id) const;

  /// Renames the folder to `<topic>-<partition>.<32 hex>-delete`; `unique` is a random number. The caller forgets the
  /// log, checkpoints, and calls remove() with the returned path after the delay.
  LogResult<std::string> mark_for_deletion(sim::Disk& disk, Log& log, const Uuid& unique) const;
  /// Deletes a folder with all its files; one that is not there is no error.
  static LogResult<void> remove(sim::Disk& disk, std::string_view directory);

  /// Each replaces the whole file: `entries` are all logs of the directory (for log starts, those that need it).
  LogResult<void> checkpoint_recovery_points(sim::Disk& disk, std::span<const PartitionOffset> entries) const;
  LogResult<void> checkpoint_log_starts(sim::Disk& disk, std::span<const PartitionOffset> entries) const;
  LogResult<void> checkpoint_high_watermarks(sim::Disk& disk, std::span<const PartitionOffset> entries) const;

  /// The end of a clean shutdown, after flush_all() and close() of each log and the last checkpoint of high watermarks:
  /// checkpoints and marker. The marker is left out if the start was unclean and not all logs were loaded since.
  LogResult<void> finish_shutdown(sim::Disk& disk, std::span<const Log* const> logs, bool all_loaded) const;

 private:
  sim::Cow<std::string> path_;
  bool was_clean_ = false;
};

struct OpenedLogDirectory {
  LogDirectory directory;
  std::vector<FoundPartition> partitions;  ///< by folder name
  std::vector<std::string> to_remove;      ///< folders whose deletion is not finished: for remove(), after the delay
};

/// "orders-0" as a partition; nothing for another kind of name.
std::optional<TopicPartition> partition_of_directory(std::string_view name);
/// At most 255 bytes: the topic is cut if need be.
std::string deletion_name(const TopicPartition& partition, const Uuid& unique);

/// One entry a log: recovery points; log starts of those that need an entry; high watermarks.
std::vector<PartitionOffset> recovery_points_of(std::span<const Log* const> logs);
std::vector<PartitionOffset> log_starts_of(std::span<const Log* const> logs);
std::vector<PartitionOffset> high_watermarks_of(std::span<const Log* const> logs);

}  // namespace kafka
