// shadow_log.hpp - a log as its batches' headers tell it.
// Here:  BatchMark (one header), ShadowLog: a chain of hashes, so that two logs compare in a few steps.
// Not:   what must be equal (log_invariants.hpp).
// Start: ShadowLog::append(), chain_below().
#pragma once

#include <cstdint>
#include <optional>

#include "sim/append_log.hpp"

namespace scenarios {

/// What identifies a batch. The checksum covers everything else in it.
struct BatchMark {
  std::int64_t base = 0;
  std::int64_t last = 0;
  std::int32_t epoch = 0;
  std::uint32_t checksum = 0;
};

/// A value; copies share what is old. Two logs with the same chain below an offset hold the same batches below it.
class ShadowLog {
 public:
  struct Entry {
    std::int64_t last = 0;
    std::uint64_t chain = 0;  ///< of all batches up to this one
    std::int32_t epoch = 0;
    std::uint32_t unused = 0;
  };

  /// Behind the last batch.
  std::int64_t end() const { return end_; }
  bool empty() const { return entries_.empty(); }
  std::uint64_t size() const { return entries_.size(); }
  Entry entry(std::uint64_t index) const { return entries_[index]; }

  /// REQUIRES: batch.base >= end().
  Entry append(const BatchMark& batch);
  /// An entry of another log, behind the last one here, as it is.
  void adopt(const Entry& entry) {
    entries_.append(entry);
    end_ = entry.last + 1;
  }
  /// Batches that reach to `offset` or beyond go.
  void truncate_to(std::int64_t offset);
  void clear() { *this = ShadowLog{}; }

  /// The chain of all batches wholly below `offset`; nothing if that lies behind the end.
  std::optional<std::uint64_t> chain_below(std::int64_t offset) const;
  /// The first entry whose last offset is `offset` or higher; size() if there is none.
  std::uint64_t find(std::int64_t offset) const;

 private:
  sim::AppendLog<Entry, 1024> entries_;
  std::int64_t end_ = 0;
};

}  // namespace scenarios
