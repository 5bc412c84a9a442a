#include "scenarios/invariants/log_invariants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace scenarios {

LogInvariants::LogInvariants(std::string name, int brokers, std::size_t minimum_isr)
    : name_{std::move(name)}, minimum_isr_{minimum_isr}, replicas_(static_cast<std::size_t>(brokers)) {}

// --- roles
// -----------------------------------------------------------------------------------------------------------------

void LogInvariants::on_leader(int broker, std::int32_t epoch, sim::Time at, Violations& violations) {
  const auto [place, fresh] = leader_of_epoch_.emplace(epoch, broker);
  if (!fresh && place->second != broker) {
    violations.add(1, at,
                   fmt::format("brokers {} and {} both lead {} in epoch {}", place->second, broker, name_, epoch));
  }
  Replica& replica = at_broker(broker);
  const bool new_epoch = !replica.leads || replica.epoch != epoch;
  replica.leads = true;
  replica.epoch = epoch;
  if (new_epoch) {
    replica.epoch_start = replica.log.end();
    replica.high_watermark = -1;
  }
  const std::optional<std::uint64_t> mine = replica.log.chain_below(committed_.end());
  if (mine && mine == committed_.chain_below(committed_.end())) return;
  if (excused_) {
    forget_lost(replica.log);
    return;
  }
  check_holds_committed(broker, committed_.end(), at, violations, 5, "when it became leader");
}

void LogInvariants::on_follower(int broker) {
  Replica& replica = at_broker(broker);
  replica.leads = false;
  replica.may_go_back = true;
}

// After an unclean election, or a power loss of all, the new leader's log is the truth.
void LogInvariants::forget_lost(const ShadowLog& leader) {
  std::uint64_t same = 0;
  const std::uint64_t most = std::min(committed_.size(), leader.size());
  while (same < most && committed_.entry(same).chain == leader.entry(same).chain) ++same;
  if (same < committed_.size()) {
    committed_.truncate_to(same == 0 ? 0 : committed_.entry(same - 1).last + 1);
    lost_ = true;
  }
  excused_ = false;
  for (Replica& replica : replicas_) replica.hit = false;
}

void LogInvariants::check_holds_committed(int broker, std::int64_t up_to, sim::Time at, Violations& violations,
                                          int invariant, const char* when) {
  const Replica& replica = at_broker(broker);
  const auto mine = replica.log.chain_below(up_to);
  const auto truth = committed_.chain_below(up_to);
  if (mine && truth && *mine == *truth) return;
  violations.add(
      invariant, at,
      fmt::format("{}: what was committed up to offset {} is not in the log of broker {} {} (its log ends at {})",
                  name_, up_to, broker, when, replica.log.end()));
}

// --- logs
// ------------------------------------------------------------------------------------------------------------------

void LogInvariants::on_batch(int broker, const BatchMark& batch, sim::Time at, Violations& violations) {
  const ShadowLog::Entry entry = at_broker(broker).log.append(batch);
  // The first replica that shows a batch of an epoch sets what all others must have at its place. Its chain says
  // everything about the log below, so equal chains are log matching.
  auto& seen = first_seen_[batch.epoch];
  if (seen.empty() || entry.last > seen.entry(seen.size() - 1).last) {
    seen.adopt(entry);
    return;
  }
  const std::uint64_t place = seen.find(entry.last);
  if (place < seen.size() && seen.entry(place).last == entry.last && seen.entry(place).chain == entry.chain) return;
  if (lost_ || excused_) return;
  violations.add(
      3, at,
      fmt::format("{}: the log of broker {} up to offset {} of epoch {} is not what another replica has there", name_,
                  broker, entry.last, batch.epoch));
}

void LogInvariants::on_truncated(int broker, std::int64_t to, sim::Time at, Violations& violations) {
  Replica& replica = at_broker(broker);
  if (replica.leads && to < committed_.end() && !lost_) {
    violations.add(9, at,
                   fmt::format("{}: its leader, broker {}, cut its log to {}, but offsets up to {} were committed",
                               name_, broker, to, committed_.end()));
  }
  replica.log.truncate_to(to);
  replica.may_go_back = true;
}

// --- high watermarks
// -----------------------------------------------------------------------------------------------------

