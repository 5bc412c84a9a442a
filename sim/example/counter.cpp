#include "sim/example/counter.hpp"

#include <xxhash.h>

#include <algorithm>
#include <array>

#include "sim/check.hpp"
#include "sim/example/wire.hpp"

namespace sim::example {
namespace {

constexpr std::array<FactType, 8> facts{{
    {"recovered", "value", "cut"},
    {"became-primary", "epoch", "value"},
    {"stepped-down", "epoch", ""},
    {"backup-joined", "epoch", ""},
    {"backup-dropped", "epoch", ""},
    {"confirmed", "sequence", "value"},
    {"unanswered", "sequence", ""},
    {"disk-failed", "error", ""},
}};
static_assert(facts.size() == static_cast<std::size_t>(CounterFact::disk_failed) + 1);

}  // namespace

std::span<const FactType> counter_facts() { return facts; }

std::uint64_t checksum(std::span<const std::byte> bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

const ClientMark* CounterState::mark_of(std::uint32_t client) const {
  const auto at = std::lower_bound(clients.begin(), clients.end(), client,
                                   [](const ClientMark& mark, std::uint32_t wanted) { return mark.client < wanted; });
  return at != clients.end() && at->client == client ? &*at : nullptr;
}

void CounterState::apply(const Entry& entry) {
  SIM_CHECK(entry.value == value + 1, "entry {} does not follow {}", entry.value, value);
  epoch = entry.epoch;
  value = entry.value;
  changed_wall_ms = entry.wall_ms;
  const auto at = std::lower_bound(clients.begin(), clients.end(), entry.client,
                                   [](const ClientMark& mark, std::uint32_t wanted) { return mark.client < wanted; });
  const ClientMark mark{entry.client, entry.sequence, entry.value};
  if (at != clients.end() && at->client == entry.client) {
    *at = mark;
  } else {
    clients.insert(at, mark);
  }
}

}  // namespace sim::example
