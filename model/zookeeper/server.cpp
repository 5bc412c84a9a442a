#include "model/zookeeper/server.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "model/zookeeper/server_timers.hpp"
#include "sim/check.hpp"
#include "sim/fault.hpp"

namespace zookeeper {
namespace {

constexpr std::array<sim::StationSpec, 3> station_table = {{{"processor", 1}, {"sync", 1}, {"snapshot", 1}}};

}  // namespace

Server::Server(ServerConfig config)
    : config_{std::move(config)},
      directory_{config_.data_dir + "/version-2"},
      sessions_{config_.tick_time},
      log_{directory_} {
  if (config_.min_session_timeout == sim::Duration{}) config_.min_session_timeout = config_.tick_time * 2;
  if (config_.max_session_timeout == sim::Duration{}) config_.max_session_timeout = config_.tick_time * 20;
  SIM_CHECK(config_.min_session_timeout <= config_.max_session_timeout, "minSessionTimeout above maxSessionTimeout");
  SIM_CHECK(config_.snap_count >= 2, "snapCount of at least 2");
}

std::span<const sim::StationSpec> Server::stations() const { return station_table; }

// What is handed on to another station is posted there; everything that comes from outside waits at the first.
sim::Station Server::route(const sim::Input&) const { return processor_station; }

void Server::start(sim::Env& env) {
  auto recovered = recover(env.disk(), directory_);
  if (!recovered.ok()) {
    note(env, ZooFact::history_broken, env.subject(recovered.error()), 0);
    env.exit(1);
    return;
  }
  Recovered& history = recovered.value();
  tree_ = std::move(history.tree);
  preparer_.start_after(tree_.last_zxid());
  durable_ = tree_.last_zxid();
  if (!history.torn_file.empty()) {
    note(env, ZooFact::history_cut, env.subject(history.torn_file), tree_.last_zxid().raw(),
         static_cast<std::int64_t>(history.torn_bytes));
  }
  note(env, ZooFact::server_recovered, env.subject(config_.data_dir), tree_.last_zxid().raw(),
       static_cast<std::int64_t>(history.replayed));
  // So that the next recovery has less to read. (What recover() has read is durable already.)
  if (history.replayed > 0 || !history.from_snapshot) take_snapshot(env);

  // A new leader gives every session its full timeout again: it cannot know who was silent for how long.
  for (const auto& [session, timeout_ms] : tree_.sessions()) {
    sessions_.add(session, sim::Duration{std::int64_t{timeout_ms} * 1'000'000}, sim::no_host, env.now(), env.cause());
  }
  next_snapshot_after_ = config_.snap_count / 2 + env.random("zookeeper-snapshot").below(config_.snap_count / 2);
  watch_clock(env);
  env.listen();
}

void Server::on_stop(sim::Env& env) { env.exit(0); }

void Server::on_command(sim::Env&, const sim::Message& command) {
  SIM_CHECK(false, "a ZooKeeper server takes no commands, but there came {}", command.type().name);
}

void Server::on_timer(sim::Env& env, sim::Timer timer) {
  switch (static_cast<ServerTimer>(timer.kind)) {
    case ServerTimer::clock: expire_sessions(env); break;
    case ServerTimer::expire: expire(env, SessionId{static_cast<std::int64_t>(timer.key)}); break;
    case ServerTimer::sync: sync_log(env); break;
    case ServerTimer::synced:
      durable_ = std::max(durable_, Zxid{static_cast<std::int64_t>(timer.key)});
      finish_next(env);
      break;
    case ServerTimer::finish:
      finish_posted_ = false;
      finish_next(env);
      break;
    case ServerTimer::snapshot: take_snapshot(env); break;
  }
}

// --- requests
// ------------------------------------------------------------------------------------------------------------

void Server::on_message(sim::Env& env, sim::ConnectionId id, const sim::Message& message) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second.closing) return;
  env.work(config_.cost_of_request);
  if (message.size() > config_.jute_maxbuffer + 4) {
    close(env, id);
    return;
  }
  const Request* request = request_in(message);
  if (request == nullptr || found->second.session == no_session) {
    on_connect(env, id, message);
    return;
  }
  const SessionId session = found->second.session;
  Pending pending{id, session, sim::MessagePtr{&message}, false, false, {}, env.cause()};
  const Sessions::Session* known = sessions_.find(session);
  if (known == nullptr || known->closing) {
    pending.refused = true;
    enqueue(env, std::move(pending));
    return;
  }
  sessions_.touch(session, env.now(), env.cause());
  watch_clock(env);
  if (is_write(op_of(request->operation))) {
    prepare_write(env, std::move(pending));
  } else {
    enqueue(env, std::move(pending));
  }
}

