// judge.hpp - the black box: were the clients' promises kept?
// Here:  Finding, Judgement, judge(): lost-write, duplicate, inconsistent-offsets, corrupt-record.
// Not:   what goes on inside brokers (scenarios/invariants/).
// Start: judge(). Definitions: docs/scenario-format.md, "What the judges look for".
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/judges/final_read.hpp"
#include "scenarios/judges/history.hpp"
#include "scenarios/scenario.hpp"

namespace scenarios {

struct Finding {
  Anomaly anomaly = Anomaly::lost_write;
  std::uint32_t partition = no_partition;
  std::int64_t offset = -1;
  std::uint64_t record = 0;  ///< kafka::RecordId
  std::string sentence;
};

struct Judgement {
  static constexpr std::size_t told_most = 20;  ///< findings of one kind that are told one by one

  std::vector<Finding> findings;         ///< the first ones of each kind
  std::array<std::int64_t, 4> counts{};  ///< by Anomaly
  std::int64_t promised = 0;             ///< records that were acknowledged with an offset
  std::int64_t kept = 0;                 ///< of these: read at the end
  std::int64_t unknown = 0;              ///< of these: their partition could not be read so far
  std::int64_t excused_duplicates = 0;   ///< copies made by a producer's own retry

  std::int64_t count(Anomaly anomaly) const { return counts[static_cast<std::size_t>(anomaly)]; }
};

Judgement judge(const History& history, const FinalRead& final, const Setting& setting);

/// "record 17 of shop".
std::string record_text(std::uint64_t record, const Setting& setting);

}  // namespace scenarios
