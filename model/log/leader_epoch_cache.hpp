// leader_epoch_cache.hpp - where in the log each leader epoch begins.
// Here:  LeaderEpochCache, a sorted list in memory (docs/reference/log-storage.md §6.2), and what follows from two of
//        them: whether a follower's log diverges and where it must be cut (§6.3). Pure, no disk.
// Not:   the file leader-epoch-checkpoint (checkpoint_file.hpp) and when it is written (log.hpp).
// Start: end_offset_for(); docs/reference/replication-and-control.md §2.3, §2.4.
#pragma once

#include "model/types.hpp"
#include "sim/cow.hpp"

#include <optional>
#include <vector>

namespace kafka {

/// Epoch and offset of the first record written in it.
struct EpochEntry {
  LeaderEpoch epoch;
  Offset start;

  friend bool operator==(const EpochEntry&, const EpochEntry&) = default;
};

/// The end of an epoch: the offset behind its last record. Both -1: undefined.
struct EpochEndOffset {
  LeaderEpoch epoch = no_leader_epoch;
  Offset end = no_offset;

  bool undefined() const { return end == no_offset; }
  friend bool operator==(const EpochEndOffset&, const EpochEndOffset&) = default;
};

/// Both fields of the entries rise strictly. A copy costs a count. Functions that change it say whether they did, so
/// that the caller writes the file.
class LeaderEpochCache {
 public:
  LeaderEpochCache() = default;
  /// REQUIRES: both fields rise strictly.
  explicit LeaderEpochCache(std::vector<EpochEntry> entries);

  const std::vector<EpochEntry>& entries() const { return entries_.read(); }
  bool empty() const { return entries().empty(); }
  /// REQUIRES (both): not empty.
  const EpochEntry& latest() const { return entries().back(); }
  const EpochEntry& earliest() const { return entries().front(); }

  /// `epoch` begins at `start`; entries that contradict it go. REQUIRES: neither is negative.
  bool assign(LeaderEpoch epoch, Offset start);
  /// Nothing is known of `offset` and above any more.
  bool truncate_from_end(Offset offset);
  /// The log begins at `offset` now: the epoch that covers it begins there.
  bool truncate_from_start(Offset offset);
  bool clear();

  /// The largest epoch that is not above `epoch`, and its end in a log that ends at `log_end`.
  EpochEndOffset end_offset_for(LeaderEpoch epoch, Offset log_end) const;
  /// The epoch that `offset` was, or would be, written in; nothing below the first entry.
  std::optional<LeaderEpoch> epoch_for(Offset offset) const;

 private:
  sim::Cow<std::vector<EpochEntry>> entries_;
};

// --- decisions: what a leader and a follower make of epochs
// -----------------------------------------------------------

/// The leader's view: the follower, whose last record has epoch `last_fetched` and which asks for `fetch_offset`, has
/// something that this log does not have. `leader` is this log's end_offset_for(last_fetched), and not undefined.
bool follower_diverges(EpochEndOffset leader, LeaderEpoch last_fetched, Offset fetch_offset);

/// Where a follower cuts its log.
struct TruncationPoint {
  Offset offset;
  bool done = true;  ///< false: cut, and ask the leader again

  friend bool operator==(const TruncationPoint&, const TruncationPoint&) = default;
};

/// The follower's view (§6.3): `leader` is what the leader answered, `local` and `log_end` are its own; `fallback` (its
/// fetch offset or high watermark) counts when the leader knows nothing.
TruncationPoint truncation_point(EpochEndOffset leader, const LeaderEpochCache& local, Offset log_end, Offset fallback);

}  // namespace kafka
