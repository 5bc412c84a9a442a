// violation.hpp - an invariant that did not hold.
// Here:  Violation, Violations (the first of each number, and how many there were).
// Not:   the invariants (docs/reference/replication-and-control.md §8; files of this folder).
// Start: Violations::add().
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim/time.hpp"

namespace scenarios {

struct Violation {
  int invariant = 0;  ///< its number in §8
  sim::Time at;
  std::string sentence;
};

/// A value.
class Violations {
 public:
  static constexpr std::int64_t told_most = 5;  ///< of one invariant

  void add(int invariant, sim::Time at, std::string sentence) {
    if (++counts_[invariant] <= told_most) told_.push_back(Violation{invariant, at, std::move(sentence)});
  }

  const std::vector<Violation>& told() const { return told_; }
  const std::map<int, std::int64_t>& counts() const { return counts_; }
  bool empty() const { return told_.empty(); }

 private:
  std::vector<Violation> told_;
  std::map<int, std::int64_t> counts_;
};

}  // namespace scenarios
