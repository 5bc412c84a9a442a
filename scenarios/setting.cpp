#include "scenarios/setting.hpp"

#include <utility>

namespace scenarios {

Setting::Setting(Scenario the_scenario, Cluster the_cluster)
    : scenario{std::move(the_scenario)}, cluster{std::move(the_cluster)} {
  for (std::uint32_t topic = 0; topic < scenario.topics.size(); ++topic) {
    for (int i = 0; i < scenario.topics[topic].partitions; ++i) {
      partitions.push_back(kafka::TopicPartition{scenario.topics[topic].name, i});
      topic_of.push_back(topic);
      by_name_.emplace(to_text(partitions.back()), static_cast<std::uint32_t>(partitions.size() - 1));
    }
  }
}

std::uint32_t Setting::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? no_partition : found->second;
}

}  // namespace scenarios
