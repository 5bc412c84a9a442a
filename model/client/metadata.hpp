// metadata.hpp - what a client knows of the cluster.
// Here:  Metadata: brokers, topics, leaders with their epochs; when to ask again, what to ask, what an answer changes.
// Not:   sending the request (cluster_client.hpp); a broker's own view (model/broker/metadata_cache.hpp).
// Start: update(). Reference: clients-groups-transactions.md §1.7, wire-protocol.md §7.4 (class Metadata).
#pragma once

#include "model/config/client_config.hpp"
#include "model/protocol/errors.hpp"
#include "model/protocol/leader_hints.hpp"
#include "model/protocol/metadata.hpp"
#include "model/types.hpp"
#include "sim/random.hpp"
#include "sim/strong.hpp"
#include "sim/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kafka {

/// The place of a topic in its client's Metadata: given by add_topic(), good as long as that object and its copies.
using TopicIndex = sim::Strong<struct TopicIndexTag, std::uint32_t>;

/// A value. Leader epochs of a topic id never go back, however old the broker's view is that answered.
class Metadata {
 public:
  struct Broker {
    BrokerId id;
    std::string host;
  };
  struct Partition {
    BrokerId leader = no_broker;
    LeaderEpoch leader_epoch = no_leader_epoch;
    sim::EventId learned_by;  ///< the answer that brought this leader: a second cause of what is sent to him
  };
  struct Topic {
    std::string name;
    Uuid id;  ///< zero if it is not known
    ErrorCode error = ErrorCode::none;
    std::vector<Partition> partitions;  ///< by number; empty: nothing is known yet

    bool known() const { return !partitions.empty(); }
  };

  explicit Metadata(const CommonClientConfig& config)
      : max_age_{config.metadata_max_age}, backoff_{config.retry_backoff}, backoff_max_{config.retry_backoff_max} {}

  /// From now on the topic is asked for, at first without waiting for the backoff. The same name has the same index.
  TopicIndex add_topic(std::string_view name);
  const Topic& topic(TopicIndex index) const { return topics_[index.raw()]; }
  std::size_t topic_count() const { return topics_.size(); }
  std::optional<TopicIndex> find(std::string_view name) const;
  std::optional<TopicIndex> find(const Uuid& id) const;
  /// Empty until the first answer; then in the order of the answer.
  const std::vector<Broker>& brokers() const { return brokers_; }
  /// -1 without a leader, and if the partition is not known.
  Partition partition(TopicIndex index, std::int32_t partition) const;

  /// Grows with everything that changes what this object tells.
  std::uint64_t version() const { return version_; }

  /// Something seemed out of date.
  void request_update() { wanted_ = true; }
  bool update_wanted() const { return wanted_; }
  /// When the next request is due; may have passed.
  sim::Time next_request_at() const;
  /// For the topics that were added.
  MetadataRequest make_request() const;
  /// An answer came. `by`: the event that brought it.
  void update(const MetadataResponse& answer, sim::Time now, sim::EventId by, sim::Random& backoff_stream);
  /// No answer came.
  void failed(sim::Time now, sim::Random& backoff_stream);

  /// A leader that came with an error (KIP-951). Taken if its epoch is newer and its address is known, here or from
  /// `endpoints`. True if it was taken.
  bool apply_hint(TopicIndex index, std::int32_t partition, const LeaderIdAndEpoch& leader,
                  const std::vector<NodeEndpoint>& endpoints, sim::EventId by);

 private:
  bool update_topic(Topic& topic, const MetadataResponse::MetadataResponseTopic& news, sim::EventId by);
  bool update_brokers(const MetadataResponse& answer);
  bool knows_broker(BrokerId id) const;

  sim::Duration max_age_;
  sim::Duration backoff_;
  sim::Duration backoff_max_;
  std::vector<Topic> topics_;
  std::vector<Broker> brokers_;
  std::uint64_t version_ = 0;
  bool wanted_ = true;
  sim::Time last_success_;
  sim::Time not_before_;             // backoff
  std::uint32_t failures_ = 0;       // in a row
  std::uint32_t equal_answers_ = 0;  // in a row: asking again did not help
};

}  // namespace kafka
