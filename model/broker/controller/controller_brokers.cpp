// Brokers that come and go (replication-and-control.md §3.5, §3.13, §3.14).
#include "model/broker/controller/controller.hpp"

#include "model/broker/broker_context.hpp"
#include "model/broker/broker_facts.hpp"

#include <algorithm>
#include <charconv>

namespace kafka {

Controller::Progress Controller::step(ControllerContext& context, task::CompareBrokers& work, const Answers& answers) {
  using zookeeper::Error;
  if (!active_) return Progress::done;
  switch (work.step++) {
    case 0:
      context.zookeeper.get_children(context.env, ask(), std::string{znode::brokers_path}, true);
      return Progress::again;
    case 1:
      for (const std::string& name : answers.front().children) {
        std::int32_t id = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), id);
        if (error == std::errc{} && end == name.data() + name.size()) work.ids.emplace_back(id);
      }
      for (const BrokerId id : work.ids) context.zookeeper.get_data(context.env, ask(), znode::broker_path(id));
      if (!work.ids.empty()) return Progress::again;
      [[fallthrough]];
    default: break;
  }

  std::map<BrokerId, ControlledBroker> present;
  for (std::size_t i = 0; i < work.ids.size(); ++i) {
    const auto endpoint =
        answers[i].error == Error::ok ? znode::decode_broker(work.ids[i], answers[i].data) : std::nullopt;
    if (endpoint) present[work.ids[i]] = ControlledBroker{*endpoint, BrokerEpoch{answers[i].stat.czxid.raw()}};
  }
  std::vector<BrokerId> arrived;
  std::vector<BrokerId> bounced;
  std::vector<BrokerId> dead;
  for (const auto& [id, broker] : present) {
    const auto known = cache_.brokers.find(id);
    if (known == cache_.brokers.end()) {
      arrived.push_back(id);
    } else if (broker.epoch > known->second.epoch) {
      bounced.push_back(id);
    }
  }
  for (const auto& [id, broker] : cache_.brokers) {
    if (!present.contains(id)) dead.push_back(id);
  }

  const auto arrive = [&](BrokerId id) {
    cache_.brokers[id] = present[id];
    add_sender(context, present[id]);
  };
  const auto leave = [&](BrokerId id) {
    remove_sender(context, id);
    cache_.brokers.erase(id);
    cache_.shutting_down.erase(id);
  };
  for (const BrokerId id : dead) leave(id);
  for (const BrokerId id : bounced) {
    leave(id);
    arrive(id);
  }
  for (const BrokerId id : arrived) arrive(id);

  if (!arrived.empty()) spawn(task::BrokersUp{0, arrived});
  if (!bounced.empty()) {
    // Came back before anybody noticed that it was gone: its earlier life must end first (KAFKA-7235).
    spawn(task::BrokersDown{0, bounced});
    spawn(task::BrokersUp{0, bounced});
  }
  if (!dead.empty()) spawn(task::BrokersDown{0, dead});
  return Progress::done;
}

Controller::Progress Controller::step(ControllerContext&, task::BrokersUp& work, const Answers&) {
  if (!active_) return Progress::done;
  const auto is_new = [&](BrokerId id) {
    return std::find(work.brokers.begin(), work.brokers.end(), id) != work.brokers.end();
  };
  switch (work.step++) {
    case 0:
      // Who is alive goes first, in requests of its own: a follower takes no leader that it does not know.
      for (const auto& [id, broker] : cache_.brokers) {
        if (is_new(id)) {
          batch_.full_metadata(id);
        } else {
          batch_.update_metadata_of_brokers(id);
        }
      }
      spawn(task::Flush{});
      return Progress::again;
    case 1:
      cache_.for_each([&](const TopicPartition& name, ControlledTopic&, ControlledPartition& partition) {
        if (!partition.leadership) return;
        for (const BrokerId replica : partition.replicas) {
          if (is_new(replica)) batch_.leader_and_isr(replica, name, false);
        }
      });
      spawn(task::Flush{});
      return Progress::again;
    default: elect_leaderless(); return Progress::done;
  }
}

Controller::Progress Controller::step(ControllerContext&, task::BrokersDown& work, const Answers&) {
  if (!active_) return Progress::done;
  const auto is_gone = [&](BrokerId id) {
    return std::find(work.brokers.begin(), work.brokers.end(), id) != work.brokers.end();
  };
  switch (work.step++) {
    case 0:
      cache_.for_each([&](const TopicPartition&, ControlledTopic&, ControlledPartition& partition) {
        if (partition.leadership && is_gone(partition.leadership->state.leader))
          partition.phase = PartitionPhase::offline;
      });
      elect_leaderless();
      return Progress::again;
    case 1: {
      task::ReplicasOffline gone;
      cache_.for_each([&](const TopicPartition& name, ControlledTopic&, ControlledPartition& partition) {
        for (const BrokerId replica : partition.replicas) {
          if (is_gone(replica) && partition.leadership) gone.replicas.emplace_back(name, replica);
        }
      });
      if (!gone.replicas.empty()) spawn(std::move(gone));
      return Progress::again;
    }
    default:
      // Whatever happened to partitions: everybody hears who is left.
      for (const auto& [id, broker] : cache_.brokers) batch_.update_metadata_of_brokers(id);
      spawn(task::Flush{});
      return Progress::done;
  }
}

