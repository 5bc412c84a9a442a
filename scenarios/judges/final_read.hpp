// final_read.hpp - what is there at the end.
// Here:  FinalRead: every partition from log start to high watermark, read by a consumer of its own.
// Not:   comparing it with what was promised (judge.hpp).
// Start: read_everything().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/setting.hpp"
#include "sim/world.hpp"

namespace scenarios {

struct PartitionRead {
  struct Record {
    std::int64_t offset = 0;
    std::uint64_t id = 0;  ///< kafka::RecordId
  };
  bool complete = false;                   ///< read up to the leader's high watermark
  std::int64_t end = -1;                   ///< offsets below it were read
  std::optional<std::int64_t> leader_end;  ///< the leader's log end; may be above its high watermark
  std::vector<Record> records;             ///< in the order of reading
  std::vector<std::pair<std::int64_t, std::int64_t>> corrupt;  ///< offsets [from, to) whose bytes are broken
};

struct FinalRead {
  std::vector<PartitionRead> partitions;  ///< by number
  std::string broken;                     ///< a check of our own that failed meanwhile; normally empty
};

/// `world` is a copy, so that the judge disturbs nobody: in it the clients stop, nothing is healed, and the host
/// `judge` reads for at most `patience` of virtual time. What cannot be read by then stays incomplete.
FinalRead read_everything(sim::World world, const Setting& setting,
                          sim::Duration patience = sim::Duration{60'000'000'000});

}  // namespace scenarios
