#include "model/client/record_numbers.hpp"

#include <array>
#include <cstddef>
#include <span>

#include "model/log/big_endian.hpp"
#include "model/log/crc32c.hpp"

namespace kafka {
namespace {

constexpr std::string_view path = "record-numbers";
constexpr std::string_view path_of_new = "record-numbers.new";
constexpr std::size_t content_size = 16;
constexpr std::size_t file_size = content_size + 4;  // and its CRC-32C

}  // namespace

sim::DiskResult<RecordNumbers> load_record_numbers(sim::Disk& disk) {
  const auto file = disk.open(path, sim::OpenMode::read);
  if (!file.ok() && file.error() == sim::DiskError::not_found) return RecordNumbers{};
  if (!file.ok()) return sim::fail(file.error());
  const auto bytes = disk.read(file.value(), 0, file_size);
  (void)disk.close(file.value());
  if (!bytes.ok()) return sim::fail(bytes.error());
  const std::span<const std::byte> content = bytes.value().span();
  if (content.size() != file_size) return sim::fail(sim::DiskError::io_error);
  if (load_big_endian<std::uint32_t>(content.data() + content_size) != crc32c(content.first(content_size))) {
    return sim::fail(sim::DiskError::io_error);
  }
  return RecordNumbers{load_big_endian<std::uint64_t>(content.data()),
                       load_big_endian<std::uint64_t>(content.data() + 8)};
}

sim::DiskResult<void> store_record_numbers(sim::Disk& disk, const RecordNumbers& numbers) {
  std::array<std::byte, file_size> content;
  store_big_endian(content.data(), numbers.next);
  store_big_endian(content.data() + 8, numbers.lives);
  store_big_endian(content.data() + content_size, crc32c(std::span<const std::byte>{content}.first(content_size)));
  const auto file = disk.open(path_of_new, sim::OpenMode::replace);
  if (!file.ok()) return sim::fail(file.error());
  const auto written = disk.append(file.value(), content);
  if (!written.ok()) return sim::fail(written.error());
  if (const auto synced = disk.sync(file.value()); !synced.ok()) return sim::fail(synced.error());
  if (const auto closed = disk.close(file.value()); !closed.ok()) return sim::fail(closed.error());
  if (const auto renamed = disk.rename(path_of_new, path); !renamed.ok()) return sim::fail(renamed.error());
  return disk.sync_directory("");
}

}  // namespace kafka
