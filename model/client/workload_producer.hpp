// workload_producer.hpp - an application that produces numbered records.
// Here:  ProducerWorkload (what it does) and ProducerApplication, the process that does it.
// Not:   the library (producer.hpp); the records (workload_record.hpp); judging (scenarios/).
// Start: `HostSpec{..., std::make_unique<ProducerApplication>(workload), ...}`.
#pragma once

#include "model/client/client_facts.hpp"
#include "model/client/producer.hpp"
#include "model/client/workload_record.hpp"
#include "model/config/client_config.hpp"
#include "sim/env.hpp"
#include "sim/process.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace kafka {

using namespace sim::literals;

struct ProducerWorkload {
  std::string client_id;
  std::vector<std::string> bootstrap;  ///< names of hosts, at least one
  ProducerConfig config;
  std::string topic;
  std::uint32_t producer_number = 0;  ///< 0 to 2^23-1, unique among the producers of a world: makes record ids unique
  /// Record k of a life is due k / rate after its begin, to the nanosecond; what is late (send() blocked) is caught up
  /// with. 0: as fast as send() takes them, until `records` are sent or memory is full.
  std::int64_t rate_per_second = 100;
  std::int64_t records = 0;            ///< per life of the process; 0: without end. Then it flushes and stays
  std::size_t value_size = 100;        ///< bytes, at least smallest_workload_value
  std::uint64_t keys = 0;              ///< how many different keys, drawn at random; 0: records have no key
  sim::Duration start_delay;           ///< from the start of the process to the first record
  sim::Duration stop_patience = 10_s;  ///< how long a graceful stop waits for outcomes
};

/// Facts: record_sent, and for each exactly one of record_acknowledged, record_failed, record_unknown, unless it dies
/// before. Survives restarts: a small file on its disk says which record numbers were never used.
class ProducerApplication final : public sim::Cloned<ProducerApplication> {
 public:
  explicit ProducerApplication(ProducerWorkload workload);

  void start(sim::Env& env) override;
  void on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) override;
  void on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) override;
  void on_timer(sim::Env& env, sim::Timer timer) override;
  void on_command(sim::Env& env, const sim::Message& command) override;
  /// Sends nothing new, flushes, waits at most `stop_patience`, then ends.
  void on_stop(sim::Env& env) override;

  // For observers: of this life.
  const ProducerWorkload& workload() const { return workload_; }
  std::int64_t sent() const { return sent_; }
  std::int64_t acknowledged() const { return acknowledged_; }
  std::int64_t failed() const { return failed_; }
  std::int64_t unknown() const { return unknown_; }
  const Producer& producer() const { return producer_; }

 private:
  bool reserve_numbers(sim::Env& env);
  void send_due(sim::Env& env);
  bool send_one(sim::Env& env);
  void take_outcomes(sim::Env& env);
  void after_input(sim::Env& env);
  bool all_sent() const { return workload_.records > 0 && sent_ >= workload_.records; }
  sim::Time due(std::int64_t record) const;
  void end(sim::Env& env);

  ProducerWorkload workload_;
  Producer producer_;
  TopicIndex topic_;
  sim::Time first_due_;
  std::uint64_t next_number_ = 0;  // of the next record
  std::uint64_t end_of_reserved_ = 0;
  std::uint64_t life_ = 0;
  std::int64_t sent_ = 0;
  std::int64_t acknowledged_ = 0;
  std::int64_t failed_ = 0;
  std::int64_t unknown_ = 0;
  sim::TimerId next_record_;
  bool armed_ = false;
  bool flushed_ = false;
  bool stopping_ = false;
  bool ended_ = false;
  std::vector<std::byte> value_;  // of the record being sent: only to reuse its memory
};

}  // namespace kafka
