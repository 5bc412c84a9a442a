// report_parts.hpp - what all forms of a report are made of.
// Here:  the state of each partition and its replicas at the end; sentences of the verdict.
// Not:   their text (report.cpp), their JSON (report_json.cpp).
// Start: partition_reports().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/run.hpp"

namespace scenarios {

struct ReplicaReport {
  int broker = 0;
  bool running = false;  ///< else there is nothing to say of its log
  std::int64_t log_end = -1;
  std::int64_t high_watermark = -1;
  bool in_sync = false;
};

struct PartitionReport {
  std::string name;
  bool known = false;  ///< ZooKeeper or a broker has a state of it
  int leader = -1;
  std::int32_t epoch = -1;
  std::vector<std::int64_t> isr;
  std::vector<ReplicaReport> replicas;
};

std::vector<PartitionReport> partition_reports(const Run& run);

/// "lost-write: record 17 of shop was ...": everything that speaks against the run.
std::vector<std::string> complaints(const Run& run, const Conclusion& conclusion);

/// "passed", "failed", "kafkasim is at fault".
std::string verdict(const Conclusion& conclusion);

/// The name of Kafka's API with this number.
std::string api_name(std::int64_t api);

}  // namespace scenarios
