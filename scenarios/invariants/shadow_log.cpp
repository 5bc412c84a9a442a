#include "scenarios/invariants/shadow_log.hpp"

#include "sim/check.hpp"
#include "sim/random.hpp"

namespace scenarios {

ShadowLog::Entry ShadowLog::append(const BatchMark& batch) {
  SIM_CHECK(batch.base >= end_, "a batch at {} below the end {}", batch.base, end_);
  const std::uint64_t before = entries_.empty() ? 0 : entries_.back().chain;
  const auto place =
      static_cast<std::uint64_t>(batch.base) * 0x9e3779b97f4a7c15U + static_cast<std::uint64_t>(batch.last);
  const auto content = std::uint64_t{batch.checksum} << 32 | static_cast<std::uint32_t>(batch.epoch);
  Entry entry;
  entry.last = batch.last;
  entry.chain = sim::random_detail::mix(sim::random_detail::mix(before + 0x9e3779b97f4a7c15U) ^ place) ^
                sim::random_detail::mix(content + before);
  entry.epoch = batch.epoch;
  entries_.append(entry);
  end_ = batch.last + 1;
  return entry;
}

std::uint64_t ShadowLog::find(std::int64_t offset) const {
  std::uint64_t low = 0;
  std::uint64_t high = entries_.size();
  // Nearly always the question is about the last few.
  if (high > 8 && entries_[high - 8].last < offset) low = high - 8;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (entries_[middle].last < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

void ShadowLog::truncate_to(std::int64_t offset) {
  if (offset >= end_) return;
  entries_.resize(find(offset));
  end_ = entries_.empty() ? 0 : entries_.back().last + 1;
}

std::optional<std::uint64_t> ShadowLog::chain_below(std::int64_t offset) const {
  if (offset > end_) return std::nullopt;
  const std::uint64_t count = find(offset);
  return count == 0 ? 0 : entries_[count - 1].chain;
}

}  // namespace scenarios