void Server::on_connect(sim::Env& env, sim::ConnectionId id, const sim::Message& message) {
  const auto* request = sim::content<ConnectRequest>(message);
  Connection& connection = connections_.at(id);
  const bool out_of_turn = request == nullptr || connection.session != no_session;
  // Who has seen a newer state than ours must find another server, or time would run backwards for him.
  if (out_of_turn || request->last_zxid_seen > tree_.last_zxid()) {
    close(env, id);
    return;
  }
  const sim::Duration wanted{std::int64_t{request->timeout_ms} * 1'000'000};
  connection.timeout = negotiate(wanted, config_.min_session_timeout, config_.max_session_timeout);
  const auto granted_ms = static_cast<std::int32_t>(connection.timeout.milliseconds());

  if (request->session == no_session) {
    connection.session = sessions_.next_id(env.now(), config_.server_id);
    sessions_.add(connection.session, connection.timeout, env.peer(id), env.now(), env.cause());
    connection_of_[connection.session] = id;
    watch_clock(env);
    Pending pending{id, connection.session, sim::MessagePtr{&message}, true, false, {}, env.cause()};
    pending.transaction = preparer_.create_session(connection.session, granted_ms, env.wall_clock().milliseconds());
    enqueue(env, std::move(pending));
    return;
  }
  const Sessions::Session* known = sessions_.find(request->session);
  const bool right = request->password && *request->password == password_of(request->session);
  if (known == nullptr || known->closing || !right) {
    refuse_session(env, id, request->session);
    return;
  }
  // One session has one connection: the older one belongs to a client that has given up on it.
  if (const auto old = connection_of_.find(request->session); old != connection_of_.end() && old->second != id) {
    close(env, old->second);
  }
  connection.session = request->session;
  connection_of_[request->session] = id;
  sessions_.reconnected(request->session, connection.timeout, env.peer(id), env.now(), env.cause());
  watch_clock(env);
  note(env, ZooFact::session_reconnected, {}, request->session.raw(), granted_ms);
  send(env, id, make_message(ConnectResponse{0, granted_ms, request->session, password_of(request->session), false}));
}

void Server::refuse_session(sim::Env& env, sim::ConnectionId id, SessionId session) {
  note(env, ZooFact::session_refused, {}, session.raw());
  send(env, id, make_message(ConnectResponse{0, 0, no_session, sim::MutableBytes{16}.freeze(), false}));
  close(env, id);
}

void Server::prepare_write(sim::Env& env, Pending pending) {
  const Request& request = *request_in(*pending.request);
  const std::int64_t time_ms = env.wall_clock().milliseconds();
  pending.write = true;
  if (op_of(request.operation) == OpCode::close_session) {
    pending.transaction = preparer_.close_session(tree_, pending.session, request.xid, time_ms);
    sessions_.close(pending.session);
  } else {
    pending.transaction = preparer_.prepare(tree_, request.operation, pending.session, request.xid, time_ms);
  }
  enqueue(env, std::move(pending));
}

