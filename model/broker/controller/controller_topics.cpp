// Topics: seen in ZooKeeper, made for admins (replication-and-control.md §3.10).
#include "model/broker/controller/controller.hpp"

#include "model/broker/broker_facts.hpp"
#include "model/broker/controller/replica_assignment.hpp"

#include <algorithm>

namespace kafka {
namespace {

constexpr std::size_t longest_topic_name = 249;

// Kafka's Topic.validate.
std::optional<std::string> invalid_name(const std::string& name) {
  if (name.empty()) return "the empty string is not allowed";
  if (name == "." || name == "..") return "'.' or '..' is not allowed";
  if (name.size() > longest_topic_name) return "the length of '" + name + "' is longer than the max allowed length 249";
  const bool legal = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  });
  if (!legal) return "'" + name + "' contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";
  return std::nullopt;
}

}  // namespace

void Controller::learn_topic(ControllerContext& context, const std::string& name,
                             const znode::TopicAssignment& assignment, const zookeeper::Answer& config) {
  ControlledTopic& topic = cache_.topics[name];
  topic.id = assignment.topic_id;
  topic.unclean_leader_election = context.config.topic_defaults.unclean_leader_election;
  if (const auto values = znode::decode_config(config.data)) {
    const auto found = values->find("unclean.leader.election.enable");
    if (found != values->end()) topic.unclean_leader_election = found->second == "true";
  }
  for (const auto& [number, replicas] : assignment.partitions) topic.partitions[number].replicas = replicas;
}

Controller::Progress Controller::step(ControllerContext& context, task::CompareTopics& work, const Answers& answers) {
  using zookeeper::Error;
  if (!active_) return Progress::done;
  switch (work.step++) {
    case 0:
      context.zookeeper.get_children(context.env, ask(), std::string{znode::topics_path}, true);
      return Progress::again;
    case 1:
      for (const std::string& name : answers.front().children) {
        if (!cache_.topics.contains(name)) work.added.push_back(name);
      }
      for (const std::string& name : work.added) {
        context.zookeeper.get_data(context.env, ask(), znode::topic_path(name));
        context.zookeeper.get_data(context.env, ask(), znode::topic_config_path(name));
      }
      return work.added.empty() ? Progress::done : Progress::again;
    default: break;
  }
  task::NewPartitions fresh;
  for (std::size_t i = 0; i < work.added.size(); ++i) {
    const zookeeper::Answer& data = answers[2 * i];
    const auto assignment = data.error == Error::ok ? znode::decode_topic(data.data) : std::nullopt;
    if (!assignment) continue;
    learn_topic(context, work.added[i], *assignment, answers[2 * i + 1]);
    for (const auto& [number, replicas] : assignment->partitions) fresh.partitions.push_back({work.added[i], number});
  }
  spawn(std::move(fresh));
  return Progress::done;
}

// --- CreateTopics
// --------------------------------------------------------------------------------------------------------

// Checks one wish and plans its replicas; what is wrong stands in the response.
void Controller::plan_topic(ControllerContext& context, task::CreateTopics& work, std::size_t index) {
  const auto& wish = work.request.topics[index];
  auto& result = work.response.topics[index];
  const auto refuse_topic = [&](ErrorCode code, std::string why) {
    result.error_code = code;
    result.error_message = std::move(why);
  };
  if (auto why = invalid_name(wish.name))
    return refuse_topic(ErrorCode::invalid_topic_exception, "Topic name is invalid: " + *why);
  if (cache_.topics.contains(wish.name)) {
    return refuse_topic(ErrorCode::topic_already_exists, "Topic '" + wish.name + "' already exists.");
  }
  TopicConfig ignored;
  for (const auto& config : wish.configs) {
    const ConfigOutcome outcome = set_config(topic_config_table(), ignored, config.name, config.value.value_or(""));
    if (outcome.kind == ConfigOutcome::Kind::unknown_name) {
      return refuse_topic(ErrorCode::invalid_config, "Unknown topic config name: " + config.name);
    }
    if (outcome.kind == ConfigOutcome::Kind::bad_value) {
      return refuse_topic(ErrorCode::invalid_config,
                          "Invalid value for configuration " + config.name + ": must be " + outcome.allowed);
    }
  }

  znode::TopicAssignment assignment;
  if (!wish.assignments.empty()) {
    for (const auto& manual : wish.assignments) assignment.partitions[manual.partition_index] = manual.broker_ids;
    std::int32_t expected = 0;
    for (const auto& [number, replicas] : assignment.partitions) {
      std::set<BrokerId> distinct(replicas.begin(), replicas.end());
      const bool known = std::all_of(replicas.begin(), replicas.end(), [&](BrokerId b) { return cache_.is_live(b); });
      if (number != expected++ || replicas.empty() || distinct.size() != replicas.size() || !known) {
        return refuse_topic(ErrorCode::invalid_replica_assignment,
                            "The manual assignment of partition " + std::to_string(number) + " is not possible.");
      }
    }
  } else {
    const std::int64_t partitions = wish.num_partitions == -1 ? context.config.num_partitions : wish.num_partitions;
    const std::int64_t factor =
        wish.replication_factor == -1 ? context.config.default_replication_factor : wish.replication_factor;
    if (partitions <= 0) {
      return refuse_topic(ErrorCode::invalid_partitions, "Number of partitions must be larger than 0.");
    }
    if (factor <= 0) {
      return refuse_topic(ErrorCode::invalid_replication_factor, "Replication factor must be larger than 0.");
    }
    std::vector<AssignableBroker> brokers;
    std::size_t with_rack = 0;
    for (const auto& [id, broker] : cache_.brokers) {
      brokers.push_back({id, broker.endpoint.rack});
      if (broker.endpoint.rack) ++with_rack;
    }
    if (static_cast<std::size_t>(factor) > brokers.size()) {
      return refuse_topic(ErrorCode::invalid_replication_factor,
                          "Unable to replicate the partition " + std::to_string(factor) +
                              " time(s): The target replication factor of " + std::to_string(factor) +
                              " cannot be reached because only " + std::to_string(brokers.size()) +
                              " broker(s) are registered.");
    }
    if (with_rack != 0 && with_rack != brokers.size()) {
      return refuse_topic(ErrorCode::invalid_request,
                          "Not all brokers have rack information for replica rack aware assignment.");
    }
    sim::Random& random = context.env.random("replica assignment");
    const auto start = static_cast<std::uint32_t>(random.below(brokers.size()));
    const auto shift = static_cast<std::uint32_t>(random.below(brokers.size()));
    assignment.partitions = assign_replicas(brokers, static_cast<std::int32_t>(partitions),
                                            static_cast<std::int32_t>(factor), start, shift);
  }
  result.num_partitions = static_cast<std::int32_t>(assignment.partitions.size());
  result.replication_factor = static_cast<std::int16_t>(assignment.partitions.begin()->second.size());
  if (work.request.validate_only) return;
  sim::Random& random = context.env.random("topic id");
  const std::uint64_t high = random.next();
  assignment.topic_id = Uuid{high, random.next()};
  result.topic_id = assignment.topic_id;
  work.creating.emplace_back(index, std::move(assignment));
}

