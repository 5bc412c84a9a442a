#include "sim/example/client.hpp"

#include <algorithm>

#include "sim/distributions.hpp"
#include "sim/example/durable_file.hpp"

namespace sim::example {
namespace {

constexpr std::uint64_t sequences_at_once = 100;

}  // namespace

void Client::start(Env& env) {
  const auto saved = read_file(env.disk(), "sequences");
  if (!saved.ok()) return env.exit(1);
  if (saved.value()) Reader{saved.value()->span()}.get(reserved_);
  sequence_ = reserved_;  // some of the last reservation were perhaps not used: a gap does no harm
  diary_.open(env);
  server_ = static_cast<std::uint32_t>(env.random("first server").below(plan_.servers.size()));
  pause_ = env.arm(Exponential{plan_.think}.sample(env.random("think")), Timer{think_over, 0});
}

// A sequence must never be used for two increments, in two lives of this program either. Reserving many at once makes
// that one sync for a hundred.
bool Client::reserve_sequences(Env& env) {
  std::vector<std::byte> content;
  Writer{content}.put(reserved_ + sequences_at_once);
  const auto saved = replace_file(env.disk(), "sequences", content);
  if (!saved.ok()) {
    env.note(Fact{raw(CounterFact::disk_failed), {}, static_cast<std::uint64_t>(saved.error()), 0});
    env.exit(1);
    return false;
  }
  reserved_ += sequences_at_once;
  return true;
}

void Client::next(Env& env) {
  if (sequence_ == reserved_ && !reserve_sequences(env)) return;
  ++sequence_;
  Random& notes = env.random("notes");
  MutableBytes note{notes.below(plan_.note_bytes + 1)};
  for (std::byte& byte : note.span()) byte = static_cast<std::byte>(sequence_);
  note_ = std::move(note).freeze();
  waiting_ = true;
  failures_ = 0;
  ask(env);
}

void Client::ask(Env& env) {
  asked_at_ = env.now();
  patience_ = env.arm(plan_.client_patience, Timer{no_answer, sequence_});
  if (connection_ == ConnectionId{}) {
    connection_ = env.connect(server());
  } else if (env.is_open(connection_)) {
    send_request(env);
  }
}

void Client::send_request(Env& env) {
  // When the buffer is full, `writable` comes here again.
  env.send(connection_, message(Increment{number_, sequence_, note_}));
}

void Client::on_connection(Env& env, ConnectionId connection, ConnectionEvent event) {
  if (connection != connection_) return;  // one that we have closed
  switch (event.change) {
    case ConnectionChange::opened:
    case ConnectionChange::writable:
      if (waiting_ && patience_ != TimerId{}) send_request(env);
      break;
    case ConnectionChange::refused:
    case ConnectionChange::timed_out:
    case ConnectionChange::closed:
    case ConnectionChange::reset:
      connection_ = {};
      if (waiting_ && patience_ != TimerId{}) try_elsewhere(env, server_ + 1);
      break;
    case ConnectionChange::accepted: break;
  }
}

void Client::on_message(Env& env, ConnectionId connection, const Message& message_in) {
  if (connection != connection_ || !waiting_) return;
  if (const auto* answer = content<Incremented>(message_in)) {
    if (answer->sequence == sequence_) confirmed(env, *answer);
  } else if (const auto* refusal = content<NotPrimary>(message_in)) {
    if (refusal->sequence != sequence_ || patience_ == TimerId{}) return;
    try_elsewhere(env, refusal->primary < plan_.servers.size() ? refusal->primary : server_ + 1);
  }
}

void Client::confirmed(Env& env, const Incremented& answer) {
  env.note(Fact{raw(CounterFact::confirmed), {}, answer.sequence, answer.value});
  diary_.write(env, answer.sequence, answer.value);
  env.cancel(patience_);
  env.cancel(pause_);
  patience_ = {};
  waiting_ = false;
  if (ending_) return env.exit();
  if (burst_ > 0) {
    --burst_;
    next(env);
    return;
  }
  pause_ = env.arm(Exponential{plan_.think}.sample(env.random("think")), Timer{think_over, 0});
}

void Client::disconnect(Env& env) {
  if (connection_ != ConnectionId{}) env.close(connection_);
  connection_ = {};
}

// The pause before the next try doubles, with chance in it so that clients do not come back all at once.
void Client::try_elsewhere(Env& env, std::uint32_t server) {
  env.cancel(patience_);
  patience_ = {};
  const auto chosen = static_cast<std::uint32_t>(server % plan_.servers.size());
  if (chosen != server_) disconnect(env);
  server_ = chosen;
  ++failures_;
  const Duration longest = 20_ms * (std::int64_t{1} << std::min<std::uint32_t>(failures_, 5));
  pause_ = env.arm(env.random("retry-backoff").between(longest / 2, longest), Timer{retry, sequence_});
}

void Client::on_timer(Env& env, Timer timer) {
  switch (timer.kind) {
    case think_over:
      if (!waiting_) next(env);
      break;
    case no_answer:
      if (!waiting_ || timer.key != sequence_ || patience_ == TimerId{}) break;
      env.waited_for(server(), asked_at_);
      env.note(Fact{raw(CounterFact::unanswered), env.subject(env.host_name(server())), sequence_, 0});
      disconnect(env);  // an answer that still comes on the old connection is not ours any more
      try_elsewhere(env, server_ + 1);
      break;
    case retry:
      if (waiting_ && timer.key == sequence_ && patience_ == TimerId{}) ask(env);
      break;
    default: break;
  }
}

void Client::on_command(Env& env, const Message& command) {
  const auto* burst = content<Burst>(command);
  if (burst == nullptr) return;
  burst_ += burst->increments;
  if (waiting_ || burst_ == 0 || ending_) return;
  env.cancel(pause_);
  --burst_;
  next(env);
}

void Client::on_stop(Env& env) {
  if (!waiting_) return env.exit();
  ending_ = true;
}

}  // namespace sim::example
