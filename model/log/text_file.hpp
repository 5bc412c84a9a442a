// text_file.hpp - the small files beside the log, whole at a time.
// Here:  paths, reading a whole file, replacing one so that a crash leaves the old or the new one, numbers from text.
// Not:   what is in them (checkpoint_file.hpp, partition_metadata.hpp, meta_properties.hpp, clean_shutdown.hpp).
// Start: replace_file().
#pragma once

#include "model/log/log_error.hpp"
#include "sim/bytes.hpp"
#include "sim/disk.hpp"

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kafka {

/// "directory/name", or the name alone below the host's root.
std::string join_path(std::string_view directory, std::string_view name);

/// The whole file; nothing if there is none.
LogResult<std::optional<sim::Bytes>> read_file(sim::Disk& disk, std::string_view path);

/// Writes `<path>.tmp`, syncs it, renames it over `path`, syncs the directory: when this returns, the content is
/// durable; before that, the old one is.
LogResult<void> replace_file(sim::Disk& disk, std::string_view directory, std::string_view name,
                             std::string_view content);

/// An empty file, unless there is one. Not synced.
LogResult<void> touch_file(sim::Disk& disk, std::string_view path);

/// The parts between separators ("\n" or white space), empty ones left out. They live as long as the text.
std::vector<std::string_view> split_lines(std::string_view text);
std::vector<std::string_view> split_words(std::string_view text);

/// The whole text as a decimal number, or nothing.
template <class Integer>
std::optional<Integer> parse_integer(std::string_view text) {
  Integer value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace kafka
