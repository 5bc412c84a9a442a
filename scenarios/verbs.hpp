// verbs.hpp - what a step of the timeline can do: one verb for every fault of the kernel.
// Here:  Verb, its table (name, form, what undoes it), Action (a verb with its objects still unresolved).
// Not:   reading an action from JSON (loader_timeline.cpp); carrying it out (steps.hpp).
// Start: all_verbs().
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "scenarios/vocabulary.hpp"
#include "sim/fault.hpp"

namespace scenarios {

/// In the order of sim::Fault, with sim::DiskFault in the place of DiskTrouble. A verb is called like its fault
/// (sim::name_of), with hyphens; a test holds them against each other.
enum class Verb : std::uint8_t {
  start,
  stop,
  restart,
  crash,
  power_off,
  freeze,
  thaw,
  partition,
  isolate,
  one_way_cut,
  slow_link,
  lossy_link,
  change_cable,
  reset_connections,
  heal,
  skew_clock,
  drift_clock,
  slow_disk,
  disk_full,
  disk_capacity,
  disk_error,
  lying_sync,
  heal_disk,
  power_loss_model,
  corrupt,
};
inline constexpr std::size_t verb_count = static_cast<std::size_t>(Verb::corrupt) + 1;
static_assert(verb_count == std::variant_size_v<sim::Fault> - 1 + std::variant_size_v<sim::DiskFault>,
              "a fault of the kernel has no verb, or a verb no fault");

/// How the object of a verb is written.
enum class VerbForm : std::uint8_t {
  hosts,         ///< "crash": "broker-1", or a list of such terms
  groups,        ///< "partition": [["broker-1"], ["broker-2", "zookeeper"]]
  path,          ///< "slow-link": {"from": ..., "to": ...} or {"between": [a, b]} for both directions, and details
  pair,          ///< "reset-connections": {"between": [a, b]}
  cable,         ///< "change-cable": {"between": [place, place], ...}
  heal,          ///< "heal": "network", or the name of an earlier step
  host_details,  ///< "skew-clock": {"host": ..., details}
};

struct VerbInfo {
  Verb verb;
  std::string_view name;
  VerbForm form;
  std::vector<std::string_view> details;  ///< keys beside from, to, between, host
  bool can_last;                          ///< "for" is allowed: something undoes it
};

/// Position i describes Verb i.
std::span<const VerbInfo> all_verbs();
inline const VerbInfo& info(Verb verb) { return all_verbs()[static_cast<std::size_t>(verb)]; }

/// What a step does. Hosts are terms until the step's time has come.
struct Action {
  Verb verb = Verb::start;
  /// hosts, host_details: one group; groups: as written; path, pair: from and to.
  std::vector<std::vector<HostTerm>> hosts;
  /// Everything of the fault but its hosts.
  sim::Fault fault = sim::Start{};
  bool both_ways = false;                          ///< path: between
  std::pair<std::string, std::string> cable;       ///< names of places
  std::optional<sim::Duration> cable_latency;      ///< nothing: stays
  std::optional<std::uint64_t> cable_bandwidth;    ///< nothing: stays
  std::string heals;                               ///< name of a step; empty: everything
  std::optional<kafka::TopicPartition> partition;  ///< corrupt: a record of it instead of a file
  std::int64_t offset = 0;                         ///< of that record; negative: counted from the end
};

}  // namespace scenarios
