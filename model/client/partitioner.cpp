#include "model/client/partitioner.hpp"

#include <algorithm>

#include "model/client/murmur2.hpp"
#include "sim/check.hpp"

namespace kafka {

std::int32_t keyed_partition(std::span<const std::byte> key, std::int32_t partitions) {
  SIM_CHECK(partitions >= 1, "a topic has at least one partition");
  return static_cast<std::int32_t>(murmur2(key) & 0x7fff'ffffU) % partitions;
}

std::vector<std::uint64_t> adaptive_weights(std::span<const PartitionLoad> loads) {
  std::uint64_t longest = 0;
  bool all_equal = true;
  for (const PartitionLoad& load : loads) {
    longest = std::max<std::uint64_t>(longest, load.queued);
    all_equal = all_equal && load.queued == loads[0].queued;
  }
  std::vector<std::uint64_t> weights(loads.size(), 1);
  if (all_equal) return weights;
  for (std::size_t i = 0; i < loads.size(); ++i) weights[i] = longest + 1 - loads[i].queued;
  return weights;
}

std::int32_t StickyPartitioner::choose(std::span<const PartitionLoad> loads, bool adaptive, sim::Random& random) {
  SIM_CHECK(!loads.empty(), "there is no partition to choose from");
  produced_ = 0;
  if (!adaptive) {
    partition_ = loads[random.index(loads.size())].partition;
    return partition_;
  }
  const std::vector<std::uint64_t> weights = adaptive_weights(loads);
  std::uint64_t total = 0;
  for (const std::uint64_t weight : weights) total += weight;
  std::uint64_t drawn = random.below(total);
  std::size_t chosen = 0;
  while (drawn >= weights[chosen]) drawn -= weights[chosen++];
  partition_ = loads[chosen].partition;
  return partition_;
}

void StickyPartitioner::produced(std::int64_t bytes, bool all_full) {
  produced_ += bytes;
  if ((produced_ >= batch_size_ && all_full) || produced_ >= 2 * batch_size_) partition_ = -1;
}

}  // namespace kafka
