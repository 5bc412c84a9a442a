#include "model/log/text_file.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace kafka {

namespace {

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t from = text.find_first_not_of(separators);
    if (from == std::string_view::npos) return parts;
    text.remove_prefix(from);
    const std::size_t length = std::min(text.find_first_of(separators), text.size());
    parts.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

}  // namespace

std::string join_path(std::string_view directory, std::string_view name) {
  return directory.empty() ? std::string{name} : fmt::format("{}/{}", directory, name);
}

LogResult<std::optional<sim::Bytes>> read_file(sim::Disk& disk, std::string_view path) {
  const sim::DiskResult<sim::File> file = disk.open(path, sim::OpenMode::read);
  if (!file.ok()) {
    if (file.error() == sim::DiskError::not_found) return std::optional<sim::Bytes>{};
    return storage_error("open", path, file.error());
  }
  const sim::DiskResult<sim::Bytes> content = disk.read(file.value(), 0, sim::maximum_file_size);
  const sim::DiskResult<void> closed = disk.close(file.value());
  if (!content.ok()) return storage_error("read", path, content.error());
  if (!closed.ok()) return storage_error("close", path, closed.error());
  return std::optional<sim::Bytes>{content.value()};
}

LogResult<void> replace_file(sim::Disk& disk, std::string_view directory, std::string_view name,
                             std::string_view content) {
  const std::string path = join_path(directory, name);
  const std::string temporary = path + ".tmp";
  const sim::DiskResult<sim::File> file = disk.open(temporary, sim::OpenMode::replace);
  if (!file.ok()) return storage_error("open", temporary, file.error());
  const sim::DiskResult<std::uint64_t> written = disk.append(file.value(), sim::as_bytes(content));
  if (!written.ok()) return storage_error("write", temporary, written.error());
  const sim::DiskResult<void> synced = disk.sync(file.value());
  if (!synced.ok()) return storage_error("sync", temporary, synced.error());
  const sim::DiskResult<void> closed = disk.close(file.value());
  if (!closed.ok()) return storage_error("close", temporary, closed.error());
  const sim::DiskResult<void> renamed = disk.rename(temporary, path);
  if (!renamed.ok()) return storage_error("rename to", path, renamed.error());
  const sim::DiskResult<void> named = disk.sync_directory(directory);
  if (!named.ok()) return storage_error("sync directory", directory, named.error());
  return {};
}

LogResult<void> touch_file(sim::Disk& disk, std::string_view path) {
  const sim::DiskResult<sim::File> file = disk.open(path, sim::OpenMode::create);
  if (!file.ok()) return storage_error("create", path, file.error());
  const sim::DiskResult<void> closed = disk.close(file.value());
  if (!closed.ok()) return storage_error("close", path, closed.error());
  return {};
}

std::vector<std::string_view> split_lines(std::string_view text) { return split(text, "\n"); }
std::vector<std::string_view> split_words(std::string_view text) { return split(text, " \t\r\n\v\f"); }

}  // namespace kafka
