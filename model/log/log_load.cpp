// Loading a log and recovering it after a crash: docs/reference/log-storage.md §7.
#include "model/log/checkpoint_file.hpp"
#include "model/log/log.hpp"
#include "model/log/partition_metadata.hpp"
#include "model/log/text_file.hpp"

#include <algorithm>
#include <utility>

namespace kafka {

namespace {

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

/// What lies in the folder.
struct Log::Found {
  std::vector<Offset> bases;         ///< of the segments, rising
  std::vector<std::string> remains;  ///< of deletions and cleanings that a crash interrupted
};

LogResult<LoadedLog> Log::load(sim::Disk& disk, const TopicPartition& partition, std::string_view directory,
                               const LogConfig& config, const LoadOptions& options) {
  LoadedLog loaded;
  Log& log = loaded.log;
  log.identity_ = sim::Cow<Identity>{Identity{partition, std::string{directory}, std::nullopt}};
  log.config_ = config;
  log.log_start_ = options.log_start;

  const LogResult<Found> found = log.look_into_directory(disk);
  if (!found.ok()) return sim::fail(found.error());
  if (LogResult<void> deleted = delete_files(disk, found.value().remains); !deleted.ok()) {
    return sim::fail(deleted.error());
  }
  // Here `.swap` files of an interrupted replacement will be completed or undone (§2.5).
  if (LogResult<void> known = log.load_identity(disk); !known.ok()) return sim::fail(known.error());
  if (LogResult<void> done = log.load_segments(disk, found.value().bases, options, loaded.report); !done.ok()) {
    return sim::fail(done.error());
  }
  if (LogResult<void> done = log.settle_offsets(disk, options, loaded.report); !done.ok()) {
    return sim::fail(done.error());
  }
  return loaded;
}

LogResult<Log::Found> Log::look_into_directory(sim::Disk& disk) const {
  const sim::DiskResult<std::vector<sim::DirectoryEntry>> entries = disk.list(directory());
  if (!entries.ok()) return storage_error("list", directory(), entries.error());
  Found found;
  for (const sim::DirectoryEntry& entry : entries.value()) {  // sorted by name, and the names have all their digits
    if (const std::optional<Offset> base = segment_base_of(entry.name)) {
      found.bases.push_back(*base);
    } else if (ends_with(entry.name, ".deleted") || ends_with(entry.name, ".cleaned")) {
      found.remains.push_back(join_path(directory(), entry.name));
    }
  }
  return found;
}

LogResult<void> Log::load_identity(sim::Disk& disk) {
  const LogResult<std::optional<Uuid>> topic_id = read_partition_metadata(disk, directory());
  if (!topic_id.ok()) return sim::fail(topic_id.error());
  identity_.edit().topic_id = topic_id.value();
  LogResult<void> there = touch_file(disk, join_path(directory(), leader_epoch_checkpoint));
  if (!there.ok()) return there;
  LogResult<LeaderEpochCache> epochs = read_leader_epochs(disk, directory());
  if (!epochs.ok()) return sim::fail(epochs.error());
  epochs_ = std::move(epochs).value();
  return {};
}

/// Steps 2 and 3. Segments below the one with the recovery point are believed, and after a clean shutdown all: they are
/// only walked over for their positions.
LogResult<void> Log::load_segments(sim::Disk& disk, const std::vector<Offset>& bases, const LoadOptions& options,
                                   LoadReport& report) {
  Segments& segments = segments_.edit();
  bool epochs_changed = false;
  bool cut = false;
  for (std::size_t i = 0; i < bases.size(); ++i) {
    LogResult<Segment> opened = Segment::open(disk, directory(), bases[i], config_.index_interval_bytes);
    if (!opened.ok()) return sim::fail(opened.error());
    Segment& segment = opened.value();
    if (cut) {
      if (LogResult<void> deleted = delete_segment(disk, segment); !deleted.ok()) return deleted;
      ++report.segments_deleted;
      continue;
    }
    const bool is_last = i + 1 == bases.size();
    const bool holds_recovery_point_or_above = is_last || bases[i + 1] > options.recovery_point;
    const bool suspect = !options.clean && holds_recovery_point_or_above;
    bool intact = false;
    if (!suspect) {
      const LogResult<bool> scanned = segment.scan(disk);
      if (!scanned.ok()) return sim::fail(scanned.error());
      intact = scanned.value();
    }
    if (!intact) {  // or its positions cannot be known, which Kafka would call a missing index
      const LogResult<Segment::Recovery> recovered = segment.recover(disk, epochs_);
      if (!recovered.ok()) return sim::fail(recovered.error());
      ++report.segments_recovered;
      report.bytes_checked += recovered.value().checked;
      report.bytes_truncated += recovered.value().truncated;
      epochs_changed |= recovered.value().epochs_changed;
      cut = suspect && recovered.value().truncated > 0;
    }
    segments.push_back(std::move(segment));
    ++report.segments;
  }
  if (!epochs_changed) return {};
  return write_epoch_checkpoint(disk);
}

/// Steps 4 to 7.
LogResult<void> Log::settle_offsets(sim::Disk& disk, const LoadOptions& options, LoadReport& report) {
  Segments& segments = segments_.edit();
  bool anything = !segments.empty();
  if (anything && segments.back().next_offset() < options.log_start) {
    for (const Segment& segment : segments) {
      if (LogResult<void> deleted = delete_segment(disk, segment); !deleted.ok()) return deleted;
      ++report.segments_deleted;
    }
    segments.clear();
    epochs_.clear();
    if (LogResult<void> written = write_epoch_checkpoint(disk); !written.ok()) return written;
    anything = false;
  }
  if (segments.empty()) {
    LogResult<Segment> fresh = Segment::create(disk, directory(), options.log_start, config_.index_interval_bytes);
    if (!fresh.ok()) return sim::fail(fresh.error());
    segments.push_back(std::move(fresh).value());
  }
  report.segments = static_cast<std::uint32_t>(segments.size());
  log_end_ = segments.back().next_offset();
  recovery_point_ = options.clean && anything ? log_end_ : std::min(options.recovery_point, log_end_);
  log_start_ = std::max(options.log_start, segments.front().base());
  epochs_pending_ |= epochs_.truncate_from_end(log_end_);
  epochs_pending_ |= epochs_.truncate_from_start(options.log_start);
  // Here stray snapshots will be deleted and the producer state rebuilt (§6.1).
  set_high_watermark(options.high_watermark);
  return {};
}

}  // namespace kafka
