#include "scenarios/steps.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>
#include <utility>

#include "scenarios/evaluate.hpp"
#include "scenarios/log_files.hpp"

namespace scenarios {
namespace {

std::string names_of(const std::vector<sim::HostId>& hosts, const sim::World& world) {
  if (hosts.empty()) return "nobody";
  std::string text;
  for (const sim::HostId host : hosts) text += fmt::format("{}{}", text.empty() ? "" : ", ", world.host(host).name);
  return text;
}

// The fault for one host; a corrupt record is looked up on that host's disk.
std::optional<sim::Fault> for_host(const Action& action, sim::HostId host, const sim::World& world) {
  sim::Fault fault = action.fault;
  std::visit(
      [&](auto& one) {
        if constexpr (requires { one.host; }) one.host = host;
      },
      fault);
  if (action.partition) {
    const auto place = find_record(world.host(host).files, *action.partition, action.offset);
    if (!place) return std::nullopt;
    auto& rot = std::get<sim::RotBit>(std::get<sim::DiskTrouble>(fault).fault);
    rot.path = place->path;
    rot.offset = place->middle;
  }
  return fault;
}

// The fault for the way from one host to another.
sim::Fault for_path(const Action& action, sim::HostId from, sim::HostId to) {
  sim::Fault fault = action.fault;
  std::visit(
      [&](auto& one) {
        if constexpr (requires { one.from; }) {
          one.from = from;
          one.to = to;
        } else if constexpr (requires { one.a; }) {
          one.a = from;
          one.b = to;
        }
      },
      fault);
  return fault;
}

std::optional<sim::LinkId> cable(const Action& action, const sim::World& world) {
  const sim::Topology& topology = world.network().topology();
  const auto a = topology.find(action.cable.first);
  const auto b = topology.find(action.cable.second);
  return a && b ? topology.link_between(*a, *b) : std::nullopt;
}

}  // namespace

Planned faults_of(const Action& action, const sim::World& world, const Cluster& cluster, const Scenario& scenario,
                  sim::Random& random) {
  std::vector<std::vector<sim::HostId>> groups;
  for (const std::vector<HostTerm>& terms : action.hosts) {
    std::vector<sim::HostId> hosts;
    for (const HostTerm& term : terms) {
      for (const sim::HostId host : hosts_of(term, world, cluster, scenario, random)) {
        if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
      }
    }
    groups.push_back(std::move(hosts));
  }

  Planned planned;
  switch (info(action.verb).form) {
    case VerbForm::heal: break;
    case VerbForm::cable: {
      const auto link = cable(action, world);
      if (!link) break;
      const sim::LinkSpec& now = world.network().topology().spec(*link);
      sim::ChangeLink change = std::get<sim::ChangeLink>(action.fault);
      change.link = link->raw();
      change.latency = action.cable_latency.value_or(now.latency);
      change.bandwidth = action.cable_bandwidth.value_or(now.bandwidth);
      planned.faults.emplace_back(change);
      break;
    }
    case VerbForm::groups: {
      sim::Partition partition;
      for (const auto& group : groups) {
        planned.whom += fmt::format("{}{}", planned.whom.empty() ? "" : " | ", names_of(group, world));
        if (!group.empty()) partition.groups.push_back(group);
      }
      if (partition.groups.size() >= 2) planned.faults.emplace_back(std::move(partition));
      break;
    }
    case VerbForm::path:
    case VerbForm::pair: {
      const bool pair = info(action.verb).form == VerbForm::pair;
      planned.whom = fmt::format("{} {} {}", names_of(groups[0], world), action.both_ways ? "<->" : "->",
                                 names_of(groups[1], world));
      for (const sim::HostId from : groups[0]) {
        for (const sim::HostId to : groups[1]) {
          if (from == to) continue;
          planned.faults.push_back(for_path(action, from, to));
          if (action.both_ways && !pair) planned.faults.push_back(for_path(action, to, from));
        }
      }
      break;
    }
    case VerbForm::hosts:
    case VerbForm::host_details: {
      planned.whom = names_of(groups[0], world);
      for (const sim::HostId host : groups[0]) {
        if (auto fault = for_host(action, host, world)) planned.faults.push_back(std::move(*fault));
      }
      break;
    }
  }
  return planned;
}

std::optional<sim::Fault> undo_of(const sim::Fault& fault, sim::EventId event, const sim::World& before) {
  return std::visit(
      [&](const auto& one) -> std::optional<sim::Fault> {
        using T = std::decay_t<decltype(one)>;
        if constexpr (std::is_same_v<T, sim::Stop> || std::is_same_v<T, sim::Crash> ||
                      std::is_same_v<T, sim::PowerOff>) {
          return sim::Start{one.host};
        } else if constexpr (std::is_same_v<T, sim::Freeze>) {
          return sim::Thaw{one.host};
        } else if constexpr (std::is_same_v<T, sim::Partition> || std::is_same_v<T, sim::Isolate> ||
                             std::is_same_v<T, sim::CutOneWay> || std::is_same_v<T, sim::SlowPath> ||
                             std::is_same_v<T, sim::LossyPath>) {
          return sim::Heal{event};
        } else if constexpr (std::is_same_v<T, sim::ChangeLink>) {
          const sim::LinkSpec& spec = before.network().topology().spec(sim::LinkId{one.link});
          return sim::ChangeLink{one.link, spec.cut, spec.latency, spec.bandwidth};
        } else if constexpr (std::is_same_v<T, sim::SkewClock>) {
          return sim::SkewClock{one.host, sim::Duration{} - one.by};
        } else if constexpr (std::is_same_v<T, sim::DriftClock>) {
          return sim::DriftClock{one.host, static_cast<std::int32_t>(before.host(one.host).clock.drift().raw())};
        } else if constexpr (std::is_same_v<T, sim::DiskTrouble>) {
          if (std::holds_alternative<sim::SlowDisk>(one.fault)) {
            return sim::DiskTrouble{one.host, sim::SlowDisk{before.host(one.host).files.model().slow_percent}};
          }
          if (std::holds_alternative<sim::FillDisk>(one.fault)) return sim::DiskTrouble{one.host, sim::FillDisk{false}};
          if (std::holds_alternative<sim::LieOnSync>(one.fault))
            return sim::DiskTrouble{one.host, sim::LieOnSync{false}};
          if (std::holds_alternative<sim::FailDisk>(one.fault)) return sim::DiskTrouble{one.host, sim::HealDisk{}};
          return std::nullopt;
        } else {
          return std::nullopt;
        }
      },
      fault);
}

}  // namespace scenarios
