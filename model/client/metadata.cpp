#include "model/client/metadata.hpp"

#include <algorithm>

#include "model/client/backoff.hpp"

namespace kafka {
namespace {

// Errors of a topic or partition after which it is worth asking again (Java: InvalidMetadataException).
bool is_passing(ErrorCode error) {
  return error == ErrorCode::unknown_topic_or_partition || error == ErrorCode::leader_not_available ||
         error == ErrorCode::not_leader_or_follower || error == ErrorCode::replica_not_available ||
         error == ErrorCode::kafka_storage_error || error == ErrorCode::unknown_topic_id ||
         error == ErrorCode::inconsistent_topic_id;
}

}  // namespace

TopicIndex Metadata::add_topic(std::string_view name) {
  if (const auto found = find(name)) return *found;
  Topic topic;
  topic.name = std::string{name};
  topics_.push_back(std::move(topic));
  wanted_ = true;
  not_before_ = {};
  return TopicIndex{static_cast<std::uint32_t>(topics_.size() - 1)};
}

std::optional<TopicIndex> Metadata::find(std::string_view name) const {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].name == name) return TopicIndex{static_cast<std::uint32_t>(i)};
  }
  return std::nullopt;
}

std::optional<TopicIndex> Metadata::find(const Uuid& id) const {
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].id == id) return TopicIndex{static_cast<std::uint32_t>(i)};
  }
  return std::nullopt;
}

Metadata::Partition Metadata::partition(TopicIndex index, std::int32_t partition) const {
  const Topic& topic = topics_[index.raw()];
  if (partition < 0 || static_cast<std::size_t>(partition) >= topic.partitions.size()) return {};
  return topic.partitions[static_cast<std::size_t>(partition)];
}

sim::Time Metadata::next_request_at() const {
  if (wanted_) return not_before_;
  return std::max(last_success_ + max_age_, not_before_);
}

MetadataRequest Metadata::make_request() const {
  MetadataRequest request;
  for (const Topic& topic : topics_) {
    MetadataRequest::MetadataRequestTopic asked;
    asked.name = topic.name;
    request.topics->push_back(std::move(asked));
  }
  return request;
}

void Metadata::update(const MetadataResponse& answer, sim::Time now, sim::EventId by, sim::Random& backoff_stream) {
  wanted_ = false;
  failures_ = 0;
  last_success_ = now;
  bool changed = update_brokers(answer);
  for (const auto& news : answer.topics) {
    const auto index = news.name ? find(*news.name) : find(news.topic_id);
    if (index && update_topic(topics_[index->raw()], news, by)) changed = true;
  }
  equal_answers_ = changed ? 0 : equal_answers_ + 1;
  not_before_ =
      now + exponential_backoff(backoff_, backoff_max_, equal_answers_ == 0 ? 0 : equal_answers_ - 1, backoff_stream);
  if (changed) ++version_;
}

void Metadata::failed(sim::Time now, sim::Random& backoff_stream) {
  wanted_ = true;
  not_before_ = now + exponential_backoff(backoff_, backoff_max_, failures_, backoff_stream);
  ++failures_;
}

bool Metadata::update_brokers(const MetadataResponse& answer) {
  std::vector<Broker> brokers;
  brokers.reserve(answer.brokers.size());
  for (const auto& broker : answer.brokers) brokers.push_back(Broker{broker.node_id, broker.host});
  // A broker that has just started and has heard of nobody yet: what was known stays, and somebody is asked again.
  if (brokers.empty()) {
    wanted_ = true;
    return false;
  }
  const bool equal = brokers.size() == brokers_.size() &&
                     std::equal(brokers.begin(), brokers.end(), brokers_.begin(),
                                [](const Broker& a, const Broker& b) { return a.id == b.id && a.host == b.host; });
  if (!equal) brokers_ = std::move(brokers);
  return !equal;
}

// Returns whether anything is different now.
bool Metadata::update_topic(Topic& topic, const MetadataResponse::MetadataResponseTopic& news, sim::EventId by) {
  bool changed = topic.error != news.error_code;
  topic.error = news.error_code;
  if (news.error_code != ErrorCode::none) {
    // What was known of its partitions stays: their leaders will say themselves if it is out of date.
    if (is_passing(news.error_code)) wanted_ = true;
    return changed;
  }
  const bool other_topic = !topic.id.is_zero() && !news.topic_id.is_zero() && topic.id != news.topic_id;
  if (other_topic) topic.partitions.clear();  // deleted and created anew: epochs begin again
  if (topic.id != news.topic_id) {
    topic.id = news.topic_id;
    changed = true;
  }
  for (const auto& partition : news.partitions) {
    if (partition.partition_index < 0) continue;
    const auto number = static_cast<std::size_t>(partition.partition_index);
    if (number >= topic.partitions.size()) {
      topic.partitions.resize(number + 1);
      changed = true;
    }
    if (is_passing(partition.error_code)) wanted_ = true;
    Partition& known = topic.partitions[number];
    if (partition.leader_epoch < known.leader_epoch) continue;  // an older view
    if (known.leader == partition.leader_id && known.leader_epoch == partition.leader_epoch) continue;
    known = Partition{partition.leader_id, partition.leader_epoch, by};
    changed = true;
  }
  return changed;
}

bool Metadata::knows_broker(BrokerId id) const {
  return std::any_of(brokers_.begin(), brokers_.end(), [&](const Broker& broker) { return broker.id == id; });
}

bool Metadata::apply_hint(TopicIndex index, std::int32_t partition, const LeaderIdAndEpoch& leader,
                          const std::vector<NodeEndpoint>& endpoints, sim::EventId by) {
  if (leader.leader_id == no_broker || leader.leader_epoch == no_leader_epoch) return false;
  Topic& topic = topics_[index.raw()];
  if (partition < 0 || static_cast<std::size_t>(partition) >= topic.partitions.size()) return false;
  Partition& known = topic.partitions[static_cast<std::size_t>(partition)];
  if (leader.leader_epoch <= known.leader_epoch) return false;
  for (const NodeEndpoint& endpoint : endpoints) {
    if (endpoint.node_id != leader.leader_id || knows_broker(endpoint.node_id)) continue;
    brokers_.push_back(Broker{endpoint.node_id, endpoint.host});
  }
  if (!knows_broker(leader.leader_id)) return false;
  known = Partition{leader.leader_id, leader.leader_epoch, by};
  ++version_;
  return true;
}

}  // namespace kafka
