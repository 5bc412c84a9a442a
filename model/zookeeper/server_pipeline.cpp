// The stages behind the preparation: log, apply, answer, snapshot.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "model/zookeeper/server.hpp"
#include "model/zookeeper/server_timers.hpp"
#include "sim/check.hpp"

namespace zookeeper {
namespace {

constexpr sim::Duration cost_of_snapshot_per_node{1'000};

/// The path that a write is about, for the trace.
std::string_view subject_path(const sim::MessagePtr& request) {
  const Request* body = request ? request_in(*request) : nullptr;
  return body == nullptr ? std::string_view{} : path_of(body->operation);
}

}  // namespace

// --- the log
// -------------------------------------------------------------------------------------------------------------

void Server::sync_log(sim::Env& env) {
  sync_posted_ = false;  // what comes from now on is for the next group
  std::vector<Transaction> group;
  group.swap(to_log_);
  if (group.empty()) return;
  if (const auto done = log_.append(env.disk(), group); !done.ok()) {
    note(env, ZooFact::disk_failed, env.subject("transaction log"), static_cast<std::int64_t>(done.error()));
    env.exit(1);  // what became of the group is unknown: nobody may be told that it is durable
    return;
  }
  env.post(processor_station, server_timer(ServerTimer::synced, static_cast<std::uint64_t>(group.back().zxid.raw())));
  logged_since_snapshot_ += group.size();
  if (logged_since_snapshot_ <= next_snapshot_after_) return;
  logged_since_snapshot_ = 0;
  next_snapshot_after_ = config_.snap_count / 2 + env.random("zookeeper-snapshot").below(config_.snap_count / 2);
  if (const auto rolled = log_.roll(env.disk()); !rolled.ok()) {
    note(env, ZooFact::disk_failed, env.subject("transaction log"), static_cast<std::int64_t>(rolled.error()));
    env.exit(1);
    return;
  }
  env.post(snapshot_station, server_timer(ServerTimer::snapshot));
}

void Server::take_snapshot(sim::Env& env) {
  env.work(cost_of_snapshot_per_node * static_cast<std::int64_t>(tree_.size()));
  if (const auto done = write_snapshot(env.disk(), directory_, tree_); !done.ok()) {
    note(env, ZooFact::disk_failed, env.subject("snapshot"), static_cast<std::int64_t>(done.error()));
    env.exit(1);
    return;
  }
  note(env, ZooFact::snapshot_taken, env.subject(config_.data_dir), tree_.last_zxid().raw(),
       static_cast<std::int64_t>(tree_.size()));
}

// --- finishing
// -----------------------------------------------------------------------------------------------------------

void Server::wake_finisher(sim::Env& env) {
  if (pipeline_.empty() || finish_posted_) return;
  const Pending& front = pipeline_.front();
  if (front.write && front.transaction.zxid > durable_) return;
  finish_posted_ = true;
  env.post(processor_station, server_timer(ServerTimer::finish));
}

// One request, so that what it causes has its own event as cause and not the whole group.
void Server::finish_next(sim::Env& env) {
  if (pipeline_.empty()) return;
  if (pipeline_.front().write && pipeline_.front().transaction.zxid > durable_) return;
  const Pending pending = pipeline_.pop_front();
  env.work(config_.cost_of_finish);
  env.also_because(pending.cause);
  const Request* request = pending.request ? request_in(*pending.request) : nullptr;
  if (pending.write) {
    finish_write(env, pending);
  } else if (pending.refused) {
    const Response response{request->xid, tree_.last_zxid(), Error::session_expired, {}};
    send(env, pending.connection, make_message(response, op_of(request->operation)));
  } else if (connections_.count(pending.connection) > 0) {
    answer_read(env, pending, *request);
  }
  wake_finisher(env);
}

void Server::finish_write(sim::Env& env, const Pending& pending) {
  const Transaction& transaction = pending.transaction;
  const Applied applied = tree_.apply(transaction);
  preparer_.applied(transaction.zxid);
  note_changes(env, transaction, applied);
  if (applied.error != Error::ok) {
    note(env, ZooFact::write_refused, env.subject(subject_path(pending.request)), transaction.zxid.raw(),
         static_cast<std::int64_t>(applied.error));
  }
  for (const MultiOutcome& outcome : applied.outcomes) {
    if (outcome.error == Error::ok || outcome.error == Error::runtime_inconsistency) continue;
    note(env, ZooFact::write_refused, env.subject("multi"), transaction.zxid.raw(),
         static_cast<std::int64_t>(outcome.error));
  }
  // Before any answer: nobody may see a change by reading that he was not told of.
  for (const Change& change : applied.changes) tell(env, watches_.fire(change));

  if (std::holds_alternative<CreateSessionTransaction>(transaction.body)) {
    const auto found = connections_.find(pending.connection);
    const Sessions::Session* session = sessions_.find(transaction.session);
    if (found == connections_.end() || session == nullptr) return;
    const auto timeout_ms = static_cast<std::int32_t>(found->second.timeout.milliseconds());
    send(env, pending.connection,
         make_message(ConnectResponse{0, timeout_ms, transaction.session, password_of(transaction.session), false}));
    return;
  }
  if (pending.request) answer_write(env, pending, applied);
  if (std::holds_alternative<CloseSessionTransaction>(transaction.body)) {
    sessions_.remove(transaction.session);
    if (const auto owner = connection_of_.find(transaction.session); owner != connection_of_.end()) {
      close(env, owner->second);
    }
  }
}

void Server::answer_write(sim::Env& env, const Pending& pending, const Applied& applied) {
  const Request& request = *request_in(*pending.request);
  const OpCode op = op_of(request.operation);
  Response response{request.xid, tree_.last_zxid(), applied.error, {}};
  if (applied.error == Error::ok) {
    response.result = result_for(op);
    if (auto* path = std::get_if<PathResult>(&response.result)) {
      path->path = std::get<CreateTransaction>(pending.transaction.body).path;
    } else if (auto* created = std::get_if<Create2Result>(&response.result)) {
      *created = Create2Result{std::get<CreateTransaction>(pending.transaction.body).path, applied.stat};
    } else if (auto* stat = std::get_if<StatResult>(&response.result)) {
      stat->stat = applied.stat;
    } else if (auto* multi = std::get_if<MultiResult>(&response.result)) {
      multi->outcomes = applied.outcomes;
    }
  }
  send(env, pending.connection, make_message(std::move(response), op));
}

void Server::answer_read(sim::Env& env, const Pending& pending, const Request& request) {
  Response response{request.xid, tree_.last_zxid(), Error::ok, {}};
  const auto watch = [&](Watches::Kind kind, const std::string& path) {
    watches_.add(kind, path, pending.connection, pending.cause);
  };
  std::visit(
      [&](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, Exists>) {
          const Node* node = tree_.find(body.path);
          if (body.watch) watch(Watches::Kind::data, body.path);
          if (node == nullptr) response.error = Error::no_node;
          if (node != nullptr) response.result = StatResult{node->stat()};
        } else if constexpr (std::is_same_v<Body, GetData>) {
          const Node* node = tree_.find(body.path);
          if (node == nullptr) {
            response.error = Error::no_node;
            return;
          }
          if (body.watch) watch(Watches::Kind::data, body.path);
          response.result = DataResult{node->data, node->stat()};
        } else if constexpr (std::is_same_v<Body, GetChildren> || std::is_same_v<Body, GetChildren2>) {
          const Node* node = tree_.find(body.path);
          if (node == nullptr) {
            response.error = Error::no_node;
            return;
          }
          if (body.watch) watch(Watches::Kind::child, body.path);
          if constexpr (std::is_same_v<Body, GetChildren>) response.result = ChildrenResult{tree_.children(body.path)};
          if constexpr (std::is_same_v<Body, GetChildren2>) {
            response.result = Children2Result{tree_.children(body.path), node->stat()};
          }
        } else if constexpr (std::is_same_v<Body, Sync>) {
          response.result = PathResult{body.path};  // alone, everything is in step; the ensemble gives it a meaning
        } else if constexpr (std::is_same_v<Body, SetWatches>) {
          tell(env, watches_.rearm(tree_, body, pending.connection, pending.cause));
        } else {
          static_assert(std::is_same_v<Body, Ping> || std::is_same_v<Body, CloseSession> ||
                        std::is_same_v<Body, Multi> || std::is_same_v<Body, Create> || std::is_same_v<Body, Create2> ||
                        std::is_same_v<Body, Delete> || std::is_same_v<Body, SetData>);
          SIM_CHECK((std::is_same_v<Body, Ping>), "{} is not a read", to_text(Body::op));
        }
      },
      request.operation);
  send(env, pending.connection, make_message(std::move(response), op_of(request.operation)));
}

void Server::note_changes(sim::Env& env, const Transaction& transaction, const Applied& applied) {
  const std::int64_t zxid = transaction.zxid.raw();
  if (const auto* created = std::get_if<CreateSessionTransaction>(&transaction.body)) {
    note(env, ZooFact::session_created, {}, transaction.session.raw(), created->timeout_ms);
  } else if (const auto* closed = std::get_if<CloseSessionTransaction>(&transaction.body)) {
    note(env, ZooFact::session_closed, {}, transaction.session.raw(), static_cast<std::int64_t>(closed->paths.size()));
  }
  for (const Change& change : applied.changes) {
    const sim::SubjectId subject = env.subject(change.path);
    switch (change.kind) {
      case Change::Kind::created: note(env, ZooFact::node_created, subject, zxid, change.owner.raw()); break;
      case Change::Kind::data_changed: note(env, ZooFact::node_changed, subject, zxid, change.version); break;
      case Change::Kind::deleted: note(env, ZooFact::node_deleted, subject, zxid, change.owner.raw()); break;
    }
  }
}

void Server::tell(sim::Env& env, const std::vector<Fired>& fired) {
  for (const Fired& event : fired) {
    const auto found = connections_.find(event.connection);
    if (found == connections_.end()) continue;
    env.also_because(event.registered_by);
    note(env, ZooFact::watch_fired, env.subject(event.path), found->second.session.raw(),
         static_cast<std::int64_t>(event.event));
    WatcherEvent message;
    message.event = event.event;
    message.path = event.path;
    send(env, event.connection, make_message(std::move(message)));
  }
}

}  // namespace zookeeper
