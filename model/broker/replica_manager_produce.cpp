// Produce: append, and wait for the followers (replication-and-control.md §1.8).
#include "model/broker/replica_manager.hpp"

#include "model/log/validate.hpp"

namespace kafka {
namespace {

constexpr std::int16_t acks_all = -1;

void fail(ProduceResponse::PartitionProduceResponse& answer, ErrorCode code) {
  answer.error_code = code;
  answer.base_offset = no_offset;
  answer.log_append_time_ms = -1;
  answer.log_start_offset = no_offset;
}

}  // namespace

ProduceResponse::PartitionProduceResponse ReplicaManager::append(BrokerContext& context, const std::string& topic,
                                                                 const ProduceRequest::PartitionProduceData& data,
                                                                 std::int16_t version, std::int16_t acks,
                                                                 DelayedProduce::Part& part) {
  ProduceResponse::PartitionProduceResponse answer;
  answer.index = data.index;
  answer.base_offset = no_offset;
  const std::span<const std::byte> records = data.records ? data.records->span() : std::span<const std::byte>{};
  if (auto malformed = check_produced_records(records, version)) {
    fail(answer, malformed->code);
    answer.error_message = std::move(malformed->message);
    return answer;
  }
  const auto index = index_of({topic, data.index});
  if (!index || !partition(*index).is_leader() || !partition(*index).log) {
    const MetadataCache::Partition* known = context.metadata.partition(topic, data.index);
    if (index && partition(*index).offline) {
      fail(answer, ErrorCode::kafka_storage_error);
    } else if (index || known != nullptr) {
      fail(answer, ErrorCode::not_leader_or_follower);
      if (known != nullptr && version >= 10) answer.current_leader = {known->leader, known->leader_epoch};
    } else {
      fail(answer, ErrorCode::unknown_topic_or_partition);
    }
    return answer;
  }
  part.partition = *index;
  context.env.lock(edit(*index).lock);
  Partition& led = edit(*index);
  if (acks == acks_all && led.under_min_isr()) {
    context.env.also_because(led.isr_set_by);
    fail(answer, ErrorCode::not_enough_replicas);
    return answer;
  }
  context.env.work(context.costs.produce_batch +
                   BrokerCosts::per_kibibyte(context.costs.per_kibibyte_appended, records.size()));
  const auto appended = led.log->append_as_leader(context.env.disk(), records, led.leader_epoch, context.now_ms());
  if (!appended.ok()) {
    const LogError& error = appended.error();
    if (error.code == ErrorCode::kafka_storage_error) storage_failed(context, error);
    fail(answer, error.code);
    if (version >= 8) {
      for (const RecordError& record : error.records) answer.record_errors.push_back({record.index, record.message});
      answer.error_message = error.message;
    }
    return answer;
  }
  const LogAppendInfo& info = appended.value();
  answer.base_offset = info.first_offset;
  answer.log_append_time_ms = info.log_append_time.raw();
  answer.log_start_offset = info.log_start_offset;
  part.required = info.last_offset + 1;
  part.pending = true;
  note(context.env, BrokerFact::appended, led.subject, info.first_offset.raw(), info.last_offset.raw());
  return answer;
}

void ReplicaManager::produce(BrokerContext& context, const ReplyTo& to, const ProduceRequest& request) {
  DelayedProduce operation;
  operation.reply_to = to;
  operation.appended_by = context.env.cause();
  const bool acks_allowed = request.acks == 0 || request.acks == 1 || request.acks == acks_all;
  bool any_error = false;
  for (const auto& topic : request.topic_data) {
    ProduceResponse::TopicProduceResponse answers{topic.name, {}};
    for (const auto& data : topic.partition_data) {
      DelayedProduce::Part part;
      ProduceResponse::PartitionProduceResponse answer;
      if (acks_allowed) {
        answer = append(context, topic.name, data, to.version, request.acks, part);
      } else {
        answer.index = data.index;
        fail(answer, ErrorCode::invalid_required_acks);
      }
      if (answer.error_code != ErrorCode::none) {
        any_error = true;
        note(context.env, BrokerFact::error_answered,
             context.env.subject(to_text(TopicPartition{topic.name, data.index})),
             static_cast<std::int64_t>(ApiKey::produce), static_cast<std::int64_t>(answer.error_code));
      }
      answers.partition_responses.push_back(std::move(answer));
      operation.parts.push_back(part);
    }
    operation.response.responses.push_back(std::move(answers));
  }

  // What was appended may be all that a high watermark needs (a single replica), and is what fetchers wait for.
  const std::vector<DelayedProduce::Part> parts = operation.parts;
  if (request.acks == acks_all && acks_allowed) {
    bool waits = false;
    for (const DelayedProduce::Part& part : parts) waits |= part.pending;
    if (waits) {
      const std::uint64_t id = produces_.next();
      operation.timeout = context.env.arm(sim::Duration{request.timeout_ms * std::int64_t{1'000'000}},
                                          timer_of(BrokerTimer::delayed_produce, id));
      produces_.add(std::move(operation));
    } else {
      context.reply(to, std::move(operation.response));
    }
  } else if (request.acks == 0) {
    if (any_error) {
      context.env.close(to.connection);  // the only way to say that something went wrong
      context.channel.ended(to.connection);
    } else {
      context.reply_nothing(to);
    }
  } else {
    context.reply(to, std::move(operation.response));
  }
  for (const DelayedProduce::Part& part : parts) {
    if (!part.pending) continue;
    try_advance(context, part.partition);
    complete_waiting_fetches(context, part.partition, true);
  }
}

void ReplicaManager::try_complete_produce(BrokerContext& context, std::uint64_t id, bool timed_out) {
  DelayedProduce* operation = produces_.find(id);
  if (operation == nullptr) return;
  std::size_t at = 0;
  bool pending = false;
  for (auto& topic : operation->response.responses) {
    for (auto& answer : topic.partition_responses) {
      DelayedProduce::Part& part = operation->parts[at++];
      if (!part.pending) continue;
      const Partition& led = partition(part.partition);
      if (!led.is_leader() || !led.log || led.name.topic != topic.name) {
        part.pending = false;
        context.env.also_because(led.role_set_by);
        fail(answer, led.offline ? ErrorCode::kafka_storage_error : ErrorCode::not_leader_or_follower);
      } else if (led.log->high_watermark() >= part.required) {
        part.pending = false;
        if (led.effective_min_isr() > led.isr.maximal_size()) {
          context.env.also_because(led.isr_set_by);
          fail(answer, ErrorCode::not_enough_replicas_after_append);
        }
      } else if (timed_out) {
        part.pending = false;
        fail(answer, ErrorCode::request_timed_out);
        for (const RemoteReplica& follower : led.followers) {
          if (!led.isr.in_maximal(follower.id) || follower.log_end >= part.required) continue;
          const BrokerEndpoint* endpoint = context.metadata.endpoint(follower.id);
          const auto host = endpoint == nullptr ? std::nullopt : context.env.find_host(endpoint->host);
          if (host) context.env.waited_for(*host, context.env.now() - context.config.request_timeout);
        }
      } else {
        pending = true;
      }
      if (!part.pending && answer.error_code != ErrorCode::none) {
        note(context.env, BrokerFact::error_answered, led.subject, static_cast<std::int64_t>(ApiKey::produce),
             static_cast<std::int64_t>(answer.error_code));
      }
    }
  }
  if (pending) return;
  DelayedProduce done = produces_.take(id);
  context.env.cancel(done.timeout);
  context.env.also_because(done.appended_by);
  context.reply(done.reply_to, std::move(done.response));
}

}  // namespace kafka
