#include "model/log/log_directory.hpp"

#include "model/log/clean_shutdown.hpp"
#include "model/log/text_file.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace kafka {

namespace {

using Offsets = std::map<TopicPartition, Offset>;

constexpr std::string_view deletion_suffix = "-delete";
constexpr std::string_view stray_suffix = "-stray";
constexpr std::size_t longest_name = 255;

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

Offset at_or_zero(const Offsets& offsets, const TopicPartition& partition) {
  const auto found = offsets.find(partition);
  return found == offsets.end() ? Offset{0} : found->second;
}

/// Kafka goes on without a recovery point or log start that it cannot read.
Offsets read_or_empty(sim::Disk& disk, std::string_view directory, std::string_view name) {
  LogResult<Offsets> offsets = read_offset_checkpoint(disk, directory, name);
  return offsets.ok() ? std::move(offsets).value() : Offsets{};
}

LogResult<void> make_directory_if_missing(sim::Disk& disk, std::string_view path) {
  const sim::DiskResult<void> made = disk.make_directory(path);
  if (made.ok() || made.error() == sim::DiskError::already_exists) return {};
  return storage_error("make directory", path, made.error());
}

/// The directory of all logs, unlike those of partitions, is durable at once.
LogResult<void> make_log_directory_if_missing(sim::Disk& disk, std::string_view path) {
  const sim::DiskResult<void> made = disk.make_directory(path);
  if (!made.ok() && made.error() == sim::DiskError::already_exists) return {};
  if (!made.ok()) return storage_error("make directory", path, made.error());
  const std::size_t slash = path.rfind('/');
  const std::string_view parent = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  const sim::DiskResult<void> named = disk.sync_directory(parent);
  if (!named.ok()) return storage_error("sync directory", parent, named.error());
  return {};
}

}  // namespace

std::optional<TopicPartition> partition_of_directory(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return std::nullopt;
  const std::optional<std::int32_t> partition = parse_integer<std::int32_t>(name.substr(dash + 1));
  if (!partition.has_value() || *partition < 0) return std::nullopt;
  return TopicPartition{std::string{name.substr(0, dash)}, *partition};
}

std::string deletion_name(const TopicPartition& partition, const Uuid& unique) {
  const std::string suffix =
      fmt::format("-{}.{:016x}{:016x}{}", partition.partition, unique.high, unique.low, deletion_suffix);
  return partition.topic.substr(0, longest_name - suffix.size()) + suffix;
}

LogResult<OpenedLogDirectory> LogDirectory::open(sim::Disk& disk, std::string_view path) {
  if (const LogResult<void> there = make_log_directory_if_missing(disk, path); !there.ok()) {
    return sim::fail(there.error());
  }
  if (const LogResult<void> lock = touch_file(disk, join_path(path, ".lock")); !lock.ok()) {
    return sim::fail(lock.error());
  }
  for (const std::string_view name : {recovery_point_checkpoint, high_watermark_checkpoint, log_start_checkpoint}) {
    const LogResult<void> there = touch_file(disk, join_path(path, name));
    if (!there.ok()) return sim::fail(there.error());
  }
  const LogResult<bool> clean = take_clean_shutdown_marker(disk, path);
  if (!clean.ok()) return sim::fail(clean.error());
  const Offsets recovery_points = read_or_empty(disk, path, recovery_point_checkpoint);
  const Offsets log_starts = read_or_empty(disk, path, log_start_checkpoint);
  const LogResult<Offsets> high_watermarks = read_offset_checkpoint(disk, path, high_watermark_checkpoint);
  if (!high_watermarks.ok()) return sim::fail(high_watermarks.error());

  OpenedLogDirectory opened;
  opened.directory.path_ = sim::Cow<std::string>{std::string{path}};
  opened.directory.was_clean_ = clean.value();
  const sim::DiskResult<std::vector<sim::DirectoryEntry>> entries = disk.list(path);
  if (!entries.ok()) return storage_error("list", path, entries.error());
  for (const sim::DirectoryEntry& entry : entries.value()) {
    if (!entry.directory || ends_with(entry.name, stray_suffix)) continue;
    const std::string directory = join_path(path, entry.name);
    if (ends_with(entry.name, deletion_suffix)) {
      opened.to_remove.push_back(directory);
      continue;
    }
    const std::optional<TopicPartition> partition = partition_of_directory(entry.name);
    if (!partition.has_value()) return malformed_file(directory, "not in the form topic-partition");
    LoadOptions options;
    options.clean = clean.value();
    options.recovery_point = at_or_zero(recovery_points, *partition);
    options.log_start = at_or_zero(log_starts, *partition);
    options.high_watermark = at_or_zero(high_watermarks.value(), *partition);
    opened.partitions.push_back({*partition, directory, options});
  }
  return opened;
}