Controller::Progress Controller::step(ControllerContext& context, task::CreateTopics& work, const Answers& answers) {
  if (!active_) {
    task::Task refused{work};
    refuse(context, refused);
    return Progress::done;
  }
  switch (work.step++) {
    case 0: {
      for (std::size_t i = 0; i < work.request.topics.size(); ++i) {
        CreateTopicsResponse::CreatableTopicResult result;
        result.name = work.request.topics[i].name;
        work.response.topics.push_back(std::move(result));
        plan_topic(context, work, i);
      }
      if (work.creating.empty()) break;
      // The settings first: whoever sees the topic finds them.
      for (const auto& [index, assignment] : work.creating) {
        std::map<std::string, std::string> config;
        for (const auto& one : work.request.topics[index].configs) config[one.name] = one.value.value_or("");
        const std::string path = znode::topic_config_path(work.request.topics[index].name);
        const zookeeper::Data data = znode::encode_config(config);
        context.zookeeper.create(context.env, ask(), path, data);
        context.zookeeper.set_data(context.env, ask(), path, data);  // left over from a topic of this name
      }
      return Progress::again;
    }
    case 1:
      for (const auto& [index, assignment] : work.creating) {
        context.zookeeper.create(context.env, ask(), znode::topic_path(work.request.topics[index].name),
                                 znode::encode_topic(assignment));
      }
      return Progress::again;
    default: {
      PendingCreation pending;
      for (std::size_t i = 0; i < work.creating.size(); ++i) {
        auto& result = work.response.topics[work.creating[i].first];
        if (answers[i].error == zookeeper::Error::ok) {
          pending.topics.insert(result.name);
          note(context.env, BrokerFact::topic_created, context.env.subject(result.name), result.num_partitions,
               result.replication_factor);
        } else {
          result.error_code = ErrorCode::topic_already_exists;
          result.error_message = "Topic '" + result.name + "' already exists.";
        }
      }
      if (pending.topics.empty()) break;
      // Answered when the partitions have leaders: the watch on the topics brings that about.
      pending.id = next_creation_++;
      pending.to = work.to;
      pending.response = std::move(work.response);
      pending.timeout = context.env.arm(sim::Duration{work.request.timeout_ms * std::int64_t{1'000'000}},
                                        timer(TimerKind::creation_timeout, pending.id));
      creations_.push_back(std::move(pending));
      creations_progressed(context);
      return Progress::done;
    }
  }
  reply(context, work.to, std::move(work.response));
  return Progress::done;
}

void Controller::creations_progressed(ControllerContext& context) {
  for (PendingCreation& creation : creations_) {
    std::erase_if(creation.topics, [&](const std::string& name) {
      const auto topic = cache_.topics.find(name);
      if (topic == cache_.topics.end()) return false;
      return std::all_of(topic->second.partitions.begin(), topic->second.partitions.end(), [](const auto& entry) {
        return entry.second.leadership && entry.second.leadership->state.leader != no_broker;
      });
    });
    if (!creation.topics.empty()) continue;
    context.env.cancel(creation.timeout);
    reply(context, creation.to, std::move(creation.response));
  }
  std::erase_if(creations_, [](const PendingCreation& creation) { return creation.topics.empty(); });
}

}  // namespace kafka
