#include "model/client/workload_producer.hpp"

#include <algorithm>
#include <utility>

#include "model/client/record_numbers.hpp"

namespace kafka {
namespace {

enum ApplicationTimer : std::uint32_t { next_record = 16, patience_over };

constexpr std::uint32_t largest_producer_number = (1U << 23) - 1;  // an id is positive as a signed number, too
constexpr std::uint64_t numbers_at_once = 1'000'000;
constexpr int records_at_once = 100;  // per handler, when several are due

}  // namespace

ProducerApplication::ProducerApplication(ProducerWorkload workload)
    : workload_{std::move(workload)},
      producer_{ClientIdentity{workload_.client_id, workload_.bootstrap, 1}, workload_.config} {
  SIM_CHECK(workload_.producer_number <= largest_producer_number, "producer {}", workload_.producer_number);
  SIM_CHECK(workload_.value_size >= smallest_workload_value, "values of {} bytes", workload_.value_size);
  SIM_CHECK(workload_.rate_per_second >= 0, "rate {}", workload_.rate_per_second);
}

void ProducerApplication::start(sim::Env& env) {
  const auto numbers = load_record_numbers(env.disk());
  if (!numbers.ok()) return env.exit(1);
  next_number_ = end_of_reserved_ = numbers.value().next;
  life_ = numbers.value().lives + 1;
  if (!reserve_numbers(env)) return env.exit(1);
  note(env, ClientFact::producer_started, env.subject(env.host_name(env.host())),
       static_cast<std::int64_t>(record_id(workload_.producer_number, next_number_).raw()),
       static_cast<std::int64_t>(life_));
  producer_.start(env);
  topic_ = producer_.add_topic(env, workload_.topic);
  first_due_ = env.now() + workload_.start_delay;
  after_input(env);
}

// Many at once: one write to the disk for a million records. What a dead life did not use is never used.
bool ProducerApplication::reserve_numbers(sim::Env& env) {
  const std::uint64_t end = end_of_reserved_ + numbers_at_once;
  if (!store_record_numbers(env.disk(), RecordNumbers{end, life_}).ok()) return false;
  end_of_reserved_ = end;
  return true;
}

sim::Time ProducerApplication::due(std::int64_t record) const {
  if (workload_.rate_per_second == 0) return first_due_;
  return first_due_ + sim::Duration{record / workload_.rate_per_second * 1'000'000'000 +
                                    record % workload_.rate_per_second * 1'000'000'000 / workload_.rate_per_second};
}

void ProducerApplication::send_due(sim::Env& env) {
  for (int i = 0; i < records_at_once; ++i) {
    if (stopping_ || all_sent() || producer_.blocked() || env.now() < due(sent_)) break;
    if (!send_one(env)) return;
  }
  if (stopping_) return;
  if (all_sent()) {
    if (!std::exchange(flushed_, true)) producer_.flush(env);
    return;
  }
  if (armed_ || producer_.blocked()) return;  // when it is not blocked any more, some input tells us
  armed_ = true;
  next_record_ = env.arm(std::max(due(sent_) - env.now(), sim::Duration{}), sim::Timer{next_record, 0});
}

bool ProducerApplication::send_one(sim::Env& env) {
  if (next_number_ == end_of_reserved_ && !reserve_numbers(env)) {
    ended_ = true;
    env.exit(1);
    return false;
  }
  const RecordId id = record_id(workload_.producer_number, next_number_++);
  ++sent_;
  write_workload_value(value_, id, workload_.value_size);
  note(env, ClientFact::record_sent, producer_.subject(topic_, -1), static_cast<std::int64_t>(id.raw()),
       static_cast<std::int64_t>(value_.size()));
  if (workload_.keys == 0) {
    producer_.send(env, topic_, std::nullopt, ByteView{value_}, id.raw());
  } else {
    const std::string key = workload_key(env.random("workload-key").below(workload_.keys));
    producer_.send(env, topic_, sim::as_bytes(key), ByteView{value_}, id.raw());
  }
  return true;
}

void ProducerApplication::take_outcomes(sim::Env& env) {
  ProducerEvent event;
  while (producer_.next_event(event)) {
    const sim::SubjectId subject = producer_.subject(event.topic, event.partition);
    const auto id = static_cast<std::int64_t>(event.tag);
    if (event.error == ErrorCode::none) {
      ++acknowledged_;
      note(env, ClientFact::record_acknowledged, subject, id, event.offset.raw());
    } else if (event.perhaps_written) {
      ++unknown_;
      note(env, ClientFact::record_unknown, subject, id, static_cast<std::int64_t>(event.error));
    } else {
      ++failed_;
      note(env, ClientFact::record_failed, subject, id, static_cast<std::int64_t>(event.error));
    }
  }
}

void ProducerApplication::after_input(sim::Env& env) {
  if (ended_) return;
  take_outcomes(env);
  send_due(env);
  take_outcomes(env);
  if (stopping_ && producer_.idle()) end(env);
}

void ProducerApplication::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  if (producer_.on_message(env, connection, message)) after_input(env);
}

void ProducerApplication::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  if (producer_.on_connection(env, connection, event)) after_input(env);
}

void ProducerApplication::on_timer(sim::Env& env, sim::Timer timer) {
  if (timer.kind == next_record) {
    armed_ = false;
  } else if (timer.kind == patience_over) {
    if (stopping_) end(env);
    return;
  } else if (!producer_.on_timer(env, timer)) {
    return;
  }
  after_input(env);
}

void ProducerApplication::on_command(sim::Env&, const sim::Message&) {}

void ProducerApplication::on_stop(sim::Env& env) {
  if (stopping_ || ended_) return;
  stopping_ = true;
  env.cancel(next_record_);
  env.arm(workload_.stop_patience, sim::Timer{patience_over, 0});
  producer_.flush(env);
  after_input(env);
}

void ProducerApplication::end(sim::Env& env) {
  if (std::exchange(ended_, true)) return;
  const std::int64_t open = sent_ - acknowledged_ - failed_ - unknown_;
  producer_.abandon(env);
  take_outcomes(env);
  note(env, ClientFact::producer_stopped, env.subject(env.host_name(env.host())), sent_, open);
  env.exit();
}

}  // namespace kafka
