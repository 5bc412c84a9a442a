#include "model/client/producer.hpp"

#include <algorithm>
#include <utility>

#include "model/client/client_costs.hpp"

namespace kafka {
namespace {

std::int16_t acks_of(const std::string& text) {
  if (text == "0") return 0;
  if (text == "1") return 1;
  return -1;
}

std::optional<sim::Bytes> keep(std::optional<ByteView> bytes) {
  return bytes ? std::optional{sim::Bytes::copy_of(*bytes)} : std::nullopt;
}

std::optional<ByteView> view(const std::optional<sim::Bytes>& bytes) {
  return bytes ? std::optional{bytes->span()} : std::nullopt;
}

}  // namespace

Producer::Producer(ClientIdentity identity, const ProducerConfig& config)
    : config_{config},
      acks_{acks_of(config.acks)},
      cluster_{identity, config, static_cast<std::size_t>(config.max_in_flight_requests_per_connection)},
      alarm_{sim::Timer{identity.first_timer_kind + 2, 0}},
      accumulator_{config} {}

void Producer::start(sim::Env& env) {
  cluster_.start(env);
  drive(env);
}

TopicIndex Producer::add_topic(sim::Env& env, std::string_view name) {
  const TopicIndex index = cluster_.metadata().add_topic(name);
  if (index.raw() == topics_.size()) {
    TopicState state;
    state.subject = env.subject(name);
    state.sticky = StickyPartitioner{config_.batch_size};
    topics_.push_back(std::move(state));
  }
  drive(env);
  return index;
}

sim::SubjectId Producer::subject(TopicIndex topic, std::int32_t partition) const {
  const TopicState& state = topics_[topic.raw()];
  if (partition < 0 || static_cast<std::size_t>(partition) >= state.queues.size()) return state.subject;
  return queues_[state.queues[static_cast<std::size_t>(partition)].raw()].subject;
}

// --- from the application to the queues
// --------------------------------------------------------------------------------

void Producer::send(sim::Env& env, TopicIndex topic, std::optional<ByteView> key, std::optional<ByteView> value,
                    std::uint64_t tag) {
  SIM_CHECK(!blocked_, "an application that is blocked in send() cannot call it");
  env.work(client_costs::send_record);
  if (!try_append(env, topic, key, value, tag)) {
    blocked_ = BlockedRecord{topic, keep(key), keep(value), tag, env.now()};
  }
  drive(env);
}

// False if the record has to wait for metadata or memory.
bool Producer::try_append(sim::Env& env, TopicIndex topic, std::optional<ByteView> key, std::optional<ByteView> value,
                          std::uint64_t tag) {
  const Metadata::Topic& known = cluster_.metadata().topic(topic);
  if (!known.known()) {
    if (known.error != ErrorCode::none && !is_retriable(known.error)) {
      refuse(topic, tag, known.error);
      return true;
    }
    cluster_.metadata().request_update();
    return false;
  }
  learn_partitions(env, topic);
  NewRecord record;
  record.timestamp = Timestamp{env.wall_clock().milliseconds()};
  record.key = key;
  record.value = value;
  const auto size = static_cast<std::int64_t>(upper_bound_size(record));
  if (size > config_.max_request_size || size > config_.buffer_memory) {
    refuse(topic, tag, ErrorCode::message_too_large);
    return true;
  }
  const std::int32_t partition = choose_partition(env, topic, key);
  TopicState& state = topics_[topic.raw()];
  const QueueIndex queue = state.queues[static_cast<std::size_t>(partition)];
  const std::size_t grown = accumulator_.append(queue, record, tag, env.now());
  if (grown == 0) return false;
  if (state.sticky.current() == partition) {
    state.sticky.produced(static_cast<std::int64_t>(grown), accumulator_.all_full(queue));
  }
  return true;
}

std::int32_t Producer::choose_partition(sim::Env& env, TopicIndex topic, std::optional<ByteView> key) {
  const Metadata::Topic& known = cluster_.metadata().topic(topic);
  TopicState& state = topics_[topic.raw()];
  if (key && !config_.partitioner_ignore_keys) {
    return keyed_partition(*key, static_cast<std::int32_t>(known.partitions.size()));
  }
  if (const std::int32_t current = state.sticky.current(); current >= 0) {
    // A switch that was put off because a batch was open: it may have been sent since.
    state.sticky.produced(0, accumulator_.all_full(state.queues[static_cast<std::size_t>(current)]));
  }
  if (state.sticky.current() >= 0) return state.sticky.current();
  std::vector<PartitionLoad> loads;
  for (const bool with_leader : {true, false}) {
    for (std::size_t i = 0; i < known.partitions.size() && (with_leader || loads.size() < known.partitions.size());
         ++i) {
      if (with_leader && known.partitions[i].leader == no_broker) continue;
      const auto queued = static_cast<std::uint32_t>(accumulator_.queued_batches(state.queues[i]));
      loads.push_back(PartitionLoad{static_cast<std::int32_t>(i), queued});
    }
    if (!loads.empty()) break;  // without any leader all are as good
  }
  return state.sticky.choose(loads, config_.partitioner_adaptive, env.random("client-partitioner"));
}

void Producer::learn_partitions(sim::Env& env, TopicIndex topic) {
  const Metadata::Topic& known = cluster_.metadata().topic(topic);
  TopicState& state = topics_[topic.raw()];
  while (state.queues.size() < known.partitions.size()) {
    const auto partition = static_cast<std::int32_t>(state.queues.size());
    state.queues.push_back(accumulator_.add_queue(topic, partition));
    QueueState queue;
    queue.subject = env.subject(to_text(TopicPartition{known.name, partition}));
    queues_.push_back(queue);
  }
}

// The record never gets to a partition.
void Producer::refuse(TopicIndex topic, std::uint64_t tag, ErrorCode error) {
  ProducerEvent event;
  event.tag = tag;
  event.error = error;
  event.topic = topic;
  events_.push_back(event);
}

// The record that waits gets its memory or metadata, or has waited for too long.
void Producer::wait_no_longer(sim::Env& env) {
  if (!blocked_) return;
  const BlockedRecord& record = *blocked_;
  if (!try_append(env, record.topic, view(record.key), view(record.value), record.tag)) {
    if (env.now() - record.since < config_.max_block) return;
    refuse(record.topic, record.tag, ErrorCode::request_timed_out);
  }
  blocked_.reset();
}

void Producer::flush(sim::Env& env) {
  accumulator_.set_flushing(true);
  drive(env);
}

// --- from the queues to the brokers
// ------------------------------------------------------------------------------------

// Everything that can be done now, after whatever input. (Sender.runOnce)
void Producer::drive(sim::Env& env) {
  do {
    NetworkEvent event;
    while (cluster_.next_event(env, event)) on_outcome(env, event);
    wait_no_longer(env);
    expire(env);
    while (send_ready(env)) {  // a request takes one batch per partition: more may follow at once
    }
    cluster_.poll(env);
  } while (cluster_.has_events());
  if (blocked_) alarm_.by(env, blocked_->since + config_.max_block);
  if (idle()) accumulator_.set_flushing(false);
}

// What is past `delivery.timeout.ms` is over, whether it waits or is in flight.
void Producer::expire(sim::Env& env) {
  while (auto expired = accumulator_.take_expired(env.now())) {
    InFlightBatch over{*std::move(expired), false};
    ++open_batches_;
    finish(env, over, ErrorCode::request_timed_out, no_offset);
    accumulator_.release(over.drained.batch);
  }
  for (InFlightRequest& request : in_flight_) {
    for (InFlightBatch& batch : request.batches) {
      if (batch.done) continue;
      if (env.now() - batch.drained.batch.created() < config_.delivery_timeout) {
        alarm_.by(env, batch.drained.batch.created() + config_.delivery_timeout);
        continue;
      }
      batch.drained.batch.perhaps_written = true;
      finish(env, batch, ErrorCode::request_timed_out, no_offset);
    }
  }
  alarm_.by(env, accumulator_.next_expiry());
}

// One request to each broker that has batches and room for a request; false if there was none.
bool Producer::send_ready(sim::Env& env) {
  accumulator_.set_exhausted(blocked_ && cluster_.metadata().topic(blocked_->topic).known());
  if (accumulator_.empty()) return false;
  const ReadyCheck check = accumulator_.ready(cluster_.metadata(), env.now());
  if (check.leader_unknown) cluster_.metadata().request_update();
  alarm_.by(env, check.next);
  bool sent = false;
  for (const BrokerId node : check.nodes) {
    if (cluster_.network().make_ready(env, node)) {
      send_request(env, node, accumulator_.drain(cluster_.metadata(), node, env.now()));
      sent = true;
    } else if (const auto until = cluster_.network().pause_until(node, env.now())) {
      alarm_.by(env, *until);
    }
  }
  return sent;
}

void Producer::send_request(sim::Env& env, BrokerId node, std::vector<DrainedBatch> batches) {
  if (batches.empty()) return;
  ProduceRequest request;
  request.acks = acks_;
  request.timeout_ms = static_cast<std::int32_t>(config_.request_timeout.milliseconds());
  InFlightRequest in_flight;
  in_flight.key = next_key_++;
  in_flight.batches.reserve(batches.size());
  for (DrainedBatch& drained : batches) {
    env.work(client_costs::close_batch);
    const TopicIndex topic = accumulator_.topic(drained.queue);
    const std::int32_t partition = accumulator_.partition(drained.queue);
    const std::string& name = cluster_.metadata().topic(topic).name;
    if (request.topic_data.empty() || request.topic_data.back().name != name) {
      const auto found = std::find_if(request.topic_data.begin(), request.topic_data.end(),
                                      [&](const ProduceRequest::TopicProduceData& data) { return data.name == name; });
      if (found != request.topic_data.end()) {
        std::iter_swap(found, request.topic_data.end() - 1);
      } else {
        request.topic_data.emplace_back().name = name;
      }
    }
    request.topic_data.back().partition_data.push_back({partition, drained.batch.bytes()});
    if (config_.max_in_flight_requests_per_connection == 1) accumulator_.set_muted(drained.queue, true);
    if (drained.batch.tries() > 0) {  // why it goes again, and why there
      env.also_because(drained.batch.failed_by());
      env.also_because(cluster_.metadata().partition(topic, partition).learned_by);
    }
    in_flight.batches.push_back(InFlightBatch{std::move(drained), false});
    ++open_batches_;
  }
  const RequestTag tag{0, in_flight.key};
  in_flight_.push_back(std::move(in_flight));
  cluster_.network().send<ProduceRequest, ProduceResponse>(env, node, std::move(request), tag, acks_ != 0);
}

// --- inputs
// ------------------------------------------------------------------------------------------------------------

bool Producer::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  if (!cluster_.on_connection(env, connection, event)) return false;
  drive(env);
  return true;
}

bool Producer::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  if (!cluster_.on_message(env, connection, message)) return false;
  drive(env);
  return true;
}

bool Producer::on_timer(sim::Env& env, sim::Timer timer) {
  if (alarm_.owns(timer)) {
    alarm_.fired();
  } else if (!cluster_.on_timer(env, timer)) {
    return false;
  }
  drive(env);
  return true;
}

bool Producer::next_event(ProducerEvent& event) {
  if (events_.empty()) return false;
  event = events_.pop_front();
  return true;
}

}  // namespace kafka
