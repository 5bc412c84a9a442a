#include "sim/example/judge.hpp"

#include <fmt/format.h>

#include "sim/example/counter.hpp"

namespace sim::example {

void CounterJudge::complain(EventId id, const std::string& sentence) {
  if (complaint_.empty()) complaint_ = fmt::format("event {}: {}", id.raw(), sentence);
}

void CounterJudge::on_event(EventId id, const TraceRecord& record) {
  if (record.kind < EventKind::first_fact) return;
  const auto fact = static_cast<CounterFact>(static_cast<std::uint16_t>(record.kind) -
                                             static_cast<std::uint16_t>(EventKind::first_fact));
  if (fact == CounterFact::confirmed) {
    const auto [before, is_new] = confirmed_.emplace(record.b, id);
    if (!is_new) {
      complain(id, fmt::format("value {} is confirmed a second time, after event {}", record.b, before->second.raw()));
    }
  } else if (fact == CounterFact::became_primary) {
    ++primaries_;
    if (!epochs_.insert(record.a).second) complain(id, fmt::format("epoch {} begins a second time", record.a));
    // One that begins after a later epoch learnt of its lease too late; the rules keep it from confirming anything.
    if (record.a < *epochs_.rbegin()) return;
    if (!confirmed_.empty() && confirmed_.rbegin()->first > record.b) {
      complain(id, fmt::format("a primary begins at value {} although event {} confirmed value {}", record.b,
                               confirmed_.rbegin()->second.raw(), confirmed_.rbegin()->first));
    }
  }
}

}  // namespace sim::example
