#include "model/client/workload_consumer.hpp"

#include <utility>

namespace kafka {
namespace {

constexpr sim::Timer poll_again{16, 0};

}  // namespace

ConsumerApplication::ConsumerApplication(ConsumerWorkload workload)
    : workload_{std::move(workload)},
      consumer_{ClientIdentity{workload_.client_id, workload_.bootstrap, 1}, workload_.config} {}

void ConsumerApplication::start(sim::Env& env) {
  consumer_.start(env);
  for (const TopicPartition& partition : workload_.partitions) {
    const TopicIndex topic = consumer_.add_topic(env, partition.topic);
    if (!is_assigned(topic, partition.partition)) consumer_.assign(env, topic, partition.partition);
  }
  for (const std::string& topic : workload_.topics) topics_.push_back(consumer_.add_topic(env, topic));
  after_input(env);
}

bool ConsumerApplication::is_assigned(TopicIndex topic, std::int32_t partition) const {
  for (std::uint32_t i = 0; i < consumer_.assigned(); ++i) {
    const AssignmentIndex index{i};
    if (consumer_.topic_of(index) == topic && consumer_.partition_of(index) == partition) return true;
  }
  return false;
}

void ConsumerApplication::assign_new_partitions(sim::Env& env) {
  if (metadata_seen_ == consumer_.metadata().version()) return;
  metadata_seen_ = consumer_.metadata().version();
  for (const TopicIndex topic : topics_) {
    const auto count = static_cast<std::int32_t>(consumer_.metadata().topic(topic).partitions.size());
    for (std::int32_t partition = 0; partition < count; ++partition) {
      if (!is_assigned(topic, partition)) consumer_.assign(env, topic, partition);
    }
  }
}

void ConsumerApplication::after_input(sim::Env& env) {
  assign_new_partitions(env);
  take_records(env);
  take_events(env);
  // One poll per handler: a long backlog is read in slices, with other inputs in between.
  if (consumer_.has_records()) poll_soon(env);
}

void ConsumerApplication::take_records(sim::Env& env) {
  consumer_.poll(env, records_);
  for (const ConsumedRecord& record : records_) {
    const sim::SubjectId subject = consumer_.subject(record.partition);
    if (const auto id = read_workload_value(record.value)) {
      ++read_;
      note(env, ClientFact::record_read, subject, static_cast<std::int64_t>(id->raw()), record.offset.raw());
    } else {
      ++corrupt_;
      note(env, ClientFact::record_corrupt, subject, record.offset.raw(),
           static_cast<std::int64_t>(record.value ? record.value->size() : 0));
    }
  }
  records_.clear();
}

void ConsumerApplication::take_events(sim::Env& env) {
  ConsumerEvent event;
  while (consumer_.next_event(event)) {
    if (event.trouble == ConsumerTrouble::corrupt) {
      ++corrupt_;
      note(env, ClientFact::record_corrupt, consumer_.subject(event.partition), event.position.raw(), 0);
    }
    if (event.go_on_at == no_offset) continue;
    note(env, ClientFact::position_reset, consumer_.subject(event.partition), event.position.raw(),
         event.go_on_at.raw());
    consumer_.seek(env, event.partition, event.go_on_at);
    poll_soon(env);
  }
}

void ConsumerApplication::poll_soon(sim::Env& env) {
  if (!std::exchange(posted_, true)) env.post(sim::Station{0}, poll_again);
}

void ConsumerApplication::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  if (consumer_.on_message(env, connection, message)) after_input(env);
}

void ConsumerApplication::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  if (consumer_.on_connection(env, connection, event)) after_input(env);
}

void ConsumerApplication::on_timer(sim::Env& env, sim::Timer timer) {
  if (timer == poll_again) {
    posted_ = false;
  } else if (!consumer_.on_timer(env, timer)) {
    return;
  }
  after_input(env);
}

void ConsumerApplication::on_command(sim::Env&, const sim::Message&) {}

void ConsumerApplication::on_stop(sim::Env& env) { env.exit(); }

}  // namespace kafka
