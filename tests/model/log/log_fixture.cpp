#include "tests/model/log/log_fixture.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>

namespace kafka::testing {

// --- disks -----------------------------------------------------------------------------------------------------------

void HostDisk::fault(const sim::DiskFault& fault) {
  const sim::DiskResult<void> applied = files.apply(fault);
  REQUIRE(applied.ok());
}

sim::Digest HostDisk::digest() const {
  sim::RunningDigest digest;
  files.add_to(digest);
  return digest.value();
}

std::vector<std::byte> HostDisk::content(std::string_view path) const {
  std::vector<std::byte> bytes;
  files.for_each([&](const sim::FileSystem::FileView& file) {
    if (file.path != path || file.status.directory) return;
    bytes.resize(static_cast<std::size_t>(file.content.size()));
    file.content.read(0, bytes);
  });
  return bytes;
}

bool HostDisk::has(std::string_view path) const {
  bool found = false;
  files.for_each([&](const sim::FileSystem::FileView& file) { found |= file.path == path; });
  return found;
}

TemporaryFolder::TemporaryFolder() {
  std::string path = (std::filesystem::temp_directory_path() / "kafkasim-log-XXXXXX").string();
  REQUIRE(::mkdtemp(path.data()) != nullptr);
  path_ = path;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

// --- batches ---------------------------------------------------------------------------------------------------------

namespace {

RecordBatchBuilder filled(RecordBatchBuilder builder, std::string_view text, int count, std::int64_t first_timestamp) {
  for (int i = 0; i < count; ++i) {
    NewRecord record;
    record.timestamp = Timestamp{first_timestamp + i};
    record.value = sim::as_bytes(text);
    builder.append(record);
  }
  return builder;
}

}  // namespace

sim::Bytes batch_of(std::string_view text, int count, std::int64_t first_timestamp) {
  return filled(RecordBatchBuilder{}, text, count, first_timestamp).build();
}

sim::Bytes stored_batch(std::int64_t base_offset, std::int32_t epoch, std::string_view text, int count,
                        std::int64_t first_timestamp) {
  const RecordBatchBuilder builder{Offset{base_offset}, LeaderEpoch{epoch}};
  return filled(builder, text, count, first_timestamp).build();
}

// --- logs ------------------------------------------------------------------------------------------------------------

LoadedLog load(sim::Disk& disk, const LoadOptions& options, const LogConfig& config) {
  const sim::DiskResult<bool> there = disk.exists(folder);
  REQUIRE(there.ok());
  if (!there.value()) REQUIRE(disk.make_directory(folder).ok());
  LogResult<LoadedLog> loaded = Log::load(disk, orders_0, folder, config, options);
  if (!loaded.ok()) FAIL(loaded.error().message);
  return loaded.value();
}

LogAppendInfo append(sim::Disk& disk, Log& log, ByteView records, std::int32_t epoch, std::int64_t now) {
  LogResult<LogAppendInfo> appended = log.append_as_leader(disk, records, LeaderEpoch{epoch}, Timestamp{now});
  if (!appended.ok()) FAIL(appended.error().message);
  return appended.value();
}

std::vector<std::byte> everything(sim::Disk& disk, const Log& log) {
  std::vector<std::byte> bytes;
  Offset at = log.log_start_offset();
  while (true) {
    const LogResult<FetchedRecords> fetched = log.read(disk, at, 1'000'000, log.log_end_offset(), true);
    if (!fetched.ok()) FAIL(fetched.error().message);
    BatchCursor batches{fetched.value().records.span()};
    if (batches.next() != BatchStep::batch) return bytes;
    do {
      bytes.insert(bytes.end(), batches.bytes().begin(), batches.bytes().end());
      at = batches.batch().last_offset() + 1;
    } while (batches.next() == BatchStep::batch);
  }
}

std::vector<std::byte> concatenated(const std::vector<sim::Bytes>& pieces) {
  std::vector<std::byte> bytes;
  for (const sim::Bytes& piece : pieces) bytes.insert(bytes.end(), piece.begin(), piece.end());
  return bytes;
}

std::string values(ByteView batches) {
  std::string text;
  BatchCursor cursor{batches};
  while (cursor.next() == BatchStep::batch) {
    RecordCursor records{cursor.batch()};
    while (records.next() == RecordCursor::Step::record) {
      const ByteView value = records.record().value.value();
      text.append(reinterpret_cast<const char*>(value.data()), value.size());
    }
  }
  return text;
}

void write_file(sim::Disk& disk, std::string_view path, ByteView content) {
  const sim::DiskResult<sim::File> file = disk.open(path, sim::OpenMode::replace);
  REQUIRE(file.ok());
  REQUIRE(disk.append(file.value(), content).ok());
  REQUIRE(disk.close(file.value()).ok());
}

}  // namespace kafka::testing
