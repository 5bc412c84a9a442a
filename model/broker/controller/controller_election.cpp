// Becoming the controller, and what a new one does first (replication-and-control.md §3.3).
#include "model/broker/controller/controller.hpp"

#include "model/broker/broker_context.hpp"
#include "model/broker/broker_facts.hpp"

#include <algorithm>
#include <charconv>

namespace kafka {
namespace {

/// First look at preferred leaders after a failover.
constexpr sim::Duration first_rebalance{5'000'000'000};

}  // namespace

// Runs at start, whenever /controller changes, and after a new registration: Startup, ControllerChange and Reelect in
// one.
Controller::Progress Controller::step(ControllerContext& context, task::BecomeController& work,
                                      const Answers& answers) {
  using zookeeper::Error;
  zookeeper::Client& zk = context.zookeeper;
  const std::string controller{znode::controller_path};
  const std::string controller_epoch{znode::controller_epoch_path};
  switch (work.step++) {
    case 0:
      zk.exists(context.env, ask(), controller, true);  // sets the watch, whether or not there is a controller
      return Progress::again;
    case 1:
      if (answers.front().error == Error::ok) {
        zk.get_data(context.env, ask(), controller);
        return Progress::again;
      }
      known_controller_ = no_broker;
      if (active_) resign(context);
      zk.get_data(context.env, ask(), controller_epoch);
      work.step = 3;
      return Progress::again;
    case 2: {
      // Somebody is the controller (or was, a moment ago: then the watch has fired, and this runs again).
      const auto id =
          answers.front().error == Error::ok ? znode::decode_controller(answers.front().data) : std::nullopt;
      known_controller_ = id.value_or(no_broker);
      if (active_ && known_controller_ != context.me) resign(context);
      return Progress::done;
    }
    case 3:
      if (answers.front().error == Error::no_node) {
        zk.create(context.env, ask(), controller_epoch, znode::encode_controller_epoch(ControllerEpoch{0}));
        work.step = 6;
        return Progress::again;
      }
      work.epoch = znode::decode_controller_epoch(answers.front().data).value_or(ControllerEpoch{0});
      work.epoch_version = answers.front().stat.version;
      [[fallthrough]];
    case 4: {
      work.step = 5;
      zookeeper::Create create;
      create.path = controller;
      create.data = znode::encode_controller(context.me, Timestamp{context.env.wall_clock().milliseconds()});
      create.mode = zookeeper::CreateMode::ephemeral;
      zookeeper::SetData bump;
      bump.path = controller_epoch;
      bump.data = znode::encode_controller_epoch(ControllerEpoch{work.epoch.raw() + 1});
      bump.version = work.epoch_version;
      zk.multi(context.env, ask(), {create, bump});
      return Progress::again;
    }
    case 5:
      if (!answers.front().failed()) {
        active_ = true;
        known_controller_ = context.me;
        epoch_ = ControllerEpoch{work.epoch.raw() + 1};
        epoch_version_ = work.epoch_version + 1;
        note(context.env, BrokerFact::controller_elected, context.env.subject("controller"), context.me.raw(),
             epoch_.raw());
        spawn(task::FailOver{});
        return Progress::done;
      }
      // Another was faster, or our own write succeeded and its answer was lost: both stand in ZooKeeper now.
      zk.get_data(context.env, ask(), controller);
      zk.get_data(context.env, ask(), controller_epoch);
      work.step = 7;
      return Progress::again;
    case 6:
      // Made by us or by another: it is read either way.
      zk.get_data(context.env, ask(), controller_epoch);
      work.step = 3;
      return Progress::again;
    default: {
      const auto id = znode::decode_controller(answers[0].data);
      const auto epoch = znode::decode_controller_epoch(answers[1].data);
      known_controller_ = id.value_or(no_broker);
      if (id == context.me && epoch && epoch->raw() == work.epoch.raw() + 1) {
        active_ = true;
        epoch_ = *epoch;
        epoch_version_ = answers[1].stat.version;
        note(context.env, BrokerFact::controller_elected, context.env.subject("controller"), context.me.raw(),
             epoch_.raw());
        spawn(task::FailOver{});
      }
      return Progress::done;
    }
  }
}

Controller::Progress Controller::step(ControllerContext& context, task::FailOver& work, const Answers& answers) {
  using zookeeper::Error;
  zookeeper::Client& zk = context.zookeeper;
  switch (work.step++) {
    case 0:
      zk.get_children(context.env, ask(), std::string{znode::brokers_path}, true);
      zk.get_children(context.env, ask(), std::string{znode::topics_path}, true);
      return Progress::again;
    case 1:
      for (const std::string& name : answers[0].children) {
        std::int32_t id = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
        if (error == std::errc{} && end == name.data() + name.size()) work.broker_ids.emplace_back(id);
      }
      work.topic_names = answers[1].children;
      for (const BrokerId id : work.broker_ids) zk.get_data(context.env, ask(), znode::broker_path(id));
      for (const std::string& topic : work.topic_names) {
        zk.get_data(context.env, ask(), znode::topic_path(topic));
        zk.get_data(context.env, ask(), znode::topic_config_path(topic));
      }
      return Progress::again;
    case 2: {
      std::size_t at = 0;
      for (const BrokerId id : work.broker_ids) {
        const zookeeper::Answer& answer = answers[at++];
        const auto endpoint = answer.error == Error::ok ? znode::decode_broker(id, answer.data) : std::nullopt;
        if (endpoint) cache_.brokers[id] = ControlledBroker{*endpoint, BrokerEpoch{answer.stat.czxid.raw()}};
      }
      for (const std::string& name : work.topic_names) {
        const zookeeper::Answer& assignment = answers[at++];
        const zookeeper::Answer& config = answers[at++];
        const auto topic = assignment.error == Error::ok ? znode::decode_topic(assignment.data) : std::nullopt;
        if (!topic) continue;
        learn_topic(context, name, *topic, config);
        for (const auto& [number, replicas] : topic->partitions) {
          work.partitions.push_back(TopicPartition{name, number});
          zk.get_data(context.env, ask(), znode::state_path(work.partitions.back()));
        }
      }
      for (const auto& [id, broker] : cache_.brokers) add_sender(context, broker);
      return Progress::again;
    }
    case 3: {
      for (std::size_t i = 0; i < work.partitions.size(); ++i) {
        ControlledPartition* partition = cache_.find(work.partitions[i]);
        if (partition == nullptr || answers[i].error != Error::ok) continue;
        if (const auto state = znode::decode_state(answers[i].data)) {
          partition->leadership = LeaderAndIsr{*state, PartitionEpoch{answers[i].stat.version}};
        }
      }
      // Everybody learns first who is alive, then whom to follow.
      for (const auto& [id, broker] : cache_.brokers) batch_.update_metadata_of_brokers(id);
      spawn(task::Flush{});
      return Progress::again;
    }
    case 4: {
      task::ReplicasOffline gone;
      cache_.for_each([&](const TopicPartition& name, ControlledTopic&, ControlledPartition& partition) {
        for (const BrokerId replica : partition.replicas) {
          if (!cache_.is_live(replica)) {
            if (partition.leadership) gone.replicas.emplace_back(name, replica);
          } else if (partition.leadership) {
            batch_.leader_and_isr(replica, name, false);
          }
        }
        if (!partition.leadership) {
          partition.phase = PartitionPhase::created;
        } else if (cache_.is_online(partition.leadership->state.leader)) {
          partition.phase = PartitionPhase::online;
        } else {
          partition.phase = PartitionPhase::offline;
        }
      });
      for (const auto& [id, broker] : cache_.brokers) batch_.full_metadata(id);
      if (!gone.replicas.empty()) spawn(std::move(gone));
      spawn(task::Flush{});
      return Progress::again;
    }
    default:
      elect_leaderless();
      if (context.config.auto_leader_rebalance) context.env.arm(first_rebalance, timer(TimerKind::rebalance));
      return Progress::done;
  }
}

}  // namespace kafka