LogResult<Log> LogDirectory::create(sim::Disk& disk, const TopicPartition& partition, const LogConfig& config,
                                    const std::optional<Uuid>& topic_id) const {
  const std::string directory = join_path(path(), to_text(partition));
  if (const LogResult<void> there = make_directory_if_missing(disk, directory); !there.ok()) {
    return sim::fail(there.error());
  }
  LogResult<LoadedLog> loaded = Log::load(disk, partition, directory, config, LoadOptions{});
  if (!loaded.ok()) return sim::fail(loaded.error());
  Log& log = loaded.value().log;
  if (topic_id.has_value()) {
    if (const LogResult<void> named = log.set_topic_id(*topic_id); !named.ok()) return sim::fail(named.error());
  }
  return std::move(log);
}

LogResult<std::string> LogDirectory::mark_for_deletion(sim::Disk& disk, Log& log, const Uuid& unique) const {
  std::string directory = join_path(path(), deletion_name(log.partition(), unique));
  if (const LogResult<void> renamed = log.rename_directory(disk, directory); !renamed.ok()) {
    return sim::fail(renamed.error());
  }
  if (const LogResult<void> closed = log.close(disk); !closed.ok()) return sim::fail(closed.error());
  return directory;
}

LogResult<void> LogDirectory::remove(sim::Disk& disk, std::string_view directory) {
  const sim::DiskResult<std::vector<sim::DirectoryEntry>> entries = disk.list(directory);
  if (!entries.ok()) {
    if (entries.error() == sim::DiskError::not_found) return {};
    return storage_error("list", directory, entries.error());
  }
  std::vector<std::string> paths;
  for (const sim::DirectoryEntry& entry : entries.value()) paths.push_back(join_path(directory, entry.name));
  if (LogResult<void> deleted = delete_files(disk, paths); !deleted.ok()) return deleted;
  const sim::DiskResult<void> removed = disk.remove_directory(directory);
  if (!removed.ok()) return storage_error("remove", directory, removed.error());
  return {};
}

// --- checkpoints and shutdown ----------------------------------------------------------------------------------------

LogResult<void> LogDirectory::checkpoint_recovery_points(sim::Disk& disk,
                                                         std::span<const PartitionOffset> entries) const {
  return write_offset_checkpoint(disk, path(), recovery_point_checkpoint, entries);
}

LogResult<void> LogDirectory::checkpoint_log_starts(sim::Disk& disk, std::span<const PartitionOffset> entries) const {
  return write_offset_checkpoint(disk, path(), log_start_checkpoint, entries);
}

LogResult<void> LogDirectory::checkpoint_high_watermarks(sim::Disk& disk,
                                                         std::span<const PartitionOffset> entries) const {
  return write_offset_checkpoint(disk, path(), high_watermark_checkpoint, entries);
}

LogResult<void> LogDirectory::finish_shutdown(sim::Disk& disk, std::span<const Log* const> logs,
                                              bool all_loaded) const {
  if (LogResult<void> done = checkpoint_recovery_points(disk, recovery_points_of(logs)); !done.ok()) return done;
  if (LogResult<void> done = checkpoint_log_starts(disk, log_starts_of(logs)); !done.ok()) return done;
  if (!was_clean_ && !all_loaded) return {};
  return write_clean_shutdown_marker(disk, path());
}

std::vector<PartitionOffset> recovery_points_of(std::span<const Log* const> logs) {
  std::vector<PartitionOffset> entries;
  for (const Log* log : logs) entries.push_back({log->partition(), log->recovery_point()});
  return entries;
}

std::vector<PartitionOffset> log_starts_of(std::span<const Log* const> logs) {
  std::vector<PartitionOffset> entries;
  for (const Log* log : logs) {
    if (const std::optional<Offset> start = log->log_start_to_checkpoint()) {
      entries.push_back({log->partition(), *start});
    }
  }
  return entries;
}

std::vector<PartitionOffset> high_watermarks_of(std::span<const Log* const> logs) {
  std::vector<PartitionOffset> entries;
  for (const Log* log : logs) entries.push_back({log->partition(), log->high_watermark()});
  return entries;
}

}  // namespace kafka
