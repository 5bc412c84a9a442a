#include "model/client/topic_creator.hpp"

#include <algorithm>

#include "model/client/client_facts.hpp"

namespace kafka {
namespace {

using namespace sim::literals;

constexpr sim::Timer look_again{16, 0};
constexpr sim::Duration pause = 50_ms;
constexpr RequestTag create_request{1, 0};

// Errors that go away by themselves while a cluster starts.
bool is_passing(ErrorCode error) {
  switch (error) {
    case ErrorCode::not_controller:
    case ErrorCode::request_timed_out:
    case ErrorCode::leader_not_available:
    case ErrorCode::broker_not_available:
    case ErrorCode::invalid_replication_factor:  // not all brokers are known to the controller yet
    case ErrorCode::invalid_replica_assignment:  // likewise
    case ErrorCode::unknown_server_error: return true;
    default: return false;
  }
}

CommonClientConfig quick_config() {
  CommonClientConfig config;
  config.retry_backoff = pause;
  config.retry_backoff_max = pause;
  config.reconnect_backoff_max = pause;
  return config;
}

}  // namespace

TopicCreator::TopicCreator(TopicCreation creation)
    : creation_{std::move(creation)},
      cluster_{ClientIdentity{"topic-creator", creation_.bootstrap, 1}, quick_config(), 1},
      created_(creation_.topics.size(), false) {}

void TopicCreator::start(sim::Env& env) {
  cluster_.start(env);
  drive(env);
}

void TopicCreator::drive(sim::Env& env) {
  NetworkEvent event;
  do {
    while (cluster_.next_event(env, event)) {
      asked_ = false;
      if (event.kind == NetworkEvent::Kind::answered) {
        answered(env, sim::content_of<Response<CreateTopicsResponse>>(*event.answer).body);
      } else {
        ++next_broker_;
      }
    }
    cluster_.poll(env);
  } while (cluster_.has_events());
  if (ended_) return;
  if (all_led()) {
    ended_ = true;
    return env.exit(0);
  }
  if (!asked_) ask(env);
  if (!armed_) {
    armed_ = true;
    env.arm(pause, look_again);
  }
}

void TopicCreator::ask(sim::Env& env) {
  const auto& brokers = cluster_.metadata().brokers();
  if (brokers.size() < creation_.brokers) return;
  if (std::find(created_.begin(), created_.end(), false) == created_.end()) return;
  const BrokerId broker = brokers[next_broker_ % brokers.size()].id;
  if (!cluster_.network().make_ready(env, broker)) return;
  asked_ = true;
  cluster_.network().send<CreateTopicsRequest, CreateTopicsResponse>(env, broker, request(), create_request);
}

CreateTopicsRequest TopicCreator::request() const {
  CreateTopicsRequest request;
  request.timeout_ms = 5'000;
  for (std::size_t i = 0; i < creation_.topics.size(); ++i) {
    if (created_[i]) continue;
    const NewTopic& wanted = creation_.topics[i];
    CreateTopicsRequest::CreatableTopic topic;
    topic.name = wanted.name;
    topic.num_partitions = wanted.assignment.empty() ? wanted.partitions : -1;
    topic.replication_factor = wanted.assignment.empty() ? wanted.replication_factor : std::int16_t{-1};
    for (std::size_t p = 0; p < wanted.assignment.size(); ++p) {
      topic.assignments.push_back({static_cast<std::int32_t>(p), wanted.assignment[p]});
    }
    for (const auto& [name, value] : wanted.config) topic.configs.push_back({name, value});
    request.topics.push_back(std::move(topic));
  }
  return request;
}

void TopicCreator::answered(sim::Env& env, const CreateTopicsResponse& answer) {
  for (const auto& result : answer.topics) {
    for (std::size_t i = 0; i < creation_.topics.size(); ++i) {
      if (creation_.topics[i].name != result.name) continue;
      if (result.error_code == ErrorCode::none || result.error_code == ErrorCode::topic_already_exists) {
        created_[i] = true;
        topics_.push_back(cluster_.metadata().add_topic(result.name));
      } else if (result.error_code == ErrorCode::not_controller) {
        ++next_broker_;
        break;
      } else if (!is_passing(result.error_code) && !ended_) {
        note(env, ClientFact::client_error, env.subject(result.name), static_cast<std::int64_t>(ApiKey::create_topics),
             static_cast<std::int64_t>(result.error_code));
        ended_ = true;
        env.exit(1);
      }
    }
  }
}

bool TopicCreator::all_led() const {
  if (std::find(created_.begin(), created_.end(), false) != created_.end()) return false;
  for (const TopicIndex topic : topics_) {
    const auto& partitions = cluster_.metadata().topic(topic).partitions;
    const auto led = [](const Metadata::Partition& partition) { return partition.leader != no_broker; };
    if (partitions.empty() || !std::all_of(partitions.begin(), partitions.end(), led)) return false;
  }
  return true;
}

void TopicCreator::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  if (cluster_.on_message(env, connection, message)) drive(env);
}

void TopicCreator::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  if (cluster_.on_connection(env, connection, event)) drive(env);
}

void TopicCreator::on_timer(sim::Env& env, sim::Timer timer) {
  if (timer == look_again) {
    armed_ = false;
    cluster_.metadata().request_update();
  } else if (!cluster_.on_timer(env, timer)) {
    return;
  }
  drive(env);
}

void TopicCreator::on_command(sim::Env&, const sim::Message&) {}

void TopicCreator::on_stop(sim::Env& env) { env.exit(); }

}  // namespace kafka
