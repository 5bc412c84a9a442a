// The rest of Log: leader epochs, cutting, identity.
#include "model/log/checkpoint_file.hpp"
#include "model/log/log.hpp"
#include "model/log/partition_metadata.hpp"
#include "model/log/text_file.hpp"
#include "sim/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace kafka {

// --- leader epochs ---------------------------------------------------------------------------------------------------

LogResult<void> Log::start_leader_epoch(sim::Disk& disk, LeaderEpoch epoch) {
  if (LogResult<void> can = usable(); !can.ok()) return can;
  return checked(assign_epoch(disk, epoch, log_end_));
}

LogResult<void> Log::assign_epoch(sim::Disk& disk, LeaderEpoch epoch, Offset start) {
  if (!epochs_.assign(epoch, start)) return {};
  return write_epoch_checkpoint(disk);
}

LogResult<void> Log::write_epoch_checkpoint(sim::Disk& disk) {
  LogResult<void> written = checked(write_leader_epochs(disk, directory(), epochs_));
  if (written.ok()) epochs_pending_ = false;
  return written;
}

// --- cutting ---------------------------------------------------------------------------------------------------------

LogResult<bool> Log::truncate_to(sim::Disk& disk, Offset offset) {
  SIM_CHECK(offset >= Offset{0}, "truncate to {}", offset.raw());
  if (const LogResult<void> can = usable(); !can.ok()) return sim::fail(can.error());
  if (offset >= log_end_) {
    // The cache may still know an epoch that this broker began as a leader and never wrote in.
    epochs_pending_ |= epochs_.truncate_from_end(log_end_);
    return false;
  }
  LogResult<void> cut = offset < segments_.read().front().base() ? checked(start_anew(disk, offset, offset))
                                                                 : checked(cut_to(disk, offset));
  if (!cut.ok()) return sim::fail(cut.error());
  return true;
}

LogResult<void> Log::cut_to(sim::Disk& disk, Offset offset) {
  while (segments_.read().back().base() > offset) {
    if (LogResult<void> deleted = delete_segment(disk, segments_.read().back()); !deleted.ok()) return deleted;
    segments_.edit().pop_back();
  }
  if (LogResult<void> cut = segments_.edit().back().truncate_to(disk, offset); !cut.ok()) return cut;
  move_log_end(offset);
  epochs_pending_ |= epochs_.truncate_from_end(offset);
  log_start_ = std::min(log_start_, offset);
  // Here the producer state will be rebuilt up to `offset`.
  high_watermark_ = std::min(high_watermark_, log_end_);
  return {};
}

LogResult<void> Log::truncate_fully_and_start_at(sim::Disk& disk, Offset offset, std::optional<Offset> log_start) {
  if (LogResult<void> can = usable(); !can.ok()) return can;
  return checked(start_anew(disk, offset, log_start.value_or(offset)));
}

LogResult<void> Log::start_anew(sim::Disk& disk, Offset offset, Offset log_start) {
  // All but the last go first; the last one goes after the new one is there, so that a crash never leaves a log without
  // segments - unless both have the same name.
  while (segments_.read().size() > 1) {
    if (LogResult<void> deleted = delete_segment(disk, segments_.read().front()); !deleted.ok()) return deleted;
    Segments& segments = segments_.edit();
    segments.erase(segments.begin());
  }
  const Segment last = segments_.read().front();
  const bool same_name = last.base() == offset;
  if (same_name) {
    if (LogResult<void> deleted = delete_segment(disk, last); !deleted.ok()) return deleted;
  }
  LogResult<Segment> fresh = Segment::create(disk, directory(), offset, config_.index_interval_bytes);
  if (!fresh.ok()) return sim::fail(fresh.error());
  segments_.edit().front() = std::move(fresh).value();
  if (!same_name) {
    if (LogResult<void> deleted = delete_segment(disk, last); !deleted.ok()) return deleted;
  }
  move_log_end(offset);
  log_start_ = log_start;
  high_watermark_ = offset;
  epochs_.clear();
  return write_epoch_checkpoint(disk);
}

/// Renames the file, closes it, and remembers it for take_deleted_files(). The caller takes it out of the table.
LogResult<void> Log::delete_segment(sim::Disk& disk, const Segment& segment) {
  const std::string path = join_path(directory(), segment_file_name(segment.base()));
  const std::string deleted = path + ".deleted";
  const sim::DiskResult<void> renamed = disk.rename(path, deleted);
  if (!renamed.ok()) return storage_error("rename to", deleted, renamed.error());
  deleted_.edit().push_back(deleted);
  return segment.close(disk);
}

std::vector<std::string> Log::take_deleted_files() {
  if (deleted_.read().empty()) return {};
  return std::exchange(deleted_.edit(), {});
}

LogResult<void> delete_files(sim::Disk& disk, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const sim::DiskResult<void> deleted = disk.unlink(path);
    if (!deleted.ok() && deleted.error() != sim::DiskError::not_found) {
      return storage_error("delete", path, deleted.error());
    }
  }
  return {};
}

// --- identity --------------------------------------------------------------------------------------------------------

LogResult<void> Log::set_topic_id(const Uuid& topic_id) {
  SIM_CHECK(!topic_id.is_zero(), "a topic id of zeros means none");
  if (this->topic_id() == topic_id) return {};
  if (this->topic_id().has_value()) {
    return refuse(ErrorCode::inconsistent_topic_id, fmt::format("{} belongs to topic {}, not to {}", directory(),
                                                                to_text(*this->topic_id()), to_text(topic_id)));
  }
  identity_.edit().topic_id = topic_id;
  topic_id_pending_ = true;
  return {};
}

LogResult<void> Log::flush_partition_metadata(sim::Disk& disk) {
  if (!topic_id_pending_) return {};
  LogResult<void> written = checked(write_partition_metadata(disk, directory(), *topic_id()));
  if (written.ok()) topic_id_pending_ = false;
  return written;
}

LogResult<void> Log::rename_directory(sim::Disk& disk, std::string_view directory) {
  const sim::DiskResult<void> renamed = disk.rename(this->directory(), directory);
  if (!renamed.ok()) return checked<void>(storage_error("rename to", directory, renamed.error()));
  identity_.edit().directory = std::string{directory};
  return {};
}

}  // namespace kafka