void LogInvariants::on_leader_high_watermark(int broker, std::int64_t to, const std::vector<int>& isr, sim::Time at,
                                             Violations& violations) {
  Replica& replica = at_broker(broker);
  if (replica.leads && to < replica.high_watermark) {
    violations.add(6, at,
                   fmt::format("{}: the high watermark of its leader, broker {}, went back from {} to {} in epoch {}",
                               name_, broker, replica.high_watermark, to, replica.epoch));
  }
  replica.high_watermark = to;
  highest_ = std::max(highest_, to);
  const std::int64_t known = std::min(to, committed_.end());
  check_holds_committed(broker, known, at, violations, 5, "when its high watermark moved");

  const auto chain = replica.log.chain_below(to);
  for (const int member : isr) {
    if (member == broker || !chain) continue;
    const Replica& other = at_broker(member);
    if (other.restarted) continue;  // its tail may be gone; it will be evicted
    const auto theirs = other.log.chain_below(to);
    if (theirs && *theirs == *chain) continue;
    violations.add(
        4, at,
        fmt::format("{}: offsets up to {} are committed, but broker {} of the ISR does not hold them as the leader, "
                    "broker {}, does (its log ends at {})",
                    name_, to, member, broker, other.log.end()));
  }
  for (std::uint64_t i = replica.log.find(committed_.end()); i < replica.log.size() && committed_.end() < to; ++i) {
    const ShadowLog::Entry entry = replica.log.entry(i);
    if (entry.last >= to) break;
    committed_.adopt(entry);
  }
}

void LogInvariants::on_follower_high_watermark(int broker, std::int64_t from, std::int64_t to, sim::Time at,
                                               Violations& violations) {
  Replica& replica = at_broker(broker);
  if (to > highest_) {
    violations.add(8, at,
                   fmt::format("{}: broker {} follows with high watermark {}, but no leader ever had more than {}",
                               name_, broker, to, highest_));
  }
  if (to < from && !replica.may_go_back) {
    violations.add(8, at,
                   fmt::format("{}: the high watermark of follower {} went back from {} to {} without a reason", name_,
                               broker, from, to));
  }
  replica.may_go_back = false;
}

// --- the ISR
// -------------------------------------------------------------------------------------------------------------

void LogInvariants::on_joined_isr(int broker, int leader, sim::Time at, Violations& violations) {
  Replica& replica = at_broker(broker);
  replica.restarted = false;
  replica.hit = false;
  if (broker == leader || leader < 1) return;
  const Replica& leading = at_broker(leader);
  if (!leading.leads) return;
  const auto mine = replica.log.chain_below(leading.epoch_start);
  const auto theirs = leading.log.chain_below(leading.epoch_start);
  if (mine && theirs && *mine == *theirs) return;
  violations.add(
      14, at,
      fmt::format("{}: broker {} joined the ISR, but does not hold what its leader, broker {}, had when epoch {} began "
                  "(up to {}; its log ends at {})",
                  name_, broker, leader, leading.epoch, leading.epoch_start, replica.log.end()));
}

void LogInvariants::on_isr(const std::vector<int>& isr) {
  isr_ = isr;
  if (isr_.empty()) return;
  const auto hit = [&](int broker) { return at_broker(broker).hit; };
  if (std::all_of(isr_.begin(), isr_.end(), hit)) excused_ = true;
}

void LogInvariants::on_power_loss(int broker) {
  at_broker(broker).hit = true;
  on_isr(std::vector<int>{isr_});
}

void LogInvariants::on_gone(int broker) {
  Replica& replica = at_broker(broker);
  replica.log.clear();
  replica.leads = false;
  replica.epoch = -1;
  replica.may_go_back = true;
  replica.restarted = true;
}

// --- clients
// -------------------------------------------------------------------------------------------------------------

void LogInvariants::on_append_as_leader(std::int64_t first, std::size_t isr) {
  isr_from_.erase(isr_from_.upper_bound(first), isr_from_.end());
  if (isr_from_.empty() || isr_from_.rbegin()->second != isr) isr_from_[first] = isr;
}

void LogInvariants::on_acknowledged_by_all(std::int64_t offset, sim::Time at, Violations& violations) {
  if (offset >= highest_) {
    violations.add(15, at,
                   fmt::format("{}: offset {} was acknowledged to acks=all, but no high watermark was above {}", name_,
                               offset, highest_));
  }
  const auto next = isr_from_.upper_bound(offset);
  if (next == isr_from_.begin()) return;
  if (const std::size_t members = std::prev(next)->second; members < minimum_isr_) {
    violations.add(
        15, at,
        fmt::format("{}: offset {} was acknowledged to acks=all, but was appended with {} of {} in-sync replicas",
                    name_, offset, members, minimum_isr_));
  }
}

void LogInvariants::on_read(std::int64_t offset, sim::Time at, Violations& violations) {
  if (offset < highest_) return;
  violations.add(18, at,
                 fmt::format("{}: offset {} was read, but no high watermark was above {}", name_, offset, highest_));
}

}  // namespace scenarios
