// broker_facts.hpp - what a broker tells the trace.
// Here:  BrokerFact, one enumerator per kind of fact, and their table of names.
// Not:   what judges and lessons make of them (scenarios/); how facts are numbered across the model (model/facts.hpp).
// Start: note(env, BrokerFact::became_leader, partition, a, b).
#pragma once

#include "sim/env.hpp"
#include "sim/trace.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace kafka {

/// The subject is a partition ("orders-0") unless said otherwise. Behind each: what `a` and `b` are.
enum class BrokerFact : std::uint16_t {
  registered,              ///< subject: broker. a: broker id, b: broker epoch
  registration_refused,    ///< subject: broker. Another session owns its node: the broker will not start. a: broker id
  session_expired,         ///< subject: broker. a: broker id
  controller_elected,      ///< subject: "controller". a: broker id, b: controller epoch
  controller_resigned,     ///< subject: "controller". a: broker id, b: controller epoch
  leader_elected,          ///< by the controller. a: new leader (-1 none), b: leader epoch
  unclean_leader_elected,  ///< likewise, from outside the ISR: what it lacks is lost
  isr_changed,             ///< by the controller. a: members of the new ISR (bit i: broker id i), b: partition epoch
  became_leader,           ///< a: leader epoch, b: log end offset then
  became_follower,         ///< a: leader epoch, b: leader
  appended,                ///< as leader. a: first offset, b: last offset
  replicated,              ///< as follower. a: first offset, b: last offset
  high_watermark,          ///< moved, either way. a: from, b: to
  truncated,               ///< a: log end before, b: log end after
  log_recovered,           ///< at start. a: log end, b: bytes cut off
  isr_proposed,          ///< by the leader. a: members asked for (bit i: broker id i), b: partition epoch it builds on
  replica_stopped,       ///< a: 1 if it is deleted too
  log_directory_failed,  ///< subject: broker
  shutdown_began,        ///< subject: broker. a: broker id
  topic_created,         ///< subject: topic. a: partitions, b: replication factor
  error_answered,        ///< a client's request failed. a: api key, b: error code
  count_,
};

/// Position i describes BrokerFact i.
inline constexpr std::array<sim::FactType, static_cast<std::size_t>(BrokerFact::count_)> broker_fact_types{{
    {"broker-registered", "broker", "broker-epoch"},
    {"registration-refused", "broker", ""},
    {"session-expired", "broker", ""},
    {"controller-elected", "broker", "controller-epoch"},
    {"controller-resigned", "broker", "controller-epoch"},
    {"leader-elected", "leader", "leader-epoch"},
    {"unclean-leader-elected", "leader", "leader-epoch"},
    {"isr-changed", "isr-bits", "partition-epoch"},
    {"became-leader", "leader-epoch", "log-end"},
    {"became-follower", "leader-epoch", "leader"},
    {"appended", "first", "last"},
    {"replicated", "first", "last"},
    {"high-watermark", "from", "to"},
    {"truncated", "from", "to"},
    {"log-recovered", "log-end", "bytes-cut"},
    {"isr-proposed", "isr-bits", "partition-epoch"},
    {"replica-stopped", "deleted", ""},
    {"log-directory-failed", "", ""},
    {"shutdown-began", "broker", ""},
    {"topic-created", "partitions", "replication-factor"},
    {"error-answered", "api", "error"},
}};

inline void note(sim::Env& env, BrokerFact fact, sim::SubjectId subject, std::int64_t a = 0, std::int64_t b = 0) {
  env.note(sim::Fact{static_cast<std::uint16_t>(fact), subject, static_cast<std::uint64_t>(a),
                     static_cast<std::uint64_t>(b)});
}

}  // namespace kafka
