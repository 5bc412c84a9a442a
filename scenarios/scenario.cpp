#include "scenarios/scenario.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace scenarios {

std::string_view to_text(Anomaly anomaly) {
  switch (anomaly) {
    case Anomaly::lost_write: return "lost-write";
    case Anomaly::duplicate: return "duplicate";
    case Anomaly::inconsistent_offsets: return "inconsistent-offsets";
    case Anomaly::corrupt_record: return "corrupt-record";
  }
  return "?";
}

std::string to_text(const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return fmt::format("\"{}\"", *text);
  return fmt::format("[{}]", fmt::join(std::get<std::vector<std::int64_t>>(value), ", "));
}

Cast Scenario::cast() const {
  Cast cast;
  cast.brokers = static_cast<int>(brokers.size());
  cast.zookeepers = zookeepers;
  for (const ClientSpec& client : clients) cast.clients.push_back(client.name);
  for (const TopicSpec& topic : topics) cast.topics.emplace(topic.name, topic.partitions);
  return cast;
}

}  // namespace scenarios
