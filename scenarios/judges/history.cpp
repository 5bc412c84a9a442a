#include "scenarios/judges/history.hpp"

namespace scenarios {

void History::on_event(const Setting& setting, const sim::Names& names, const sim::TraceRecord& record) {
  const kafka::ClientFact fact = client_fact(record.kind);
  if (fact == kafka::ClientFact::count_) return;
  HistoryNote note;
  note.at = record.at.nanoseconds();
  note.a = static_cast<std::int64_t>(record.a);
  note.b = static_cast<std::int64_t>(record.b);
  note.partition = subjects_.find(setting, names, record.subject);
  note.host = record.host.raw();
  note.fact = static_cast<std::uint16_t>(fact);
  notes_.append(note);

  // Clients' hosts stand one behind the other.
  if (setting.cluster.clients.empty() || record.host < setting.cluster.clients.front()) return;
  const std::size_t client = static_cast<std::size_t>(record.host.raw() - setting.cluster.clients.front().raw());
  if (client >= counts_.size()) return;
  ClientCounts& counts = counts_[client];
  switch (fact) {
    case kafka::ClientFact::record_sent: ++counts.sent; break;
    case kafka::ClientFact::record_acknowledged: ++counts.acknowledged; break;
    case kafka::ClientFact::record_failed: ++counts.failed; break;
    case kafka::ClientFact::record_unknown: ++counts.unknown; break;
    case kafka::ClientFact::record_read: ++counts.read; break;
    case kafka::ClientFact::record_corrupt: ++counts.corrupt; break;
    case kafka::ClientFact::batch_retried: counts.retried += note.a; break;
    case kafka::ClientFact::client_error: ++counts.errors[{note.a, note.b}]; break;
    default: break;
  }
}

}  // namespace scenarios
