// judge.hpp - is the promise of counter.hpp kept?
// Here:  CounterJudge, an observer that listens to the facts of a world.
// Not:   the promise (counter.hpp).
// Start: `world.attach(&judge); ... judge.complaint()`.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "sim/trace.hpp"

namespace sim::example {

/// Sees every confirmation and every new primary, and complains when a confirmed increment is gone: a value is
/// confirmed twice, or a primary begins with less than was confirmed. A value; a copy goes on judging the copy of a
/// world.
class CounterJudge final : public TraceSink {
 public:
  void on_event(EventId id, const TraceRecord& record) override;
  void on_second_parent(const SecondParent&) override {}

  /// The first broken promise as a sentence; empty if there is none.
  const std::string& complaint() const { return complaint_; }
  std::uint64_t confirmations() const { return confirmed_.size(); }
  std::uint64_t primaries() const { return primaries_; }

 private:
  void complain(EventId id, const std::string& sentence);

  std::map<std::uint64_t, EventId> confirmed_;  // by value
  std::set<std::uint64_t> epochs_;
  std::uint64_t primaries_ = 0;
  std::string complaint_;
};

}  // namespace sim::example
