#include "sim/example/durable_file.hpp"

#include <array>
#include <string>
#include <vector>

#include "sim/example/wire.hpp"

namespace sim::example {

DiskResult<void> replace_file(Disk& disk, std::string_view path, std::span<const std::byte> content) {
  const std::string fresh = std::string{path} + ".new";
  const DiskResult<File> opened = disk.open(fresh, OpenMode::replace);
  if (!opened.ok()) return fail(opened.error());
  const File file = opened.value();

  std::vector<std::byte> head;
  Writer{head}.put(checksum(content));
  const std::array<std::span<const std::byte>, 2> pieces{head, content};
  if (const auto written = disk.append_all(file, pieces); !written.ok()) return fail(written.error());
  if (const auto synced = disk.sync(file); !synced.ok()) return fail(synced.error());
  if (const auto closed = disk.close(file); !closed.ok()) return fail(closed.error());
  if (const auto renamed = disk.rename(fresh, path); !renamed.ok()) return fail(renamed.error());
  return disk.sync_directory("");
}

DiskResult<std::optional<Bytes>> read_file(Disk& disk, std::string_view path) {
  const DiskResult<File> opened = disk.open(path, OpenMode::read);
  if (!opened.ok()) {
    if (opened.error() == DiskError::not_found) return std::optional<Bytes>{};
    return fail(opened.error());
  }
  const DiskResult<FileStatus> status = disk.status(opened.value());
  if (!status.ok()) return fail(status.error());
  const DiskResult<Bytes> bytes = disk.read(opened.value(), 0, status.value().size);
  if (!bytes.ok()) return fail(bytes.error());
  if (const auto closed = disk.close(opened.value()); !closed.ok()) return fail(closed.error());

  std::uint64_t expected = 0;
  Reader reader{bytes.value().span()};
  reader.get(expected);
  if (!reader.ok()) return fail(DiskError::io_error);
  const Bytes content = bytes.value().slice_from(sizeof(expected));
  if (checksum(content.span()) != expected) return fail(DiskError::io_error);
  return std::optional<Bytes>{content};
}

}  // namespace sim::example
