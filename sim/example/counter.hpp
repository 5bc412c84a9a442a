// counter.hpp - the example in one page: a counter that does not lose what it has confirmed.
// Here:  the rules, the plan of who is where, the state that is replicated, the facts that the programs note.
// Not:   the programs: server.hpp, arbiter.hpp, client.hpp; what they send: messages.hpp.
// Start: the rules below.
//
// The rules. The promise: an increment that a client saw confirmed is counted, exactly once, for ever.
//   1. The arbiter grants a lease to one server at a time, the primary, each time under a higher epoch, and remembers
//      on its disk the epoch and the members: the servers that have everything. Only a member is granted the lease.
//   2. The primary writes an increment to its log, sends it to all backups that are linked to it, and confirms it when
//      every member has it on the platter. A backup that is too slow must leave the members first: the primary asks the
//      arbiter, and goes on when the arbiter has written that down. A backup that caught up joins the same way.
//   3. A server never takes anything from a primary with a lower epoch than it has seen; the epoch is on its disk
//   before
//      it does anything under it. So safety does not hang on clocks: the lease only keeps two from trying at once.
#pragma once

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "sim/bytes.hpp"
#include "sim/strong.hpp"
#include "sim/time.hpp"
#include "sim/trace.hpp"

namespace sim::example {

/// Who is where, and how patient everybody is. Every program has a copy.
struct CounterPlan {
  HostId arbiter;
  std::vector<HostId> servers;  ///< a server's number is its place here; at most 32
  Duration lease = Duration{600'000'000};
  Duration backup_patience = Duration{400'000'000};  ///< then the primary goes on without the backup
  Duration client_patience = Duration{500'000'000};  ///< then the client asks somebody else
  Duration think = Duration{40'000'000};             ///< mean time between a client's increments
  std::uint32_t note_bytes = 200;                    ///< increments carry notes of up to so many bytes
  std::uint64_t checkpoint_after = 32 * 1024;        ///< bytes in the log
};

/// A set of servers, by their numbers.
using Members = std::uint32_t;
constexpr Members member(std::uint32_t server) { return Members{1} << server; }

/// One increment as the log and the backups know it.
struct Entry {
  std::uint64_t epoch = 0;
  std::uint64_t value = 0;  ///< of the counter behind this increment
  std::uint32_t client = 0;
  std::uint64_t sequence = 0;
  std::int64_t wall_ms = 0;  ///< when the primary took it, by its own clock
  Bytes note;

  auto fields() const { return std::tie(epoch, value, client, sequence, wall_ms, note); }
  auto fields() { return std::tie(epoch, value, client, sequence, wall_ms, note); }
  friend bool operator==(const Entry&, const Entry&) = default;
};

/// A client's last increment, by which a repeated one is recognised.
struct ClientMark {
  std::uint32_t client = 0;
  std::uint64_t sequence = 0;
  std::uint64_t value = 0;

  auto fields() const { return std::tie(client, sequence, value); }
  auto fields() { return std::tie(client, sequence, value); }
  friend bool operator==(const ClientMark&, const ClientMark&) = default;
};

/// What the servers replicate.
struct CounterState {
  std::uint64_t epoch = 0;
  std::uint64_t value = 0;
  std::int64_t changed_wall_ms = 0;
  std::vector<ClientMark> clients;  ///< by client

  auto fields() const { return std::tie(epoch, value, changed_wall_ms, clients); }
  auto fields() { return std::tie(epoch, value, changed_wall_ms, clients); }
  friend bool operator==(const CounterState&, const CounterState&) = default;

  /// Null if the client never incremented.
  const ClientMark* mark_of(std::uint32_t client) const;
  /// REQUIRES: entry.value == value + 1.
  void apply(const Entry& entry);
};

/// What the programs say happened.
enum class CounterFact : std::uint16_t {
  recovered,       ///< server: a: value, b: bytes of a torn end that it cut off
  became_primary,  ///< server: a: epoch, b: value
  stepped_down,    ///< server: a: epoch
  backup_joined,   ///< primary: subject: the backup, a: epoch
  backup_dropped,  ///< primary: subject: the backup, a: epoch
  confirmed,       ///< client: a: sequence, b: value
  unanswered,      ///< client: subject: the server, a: sequence
  disk_failed,     ///< anybody: a: DiskError; the program ends
};
std::span<const FactType> counter_facts();
constexpr std::uint16_t raw(CounterFact fact) { return static_cast<std::uint16_t>(fact); }

}  // namespace sim::example
