// The engine: events, tasks, answers; senders. What the tasks do is in the other controller_*.cpp.
#include "model/broker/controller/controller.hpp"

#include "model/broker/broker_context.hpp"
#include "model/broker/broker_facts.hpp"

#include <algorithm>

namespace kafka {
namespace {

std::string client_id(BrokerId me) { return "broker-" + std::to_string(me.raw()) + "-controller"; }

}  // namespace

// --- told by the broker
// ------------------------------------------------------------------------------------------------

void Controller::start(ControllerContext& context) { enqueue(context, task::BecomeController{}); }

void Controller::on_session_expired(ControllerContext& context) {
  for (auto& running : tasks_) refuse(context, running);
  while (!queue_.empty()) {
    Event forgotten = queue_.pop_front();
    refuse(context, forgotten.task);
  }
  abandon_event();
  resign(context);
}

void Controller::on_registered_again(ControllerContext& context) { enqueue(context, task::BecomeController{}); }

void Controller::on_zookeeper(ControllerContext& context, const zookeeper::ClientEvent& event) {
  if (const auto* answer = std::get_if<zookeeper::Answer>(&event)) {
    if (answer->tag.key != generation_ || unanswered_ == 0) return;  // of an event that was abandoned
    --unanswered_;
    answers_.push_back(*answer);
    if (unanswered_ == 0) run(context);
    return;
  }
  const auto* watch = std::get_if<zookeeper::WatchEvent>(&event);
  if (watch == nullptr) return;
  if (watch->path == znode::controller_path) {
    enqueue(context, task::BecomeController{});
  } else if (watch->path == znode::brokers_path && active_) {
    enqueue(context, task::CompareBrokers{});
  } else if (watch->path == znode::topics_path && active_) {
    enqueue(context, task::CompareTopics{});
  }
}

// --- the engine
// --------------------------------------------------------------------------------------------------------

void Controller::enqueue(ControllerContext& context, task::Task task) {
  queue_.push_back(Event{std::move(task), context.env.cause()});
  run(context);
}

void Controller::run(ControllerContext& context) {
  while (unanswered_ == 0) {
    if (tasks_.empty()) {
      if (queue_.empty()) return;
      Event next = queue_.pop_front();
      context.env.also_because(next.why);
      ++generation_;
      answers_.clear();
      tasks_.push_back(std::move(next.task));
    }
    if (!step_front(context)) return;
  }
}

// Runs one step of the task on top. False if nothing more can be done now.
bool Controller::step_front(ControllerContext& context) {
  context.env.work(sim::Duration{20'000});
  task::Task current = std::move(tasks_.back());
  tasks_.pop_back();
  const std::uint64_t before = generation_;
  Answers answers = std::move(answers_);
  answers_.clear();
  spawned_.clear();
  const Progress progress = std::visit([&](auto& work) { return step(context, work, answers); }, current);
  if (generation_ != before) {
    // The event was abandoned within the step: what it would have spawned is void.
    spawned_.clear();
    return true;
  }
  if (progress == Progress::again) tasks_.push_back(std::move(current));
  for (auto spawned = spawned_.rbegin(); spawned != spawned_.rend(); ++spawned) tasks_.push_back(std::move(*spawned));
  spawned_.clear();
  return true;
}

void Controller::abandon_event() {
  tasks_.clear();
  answers_.clear();
  unanswered_ = 0;
  ++generation_;
}

// Someone else is the controller: what we were about to write was refused, and so is everything else of this event.
void Controller::controller_moved(ControllerContext& context) {
  for (auto& running : tasks_) refuse(context, running);
  abandon_event();
  resign(context);
  queue_.push_front(Event{task::BecomeController{}, context.env.cause()});
}

void Controller::resign(ControllerContext& context) {
  if (active_) {
    note(context.env, BrokerFact::controller_resigned, context.env.subject("controller"), context.me.raw(),
         epoch_.raw());
  }
  active_ = false;
  for (BrokerSender& one : senders_) one.close(context.env);
  senders_.clear();
  cache_ = ControllerCache{};
  batch_ = RequestBatch{};
  for (PendingCreation& creation : creations_) {
    context.env.cancel(creation.timeout);
    for (auto& topic : creation.response.topics) {
      if (creation.topics.contains(topic.name)) topic.error_code = ErrorCode::request_timed_out;
    }
    reply(context, creation.to, std::move(creation.response));
  }
  creations_.clear();
}

zookeeper::RequestTag Controller::ask() {
  ++unanswered_;
  return zookeeper::RequestTag{first_tag, generation_};
}

zookeeper::MultiOperation Controller::check_epoch() const {
  return zookeeper::Check{std::string{znode::controller_epoch_path}, epoch_version_};
}

bool Controller::fenced(ControllerContext& context, const zookeeper::Answer& answer) {
  if (!answer.failed()) return false;
  const bool by_check = !answer.outcomes.empty() && answer.outcomes.front().error != zookeeper::Error::ok &&
                        answer.outcomes.front().error != zookeeper::Error::runtime_inconsistency;
  if (by_check) controller_moved(context);
  return by_check;
}

sim::Timer Controller::timer(TimerKind kind, std::uint64_t key) const {
  return sim::Timer{static_cast<std::uint32_t>(BrokerTimer::controller_first) + static_cast<std::uint32_t>(kind), key};
}

// A request that will not be worked off is answered all the same.
void Controller::refuse(ControllerContext& context, task::Task& task) {
  if (auto* alter = std::get_if<task::AlterPartition>(&task)) {
    AlterPartitionResponse response;
    response.error_code = ErrorCode::not_controller;
    reply(context, alter->to, std::move(response));
  } else if (auto* shutdown = std::get_if<task::ControlledShutdown>(&task)) {
    ControlledShutdownResponse response;
    response.error_code = ErrorCode::not_controller;
    reply(context, shutdown->to, std::move(response));
  } else if (auto* create = std::get_if<task::CreateTopics>(&task)) {
    CreateTopicsResponse response;
    for (const auto& topic : create->request.topics) {
      CreateTopicsResponse::CreatableTopicResult result;
      result.name = topic.name;
      result.error_code = ErrorCode::not_controller;
      response.topics.push_back(std::move(result));
    }
    reply(context, create->to, std::move(response));
  }
}

// --- requests
// ----------------------------------------------------------------------------------------------------------

void Controller::alter_partition(ControllerContext& context, const ReplyTo& to, const AlterPartitionRequest& request) {
  enqueue(context, task::AlterPartition{0, to, request, {}, {}, {}, {}});
}

void Controller::controlled_shutdown(ControllerContext& context, const ReplyTo& to,
                                     const ControlledShutdownRequest& request) {
  enqueue(context, task::ControlledShutdown{0, to, request.broker_id, request.broker_epoch});
}

void Controller::create_topics(ControllerContext& context, const ReplyTo& to, const CreateTopicsRequest& request) {
  enqueue(context, task::CreateTopics{0, to, request, {}, {}});
}

// --- senders
// -----------------------------------------------------------------------------------------------------------

void Controller::add_sender(ControllerContext& context, const ControlledBroker& broker) {
  const auto key = static_cast<std::uint64_t>(broker.endpoint.id.raw());
  senders_.emplace_back(broker.endpoint.id,
                        BrokerChannel{broker.endpoint.host, timer(TimerKind::sender_timeout, key),
                                      context.config.controller_socket_timeout},
                        timer(TimerKind::sender_retry, key));
}

void Controller::remove_sender(ControllerContext& context, BrokerId broker) {
  if (BrokerSender* gone = sender(broker)) gone->close(context.env);
  std::erase_if(senders_, [&](const BrokerSender& one) { return one.broker() == broker; });
}

BrokerSender* Controller::sender(BrokerId broker) {
  const auto found =
      std::find_if(senders_.begin(), senders_.end(), [&](const BrokerSender& one) { return one.broker() == broker; });
  return found == senders_.end() ? nullptr : &*found;
}

bool Controller::owns(sim::ConnectionId connection) const {
  return std::any_of(senders_.begin(), senders_.end(), [&](const BrokerSender& one) { return one.owns(connection); });
}

void Controller::on_message(ControllerContext& context, sim::ConnectionId connection, const sim::Message& message) {
  for (BrokerSender& one : senders_) {
    if (!one.owns(connection)) continue;
    // Errors (a stale epoch, mostly) say that somebody else knows better: there is nothing to repeat.
    std::optional<CorrelationId> answered;
    if (const auto* leaders = sim::content<Response<LeaderAndIsrResponse>>(message)) answered = leaders->correlation_id;
    if (const auto* metadata = sim::content<Response<UpdateMetadataResponse>>(message))
      answered = metadata->correlation_id;
    if (const auto* stopped = sim::content<Response<StopReplicaResponse>>(message)) answered = stopped->correlation_id;
    if (answered && one.on_response(context.env, *answered)) one.pump(context.env, client_id(context.me));
    return;
  }
}

void Controller::on_connection(ControllerContext& context, sim::ConnectionId connection, sim::ConnectionEvent event) {
  for (BrokerSender& one : senders_) {
    if (one.owns(connection)) return one.on_connection(context.env, event, client_id(context.me));
  }
}

void Controller::on_timer(ControllerContext& context, std::uint32_t kind, std::uint64_t key) {
  const BrokerId broker{static_cast<std::int32_t>(key)};
  switch (static_cast<TimerKind>(kind)) {
    case TimerKind::sender_timeout:
      if (BrokerSender* one = sender(broker)) one->on_timeout(context.env);
      break;
    case TimerKind::sender_retry:
      if (BrokerSender* one = sender(broker)) one->pump(context.env, client_id(context.me));
      break;
    case TimerKind::rebalance:
      if (active_) enqueue(context, task::Rebalance{});
      break;
    case TimerKind::creation_timeout: {
      const auto found =
          std::find_if(creations_.begin(), creations_.end(), [&](const PendingCreation& c) { return c.id == key; });
      if (found == creations_.end()) break;
      for (auto& topic : found->response.topics) {
        if (found->topics.contains(topic.name)) topic.error_code = ErrorCode::request_timed_out;
      }
      reply(context, found->to, std::move(found->response));
      creations_.erase(found);
      break;
    }
  }
}

Controller::Progress Controller::step(ControllerContext& context, task::Flush&, const Answers&) {
  if (!active_) return Progress::done;
  for (auto& [broker, request] : batch_.build(cache_, context.me, epoch_)) {
    BrokerSender* to = sender(broker);
    if (to == nullptr) continue;
    to->enqueue(std::move(request));
    to->pump(context.env, client_id(context.me));
  }
  return Progress::done;
}

}  // namespace kafka
