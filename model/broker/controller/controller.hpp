// controller.hpp - the broker that decides for all (or would like to).
// Here:  Controller: its door. Election through ZooKeeper, failover, the event queue, leaders and ISRs, topics.
// Not:   what a broker does with the controller's requests (replica_manager.hpp); ZooKeeper itself (model/zookeeper/).
// Start: start(), on_zookeeper(). Reference: replication-and-control.md §3 (class KafkaController).
#pragma once

#include "model/broker/controller/broker_sender.hpp"
#include "model/broker/controller/controller_cache.hpp"
#include "model/broker/controller/controller_tasks.hpp"
#include "model/broker/controller/request_batch.hpp"
#include "model/broker/request_channel.hpp"
#include "model/config/broker_config.hpp"
#include "model/protocol/alter_partition.hpp"
#include "model/protocol/controller_requests.hpp"
#include "model/protocol/topics.hpp"
#include "model/types.hpp"
#include "model/zookeeper/client.hpp"
#include "sim/env.hpp"
#include "sim/ring.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace kafka {

/// What the controller is lent for the length of one handler, by the broker that it lives in.
struct ControllerContext {
  sim::Env& env;
  zookeeper::Client& zookeeper;
  const BrokerConfig& config;
  BrokerId me;
  /// Answers to requests that came in on_request(): the broker sends them.
  struct Reply {
    ReplyTo to;
    sim::MessagePtr response;
  };
  std::vector<Reply> replies;
};

/// A value: a component of the broker's process. Everything happens in one queue of events, in order (§3.4);
/// an event is worked off as a list of tasks (controller_tasks.hpp), each of which may wait for ZooKeeper.
class Controller {
 public:
  /// Tags of the controller's ZooKeeper requests have this kind.
  static constexpr std::uint32_t first_tag = 1000;

  // --- told by the broker --------------------------------------------------------------------------------------------

  /// The broker is registered for the first time: watch /controller, try to be elected (Startup).
  void start(ControllerContext& context);
  /// The ZooKeeper session is over (Expire): queued events are forgotten, their askers get NOT_CONTROLLER; resign.
  void on_session_expired(ControllerContext& context);
  /// The broker has registered again in a new session (RegisterBrokerAndReelect).
  void on_registered_again(ControllerContext& context);
  /// Answers to its own requests, and every watch event.
  void on_zookeeper(ControllerContext& context, const zookeeper::ClientEvent& event);

  // --- its connections to brokers ------------------------------------------------------------------------------------

  bool owns(sim::ConnectionId connection) const;
  void on_message(ControllerContext& context, sim::ConnectionId connection, const sim::Message& message);
  void on_connection(ControllerContext& context, sim::ConnectionId connection, sim::ConnectionEvent event);
  /// `kind` counts from BrokerTimer::controller_first.
  void on_timer(ControllerContext& context, std::uint32_t kind, std::uint64_t key);

  // --- requests that came to this broker; each gets one Reply, now or later
  // -------------------------------------------

  void alter_partition(ControllerContext& context, const ReplyTo& to, const AlterPartitionRequest& request);
  void controlled_shutdown(ControllerContext& context, const ReplyTo& to, const ControlledShutdownRequest& request);
  void create_topics(ControllerContext& context, const ReplyTo& to, const CreateTopicsRequest& request);

  // --- looking
  // ---------------------------------------------------------------------------------------------------------

  bool is_active() const { return active_; }
  /// Of its own term, if active; else of the last one known.
  ControllerEpoch epoch() const { return epoch_; }
  const ControllerCache& cache() const { return cache_; }

 private:
  /// Kinds of the controller's timers.
  enum class TimerKind : std::uint32_t { sender_timeout, sender_retry, rebalance, creation_timeout };
  enum class Progress : std::uint8_t { again, done };
  using Answers = std::vector<zookeeper::Answer>;

