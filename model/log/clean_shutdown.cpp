#include "model/log/clean_shutdown.hpp"

#include "model/log/text_file.hpp"

#include <fmt/format.h>

namespace kafka {

LogResult<void> write_clean_shutdown_marker(sim::Disk& disk, std::string_view directory, std::int64_t broker_epoch) {
  const std::string path = join_path(directory, clean_shutdown_marker);
  const sim::DiskResult<sim::File> file = disk.open(path, sim::OpenMode::replace);
  if (!file.ok()) return storage_error("open", path, file.error());
  const std::string content = fmt::format(R"({{"version":0,"brokerEpoch":{}}})", broker_epoch);
  const sim::DiskResult<std::uint64_t> written = disk.append(file.value(), sim::as_bytes(content));
  if (!written.ok()) return storage_error("write", path, written.error());
  const sim::DiskResult<void> synced = disk.sync(file.value());
  if (!synced.ok()) return storage_error("sync", path, synced.error());
  const sim::DiskResult<void> closed = disk.close(file.value());
  if (!closed.ok()) return storage_error("close", path, closed.error());
  return {};
}

LogResult<bool> take_clean_shutdown_marker(sim::Disk& disk, std::string_view directory) {
  const std::string path = join_path(directory, clean_shutdown_marker);
  const sim::DiskResult<void> deleted = disk.unlink(path);
  if (deleted.ok()) return true;
  if (deleted.error() == sim::DiskError::not_found) return false;
  return storage_error("delete", path, deleted.error());
}

}  // namespace kafka
