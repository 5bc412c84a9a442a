// What a primary does beyond counting: its lease and its backups.
#include <algorithm>

#include "sim/example/server.hpp"

namespace sim::example {
namespace {

constexpr Duration reconnect_pause = 150_ms;

}  // namespace

// --- the lease
// -----------------------------------------------------------------------------------------------------------

void Server::ask(Env& env, bool release) {
  if (request_open_ && !release) {
    if (env.now() - requested_at_ < plan_.lease) return;
    // Not a word for so long: perhaps the arbiter's machine does not know this connection any more.
    env.waited_for(plan_.arbiter, requested_at_);
    env.close(arbiter_);
    request_open_ = false;
    arbiter_ = env.connect(plan_.arbiter);
    return;
  }
  if (!env.is_open(arbiter_)) return;
  LeaseRequest request;
  request.server = number_;
  request.number = ++request_;
  request.epoch = primary_ ? state_.epoch : 0;
  request.members = wanted_;
  request.release = release;
  if (env.send(arbiter_, message(request)) != SendResult::sent) return;
  // From now on the arbiter may have written the new members down, whether we hear of it or not.
  asked_ |= wanted_;
  request_open_ = true;
  requested_at_ = env.now();
}

void Server::on_lease(Env& env, const LeaseReply& reply) {
  if (reply.number != request_) return;
  request_open_ = false;
  holder_ = reply.holder;
  if (!reply.granted) {
    if (primary_) step_down(env);
    return;
  }
  if (!primary_) {
    const bool lasts = requested_at_ + plan_.lease > env.now();
    if (reply.epoch > state_.epoch && lasts) become_primary(env, reply);
    return;
  }
  if (reply.epoch != state_.epoch) return step_down(env);
  members_ = reply.members;
  asked_ = reply.members;
  renewed(env);
  if (wanted_ != members_) ask(env);
  commit(env);
}

// The lease counts from the question, which was before the answer.
void Server::renewed(Env& env) {
  env.cancel(lease_end_);
  const Duration left = requested_at_ + plan_.lease - env.now();
  lease_end_ = env.arm(std::max(left, Duration{}), Timer{lease_ends, 0});
}

void Server::become_primary(Env& env, const LeaseReply& reply) {
  primary_ = true;
  primary_connection_ = {};
  members_ = asked_ = wanted_ = reply.members;
  committed_ = 0;
  waiting_.clear();
  links_.assign(plan_.servers.size(), Link{});
  state_.epoch = reply.epoch;
  renewed(env);
  // The epoch is durable before anybody hears from us under it.
  env.lock(log_lock_);
  if (!worked(env, log_.checkpoint(env.disk(), state_))) return;
  env.post(Station{log}, Timer{flushed, durable_key()});
  env.note(Fact{raw(CounterFact::became_primary), {}, state_.epoch, state_.value});
  for (std::uint32_t server = 0; server < links_.size(); ++server) {
    if (server == number_) continue;
    reach(env, server);
    watch(env, server);
  }
}

void Server::step_down(Env& env) {
  env.note(Fact{raw(CounterFact::stepped_down), {}, state_.epoch, 0});
  primary_ = false;
  env.cancel(lease_end_);
  for (Link& link : links_) {
    env.cancel(link.patience);
    if (link.connection != ConnectionId{}) env.close(link.connection);
  }
  links_.clear();
  for (const Waiting& waiting : waiting_) refuse(env, waiting.client, waiting.sequence);
  waiting_.clear();
  members_ = asked_ = wanted_ = 0;
}

// --- backups
// -------------------------------------------------------------------------------------------------------------

void Server::reach(Env& env, std::uint32_t server) {
  if (!primary_ || links_[server].connection != ConnectionId{}) return;
  links_[server].connection = env.connect(plan_.servers[server]);
}

void Server::send_snapshot(Env& env, std::uint32_t server) {
  env.lock(log_lock_);  // behind the entries that it contains, before those that it does not
  Link& link = links_[server];
  link.following = env.send(link.connection, message(Snapshot{state_})) == SendResult::sent;
  watch(env, server);
}

void Server::send_to_backups(Env& env, const Entry& entry) {
  const MessagePtr replicate = message(Replicate{entry});
  for (std::uint32_t server = 0; server < links_.size(); ++server) {
    Link& link = links_[server];
    // When the buffer is full the entry is left out, and a snapshot follows when there is room.
    if (link.following) link.following = env.send(link.connection, replicate) == SendResult::sent;
    watch(env, server);
  }
}

// A member that does not have everything has until its patience ends to get it.
void Server::watch(Env& env, std::uint32_t server) {
  if (server == number_) return;
  Link& link = links_[server];
  const bool behind = !link.following || link.has < state_.value;
  if (behind && (required() & member(server)) != 0) {
    if (link.patience != TimerId{}) return;
    link.behind_since = env.now();
    link.patience = env.arm(plan_.backup_patience, Timer{backup_too_slow, server});
  } else {
    env.cancel(link.patience);
    link.patience = {};
  }
}

void Server::drop_backup(Env& env, std::uint32_t server) {
  if (!primary_) return;
  Link& link = links_[server];
  link.patience = {};
  env.waited_for(plan_.servers[server], link.behind_since);
  if ((wanted_ & member(server)) != 0) {
    env.note(
        Fact{raw(CounterFact::backup_dropped), env.subject(env.host_name(plan_.servers[server])), state_.epoch, 0});
    wanted_ &= ~member(server);
    ask(env);
  }
  if (link.connection != ConnectionId{}) env.close(link.connection);
  lost_link(env, server);
}

void Server::lost_link(Env& env, std::uint32_t server) {
  Link& link = links_[server];
  link.connection = {};
  link.opened = false;
  link.following = false;
  link.has = 0;
  env.arm(reconnect_pause, Timer{reach_backup, server});
  watch(env, server);
}

void Server::on_replicated(Env& env, ConnectionId connection, const Replicated& answer) {
  if (!primary_) return;
  const auto at =
      std::find_if(links_.begin(), links_.end(), [&](const Link& link) { return link.connection == connection; });
  if (at == links_.end()) return;
  if (answer.epoch > state_.epoch) return step_down(env);
  if (answer.epoch < state_.epoch) return;
  const auto server = static_cast<std::uint32_t>(at - links_.begin());
  Link& link = *at;
  // Progress, if not all of it, starts its patience anew.
  if (answer.value > link.has) {
    env.cancel(link.patience);
    link.patience = {};
  }
  link.has = std::max(link.has, answer.value);
  link.answered = env.cause();
  watch(env, server);
  if (link.following && link.has == state_.value && (wanted_ & member(server)) == 0) {
    env.note(Fact{raw(CounterFact::backup_joined), env.subject(env.host_name(plan_.servers[server])), state_.epoch, 0});
    wanted_ |= member(server);
    ask(env);
  }
  commit(env);
}

// Confirms what every member has.
void Server::commit(Env& env) {
  std::uint64_t everywhere = durable_;
  for (std::uint32_t server = 0; server < links_.size(); ++server) {
    if (server == number_ || (required() & member(server)) == 0) continue;
    everywhere = std::min(everywhere, links_[server].has);
  }
  if (everywhere <= committed_) return;
  committed_ = everywhere;
  while (!waiting_.empty() && waiting_.front().value <= committed_) {
    const Waiting& done = waiting_.front();
    // Called by the last answer that was missing, but done for the sake of the question.
    env.also_because(done.asked);
    env.send(done.client, message(Incremented{done.sequence, done.value}));
    waiting_.pop_front();
  }
}

// --- connections
// ---------------------------------------------------------------------------------------------------------

void Server::on_connection(Env& env, ConnectionId connection, ConnectionEvent event) {
  if (ending_ || event.change == ConnectionChange::accepted) return;
  const bool room = event.change == ConnectionChange::opened || event.change == ConnectionChange::writable;
  if (connection == arbiter_) {
    if (room) return ask(env);
    arbiter_ = {};
    request_open_ = false;
    env.arm(reconnect_pause, Timer{reach_arbiter, 0});
    return;
  }
  if (connection == primary_connection_) {
    if (!room) primary_connection_ = {};
    return;
  }
  const auto at =
      std::find_if(links_.begin(), links_.end(), [&](const Link& link) { return link.connection == connection; });
  if (at == links_.end()) return;  // a client's, or one that we have closed
  const auto server = static_cast<std::uint32_t>(at - links_.begin());
  if (!room) return lost_link(env, server);
  at->opened = true;
  if (!at->following) send_snapshot(env, server);
}

}  // namespace sim::example
