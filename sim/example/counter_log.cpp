#include "sim/example/counter_log.hpp"

#include <fmt/format.h>

#include <string>
#include <vector>

#include "sim/example/durable_file.hpp"
#include "sim/example/wire.hpp"

namespace sim::example {
namespace {

struct Checkpoint {
  std::uint64_t log = 0;
  CounterState state;

  auto fields() const { return std::tie(log, state); }
  auto fields() { return std::tie(log, state); }
};

std::string path_of_log(std::uint64_t number) { return fmt::format("log-{}", number); }

}  // namespace

DiskResult<CounterLog::Recovered> CounterLog::recover(Disk& disk) {
  const auto saved = read_file(disk, "checkpoint");
  if (!saved.ok()) return fail(saved.error());
  Recovered recovered;
  if (!saved.value()) {
    // Nothing was ever confirmed, or there would be a checkpoint.
    if (const auto made = checkpoint(disk, recovered.state); !made.ok()) return fail(made.error());
    return recovered;
  }
  const auto decoded = decode_fields<Checkpoint>(saved.value()->span());
  if (!decoded) return fail(DiskError::io_error);
  recovered.state = decoded->state;
  number_ = decoded->log;

  const DiskResult<File> opened = disk.open(path_of_log(number_), OpenMode::read_write);
  if (!opened.ok()) return fail(opened.error());
  file_ = opened.value();
  const DiskResult<FileStatus> status = disk.status(file_);
  if (!status.ok()) return fail(status.error());
  const DiskResult<Bytes> bytes = disk.read(file_, 0, status.value().size);
  if (!bytes.ok()) return fail(bytes.error());
  size_ = replay(bytes.value(), recovered.state);
  recovered.cut = bytes.value().size() - size_;
  if (recovered.cut > 0) {
    if (const auto cut = disk.truncate(file_, size_); !cut.ok()) return fail(cut.error());
  }
  // What was read may have been in the page cache only; we are about to act on it.
  if (const auto synced = disk.sync(file_); !synced.ok()) return fail(synced.error());
  return recovered;
}

// Applies entries up to the first that is not whole; returns where that is.
std::uint64_t CounterLog::replay(const Bytes& bytes, CounterState& state) const {
  constexpr std::size_t head_size = 12;
  std::size_t at = 0;
  while (bytes.size() - at > head_size) {
    std::uint32_t length = 0;
    std::uint64_t expected = 0;
    Reader head{bytes.span().subspan(at, head_size)};
    head.get(length);
    head.get(expected);
    if (length > bytes.size() - at - head_size) break;
    const std::span<const std::byte> body = bytes.span().subspan(at + head_size, length);
    if (checksum(body) != expected) break;
    const auto entry = decode_fields<Entry>(body);
    if (!entry || entry->value != state.value + 1) break;
    state.apply(*entry);
    at += head_size + length;
  }
  return at;
}

DiskResult<void> CounterLog::append(Disk& disk, const Entry& entry) {
  const std::vector<std::byte> body = encode_fields(entry);
  std::vector<std::byte> head;
  Writer writer{head};
  writer.put(static_cast<std::uint32_t>(body.size()));
  writer.put(checksum(body));
  const std::array<std::span<const std::byte>, 2> pieces{head, body};
  const auto written = disk.append_all(file_, pieces);
  if (!written.ok()) return fail(written.error());
  size_ += head.size() + body.size();
  return {};
}

DiskResult<void> CounterLog::checkpoint(Disk& disk, const CounterState& state) {
  const std::uint64_t old = number_;
  const std::uint64_t next = number_ + 1;
  const DiskResult<File> opened = disk.open(path_of_log(next), OpenMode::replace);
  if (!opened.ok()) return fail(opened.error());
  // The directory sync of the checkpoint makes the name of the log durable too, but its emptiness must be so as well.
  if (const auto synced = disk.sync(opened.value()); !synced.ok()) return fail(synced.error());
  if (const auto synced = disk.sync_directory(""); !synced.ok()) return fail(synced.error());
  const auto saved = replace_file(disk, "checkpoint", encode_fields(Checkpoint{next, state}));
  if (!saved.ok()) return fail(saved.error());

  if (file_ != File{}) {
    if (const auto closed = disk.close(file_); !closed.ok()) return fail(closed.error());
    if (const auto removed = disk.unlink(path_of_log(old)); !removed.ok()) return fail(removed.error());
  }
  file_ = opened.value();
  number_ = next;
  size_ = 0;
  return {};
}

}  // namespace sim::example
