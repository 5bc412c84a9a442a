#include "model/client/workload_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "model/log/big_endian.hpp"
#include "model/log/crc32c.hpp"
#include "sim/check.hpp"

namespace kafka {
namespace {

constexpr std::size_t checksum_at = 8;

// Everything but the checksum itself.
std::uint32_t checksum(ByteView value) {
  return crc32c(crc32c(value.first(checksum_at)), value.subspan(smallest_workload_value));
}

}  // namespace

void write_workload_value(std::vector<std::byte>& value, RecordId id, std::size_t size) {
  SIM_CHECK(size >= smallest_workload_value, "{} bytes have no room for id and checksum", size);
  value.resize(size);
  store_big_endian(value.data(), id.raw());
  std::uint64_t filler = id.raw();
  for (std::size_t at = smallest_workload_value; at < size; at += sizeof(filler)) {
    filler = filler * 6364136223846793005U + 1442695040888963407U;
    std::array<std::byte, sizeof(filler)> word;
    store_big_endian(word.data(), filler);
    std::copy_n(word.begin(), std::min(word.size(), size - at), value.begin() + static_cast<std::ptrdiff_t>(at));
  }
  store_big_endian(value.data() + checksum_at, checksum(value));
}

std::optional<RecordId> read_workload_value(std::optional<ByteView> value) {
  if (!value || value->size() < smallest_workload_value) return std::nullopt;
  if (load_big_endian<std::uint32_t>(value->data() + checksum_at) != checksum(*value)) return std::nullopt;
  return RecordId{load_big_endian<std::uint64_t>(value->data())};
}

std::string workload_key(std::uint64_t number) { return fmt::format("key-{}", number); }

}  // namespace kafka
