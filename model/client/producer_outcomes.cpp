// What brokers answer, and what follows for the records (class Sender: completeBatch, reenqueueBatch, failBatch).
#include <algorithm>
#include <utility>

#include "model/client/backoff.hpp"
#include "model/client/client_costs.hpp"
#include "model/client/producer.hpp"

namespace kafka {
namespace {

// Errors after which somebody else should be asked, once it is known who (Java: InvalidMetadataException).
bool needs_metadata(ErrorCode error) {
  switch (error) {
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::leader_not_available:
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::replica_not_available:
    case ErrorCode::network_exception:
    case ErrorCode::kafka_storage_error:
    case ErrorCode::fenced_leader_epoch:
    case ErrorCode::unknown_topic_id:
    case ErrorCode::inconsistent_topic_id: return true;
    default: return false;
  }
}

}  // namespace

bool may_have_been_written(ErrorCode error, std::int16_t acks) {
  switch (error) {
    case ErrorCode::network_exception:
    case ErrorCode::request_timed_out:
    case ErrorCode::unknown_server_error:
    case ErrorCode::kafka_storage_error:
    case ErrorCode::not_enough_replicas_after_append: return true;
    // From before the append, or, with acks=all, from the wait after it.
    case ErrorCode::not_leader_or_follower:
    case ErrorCode::unknown_topic_or_partition:
    case ErrorCode::leader_not_available:
    case ErrorCode::fenced_leader_epoch: return acks == -1;
    default: return false;
  }
}

void Producer::on_outcome(sim::Env& env, const NetworkEvent& event) {
  const auto found = std::find_if(in_flight_.begin(), in_flight_.end(),
                                  [&](const InFlightRequest& request) { return request.key == event.tag.key; });
  SIM_CHECK(found != in_flight_.end(), "an outcome of request {}, which is not in flight", event.tag.key);
  InFlightRequest request = std::move(*found);
  in_flight_.erase(found);

  if (event.kind == NetworkEvent::Kind::answered) {
    answered(env, request, sim::content_of<Response<ProduceResponse>>(*event.answer).body);
  } else {
    ProduceResponse::PartitionProduceResponse same_for_all;
    same_for_all.base_offset = no_offset;
    if (event.kind == NetworkEvent::Kind::disconnected) same_for_all.error_code = ErrorCode::network_exception;
    if (event.kind == NetworkEvent::Kind::timed_out) same_for_all.error_code = ErrorCode::request_timed_out;
    if (event.kind == NetworkEvent::Kind::unsupported) same_for_all.error_code = ErrorCode::unsupported_version;
    for (InFlightBatch& batch : request.batches) outcome(env, batch, same_for_all);
  }
}

void Producer::answered(sim::Env& env, InFlightRequest& request, const ProduceResponse& answer) {
  std::size_t matched = 0;
  for (const auto& topic_answer : answer.responses) {
    const auto topic = cluster_.metadata().find(topic_answer.name);
    for (const auto& partition_answer : topic_answer.partition_responses) {
      const auto batch =
          std::find_if(request.batches.begin(), request.batches.end(), [&](const InFlightBatch& candidate) {
            return topic && accumulator_.topic(candidate.drained.queue) == *topic &&
                   accumulator_.partition(candidate.drained.queue) == partition_answer.index;
          });
      SIM_CHECK(batch != request.batches.end(), "an answer for {}-{}, which was not asked", topic_answer.name,
                partition_answer.index);
      if (partition_answer.error_code != ErrorCode::none) {
        cluster_.apply_hint(env, *topic, partition_answer.index, partition_answer.current_leader,
                            answer.node_endpoints);
      }
      outcome(env, *batch, partition_answer);
      ++matched;
    }
  }
  SIM_CHECK(matched == request.batches.size(), "{} answers for {} batches", matched, request.batches.size());
}

// One try of one batch is over.
void Producer::outcome(sim::Env& env, InFlightBatch& in_flight,
                       const ProduceResponse::PartitionProduceResponse& answer) {
  ProducerBatch& batch = in_flight.drained.batch;
  const QueueIndex queue = in_flight.drained.queue;
  const ErrorCode error = answer.error_code;
  accumulator_.set_muted(queue, false);
  if (error != ErrorCode::none) {
    queues_[queue.raw()].errors.note_error(env, queues_[queue.raw()].subject, ApiKey::produce, error);
    if (needs_metadata(error)) cluster_.metadata().request_update();
    if (may_have_been_written(error, acks_)) batch.perhaps_written = true;
  }
  if (in_flight.done) return accumulator_.release(batch);
  if (error == ErrorCode::message_too_large && batch.tags().size() > 1) return split(env, in_flight);
  if (error != ErrorCode::none && may_retry(env, batch, error)) return retry(env, in_flight);
  finish(env, in_flight, error, answer.base_offset);
  accumulator_.release(batch);
}

bool Producer::may_retry(sim::Env& env, const ProducerBatch& batch, ErrorCode error) const {
  return is_retriable(error) && static_cast<std::int64_t>(batch.tries()) < config_.retries &&
         env.now() - batch.created() < config_.delivery_timeout;
}

void Producer::retry(sim::Env& env, InFlightBatch& in_flight) {
  ProducerBatch& batch = in_flight.drained.batch;
  const QueueIndex queue = in_flight.drained.queue;
  const sim::Duration backoff = exponential_backoff(config_.retry_backoff, config_.retry_backoff_max, batch.tries(),
                                                    env.random("client-retry-backoff"));
  batch.failed(env.now(), env.now() + backoff, env.cause());
  note(env, ClientFact::batch_retried, queues_[queue.raw()].subject, static_cast<std::int64_t>(batch.tags().size()),
       batch.tries());
  --open_batches_;
  accumulator_.put_back(queue, std::move(batch));
}

// No try is counted and there is no pause, as in Kafka: a batch of small records that the topic's `max.message.bytes`
// does not allow goes round until its delivery times out, if `batch.size` does not make smaller ones of it.
void Producer::split(sim::Env& env, InFlightBatch& in_flight) {
  const ProducerBatch& batch = in_flight.drained.batch;
  const QueueIndex queue = in_flight.drained.queue;
  std::vector<ProducerBatch> parts =
      batch.split(static_cast<std::size_t>(std::max<std::int64_t>(config_.batch_size, 1)));
  note(env, ClientFact::batch_split, queues_[queue.raw()].subject, static_cast<std::int64_t>(batch.tags().size()),
       static_cast<std::int64_t>(parts.size()));
  accumulator_.release(batch);
  --open_batches_;
  accumulator_.put_back(queue, std::move(parts));
}

// The records have their outcomes. Their memory is released when no request carries them any more.
void Producer::finish(sim::Env& env, InFlightBatch& in_flight, ErrorCode error, Offset base_offset) {
  in_flight.done = true;
  --open_batches_;
  tell(env, in_flight.drained.queue, in_flight.drained.batch, error, base_offset);
}

void Producer::tell(sim::Env& env, QueueIndex queue, const ProducerBatch& batch, ErrorCode error, Offset base_offset) {
  ProducerEvent event;
  event.error = error;
  event.perhaps_written = error != ErrorCode::none && batch.perhaps_written;
  event.topic = accumulator_.topic(queue);
  event.partition = accumulator_.partition(queue);
  const bool known = error == ErrorCode::none && base_offset != no_offset;
  for (std::size_t i = 0; i < batch.tags().size(); ++i) {
    env.work(client_costs::finish_record);
    event.tag = batch.tags()[i];
    event.offset = known ? base_offset + static_cast<std::int64_t>(i) : no_offset;
    events_.push_back(event);
  }
}

void Producer::abandon(sim::Env& env) {
  if (blocked_) {
    refuse(blocked_->topic, blocked_->tag, ErrorCode::request_timed_out);
    blocked_.reset();
  }
  while (auto waiting = accumulator_.take_any()) {
    InFlightBatch over{*std::move(waiting), false};
    ++open_batches_;
    finish(env, over, ErrorCode::request_timed_out, no_offset);
    accumulator_.release(over.drained.batch);
  }
  for (InFlightRequest& request : in_flight_) {
    for (InFlightBatch& batch : request.batches) {
      if (batch.done) continue;
      batch.drained.batch.perhaps_written = true;
      finish(env, batch, ErrorCode::request_timed_out, no_offset);
    }
  }
}

}  // namespace kafka
