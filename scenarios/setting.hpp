// setting.hpp - what stays the same in the life of a run.
// Here:  Setting (scenario, who is where, all partitions by number), shared by everything that watches a run.
// Not:   anything that changes (run.hpp).
// Start: Setting::partition_of().
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "model/types.hpp"
#include "scenarios/cluster.hpp"
#include "scenarios/scenario.hpp"
#include "sim/names.hpp"

namespace scenarios {

/// Numbers the partitions of a scenario from 0, in the order of its topics.
inline constexpr std::uint32_t no_partition = UINT32_MAX;

struct Setting {
  Setting(Scenario the_scenario, Cluster the_cluster);

  Scenario scenario;
  Cluster cluster;
  std::vector<kafka::TopicPartition> partitions;
  std::vector<std::uint32_t> topic_of;  ///< by partition: index in scenario.topics

  std::uint32_t find(std::string_view name) const;
  const TopicSpec& topic(std::uint32_t partition) const { return scenario.topics[topic_of[partition]]; }

 private:
  std::map<std::string, std::uint32_t, std::less<>> by_name_;
};
using SettingPtr = std::shared_ptr<const Setting>;  // immutable: copies of a run may share it

/// From the subject of a fact to the number of its partition. A value; remembers what it was asked.
class PartitionSubjects {
 public:
  /// no_partition if the subject is no partition of the scenario.
  std::uint32_t find(const Setting& setting, const sim::Names& names, sim::SubjectId subject) {
    const std::size_t at = subject.raw();
    if (at < known_.size() && known_[at] != unknown) return known_[at];
    if (at >= known_.size()) known_.resize(at + 1, unknown);
    return known_[at] = setting.find(names.name_of(subject));
  }

 private:
  static constexpr std::uint32_t unknown = UINT32_MAX - 1;
  std::vector<std::uint32_t> known_;  // by SubjectId
};

}  // namespace scenarios