  /// Something that happened; a task of its own for each event without more to say.
  struct Event {
    task::Task task;
    sim::EventId why;  ///< for causes
  };
  /// A CreateTopics that waits until the new partitions have leaders.
  struct PendingCreation {
    std::uint64_t id = 0;
    ReplyTo to;
    CreateTopicsResponse response;
    std::set<std::string> topics;
    sim::TimerId timeout;
  };

  // controller.cpp: the engine
  void enqueue(ControllerContext& context, task::Task task);
  void run(ControllerContext& context);
  bool step_front(ControllerContext& context);
  void spawn(task::Task task) { spawned_.push_back(std::move(task)); }
  void abandon_event();
  void controller_moved(ControllerContext& context);
  void resign(ControllerContext& context);
  zookeeper::RequestTag ask();
  zookeeper::MultiOperation check_epoch() const;
  /// True (and the controller is no more) if this write failed because another controller has been elected.
  bool fenced(ControllerContext& context, const zookeeper::Answer& answer);
  sim::Timer timer(TimerKind kind, std::uint64_t key = 0) const;
  void add_sender(ControllerContext& context, const ControlledBroker& broker);
  void remove_sender(ControllerContext& context, BrokerId broker);
  BrokerSender* sender(BrokerId broker);
  template <class Body>
  void reply(ControllerContext& context, const ReplyTo& to, Body body) {
    context.replies.push_back({to, make_response(to.version, to.correlation_id, std::move(body))});
  }
  void refuse(ControllerContext& context, task::Task& task);

  // one per task
  Progress step(ControllerContext& context, task::BecomeController& work, const Answers& answers);
  Progress step(ControllerContext& context, task::FailOver& work, const Answers& answers);
  Progress step(ControllerContext& context, task::CompareBrokers& work, const Answers& answers);
  Progress step(ControllerContext& context, task::BrokersUp& work, const Answers& answers);
  Progress step(ControllerContext& context, task::BrokersDown& work, const Answers& answers);
  Progress step(ControllerContext& context, task::Elect& work, const Answers& answers);
  Progress step(ControllerContext& context, task::ReplicasOffline& work, const Answers& answers);
  Progress step(ControllerContext& context, task::NewPartitions& work, const Answers& answers);
  Progress step(ControllerContext& context, task::CompareTopics& work, const Answers& answers);
  Progress step(ControllerContext& context, task::AlterPartition& work, const Answers& answers);
  Progress step(ControllerContext& context, task::ControlledShutdown& work, const Answers& answers);
  Progress step(ControllerContext& context, task::CreateTopics& work, const Answers& answers);
  Progress step(ControllerContext& context, task::Rebalance& work, const Answers& answers);
  Progress step(ControllerContext& context, task::Flush& work, const Answers& answers);

  void learn_topic(ControllerContext& context, const std::string& name, const znode::TopicAssignment& assignment,
                   const zookeeper::Answer& config);
  void announce(ControllerContext& context, const TopicPartition& partition, const LeaderAndIsr& written);
  void elect_leaderless();
  void check_alter_partition(ControllerContext& context, task::AlterPartition& work);
  void plan_topic(ControllerContext& context, task::CreateTopics& work, std::size_t index);
  void creations_progressed(ControllerContext& context);

  bool active_ = false;
  BrokerId known_controller_ = no_broker;  // as /controller says
  ControllerEpoch epoch_{0};
  std::int32_t epoch_version_ = 0;  // zkVersion of /controller_epoch in our term
  ControllerCache cache_;
  std::vector<BrokerSender> senders_;
  RequestBatch batch_;

  sim::Ring<Event> queue_;
  std::vector<task::Task> tasks_;  // of the current event; the last one runs
  std::vector<task::Task> spawned_;
  std::uint64_t generation_ = 0;  // of the current event: answers to earlier ones mean nothing
  std::size_t unanswered_ = 0;
  Answers answers_;
  std::vector<PendingCreation> creations_;
  std::uint64_t next_creation_ = 1;
};

}  // namespace kafka
