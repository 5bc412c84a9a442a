#include "scenarios/log_files.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "model/log/record_batch.hpp"

namespace scenarios {
namespace {

struct Batch {
  std::string path;
  std::uint64_t position = 0;
  std::uint64_t size = 0;
  std::int64_t last = 0;
};

bool is_log_of(std::string_view path, const std::string& partition) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || path.size() < 4 || path.substr(path.size() - 4) != ".log") return false;
  const std::string_view folder = path.substr(0, slash);
  const std::size_t before = folder.rfind('/');
  return (before == std::string_view::npos ? folder : folder.substr(before + 1)) == partition;
}

void walk(std::string_view path, const sim::FileContent& content, std::vector<Batch>& batches) {
  std::uint64_t at = 0;
  while (at + kafka::batch_header_size <= content.size()) {
    std::array<std::byte, kafka::batch_header_size> header{};
    content.read(at, header);
    const kafka::RecordBatchView batch{header};
    const std::uint64_t size = batch.size();
    if (size <= kafka::batch_header_size || at + size > content.size()) return;
    batches.push_back(Batch{std::string{path}, at, size, batch.last_offset().raw()});
    at += size;
  }
}

}  // namespace

std::optional<RecordPlace> find_record(const sim::FileSystem& files, const kafka::TopicPartition& partition,
                                       std::int64_t offset) {
  const std::string name = to_text(partition);
  std::vector<Batch> batches;
  files.for_each([&](const sim::FileSystem::FileView& file) {
    if (!file.status.directory && is_log_of(file.path, name)) walk(file.path, file.content, batches);
  });
  if (batches.empty()) return std::nullopt;
  if (offset < 0) offset = std::max<std::int64_t>(batches.back().last + 1 + offset, 0);
  const auto found =
      std::find_if(batches.begin(), batches.end(), [&](const Batch& batch) { return batch.last >= offset; });
  if (found == batches.end()) return std::nullopt;
  const std::uint64_t records = found->position + kafka::batch_header_size;
  return RecordPlace{found->path, found->position, records + (found->size - kafka::batch_header_size) / 2};
}

sim::Bytes LogPeek::read(const kafka::Log& log, kafka::Offset from, kafka::Offset bound, std::uint64_t max_bytes) {
  auto fetched = log.read(disk_, from, max_bytes, bound, true);
  return fetched.ok() ? std::move(fetched.value().records) : sim::Bytes{};
}

}  // namespace scenarios