// Every partition without a leader gets another chance: created ones a first leader, offline ones a new one.
void Controller::elect_leaderless() {
  task::Elect elect;
  elect.strategy = ElectionStrategy::offline;
  task::NewPartitions fresh;
  cache_.for_each([&](const TopicPartition& name, ControlledTopic&, ControlledPartition& partition) {
    if (partition.phase == PartitionPhase::offline) elect.partitions.push_back(name);
    if (partition.phase == PartitionPhase::created) fresh.partitions.push_back(name);
  });
  if (!elect.partitions.empty()) spawn(std::move(elect));
  if (!fresh.partitions.empty()) spawn(std::move(fresh));
  spawn(task::Flush{});
}

Controller::Progress Controller::step(ControllerContext& context, task::ControlledShutdown& work, const Answers&) {
  ControlledShutdownResponse response;
  const auto broker = cache_.brokers.find(work.broker);
  if (!active_) {
    response.error_code = ErrorCode::not_controller;
  } else if (broker == cache_.brokers.end()) {
    response.error_code = ErrorCode::broker_not_available;
  } else if (work.epoch != no_broker_epoch && work.epoch < broker->second.epoch) {
    response.error_code = ErrorCode::stale_broker_epoch;
  }
  if (response.error_code != ErrorCode::none) {
    reply(context, work.to, std::move(response));
    return Progress::done;
  }
  if (work.step++ == 0) {
    cache_.shutting_down.insert(work.broker);
    task::Elect leads;
    leads.strategy = ElectionStrategy::controlled_shutdown;
    task::ReplicasOffline follows;
    cache_.for_each([&](const TopicPartition& name, ControlledTopic&, ControlledPartition& partition) {
      const bool hosted =
          std::find(partition.replicas.begin(), partition.replicas.end(), work.broker) != partition.replicas.end();
      if (!hosted || partition.replicas.size() < 2 || !partition.leadership) return;
      if (partition.leadership->state.leader == work.broker) {
        leads.partitions.push_back(name);
      } else {
        batch_.stop_replica(work.broker, name, false);
        follows.replicas.emplace_back(name, work.broker);
      }
    });
    if (!leads.partitions.empty()) spawn(std::move(leads));
    if (!follows.replicas.empty()) spawn(std::move(follows));
    spawn(task::Flush{});
    return Progress::again;
  }
  cache_.for_each([&](const TopicPartition& name, ControlledTopic&, ControlledPartition& partition) {
    if (partition.replicas.size() > 1 && partition.leadership && partition.leadership->state.leader == work.broker) {
      response.remaining_partitions.push_back({name.topic, name.partition});
    }
  });
  reply(context, work.to, std::move(response));
  return Progress::done;
}

Controller::Progress Controller::step(ControllerContext& context, task::Rebalance&, const Answers&) {
  if (!active_) return Progress::done;
  context.env.arm(context.config.leader_imbalance_check_interval, timer(TimerKind::rebalance));
  std::map<BrokerId, std::vector<TopicPartition>> preferred;
  std::map<BrokerId, std::int64_t> strayed;
  cache_.for_each([&](const TopicPartition& name, ControlledTopic&, ControlledPartition& partition) {
    if (partition.replicas.empty() || !partition.leadership) return;
    const BrokerId first = partition.replicas.front();
    preferred[first].push_back(name);
    if (partition.leadership->state.leader != first) ++strayed[first];
  });
  task::Elect elect;
  elect.strategy = ElectionStrategy::preferred;
  for (const auto& [broker, partitions] : preferred) {
    if (!cache_.is_online(broker)) continue;
    const auto total = static_cast<std::int64_t>(partitions.size());
    if (strayed[broker] * 100 <= total * context.config.leader_imbalance_per_broker_percentage) continue;
    for (const TopicPartition& name : partitions) {
      const znode::PartitionState& state = cache_.find(name)->leadership->state;
      const bool in_isr = std::find(state.isr.begin(), state.isr.end(), broker) != state.isr.end();
      if (state.leader != broker && in_isr) elect.partitions.push_back(name);
    }
  }
  if (elect.partitions.empty()) return Progress::done;
  spawn(std::move(elect));
  spawn(task::Flush{});
  return Progress::done;
}

}  // namespace kafka
