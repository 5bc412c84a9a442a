// Leaders and ISRs: chosen, written to ZooKeeper, announced (replication-and-control.md §1.6, §3.6 to §3.8).
#include "model/broker/controller/controller.hpp"

#include "model/broker/broker_facts.hpp"

#include <algorithm>

namespace kafka {
namespace {

std::int64_t bits_of(const std::vector<BrokerId>& isr) {
  std::uint64_t bits = 0;
  for (const BrokerId member : isr) bits |= std::uint64_t{1} << std::min<std::int32_t>(member.raw(), 62);
  return static_cast<std::int64_t>(bits);
}

bool contains(const std::vector<BrokerId>& brokers, BrokerId broker) {
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

zookeeper::SetData write_state(const TopicPartition& name, const LeaderAndIsr& proposed, PartitionEpoch expected) {
  zookeeper::SetData write;
  write.path = znode::state_path(name);
  write.data = znode::encode_state(proposed.state);
  write.version = expected.raw();
  return write;
}

}  // namespace

// What stands in ZooKeeper now goes into the cache and into the trace.
void Controller::announce(ControllerContext& context, const TopicPartition& name, const LeaderAndIsr& written) {
  ControlledPartition* partition = cache_.find(name);
  if (partition == nullptr) return;
  const sim::SubjectId subject = context.env.subject(to_text(name));
  const bool leader_changed =
      !partition->leadership || partition->leadership->state.leader_epoch != written.state.leader_epoch;
  const bool isr_changed = !partition->leadership || partition->leadership->state.isr != written.state.isr;
  partition->leadership = written;
  if (leader_changed) {
    note(context.env, written.state.recovering ? BrokerFact::unclean_leader_elected : BrokerFact::leader_elected,
         subject, written.state.leader.raw(), written.state.leader_epoch.raw());
  }
  if (isr_changed) {
    note(context.env, BrokerFact::isr_changed, subject, bits_of(written.state.isr), written.partition_epoch.raw());
  }
}

Controller::Progress Controller::step(ControllerContext& context, task::Elect& work, const Answers& answers) {
  using zookeeper::Error;
  if (!active_ || work.partitions.empty()) return Progress::done;
  if (work.step++ == 0) {
    for (const TopicPartition& name : work.partitions)
      context.zookeeper.get_data(context.env, ask(), znode::state_path(name));
    return Progress::again;
  }
  if (work.step == 2) {
    work.proposed.clear();
    work.elected.clear();
    for (std::size_t i = 0; i < work.partitions.size(); ++i) {
      const TopicPartition& name = work.partitions[i];
      const ControlledPartition* partition = cache_.find(name);
      const auto state = answers[i].error == Error::ok ? znode::decode_state(answers[i].data) : std::nullopt;
      if (partition == nullptr || !state) continue;
      if (state->controller_epoch > epoch_) {
        controller_moved(context);
        return Progress::done;
      }
      const bool allow_unclean = cache_.topics[name.topic].unclean_leader_election;
      auto elected = elect(work.strategy, *state, partition->replicas, cache_, allow_unclean);
      if (!elected) continue;
      LeaderAndIsr proposed;
      proposed.state = *state;
      proposed.state.leader = elected->leader;
      proposed.state.leader_epoch = LeaderEpoch{state->leader_epoch.raw() + 1};
      proposed.state.controller_epoch = epoch_;
      proposed.state.isr = elected->isr;
      proposed.state.recovering = elected->unclean;
      proposed.partition_epoch = PartitionEpoch{answers[i].stat.version};
      context.zookeeper.multi(context.env, ask(),
                              {check_epoch(), write_state(name, proposed, proposed.partition_epoch)});
      work.proposed.emplace_back(name, std::move(proposed));
      work.elected.push_back(std::move(*elected));
    }
    return work.proposed.empty() ? Progress::done : Progress::again;
  }
  std::vector<TopicPartition> again;
  for (std::size_t i = 0; i < work.proposed.size(); ++i) {
    auto& [name, proposed] = work.proposed[i];
    if (fenced(context, answers[i])) return Progress::done;
    if (answers[i].failed()) {
      again.push_back(name);  // BADVERSION: the leader was faster; read it again
      continue;
    }
    proposed.partition_epoch = PartitionEpoch{answers[i].outcomes.back().stat.version};
    announce(context, name, proposed);
    ControlledPartition* partition = cache_.find(name);
    if (partition == nullptr) continue;
    partition->phase = PartitionPhase::online;
    for (const BrokerId to : work.elected[i].recipients) batch_.leader_and_isr(to, name, false);
  }
  work.partitions = std::move(again);
  work.step = 0;
  return work.partitions.empty() ? Progress::done : Progress::again;
}

Controller::Progress Controller::step(ControllerContext& context, task::ReplicasOffline& work, const Answers& answers) {
  using zookeeper::Error;
  if (!active_ || work.replicas.empty()) return Progress::done;
  if (work.step++ == 0) {
    work.reading.clear();
    for (const auto& [name, broker] : work.replicas) {
      ControlledPartition* partition = cache_.find(name);
      if (partition == nullptr || !partition->leadership) continue;
      if (cache_.is_live(broker)) batch_.stop_replica(broker, name, false);
      batch_.update_metadata(name);
      if (!contains(partition->leadership->state.isr, broker)) continue;
      work.reading.emplace_back(name, broker);
      context.zookeeper.get_data(context.env, ask(), znode::state_path(name));
    }
    return work.reading.empty() ? Progress::done : Progress::again;
  }
  if (work.step == 2) {
    work.proposed.clear();
    std::vector<std::pair<TopicPartition, BrokerId>> written;
    for (std::size_t i = 0; i < work.reading.size(); ++i) {
      const auto& [name, broker] = work.reading[i];
      const auto state = answers[i].error == Error::ok ? znode::decode_state(answers[i].data) : std::nullopt;
      if (!state || !contains(state->isr, broker)) continue;
      if (state->controller_epoch > epoch_) {
        controller_moved(context);
        return Progress::done;
      }
      LeaderAndIsr proposed;
      proposed.state = *state;
      proposed.state.leader_epoch = LeaderEpoch{state->leader_epoch.raw() + 1};
      proposed.state.controller_epoch = epoch_;
      if (state->leader == broker) proposed.state.leader = no_broker;
      // The last member stays: only with it can the partition come back without loss.
      if (state->isr.size() > 1) std::erase(proposed.state.isr, broker);
      proposed.partition_epoch = PartitionEpoch{answers[i].stat.version};
      context.zookeeper.multi(context.env, ask(),
                              {check_epoch(), write_state(name, proposed, proposed.partition_epoch)});
      work.proposed.emplace_back(name, std::move(proposed));
      written.push_back(work.reading[i]);
    }
    work.reading = std::move(written);
    return work.proposed.empty() ? Progress::done : Progress::again;
  }
  std::vector<std::pair<TopicPartition, BrokerId>> again;
  for (std::size_t i = 0; i < work.proposed.size(); ++i) {
    auto& [name, proposed] = work.proposed[i];
    if (fenced(context, answers[i])) return Progress::done;
    if (answers[i].failed()) {
      again.push_back(work.reading[i]);
      continue;
    }
    proposed.partition_epoch = PartitionEpoch{answers[i].outcomes.back().stat.version};
    announce(context, name, proposed);
    ControlledPartition* partition = cache_.find(name);
    if (partition == nullptr) continue;
    for (const BrokerId replica : partition->replicas) {
      if (replica != work.reading[i].second && cache_.is_live(replica)) batch_.leader_and_isr(replica, name, false);
    }
  }
  work.replicas = std::move(again);
  work.step = 0;
  return work.replicas.empty() ? Progress::done : Progress::again;
}

Controller::Progress Controller::step(ControllerContext& context, task::NewPartitions& work, const Answers& answers) {
  if (!active_ || work.partitions.empty()) return Progress::done;
  if (work.step++ == 0) {
    for (const TopicPartition& name : work.partitions) {
      const ControlledPartition* partition = cache_.find(name);
      if (partition == nullptr) continue;
      const auto state = first_state(partition->replicas, cache_, epoch_);
      if (!state) continue;  // no replica lives: another time
      // The parents may be there from an attempt that was cut short; only the state decides.
      context.zookeeper.create(context.env, ask(), znode::partitions_path(name.topic), {});
      context.zookeeper.create(context.env, ask(), znode::partition_path(name), {});
      zookeeper::Create create;
      create.path = znode::state_path(name);
      create.data = znode::encode_state(*state);
      context.zookeeper.multi(context.env, ask(), {check_epoch(), create});
      work.proposed.emplace_back(name, *state);
    }
    return work.proposed.empty() ? Progress::done : Progress::again;
  }
  for (std::size_t i = 0; i < work.proposed.size(); ++i) {
    const auto& [name, state] = work.proposed[i];
    const zookeeper::Answer& answer = answers[3 * i + 2];
    if (fenced(context, answer)) return Progress::done;
    if (answer.failed()) continue;
    announce(context, name, LeaderAndIsr{state, PartitionEpoch{0}});
    ControlledPartition* partition = cache_.find(name);
    if (partition == nullptr) continue;
    partition->phase = PartitionPhase::online;
    for (const BrokerId to : state.isr) batch_.leader_and_isr(to, name, true);
  }
  spawn(task::Flush{});
  creations_progressed(context);
  return Progress::done;
}

// --- AlterPartition
// ----------------------------------------------------------------------------------------------------

// The checks of §1.6, in their order. Partitions that pass are in `writing`.
void Controller::check_alter_partition(ControllerContext& context, task::AlterPartition& work) {
  const auto broker = cache_.brokers.find(work.request.broker_id);
  if (broker == cache_.brokers.end() || broker->second.epoch != work.request.broker_epoch) {
    work.response.error_code = ErrorCode::stale_broker_epoch;
    return;
  }
  for (const auto& topic : work.request.topics) {
    std::string name = topic.topic_name;
    for (const auto& [known, controlled] : cache_.topics) {
      if (controlled.id == topic.topic_id) name = known;
    }
    AlterPartitionResponse::TopicData answers;
    answers.topic_name = name;
    answers.topic_id = topic.topic_id;
    for (const auto& asked : topic.partitions) {
      AlterPartitionResponse::PartitionData answer;
      answer.partition_index = asked.partition_index;
      answer.leader_id = no_broker;
      const TopicPartition partition_name{name, asked.partition_index};
      const ControlledPartition* partition = cache_.find(partition_name);
      std::vector<BrokerId> isr = asked.new_isr;
      for (const auto& member : asked.new_isr_with_epochs) isr.push_back(member.broker_id);
      if (!cache_.topics.contains(name)) {
        answer.error_code = ErrorCode::unknown_topic_id;
      } else if (partition == nullptr || !partition->leadership) {
        answer.error_code = ErrorCode::unknown_topic_or_partition;
      } else {
        const LeaderAndIsr& current = *partition->leadership;
        const bool recovering = asked.leader_recovery_state == 1;
        const bool same = current.state.leader == work.request.broker_id &&
                          current.state.leader_epoch == asked.leader_epoch && current.state.isr == isr &&
                          current.state.recovering == recovering && asked.partition_epoch <= current.partition_epoch;
        const auto not_online = [&](BrokerId member) { return !cache_.is_online(member); };
        if (asked.partition_epoch > current.partition_epoch || asked.leader_epoch > current.state.leader_epoch) {
          answer.error_code = ErrorCode::not_controller;  // it knows more than we do: we are probably stale
        } else if (asked.leader_epoch < current.state.leader_epoch) {
          answer.error_code = ErrorCode::fenced_leader_epoch;
        } else if (same) {
          answer.leader_id = current.state.leader;
          answer.leader_epoch = current.state.leader_epoch;
          answer.isr = current.state.isr;
          answer.partition_epoch = current.partition_epoch;
        } else if (asked.partition_epoch < current.partition_epoch) {
          answer.error_code = ErrorCode::invalid_update_version;
        } else if ((recovering && isr.size() > 1) || (recovering && !current.state.recovering)) {
          answer.error_code = ErrorCode::invalid_request;
        } else if (std::any_of(isr.begin(), isr.end(), not_online)) {
          answer.error_code = work.to.version <= 1 ? ErrorCode::operation_not_attempted : ErrorCode::ineligible_replica;
        } else {
          LeaderAndIsr proposed = current;
          proposed.state.isr = isr;
          proposed.state.controller_epoch = epoch_;
          proposed.state.recovering = recovering;
          context.zookeeper.multi(context.env, ask(),
                                  {check_epoch(), write_state(partition_name, proposed, current.partition_epoch)});
          work.writing.push_back(partition_name);
          work.proposed.push_back(std::move(proposed));
          work.places.emplace_back(work.response.topics.size(), answers.partitions.size());
        }
      }
      answers.partitions.push_back(std::move(answer));
    }
    work.response.topics.push_back(std::move(answers));
  }
}

Controller::Progress Controller::step(ControllerContext& context, task::AlterPartition& work, const Answers& answers) {
  if (!active_) {
    task::Task refused{work};
    refuse(context, refused);
    return Progress::done;
  }
  if (work.step++ == 0) {
    check_alter_partition(context, work);
    if (!work.writing.empty()) return Progress::again;
  }
  for (std::size_t i = 0; i < work.writing.size(); ++i) {
    auto& answer = work.response.topics[work.places[i].first].partitions[work.places[i].second];
    LeaderAndIsr& proposed = work.proposed[i];
    if (fenced(context, answers[i])) {
      task::Task refused{work};
      refuse(context, refused);
      return Progress::done;
    }
    if (answers[i].failed()) {
      answer.error_code = ErrorCode::invalid_update_version;
      continue;
    }
    proposed.partition_epoch = PartitionEpoch{answers[i].outcomes.back().stat.version};
    announce(context, work.writing[i], proposed);
    batch_.update_metadata(work.writing[i]);
    answer.leader_id = proposed.state.leader;
    answer.leader_epoch = proposed.state.leader_epoch;
    answer.isr = proposed.state.isr;
    answer.leader_recovery_state = proposed.state.recovering ? 1 : 0;
    answer.partition_epoch = proposed.partition_epoch;
  }
  reply(context, work.to, std::move(work.response));
  spawn(task::Flush{});
  return Progress::done;
}

}  // namespace kafka
