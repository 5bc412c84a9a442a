// topic_creator.hpp - a program that creates topics and ends.
// Here:  NewTopic, TopicCreation (what is wanted), TopicCreator: waits for brokers, asks the controller, waits for
//        leaders.
// Not:   deciding where replicas go (the controller); kafka-topics and its options.
// Start: `HostSpec{..., std::make_unique<TopicCreator>(creation), ...}`.
#pragma once

#include "model/client/cluster_client.hpp"
#include "model/protocol/topics.hpp"
#include "sim/env.hpp"
#include "sim/process.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kafka {

struct NewTopic {
  std::string name;
  std::int32_t partitions = 1;
  std::int16_t replication_factor = 1;
  std::vector<std::vector<BrokerId>> assignment;  ///< by partition; empty: the controller chooses
  std::vector<std::pair<std::string, std::string>> config;
};

struct TopicCreation {
  std::vector<std::string> bootstrap;  ///< names of hosts, at least one
  std::size_t brokers = 1;             ///< so many must be there first: otherwise replicas go where nobody wants them
  std::vector<NewTopic> topics;
};

/// Ends with status 0 when every partition has a leader in the answering broker's metadata (also when a topic was there
/// already), with 1 after a fact client_error (subject: topic) when a broker refuses a topic for good.
class TopicCreator final : public sim::Cloned<TopicCreator> {
 public:
  explicit TopicCreator(TopicCreation creation);

  void start(sim::Env& env) override;
  void on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) override;
  void on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) override;
  void on_timer(sim::Env& env, sim::Timer timer) override;
  void on_command(sim::Env& env, const sim::Message& command) override;
  void on_stop(sim::Env& env) override;

 private:
  void drive(sim::Env& env);
  void answered(sim::Env& env, const CreateTopicsResponse& answer);
  void ask(sim::Env& env);
  bool all_led() const;
  CreateTopicsRequest request() const;

  TopicCreation creation_;
  ClusterClient cluster_;
  std::vector<TopicIndex> topics_;
  std::vector<bool> created_;
  std::size_t next_broker_ = 0;  // of the list in the metadata: who is asked next
  bool asked_ = false;
  bool armed_ = false;
  bool ended_ = false;
};

}  // namespace kafka
