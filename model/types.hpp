// types.hpp - Kafka's numbers and names as types.
// Here:  Offset, epochs, ids of brokers and producers, Sequence, Generation, Uuid, TopicPartition; the arithmetic that
//        makes sense on them and their text form.
// Not:   error codes (protocol/errors.hpp); times (sim/time.hpp).
// Start: `Offset next = last + 1;`
#pragma once

#include "sim/strong.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kafka {

/// The place of a record in the log of a partition, counted from 0; -1 where Kafka's messages say "none".
using Offset = sim::Strong<struct OffsetTag, std::int64_t>;
/// Grows by one with every leader of a partition; -1 = not known.
using LeaderEpoch = sim::Strong<struct LeaderEpochTag, std::int32_t>;
/// Grows by one with every controller of the cluster.
using ControllerEpoch = sim::Strong<struct ControllerEpochTag, std::int32_t>;
/// `broker.id`; -1 = none (no leader, or a consumer where a replica could stand).
using BrokerId = sim::Strong<struct BrokerIdTag, std::int32_t>;
/// One life of a broker: the czxid of its node in ZooKeeper; -1 = not known.
using BrokerEpoch = sim::Strong<struct BrokerEpochTag, std::int64_t>;
/// The version of a partition's state in ZooKeeper; grows with every change of leader or ISR.
using PartitionEpoch = sim::Strong<struct PartitionEpochTag, std::int32_t>;
/// -1 = the producer is not idempotent.
using ProducerId = sim::Strong<struct ProducerIdTag, std::int64_t>;
using ProducerEpoch = sim::Strong<struct ProducerEpochTag, std::int16_t>;
/// The number of a record among those of one producer in one partition: 0 .. 2^31-1, then 0 again; -1 = none.
using Sequence = sim::Strong<struct SequenceTag, std::int32_t>;
/// One rebalance of a consumer group; -1 = outside of group management.
using Generation = sim::Strong<struct GenerationTag, std::int32_t>;

inline constexpr Offset no_offset{-1};
inline constexpr LeaderEpoch no_leader_epoch{-1};
inline constexpr BrokerId no_broker{-1};
inline constexpr BrokerEpoch no_broker_epoch{-1};
inline constexpr ProducerId no_producer_id{-1};
inline constexpr ProducerEpoch no_producer_epoch{-1};
inline constexpr Sequence no_sequence{-1};

constexpr Offset operator+(Offset at, std::int64_t records) { return Offset{at.raw() + records}; }
constexpr Offset operator-(Offset at, std::int64_t records) { return Offset{at.raw() - records}; }
/// How many offsets lie between the two.
constexpr std::int64_t operator-(Offset a, Offset b) { return a.raw() - b.raw(); }

/// The sequence `records` (0 or more) later, which wraps from 2^31-1 to 0. REQUIRES: `at` is not negative.
constexpr Sequence operator+(Sequence at, std::int32_t records) {
  const auto sum = static_cast<std::uint32_t>(at.raw()) + static_cast<std::uint32_t>(records);
  return Sequence{static_cast<std::int32_t>(sum & 0x7fff'ffffU)};
}

/// 16 bytes that name a topic or a log directory; all zero = none.
struct Uuid {
  std::uint64_t high = 0;  ///< the first eight bytes, big-endian
  std::uint64_t low = 0;

  constexpr bool is_zero() const { return high == 0 && low == 0; }
  friend constexpr bool operator==(const Uuid&, const Uuid&) = default;
  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// 22 characters of URL-safe base64 without padding, as Kafka writes topic ids.
std::string to_text(const Uuid& uuid);
/// The reverse of to_text; nothing if `text` is not such a text.
std::optional<Uuid> uuid_from_text(std::string_view text);

/// Ordered by topic (byte by byte), then partition.
struct TopicPartition {
  std::string topic;
  std::int32_t partition = 0;  ///< from 0

  friend bool operator==(const TopicPartition&, const TopicPartition&) = default;
  friend bool operator<(const TopicPartition& a, const TopicPartition& b) {
    const int order = a.topic.compare(b.topic);
    return order != 0 ? order < 0 : a.partition < b.partition;
  }
};

/// "orders-0", also the name of the partition's folder on disk.
std::string to_text(const TopicPartition& partition);

}  // namespace kafka
