#include "model/log/leader_epoch_cache.hpp"

#include "sim/check.hpp"

#include <algorithm>
#include <utility>

namespace kafka {

namespace {

using Entries = std::vector<EpochEntry>;

/// The first entry with a higher epoch.
Entries::const_iterator first_above(const Entries& entries, LeaderEpoch epoch) {
  return std::upper_bound(entries.begin(), entries.end(), epoch,
                          [](LeaderEpoch wanted, const EpochEntry& entry) { return wanted < entry.epoch; });
}

/// The first entry that starts behind `offset`.
Entries::const_iterator first_behind(const Entries& entries, Offset offset) {
  return std::upper_bound(entries.begin(), entries.end(), offset,
                          [](Offset wanted, const EpochEntry& entry) { return wanted < entry.start; });
}

bool rises(const Entries& entries) {
  for (std::size_t i = 1; i < entries.size(); ++i) {
    if (entries[i].epoch <= entries[i - 1].epoch || entries[i].start <= entries[i - 1].start) return false;
  }
  return true;
}

}  // namespace

LeaderEpochCache::LeaderEpochCache(std::vector<EpochEntry> entries) : entries_{std::move(entries)} {
  SIM_CHECK(rises(this->entries()), "leader epochs do not rise");
}

bool LeaderEpochCache::assign(LeaderEpoch epoch, Offset start) {
  SIM_CHECK(epoch >= LeaderEpoch{0}, "epoch {}", epoch.raw());
  SIM_CHECK(start >= Offset{0}, "start {}", start.raw());
  if (!empty() && latest().epoch == epoch && start >= latest().start) return false;
  Entries& entries = entries_.edit();
  while (!entries.empty() && (entries.back().epoch >= epoch || entries.back().start >= start)) entries.pop_back();
  entries.push_back({epoch, start});
  return true;
}

bool LeaderEpochCache::truncate_from_end(Offset offset) {
  if (empty() || latest().start < offset) return false;
  Entries& entries = entries_.edit();
  while (!entries.empty() && entries.back().start >= offset) entries.pop_back();
  return true;
}

bool LeaderEpochCache::truncate_from_start(Offset offset) {
  const auto behind = first_behind(entries(), offset);
  const auto dropped = behind - entries().begin();
  if (dropped == 0) return false;
  if (dropped == 1 && earliest().start == offset) return false;
  Entries& edited = entries_.edit();
  edited.erase(edited.begin(), edited.begin() + (dropped - 1));
  edited.front().start = offset;
  return true;
}

bool LeaderEpochCache::clear() {
  if (empty()) return false;
  entries_ = {};
  return true;
}

EpochEndOffset LeaderEpochCache::end_offset_for(LeaderEpoch epoch, Offset log_end) const {
  if (epoch == no_leader_epoch || empty()) return {};
  if (epoch == latest().epoch) return {epoch, log_end};
  const auto higher = first_above(entries(), epoch);
  if (higher == entries().end()) return {};
  if (higher == entries().begin()) return {epoch, higher->start};
  return {(higher - 1)->epoch, higher->start};
}

std::optional<LeaderEpoch> LeaderEpochCache::epoch_for(Offset offset) const {
  const auto behind = first_behind(entries(), offset);
  if (behind == entries().begin()) return std::nullopt;
  return (behind - 1)->epoch;
}

// --- decisions -------------------------------------------------------------------------------------------------------

bool follower_diverges(EpochEndOffset leader, LeaderEpoch last_fetched, Offset fetch_offset) {
  SIM_CHECK(!leader.undefined(), "a leader that knows nothing of the epoch answers OFFSET_OUT_OF_RANGE");
  return leader.epoch < last_fetched || leader.end < fetch_offset;
}

TruncationPoint truncation_point(EpochEndOffset leader, const LeaderEpochCache& local, Offset log_end,
                                 Offset fallback) {
  if (leader.undefined()) return {fallback, true};
  if (leader.epoch == no_leader_epoch) return {std::min(leader.end, log_end), true};
  const EpochEndOffset mine = local.end_offset_for(leader.epoch, log_end);
  if (mine.undefined()) return {std::min(leader.end, log_end), true};
  if (mine.epoch != leader.epoch) return {std::min(mine.end, log_end), false};
  return {std::min({mine.end, leader.end, log_end}), true};
}

}  // namespace kafka
