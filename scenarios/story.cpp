#include "scenarios/story.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/broker/broker_facts.hpp"
#include "model/client/client_facts.hpp"
#include "model/facts.hpp"
#include "model/protocol/errors.hpp"
#include "model/zookeeper/facts.hpp"
#include "scenarios/judges/history.hpp"

namespace scenarios {
namespace {

using kafka::BrokerFact;
using kafka::ClientFact;
using sim::EventKind;
using zookeeper::ZooFact;

constexpr auto first_fact = static_cast<std::uint16_t>(EventKind::first_fact);
constexpr auto program_ended = static_cast<std::uint16_t>(EventKind::program_ended);

constexpr std::uint16_t kind_of(BrokerFact fact) {
  return static_cast<std::uint16_t>(first_fact + kafka::first_broker_fact + static_cast<std::uint16_t>(fact));
}
constexpr std::uint16_t kind_of(ClientFact fact) {
  return static_cast<std::uint16_t>(first_fact + kafka::first_client_fact + static_cast<std::uint16_t>(fact));
}
constexpr std::uint16_t kind_of(ZooFact fact) {
  return static_cast<std::uint16_t>(first_fact + kafka::first_zookeeper_fact + static_cast<std::uint16_t>(fact));
}

// What is told of. Lines that only repeat what a step of the timeline said are left out: those are told from the steps.
bool is_worth_telling(std::uint16_t kind) {
  switch (kind) {
    case program_ended:
    case kind_of(BrokerFact::registered):
    case kind_of(BrokerFact::registration_refused):
    case kind_of(BrokerFact::session_expired):
    case kind_of(BrokerFact::controller_elected):
    case kind_of(BrokerFact::controller_resigned):
    case kind_of(BrokerFact::leader_elected):
    case kind_of(BrokerFact::unclean_leader_elected):
    case kind_of(BrokerFact::isr_changed):
    case kind_of(BrokerFact::truncated):
    case kind_of(BrokerFact::log_recovered):
    case kind_of(BrokerFact::log_directory_failed):
    case kind_of(BrokerFact::shutdown_began):
    case kind_of(BrokerFact::topic_created):
    case kind_of(ClientFact::client_error):
    case kind_of(ClientFact::record_corrupt):
    case kind_of(ClientFact::position_reset):
    case kind_of(ClientFact::fetch_stopped):
    case kind_of(ZooFact::session_expired): return true;
    default: return false;
  }
}

std::string members(std::uint64_t bits) {
  std::string text;
  for (int i = 0; i < 64; ++i) {
    if ((bits >> i & 1) != 0) text += fmt::format("{}{}", text.empty() ? "" : ", ", i);
  }
  return "[" + text + "]";
}

std::string error_name(std::int64_t code) { return kafka::name(static_cast<kafka::ErrorCode>(code)); }

struct Told {
  std::string head;  // equal heads of neighbouring facts become one line
  std::string item;  // what differs: usually the partition
  StoryLine::Tone tone = StoryLine::Tone::plain;
};

Told tell(const StoryFact& fact, const sim::World& world) {
  using Tone = StoryLine::Tone;
  const std::string subject{world.names().name_of(fact.subject)};
  const std::string host = fact.host.raw() < world.host_count() ? world.host(fact.host).name : std::string{};
  switch (static_cast<std::uint16_t>(fact.kind)) {
    case program_ended: return {fmt::format("{} ended by itself, status {}", host, fact.a), {}, Tone::trouble};
    case kind_of(BrokerFact::registered): return {"registered with ZooKeeper:", host, Tone::good};
    case kind_of(BrokerFact::registration_refused):
      return {fmt::format("{} may not register yet: its old session still owns its place", host), {}, Tone::trouble};
    case kind_of(BrokerFact::session_expired):
      return {fmt::format("{} learns that its session has expired", host), {}, Tone::trouble};
    case kind_of(BrokerFact::controller_elected):
      return {fmt::format("broker-{} is the controller (epoch {})", fact.a, fact.b), {}, Tone::good};
    case kind_of(BrokerFact::controller_resigned):
      return {fmt::format("broker-{} is the controller no more (epoch {})", fact.a, fact.b), {}, Tone::trouble};
    case kind_of(BrokerFact::leader_elected):
      if (fact.a < 0) return {"no leader:", subject, Tone::trouble};
      return {"leader elected:", fmt::format("{} -> broker-{} (epoch {})", subject, fact.a, fact.b), Tone::good};
    case kind_of(BrokerFact::unclean_leader_elected):
      return {"unclean leader elected:", fmt::format("{} -> broker-{} (epoch {})", subject, fact.a, fact.b),
              Tone::trouble};
    case kind_of(BrokerFact::isr_changed):
      return {"ISR changed:", fmt::format("{} -> {}", subject, members(static_cast<std::uint64_t>(fact.a))),
              Tone::plain};
    case kind_of(BrokerFact::truncated):
      return {fmt::format("{} truncates:", host), fmt::format("{} from {} to {}", subject, fact.a, fact.b),
              Tone::trouble};
    case kind_of(BrokerFact::log_recovered):
      return {fmt::format("{} recovers:", host), fmt::format("{} up to {}, {} bytes cut off", subject, fact.a, fact.b),
              fact.b > 0 ? Tone::trouble : Tone::plain};
    case kind_of(BrokerFact::log_directory_failed):
      return {fmt::format("{}: its log directory failed", host), {}, Tone::trouble};
    case kind_of(BrokerFact::shutdown_began): return {fmt::format("{} begins to shut down", host), {}, Tone::plain};
    case kind_of(BrokerFact::topic_created):
      return {"topic created:", fmt::format("{} ({} partitions, {} replicas)", subject, fact.a, fact.b), Tone::good};
    case kind_of(ClientFact::client_error):
      return {fmt::format("{} sees {}:", host, error_name(fact.b)), subject, Tone::trouble};
    case kind_of(ClientFact::record_corrupt):
      return {fmt::format("{} reads a broken record:", host), fmt::format("{} at {}", subject, fact.a), Tone::trouble};
    case kind_of(ClientFact::position_reset):
      return {fmt::format("{} goes on elsewhere:", host), fmt::format("{} from {} to {}", subject, fact.a, fact.b),
              Tone::plain};
    case kind_of(ClientFact::fetch_stopped):
      return {fmt::format("{} stops reading:", host), fmt::format("{} at {}", subject, fact.b), Tone::trouble};
    case kind_of(ZooFact::session_expired):
      return {fmt::format("ZooKeeper expires session {:#x} after {} ms of silence", fact.a, fact.b), {}, Tone::trouble};
    default: return {"?", {}, Tone::plain};
  }
}

}  // namespace

void Story::on_event(const Setting& setting, sim::EventId id, const sim::TraceRecord& record) {
  const auto kind = static_cast<std::uint16_t>(record.kind);
  if (!is_worth_telling(kind)) return;
  if (record.host == setting.cluster.admin || record.host == setting.cluster.judge) return;
  const auto a = static_cast<std::int64_t>(record.a);
  const auto b = static_cast<std::int64_t>(record.b);
  if (kind == program_ended && a == 0) return;
  if (kind == kind_of(BrokerFact::log_recovered) && b == 0) return;
  if (kind == kind_of(ClientFact::position_reset) && a < 0) return;  // the first position is no news
  if (kind == kind_of(ClientFact::client_error)) {
    // The same trouble of the same client is told again only after five quiet seconds.
    const std::pair<std::uint16_t, std::uint64_t> error{record.host.raw(), record.b};
    const auto [place, fresh] = errors_told_.emplace(error, record.at);
    const bool again = !fresh && record.at - place->second < sim::Duration{5'000'000'000};
    place->second = record.at;
    if (again) return;
  }
  facts_.append(StoryFact{record.at, id.raw(), a, b, record.subject, record.host, record.kind});
}

std::vector<StoryLine> Story::lines(const Setting&, const sim::World& world) const {
  constexpr sim::Duration together{200'000'000};
  constexpr int items_told = 4;
  std::vector<StoryLine> lines;
  struct Open {
    std::string head;
    std::size_t line = 0;
    int items = 0;
    int more = 0;
  };
  std::vector<Open> open;  // lines that a fact of the same head may still join
  const auto finish = [&](const Open& done) {
    if (done.more > 0) lines[done.line].text += fmt::format(" and {} more", done.more);
  };
  for (std::uint64_t i = 0; i < facts_.size(); ++i) {
    const StoryFact fact = facts_[i];
    const auto over = [&](const Open& one) { return fact.at - lines[one.line].at > together; };
    for (const Open& one : open) {
      if (over(one)) finish(one);
    }
    open.erase(std::remove_if(open.begin(), open.end(), over), open.end());
    const Told told = tell(fact, world);
    const auto same = std::find_if(open.begin(), open.end(), [&](const Open& one) { return one.head == told.head; });
    if (same == open.end() || told.item.empty()) {
      lines.push_back(StoryLine{fact.at, told.item.empty() ? told.head : told.head + " " + told.item, told.tone});
      if (!told.item.empty()) open.push_back(Open{told.head, lines.size() - 1, 1, 0});
      continue;
    }
    if (same->items < items_told) {
      lines[same->line].text += ", " + told.item;
      ++same->items;
    } else {
      ++same->more;
    }
  }
  for (const Open& one : open) finish(one);
  return lines;
}

}  // namespace scenarios
