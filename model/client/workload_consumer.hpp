// workload_consumer.hpp - an application that reads numbered records.
// Here:  ConsumerWorkload (what it reads) and ConsumerApplication, the process that does it.
// Not:   the library (consumer.hpp); the records (workload_record.hpp); judging (scenarios/).
// Start: `HostSpec{..., std::make_unique<ConsumerApplication>(workload), ...}`.
#pragma once

#include "model/client/client_facts.hpp"
#include "model/client/consumer.hpp"
#include "model/client/workload_record.hpp"
#include "model/config/client_config.hpp"
#include "model/types.hpp"
#include "sim/env.hpp"
#include "sim/process.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kafka {

struct ConsumerWorkload {
  std::string client_id;
  std::vector<std::string> bootstrap;  ///< names of hosts, at least one
  ConsumerConfig config;
  std::vector<std::string> topics;         ///< all their partitions, also such that are added later
  std::vector<TopicPartition> partitions;  ///< and these
};

/// Facts: record_read or record_corrupt for each record. Without a group there is no committed offset: each life begins
/// where `auto.offset.reset` says. It goes on behind a corrupt batch, and at the end of the common log after a
/// truncation; after any other trouble the partition stays unread (fetch_stopped).
class ConsumerApplication final : public sim::Cloned<ConsumerApplication> {
 public:
  explicit ConsumerApplication(ConsumerWorkload workload);

  void start(sim::Env& env) override;
  void on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) override;
  void on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) override;
  void on_timer(sim::Env& env, sim::Timer timer) override;
  void on_command(sim::Env& env, const sim::Message& command) override;
  /// Ends at once: there is nothing to bring to an end.
  void on_stop(sim::Env& env) override;

  // For observers: of this life.
  const ConsumerWorkload& workload() const { return workload_; }
  std::int64_t read() const { return read_; }
  std::int64_t corrupt() const { return corrupt_; }
  const Consumer& consumer() const { return consumer_; }

 private:
  void assign_new_partitions(sim::Env& env);
  void after_input(sim::Env& env);
  void take_records(sim::Env& env);
  void take_events(sim::Env& env);
  void poll_soon(sim::Env& env);
  bool is_assigned(TopicIndex topic, std::int32_t partition) const;

  ConsumerWorkload workload_;
  Consumer consumer_;
  std::vector<TopicIndex> topics_;
  std::uint64_t metadata_seen_ = UINT64_MAX;
  std::vector<ConsumedRecord> records_;  // of the last poll: only to reuse its memory
  std::int64_t read_ = 0;
  std::int64_t corrupt_ = 0;
  bool posted_ = false;
};

}  // namespace kafka
