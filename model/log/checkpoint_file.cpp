#include "model/log/checkpoint_file.hpp"

#include "model/log/text_file.hpp"

#include <fmt/format.h>

#include <iterator>

namespace kafka {

namespace {

/// The lines of the entries, if the two lines before them are right.
std::optional<std::vector<std::string_view>> entry_lines(std::string_view text) {
  std::vector<std::string_view> lines = split_lines(text);
  if (lines.empty()) return lines;
  if (parse_integer<std::int32_t>(lines[0]) != 0) return std::nullopt;
  if (lines.size() == 1) return std::vector<std::string_view>{};
  const std::optional<std::int32_t> count = parse_integer<std::int32_t>(lines[1]);
  if (!count.has_value() || *count < 0) return std::nullopt;
  lines.erase(lines.begin(), lines.begin() + 2);
  if (lines.size() != static_cast<std::size_t>(*count)) return std::nullopt;
  return lines;
}

std::string_view text_of(const std::optional<sim::Bytes>& content) {
  return content.has_value() ? content->view() : std::string_view{};
}

}  // namespace

std::string offset_checkpoint_text(std::span<const PartitionOffset> offsets) {
  fmt::memory_buffer text;
  fmt::format_to(std::back_inserter(text), "0\n{}\n", offsets.size());
  for (const PartitionOffset& entry : offsets) {
    fmt::format_to(std::back_inserter(text), "{} {} {}\n", entry.partition.topic, entry.partition.partition,
                   entry.offset.raw());
  }
  return fmt::to_string(text);
}

std::string leader_epoch_checkpoint_text(const LeaderEpochCache& epochs) {
  std::string text = fmt::format("0\n{}\n", epochs.entries().size());
  for (const EpochEntry& entry : epochs.entries()) {
    text += fmt::format("{} {}\n", entry.epoch.raw(), entry.start.raw());
  }
  return text;
}

std::optional<std::map<TopicPartition, Offset>> offsets_from_text(std::string_view text) {
  const std::optional<std::vector<std::string_view>> lines = entry_lines(text);
  if (!lines.has_value()) return std::nullopt;
  std::map<TopicPartition, Offset> offsets;
  for (const std::string_view line : *lines) {
    const std::vector<std::string_view> words = split_words(line);
    if (words.size() != 3) return std::nullopt;
    const std::optional<std::int32_t> partition = parse_integer<std::int32_t>(words[1]);
    const std::optional<std::int64_t> offset = parse_integer<std::int64_t>(words[2]);
    if (!partition.has_value() || !offset.has_value()) return std::nullopt;
    offsets[TopicPartition{std::string{words[0]}, *partition}] = Offset{*offset};
  }
  return offsets;
}

std::optional<LeaderEpochCache> leader_epochs_from_text(std::string_view text) {
  const std::optional<std::vector<std::string_view>> lines = entry_lines(text);
  if (!lines.has_value()) return std::nullopt;
  LeaderEpochCache epochs;
  for (const std::string_view line : *lines) {
    const std::vector<std::string_view> words = split_words(line);
    if (words.size() != 2) return std::nullopt;
    const std::optional<std::int32_t> epoch = parse_integer<std::int32_t>(words[0]);
    const std::optional<std::int64_t> start = parse_integer<std::int64_t>(words[1]);
    if (!epoch.has_value() || !start.has_value() || *epoch < 0 || *start < 0) return std::nullopt;
    epochs.assign(LeaderEpoch{*epoch}, Offset{*start});
  }
  return epochs;
}

LogResult<std::map<TopicPartition, Offset>> read_offset_checkpoint(sim::Disk& disk, std::string_view directory,
                                                                   std::string_view name) {
  const std::string path = join_path(directory, name);
  const LogResult<std::optional<sim::Bytes>> content = read_file(disk, path);
  if (!content.ok()) return sim::fail(content.error());
  std::optional<std::map<TopicPartition, Offset>> offsets = offsets_from_text(text_of(content.value()));
  if (!offsets.has_value()) return malformed_file(path, "malformed checkpoint");
  return std::move(*offsets);
}

LogResult<void> write_offset_checkpoint(sim::Disk& disk, std::string_view directory, std::string_view name,
                                        std::span<const PartitionOffset> offsets) {
  return replace_file(disk, directory, name, offset_checkpoint_text(offsets));
}

LogResult<LeaderEpochCache> read_leader_epochs(sim::Disk& disk, std::string_view partition_directory) {
  const std::string path = join_path(partition_directory, leader_epoch_checkpoint);
  const LogResult<std::optional<sim::Bytes>> content = read_file(disk, path);
  if (!content.ok()) return sim::fail(content.error());
  std::optional<LeaderEpochCache> epochs = leader_epochs_from_text(text_of(content.value()));
  if (!epochs.has_value()) return malformed_file(path, "malformed checkpoint");
  return std::move(*epochs);
}

LogResult<void> write_leader_epochs(sim::Disk& disk, std::string_view partition_directory,
                                    const LeaderEpochCache& epochs) {
  return replace_file(disk, partition_directory, leader_epoch_checkpoint, leader_epoch_checkpoint_text(epochs));
}

}  // namespace kafka
