#include "model/broker/replica_manager.hpp"

#include <algorithm>

namespace kafka {

// --- the table
// ---------------------------------------------------------------------------------------------------------

std::optional<PartitionIndex> ReplicaManager::index_of(const TopicPartition& name) const {
  const auto& index = index_.read();
  const auto found = index.find(name);
  if (found == index.end()) return std::nullopt;
  return found->second;
}

const Partition* ReplicaManager::find(const TopicPartition& name) const {
  const auto index = index_of(name);
  return index ? &partitions_.read(index->raw()) : nullptr;
}

PartitionIndex ReplicaManager::add_partition(BrokerContext& context, const TopicPartition& name, const Uuid& topic_id) {
  Partition partition;
  partition.name = name;
  partition.topic_id = topic_id;
  partition.subject = context.env.subject(to_text(name));
  const auto& configs = topic_configs_.read();
  const auto config = configs.find(name.topic);
  partition.min_insync_replicas =
      config == configs.end() ? context.config.topic_defaults.min_insync_replicas : config->second.min_insync_replicas;
  PartitionIndex index;
  if (free_.empty()) {
    index = PartitionIndex{static_cast<std::uint32_t>(partitions_.size())};
    partitions_.push_back(std::move(partition));
  } else {
    index = free_.back();
    free_.pop_back();
    edit(index) = std::move(partition);
  }
  index_.edit().emplace(name, index);
  return index;
}

void ReplicaManager::remove_partition(PartitionIndex index) {
  index_.edit().erase(partition(index).name);
  edit(index) = Partition{};
  free_.push_back(index);
}

LogConfig ReplicaManager::log_config(const BrokerContext& context, const std::string& topic) const {
  const auto& configs = topic_configs_.read();
  const auto found = configs.find(topic);
  const TopicConfig& config = found == configs.end() ? context.config.topic_defaults : found->second;
  const auto milliseconds = [](sim::Duration d) { return d == sim::Duration::max() ? INT64_MAX : d.milliseconds(); };
  LogConfig log;
  log.segment_bytes = static_cast<std::int32_t>(config.segment_bytes);
  log.index_interval_bytes = static_cast<std::int32_t>(config.index_interval_bytes);
  log.flush_messages = config.flush_messages;
  log.max_message_bytes = static_cast<std::int32_t>(config.max_message_bytes);
  log.message_timestamp_type =
      config.message_timestamp_type == "LogAppendTime" ? TimestampType::log_append_time : TimestampType::create_time;
  log.message_timestamp_before_max_ms = milliseconds(config.message_timestamp_before_max);
  log.message_timestamp_after_max_ms = milliseconds(config.message_timestamp_after_max);
  log.compacted = config.cleanup_policy.find("compact") != std::string::npos;
  return log;
}

void ReplicaManager::set_topic_config(const BrokerContext& context, const std::string& topic,
                                      const TopicConfig& config) {
  topic_configs_.edit()[topic] = config;
  const LogConfig for_logs = log_config(context, topic);
  for (const auto& [name, index] : index_.read()) {
    if (name.topic != topic) continue;
    Partition& changed = edit(index);
    changed.min_insync_replicas = config.min_insync_replicas;
    if (changed.log) changed.log->set_config(for_logs);
  }
}

std::vector<const Log*> ReplicaManager::logs() const {
  std::vector<const Log*> all;
  for (const auto& [name, index] : index_.read()) {
    const Partition& hosted = partition(index);
    if (hosted.log) all.push_back(&*hosted.log);
  }
  return all;
}

// --- start and end
// -----------------------------------------------------------------------------------------------------

bool ReplicaManager::open(BrokerContext& context) {
  auto opened = LogDirectory::open(context.env.disk(), "kafka-logs");
  if (!opened.ok()) {
    storage_failed(context, opened.error());
    return false;
  }
  directory_ = std::move(opened.value().directory);
  to_load_ = std::move(opened.value().partitions);
  for (std::string& directory : opened.value().to_remove) {
    deleted_.push_back(
        DeletedFiles{context.env.now() + context.config.topic_defaults.file_delete_delay, {}, std::move(directory)});
  }
  if (!deleted_.empty()) {
    context.env.arm(context.config.topic_defaults.file_delete_delay, timer_of(BrokerTimer::delete_files));
  }
  return true;
}

std::vector<std::string> ReplicaManager::topics_to_load() const {
  std::vector<std::string> topics;
  for (const FoundPartition& found : to_load_) topics.push_back(found.partition.topic);
  return topics;
}

bool ReplicaManager::load_next(BrokerContext& context) {
  if (loaded_ == to_load_.size()) {
    all_loaded_ = true;
    to_load_.clear();
    loaded_ = 0;
    return false;
  }
  const FoundPartition& found = to_load_[loaded_++];
  auto loaded = Log::load(context.env.disk(), found.partition, found.directory,
                          log_config(context, found.partition.topic), found.options);
  if (!loaded.ok()) {
    storage_failed(context, loaded.error());
    return false;
  }
  const LoadReport& report = loaded.value().report;
  context.env.work(context.costs.load_log);
  context.env.work(BrokerCosts::per_kibibyte(context.costs.recover_per_kibibyte, report.bytes_checked));
  const Uuid topic_id = loaded.value().log.topic_id().value_or(Uuid{});
  const PartitionIndex index = add_partition(context, found.partition, topic_id);
  Partition& added = edit(index);
  added.log = std::move(loaded.value().log);
  note(context.env, BrokerFact::log_recovered, added.subject, added.log->log_end_offset().raw(),
       static_cast<std::int64_t>(report.bytes_truncated));
  cut_was_made(context, index);
  return true;
}

void ReplicaManager::shut_down(BrokerContext& context) {
  checkpoint_high_watermarks(context);
  for (const auto& [name, index] : index_.read()) {
    if (!partition(index).log) continue;
    if (!ok_or_storage_failed(context, edit(index).log->flush_all(context.env.disk()))) return;
  }
  const std::vector<const Log*> all = logs();
  ok_or_storage_failed(context, directory_.finish_shutdown(context.env.disk(), all, all_loaded_));
}

// --- trouble with the disk
// ---------------------------------------------------------------------------------------------

void ReplicaManager::storage_failed(BrokerContext& context, const LogError&) {
  if (context.halt) return;
  context.halt = true;
  note(context.env, BrokerFact::log_directory_failed, context.env.subject(context.env.host_name(context.env.host())));
}

bool ReplicaManager::ok_or_storage_failed(BrokerContext& context, const LogResult<void>& result) {
  if (!result.ok()) storage_failed(context, result.error());
  return result.ok();
}

// --- checkpoints and background work
// -----------------------------------------------------------------------------------

void ReplicaManager::checkpoint_high_watermarks(BrokerContext& context) {
  const std::vector<const Log*> all = logs();
  ok_or_storage_failed(context, directory_.checkpoint_high_watermarks(context.env.disk(), high_watermarks_of(all)));
}

void ReplicaManager::checkpoint_recovery_points(BrokerContext& context) {
  const std::vector<const Log*> all = logs();
  ok_or_storage_failed(context, directory_.checkpoint_recovery_points(context.env.disk(), recovery_points_of(all)));
}

void ReplicaManager::checkpoint_log_starts(BrokerContext& context) {
  const std::vector<const Log*> all = logs();
  ok_or_storage_failed(context, directory_.checkpoint_log_starts(context.env.disk(), log_starts_of(all)));
}

// After a log was cut: epochs follow in the background, cut-off files go later.
void ReplicaManager::cut_was_made(BrokerContext& context, PartitionIndex index) {
  if (!partition(index).log) return;
  if (partition(index).log->epoch_checkpoint_pending()) {
    context.env.post(BrokerStation::background, timer_of(BrokerTimer::write_epochs, index.raw()));
  }
  remember_deleted_files(context, edit(index).log->take_deleted_files());
}

void ReplicaManager::remember_deleted_files(BrokerContext& context, std::vector<std::string> files) {
  if (files.empty()) return;
  const sim::Duration delay = context.config.topic_defaults.file_delete_delay;
  deleted_.push_back(DeletedFiles{context.env.now() + delay, std::move(files), {}});
  context.env.arm(delay, timer_of(BrokerTimer::delete_files));
}

void ReplicaManager::delete_due_files(BrokerContext& context) {
  const sim::Time now = context.env.now();
  for (const DeletedFiles& due : deleted_) {
    if (due.due > now) continue;
    if (!ok_or_storage_failed(context, delete_files(context.env.disk(), due.files))) return;
    if (!due.directory.empty() &&
        !ok_or_storage_failed(context, LogDirectory::remove(context.env.disk(), due.directory))) {
      return;
    }
  }
  std::erase_if(deleted_, [&](const DeletedFiles& due) { return due.due <= now; });
}

void ReplicaManager::start_background_work(BrokerContext& context) {
  if (background_running_) return;
  background_running_ = true;
  sim::Env& env = context.env;
  env.arm(context.config.replica_lag_time_max / 2, timer_of(BrokerTimer::isr_expiration));
  env.arm(context.config.replica_high_watermark_checkpoint_interval, timer_of(BrokerTimer::checkpoint_high_watermarks));
  env.arm(context.config.log_flush_offset_checkpoint_interval, timer_of(BrokerTimer::checkpoint_recovery_points));
  env.arm(context.config.log_flush_start_offset_checkpoint_interval, timer_of(BrokerTimer::checkpoint_log_starts));
}

void ReplicaManager::on_timer(BrokerContext& context, BrokerTimer kind, std::uint64_t key) {
  sim::Env& env = context.env;
  switch (kind) {
    case BrokerTimer::isr_expiration:
      env.arm(context.config.replica_lag_time_max / 2, timer_of(kind));
      expire_isr(context);
      break;
    case BrokerTimer::checkpoint_high_watermarks:
      env.arm(context.config.replica_high_watermark_checkpoint_interval, timer_of(kind));
      checkpoint_high_watermarks(context);
      break;
    case BrokerTimer::checkpoint_recovery_points:
      env.arm(context.config.log_flush_offset_checkpoint_interval, timer_of(kind));
      checkpoint_recovery_points(context);
      break;
    case BrokerTimer::checkpoint_log_starts:
      env.arm(context.config.log_flush_start_offset_checkpoint_interval, timer_of(kind));
      checkpoint_log_starts(context);
      break;
    case BrokerTimer::write_epochs: {
      const PartitionIndex index{static_cast<std::uint32_t>(key)};
      if (partition(index).log && partition(index).log->epoch_checkpoint_pending()) {
        ok_or_storage_failed(context, edit(index).log->write_epoch_checkpoint(env.disk()));
      }
      break;
    }
    case BrokerTimer::delete_files: delete_due_files(context); break;
    case BrokerTimer::delayed_produce: try_complete_produce(context, key, true); break;
    case BrokerTimer::delayed_fetch: try_complete_fetch(context, key, true); break;
    case BrokerTimer::fetcher_timeout:
      if (fetchers_[key].channel().on_timer(env) == ChannelEvent::failed) fetcher_failed(context, key);
      break;
    case BrokerTimer::fetcher_backoff:
      fetchers_[key].backoff = {};
      fetch_more(context, key);
      break;
    default: break;
  }
}

}  // namespace kafka
