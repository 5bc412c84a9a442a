#include "model/log/partition_metadata.hpp"

#include "model/log/text_file.hpp"

#include <fmt/format.h>

namespace kafka {

namespace {

/// "key: value" with any white space around the value; nothing if the key is another.
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.substr(0, colon) != key) return std::nullopt;
  const std::vector<std::string_view> words = split_words(line.substr(colon + 1));
  if (words.size() != 1) return std::nullopt;
  return words[0];
}

}  // namespace

std::string partition_metadata_text(const Uuid& topic_id) {
  return fmt::format("version: 0\ntopic_id: {}", to_text(topic_id));
}

std::optional<Uuid> topic_id_from_text(std::string_view text) {
  const std::vector<std::string_view> lines = split_lines(text);
  if (lines.size() != 2) return std::nullopt;
  const std::optional<std::string_view> version = value_of(lines[0], "version");
  const std::optional<std::string_view> topic_id = value_of(lines[1], "topic_id");
  if (!version.has_value() || !topic_id.has_value()) return std::nullopt;
  const std::optional<std::int32_t> number = parse_integer<std::int32_t>(*version);
  if (!number.has_value() || *number < 0) return std::nullopt;
  std::optional<Uuid> uuid = uuid_from_text(*topic_id);
  if (uuid.has_value() && uuid->is_zero()) return std::nullopt;
  return uuid;
}

LogResult<std::optional<Uuid>> read_partition_metadata(sim::Disk& disk, std::string_view partition_directory) {
  const std::string path = join_path(partition_directory, partition_metadata_file);
  const LogResult<std::optional<sim::Bytes>> content = read_file(disk, path);
  if (!content.ok()) return sim::fail(content.error());
  if (!content.value().has_value()) return std::optional<Uuid>{};
  const std::optional<Uuid> topic_id = topic_id_from_text(content.value()->view());
  if (!topic_id.has_value()) return malformed_file(path, "malformed partition metadata");
  return topic_id;
}

LogResult<void> write_partition_metadata(sim::Disk& disk, std::string_view partition_directory, const Uuid& topic_id) {
  return replace_file(disk, partition_directory, partition_metadata_file, partition_metadata_text(topic_id));
}

}  // namespace kafka