void Server::enqueue(sim::Env& env, Pending pending) {
  if (pending.write) {
    to_log_.push_back(pending.transaction);
    if (!sync_posted_) {
      sync_posted_ = true;
      env.post(sync_station, server_timer(ServerTimer::sync));
    }
  }
  pipeline_.push_back(std::move(pending));
  if (pipeline_.size() == 1 && !pipeline_.front().write) finish_next(env);
}

// --- sessions
// ------------------------------------------------------------------------------------------------------------

// One timer for the first boundary at which anybody could expire. It is not moved when that session shows life: it then
// fires for nothing, at most once a tick.
void Server::watch_clock(sim::Env& env) {
  const std::optional<sim::Time> next = sessions_.next_expiry();
  if (!next || *next <= env.now() || *next >= clock_at_) return;
  env.cancel(clock_timer_);
  clock_at_ = *next;
  clock_timer_ = env.arm(*next - env.now(), server_timer(ServerTimer::clock));
}

void Server::expire_sessions(sim::Env& env) {
  clock_at_ = sim::Time::max();
  // Each in a handler of its own, so that each has its own reason in the trace.
  for (const SessionId session : sessions_.expired_at(env.now())) {
    env.post(processor_station, server_timer(ServerTimer::expire, static_cast<std::uint64_t>(session.raw())));
  }
  watch_clock(env);
}

void Server::expire(sim::Env& env, SessionId id) {
  const Sessions::Session* session = sessions_.find(id);
  if (session != nullptr && !session->closing && session->expires <= env.now()) {
    env.also_because(session->heard_by);
    if (session->client != sim::no_host) env.waited_for(session->client, session->heard);
    note(env, ZooFact::session_expired, {}, id.raw(), (env.now() - session->heard).milliseconds());
    Pending pending{{}, id, {}, true, false, {}, env.cause()};
    if (const auto connection = connection_of_.find(id); connection != connection_of_.end()) {
      pending.connection = connection->second;
    }
    pending.transaction = preparer_.close_session(tree_, id, Xid{}, env.wall_clock().milliseconds());
    sessions_.close(id);
    enqueue(env, std::move(pending));
  }
  watch_clock(env);
}

// --- connections
// ---------------------------------------------------------------------------------------------------------

void Server::on_connection(sim::Env& env, sim::ConnectionId id, sim::ConnectionEvent event) {
  switch (event.change) {
    case sim::ConnectionChange::accepted: connections_.try_emplace(id); break;
    case sim::ConnectionChange::writable: flush(env, id); break;
    case sim::ConnectionChange::closed:
    case sim::ConnectionChange::reset: forget(id); break;
    case sim::ConnectionChange::opened:
    case sim::ConnectionChange::refused:
    case sim::ConnectionChange::timed_out: SIM_CHECK(false, "a server that stands alone connects to nobody");
  }
}

void Server::send(sim::Env& env, sim::ConnectionId id, sim::MessagePtr message) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || found->second.closing) return;
  Connection& connection = found->second;
  if (!connection.outbox.empty() || env.send(id, message) == sim::SendResult::full) {
    connection.outbox.push_back(std::move(message));
  }
}

void Server::flush(sim::Env& env, sim::ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  while (!connection.outbox.empty()) {
    if (env.send(id, connection.outbox.front()) == sim::SendResult::full) return;
    connection.outbox.pop_front();
  }
  if (connection.closing) close(env, id);
}

void Server::close(sim::Env& env, sim::ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  if (!found->second.outbox.empty()) {
    found->second.closing = true;
    return;
  }
  env.close(id);
  forget(id);
}

void Server::forget(sim::ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  // The session lives on until it expires; a newer connection may already have taken it.
  const auto owner = connection_of_.find(found->second.session);
  if (owner != connection_of_.end() && owner->second == id) connection_of_.erase(owner);
  connections_.erase(found);
  watches_.forget(id);
}

}  // namespace zookeeper
