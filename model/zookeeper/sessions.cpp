#include "model/zookeeper/sessions.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sim/check.hpp"
#include "sim/fault.hpp"

namespace zookeeper {

sim::Bytes password_of(SessionId session) {
  // java.util.Random, seeded with the id and ZooKeeper's "super secret": four ints, lowest byte first.
  constexpr std::uint64_t secret = 0xB3415C00;
  constexpr std::uint64_t multiplier = 0x5DEECE66D;
  constexpr std::uint64_t mask = (std::uint64_t{1} << 48) - 1;
  std::uint64_t state = (static_cast<std::uint64_t>(session.raw()) ^ secret ^ multiplier) & mask;
  sim::MutableBytes bytes{16};
  for (std::size_t i = 0; i < 16; ++i) {
    if (i % 4 == 0) state = (state * multiplier + 0xB) & mask;
    bytes.data()[i] = static_cast<std::byte>(state >> (16 + 8 * (i % 4)));
  }
  return std::move(bytes).freeze();
}

SessionId Sessions::next_id(sim::Time now, std::uint8_t server) {
  const auto ms = static_cast<std::uint64_t>(now.since_start().milliseconds());
  const std::uint64_t from_clock = ((ms << 24) >> 8) | static_cast<std::uint64_t>(server) << 56;
  last_id_ = std::max(SessionId{last_id_.raw() + 1}, SessionId{static_cast<std::int64_t>(from_clock)});
  return last_id_;
}

void Sessions::add(SessionId id, sim::Duration timeout, sim::HostId client, sim::Time now, sim::EventId by) {
  SIM_CHECK(timeout > sim::Duration{}, "a session without a timeout");
  const bool added = sessions_.emplace(id, Session{timeout, now, {}, client, by, false}).second;
  SIM_CHECK(added, "session {} exists", id.raw());
  last_id_ = std::max(last_id_, id);
  schedule(id, sessions_[id], now);
}

const Sessions::Session* Sessions::find(SessionId id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

void Sessions::touch(SessionId id, sim::Time now, sim::EventId by) {
  const auto found = sessions_.find(id);
  SIM_CHECK(found != sessions_.end(), "no session {}", id.raw());
  Session& session = found->second;
  session.heard = now;
  session.heard_by = by;
  if (!session.closing) schedule(id, session, now);
}

void Sessions::reconnected(SessionId id, sim::Duration timeout, sim::HostId client, sim::Time now, sim::EventId by) {
  const auto found = sessions_.find(id);
  SIM_CHECK(found != sessions_.end(), "no session {}", id.raw());
  found->second.timeout = timeout;
  found->second.client = client;
  touch(id, now, by);
}

void Sessions::schedule(SessionId id, Session& session, sim::Time now) {
  // Like ZooKeeper's ExpiryQueue: the boundary strictly behind now + timeout.
  const sim::Time expires = sim::Time{} + tick_ * ((now + session.timeout).since_start() / tick_ + 1);
  if (expires == session.expires) return;
  unschedule(id, session);
  session.expires = expires;
  buckets_[expires].insert(id);
}

void Sessions::unschedule(SessionId id, const Session& session) {
  const auto bucket = buckets_.find(session.expires);
  if (bucket == buckets_.end()) return;
  bucket->second.erase(id);
  if (bucket->second.empty()) buckets_.erase(bucket);
}

void Sessions::close(SessionId id) {
  const auto found = sessions_.find(id);
  SIM_CHECK(found != sessions_.end(), "no session {}", id.raw());
  unschedule(id, found->second);
  found->second.closing = true;
}

void Sessions::remove(SessionId id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  unschedule(id, found->second);
  sessions_.erase(found);
}

std::optional<sim::Time> Sessions::next_expiry() const {
  if (buckets_.empty()) return std::nullopt;
  return buckets_.begin()->first;
}

std::vector<SessionId> Sessions::expired_at(sim::Time now) const {
  std::vector<SessionId> expired;
  for (auto bucket = buckets_.begin(); bucket != buckets_.end() && bucket->first <= now; ++bucket) {
    expired.insert(expired.end(), bucket->second.begin(), bucket->second.end());
  }
  std::sort(expired.begin(), expired.end());
  return expired;
}

}  // namespace zookeeper
