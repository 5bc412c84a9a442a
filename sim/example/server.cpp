// A server's life, its clients and its log. The lease and the backups: server_primary.cpp.
#include "sim/example/server.hpp"

#include <algorithm>
#include <array>

namespace sim::example {
namespace {

constexpr std::array<StationSpec, 3> station_specs{{{"control", 1}, {"requests", 3}, {"log", 2}}};

constexpr Duration per_increment = 15_us;
constexpr Duration per_note_kib = 2_us;

}  // namespace

std::span<const StationSpec> Server::stations() const { return station_specs; }

// What touches files at length must not keep leases and answers waiting.
Station Server::route(const Input& input) const {
  if (input.kind != Input::Kind::message) return Station{control};
  if (&input.message->type() == &Increment::type) return Station{requests};
  if (&input.message->type() == &Replicate::type || &input.message->type() == &Snapshot::type) return Station{log};
  return Station{control};
}

void Server::start(Env& env) {
  const auto recovered = log_.recover(env.disk());
  if (!recovered.ok()) return give_up(env, recovered.error());
  state_ = recovered.value().state;
  durable_ = state_.value;
  env.note(Fact{raw(CounterFact::recovered), {}, state_.value, recovered.value().cut});
  env.listen();
  arbiter_ = env.connect(plan_.arbiter);
  env.arm(env.random("lease").between(Duration{}, plan_.lease / 4), Timer{ask_for_lease, 0});
}

void Server::on_stop(Env& env) {
  if (primary_) ask(env, true);
  ending_ = true;
  if (worked(env, log_.sync(env.disk()))) env.exit();
}

// An error of the disk is the end of this life: what is in memory may be more than what is in the files.
void Server::give_up(Env& env, DiskError error) {
  ending_ = true;
  env.note(Fact{raw(CounterFact::disk_failed), {}, static_cast<std::uint64_t>(error), 0});
  env.exit(1);
}

bool Server::worked(Env& env, const DiskResult<void>& result) {
  if (!result.ok()) give_up(env, result.error());
  return result.ok();
}

void Server::on_message(Env& env, ConnectionId connection, const Message& message_in) {
  if (ending_) return;
  if (const auto* increment = content<Increment>(message_in)) {
    on_increment(env, connection, *increment);
  } else if (const auto* replicate = content<Replicate>(message_in)) {
    on_replicate(env, connection, *replicate);
  } else if (const auto* replicated = content<Replicated>(message_in)) {
    on_replicated(env, connection, *replicated);
  } else if (const auto* snapshot = content<Snapshot>(message_in)) {
    on_snapshot(env, connection, *snapshot);
  } else if (const auto* reply = content<LeaseReply>(message_in)) {
    if (connection == arbiter_) on_lease(env, *reply);
  }
}

void Server::on_timer(Env& env, Timer timer) {
  if (ending_) return;
  const auto server = static_cast<std::uint32_t>(timer.key);
  switch (timer.kind) {
    case ask_for_lease:
      env.arm(plan_.lease / 4 + env.random("lease").between(Duration{}, plan_.lease / 8), Timer{ask_for_lease, 0});
      ask(env);
      break;
    case lease_ends:
      if (!primary_) break;
      env.waited_for(plan_.arbiter, requested_at_);
      step_down(env);
      break;
    case reach_arbiter:
      if (arbiter_ == ConnectionId{}) arbiter_ = env.connect(plan_.arbiter);
      break;
    case reach_backup: reach(env, server); break;
    case backup_too_slow: drop_backup(env, server); break;
    case flush: on_flush(env); break;
    case flushed: on_flushed(env, timer.key); break;
    case checkpoint: take_checkpoint(env); break;
    default: break;
  }
}

void Server::on_command(Env& env, const Message& command) {
  if (ending_ || content<TakeCheckpoint>(command) == nullptr || checkpoint_posted_) return;
  checkpoint_posted_ = true;
  env.post(Station{log}, Timer{checkpoint, 0});
}

// --- clients
// -----------------------------------------------------------------------------------------------------------

void Server::refuse(Env& env, ConnectionId connection, std::uint64_t sequence) {
  env.send(connection, message(NotPrimary{sequence, holder_ == number_ ? UINT32_MAX : holder_}));
}

void Server::on_increment(Env& env, ConnectionId connection, const Increment& request) {
  env.work(per_increment + per_note_kib * static_cast<std::int64_t>(request.note.size()) / 1024);
  if (!primary_) return refuse(env, connection, request.sequence);

  const ClientMark* mark = state_.mark_of(request.client);
  if (mark != nullptr && request.sequence <= mark->sequence) {
    if (request.sequence < mark->sequence) return;  // the client has gone on since
    if (mark->value <= committed_) {
      env.send(connection, message(Incremented{mark->sequence, mark->value}));
      return;
    }
    // Counted already, not yet safe: this connection waits as well.
    const auto behind =
        std::upper_bound(waiting_.begin(), waiting_.end(), mark->value,
                         [](std::uint64_t value, const Waiting& waiting) { return value < waiting.value; });
    waiting_.insert(behind, Waiting{mark->value, mark->sequence, connection, env.cause()});
    return;
  }

  Entry entry;
  entry.epoch = state_.epoch;
  entry.value = state_.value + 1;
  entry.client = request.client;
  entry.sequence = request.sequence;
  entry.wall_ms = env.wall_clock().milliseconds();
  entry.note = request.note;
  waiting_.push_back(Waiting{entry.value, entry.sequence, connection, env.cause()});
  write_entry(env, entry);
  if (!ending_) send_to_backups(env, entry);
}

// --- the log
// -----------------------------------------------------------------------------------------------------------

// Memory knows the entry at once, the file when the lock was ours and the append is done. Other handlers of this
// program run meanwhile; the lock keeps the order of the file, and of what is sent to backups, the order of memory.
void Server::write_entry(Env& env, const Entry& entry) {
  state_.apply(entry);
  env.lock(log_lock_);
  if (!worked(env, log_.append(env.disk(), entry))) return;
  start_flush(env);
  if (log_.size() > plan_.checkpoint_after && !checkpoint_posted_) {
    checkpoint_posted_ = true;
    env.post(Station{log}, Timer{checkpoint, 0});
  }
}

// One sync for all that was appended until it begins.
void Server::start_flush(Env& env) {
  if (flush_under_way_) return;
  flush_under_way_ = true;
  env.post(Station{log}, Timer{flush, 0});
}

// The sync takes half a millisecond in which other handlers run. They must not see its outcome before it is there, so
// the outcome is an input of its own.
void Server::on_flush(Env& env) {
  env.lock(log_lock_);
  if (worked(env, log_.sync(env.disk()))) env.post(Station{log}, Timer{flushed, durable_key()});
}

void Server::on_flushed(Env& env, std::uint64_t key) {
  flush_under_way_ = false;
  const bool of_this_log = key >> 40 == log_.number();  // or a checkpoint was quicker, and will tell of more
  if (of_this_log) durable_ = std::max(durable_, key & ((std::uint64_t{1} << 40) - 1));
  if (durable_ < state_.value) start_flush(env);
  if (!of_this_log) return;
  if (primary_) {
    commit(env);
  } else if (primary_connection_ != ConnectionId{}) {
    env.send(primary_connection_, message(Replicated{state_.epoch, durable_}));
  }
}

void Server::take_checkpoint(Env& env) {
  checkpoint_posted_ = false;
  env.lock(log_lock_);
  if (worked(env, log_.checkpoint(env.disk(), state_))) env.post(Station{log}, Timer{flushed, durable_key()});
}

// --- backup
// ------------------------------------------------------------------------------------------------------------

void Server::on_snapshot(Env& env, ConnectionId connection, const Snapshot& snapshot) {
  const CounterState& theirs = snapshot.state;
  if (theirs.epoch < state_.epoch) {
    env.send(connection, message(Replicated{state_.epoch, 0}));
    return;
  }
  // An old one of the same primary, overtaken by its successor on a newer connection.
  if (theirs.epoch == state_.epoch && (primary_ || theirs.value < state_.value)) return;
  if (primary_) step_down(env);
  primary_connection_ = connection;
  state_ = theirs;
  durable_ = 0;
  env.lock(log_lock_);
  if (worked(env, log_.checkpoint(env.disk(), state_))) env.post(Station{log}, Timer{flushed, durable_key()});
}

void Server::on_replicate(Env& env, ConnectionId connection, const Replicate& replicate) {
  if (connection != primary_connection_ || replicate.entry.epoch != state_.epoch) return;
  write_entry(env, replicate.entry);
}

}  // namespace sim::example
