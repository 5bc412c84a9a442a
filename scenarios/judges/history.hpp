// history.hpp - what clients asked and were told.
// Here:  HistoryNote, History: every send with its outcome and every read, in the order in which they happened.
// Not:   what is wrong with it (judge.hpp); reading everything at the end (final_read.hpp).
// Start: History::on_event().
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "model/client/client_facts.hpp"
#include "scenarios/setting.hpp"
#include "sim/append_log.hpp"
#include "sim/trace.hpp"

namespace scenarios {

/// A fact of a client, with its partition's number.
struct HistoryNote {
  std::int64_t at = 0;  ///< virtual nanoseconds
  std::int64_t a = 0;   ///< as ClientFact says
  std::int64_t b = 0;
  std::uint32_t partition = no_partition;
  std::uint16_t host = 0;
  std::uint16_t fact = 0;  ///< kafka::ClientFact
};
static_assert(sizeof(HistoryNote) == 32);

/// What one client did, in numbers.
struct ClientCounts {
  std::int64_t sent = 0;
  std::int64_t acknowledged = 0;
  std::int64_t failed = 0;
  std::int64_t unknown = 0;
  std::int64_t read = 0;
  std::int64_t corrupt = 0;
  std::int64_t retried = 0;  ///< records in batches that were sent again
  /// Errors met, by (api, code): repeated ones as often as the client said so.
  std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> errors;
};

/// A value; copies share the notes.
class History {
 public:
  explicit History(const Setting& setting) : counts_(setting.cluster.clients.size()) {}

  /// Takes facts of clients; ignores all else.
  void on_event(const Setting& setting, const sim::Names& names, const sim::TraceRecord& record);

  const sim::AppendLog<HistoryNote>& notes() const { return notes_; }
  /// By client, in the order of the scenario.
  const std::vector<ClientCounts>& counts() const { return counts_; }

 private:
  PartitionSubjects subjects_;
  sim::AppendLog<HistoryNote> notes_;
  std::vector<ClientCounts> counts_;
};

/// The ClientFact of a record; count_ for any other.
constexpr kafka::ClientFact client_fact(sim::EventKind kind) {
  const auto number = static_cast<std::uint16_t>(kind);
  const std::uint16_t first = static_cast<std::uint16_t>(sim::EventKind::first_fact) + kafka::first_client_fact;
  const auto count = static_cast<std::uint16_t>(kafka::ClientFact::count_);
  if (number < first || number >= first + count) return kafka::ClientFact::count_;
  return static_cast<kafka::ClientFact>(number - first);
}

}  // namespace scenarios
