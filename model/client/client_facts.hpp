// client_facts.hpp - what clients tell the trace.
// Here:  ClientFact, one enumerator per kind of fact, and their table of names.
// Not:   what judges and lessons make of them (scenarios/); how facts are numbered across the model (model/facts.hpp).
// Start: note(env, ClientFact::record_acknowledged, partition, id, offset).
#pragma once

#include "model/facts.hpp"
#include "model/protocol/api_keys.hpp"
#include "model/protocol/errors.hpp"
#include "sim/env.hpp"
#include "sim/trace.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace kafka {

/// The subject is a partition ("orders-0") unless said otherwise. A record id is the one that workload_record.hpp puts
/// into the value. For every record_sent exactly one of acknowledged, failed and unknown follows, unless the producer
/// dies first: then its outcome is unknown, too.
enum class ClientFact : std::uint16_t {
  record_sent,          ///< the application called send(). subject: topic. a: record id, b: bytes of the value
  record_acknowledged,  ///< a: record id, b: offset (-1: acks=0, nobody knows it)
  record_failed,   ///< surely not written. subject: partition, or topic if none was chosen. a: record id, b: error code
  record_unknown,  ///< perhaps written: time-outs, lost connections. subject as there. a: record id, b: error code
  record_read,     ///< a: record id, b: offset
  record_corrupt,  ///< read, but not as it was sent: its checksum is wrong. a: offset, b: bytes of the value
  position_reset,  ///< the consumer did not go on where it was. a: old position (-1: none), b: new position
  client_error,    ///< the library met an error, and perhaps tried again. a: api key, b: error code
  batch_retried,   ///< a: records in the batch, b: tries so far
  batch_split,     ///< it was too large for the broker. a: records in it, b: batches made of it
  fetch_stopped,   ///< the consumer gave a partition up until the application acts. a: ConsumerTrouble, b: position
  producer_started,  ///< subject: its host. a: first record id of this life, b: which life it is, from 1
  producer_stopped,  ///< subject: its host. a: records sent in this life, b: outcomes still open when it gave up
  count_,
};

/// Position i describes ClientFact i.
inline constexpr std::array<sim::FactType, static_cast<std::size_t>(ClientFact::count_)> client_fact_types = {{
    {"record-sent", "record", "bytes"},
    {"record-acknowledged", "record", "offset"},
    {"record-failed", "record", "error"},
    {"record-unknown", "record", "error"},
    {"record-read", "record", "offset"},
    {"record-corrupt", "offset", "bytes"},
    {"position-reset", "from", "to"},
    {"client-error", "api", "error"},
    {"batch-retried", "records", "tries"},
    {"batch-split", "records", "batches"},
    {"fetch-stopped", "trouble", "position"},
    {"producer-started", "first-record", "life"},
    {"producer-stopped", "sent", "open"},
}};
static_assert(client_fact_types.size() <= end_of_facts - first_client_fact);

/// Negative numbers are traced as they are.
inline void note(sim::Env& env, ClientFact fact, sim::SubjectId subject, std::int64_t a = 0, std::int64_t b = 0) {
  env.note(sim::Fact{static_cast<std::uint16_t>(first_client_fact + static_cast<std::uint16_t>(fact)), subject,
                     static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)});
}

/// Notes client_error, but an error that repeats itself only once a second. A value, one per partition.
class ErrorNotes {
 public:
  void note_error(sim::Env& env, sim::SubjectId subject, ApiKey api, ErrorCode error) {
    using namespace sim::literals;
    if (noted_ && error == last_ && api == last_api_ && env.now() - at_ < 1_s) return;
    noted_ = true;
    last_ = error;
    last_api_ = api;
    at_ = env.now();
    note(env, ClientFact::client_error, subject, static_cast<std::int64_t>(api), static_cast<std::int64_t>(error));
  }

 private:
  sim::Time at_;
  ErrorCode last_ = ErrorCode::none;
  ApiKey last_api_ = ApiKey::produce;
  bool noted_ = false;
};

}  // namespace kafka
