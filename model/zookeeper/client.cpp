#include "model/zookeeper/client.hpp"

#include <algorithm>
#include <utility>

#include "sim/check.hpp"

namespace zookeeper {

using namespace sim::literals;

Client::Client(ClientConfig config) : config_{std::move(config)}, timeout_{config_.session_timeout} {
  SIM_CHECK(!config_.servers.empty(), "a ZooKeeper client without servers");
  SIM_CHECK(config_.max_in_flight >= 1, "zookeeper.max.in.flight.requests below 1");
}

void Client::start(sim::Env& env) {
  SIM_CHECK(state_ == State::idle, "a session is under way");
  SIM_CHECK(queue_.empty(), "requests from before the session");
  session_ = no_session;
  password_ = sim::MutableBytes{16}.freeze();
  timeout_ = config_.session_timeout;
  last_zxid_ = Zxid{};
  closing_ = false;
  watches_.clear();
  set_again_.clear();
  servers_ = config_.servers;
  env.random("zookeeper-client").shuffle(servers_);
  at_server_ = 0;
  tried_ = 0;
  attempt(env);
}

void Client::close(sim::Env& env, std::vector<ClientEvent>& out) {
  if (state_ == State::idle || closing_) return;
  if (state_ == State::connected) {
    closing_ = true;
    queue_.push_back(Outstanding{{}, CloseSession{}, {}});
    flush(env);
    return;
  }
  if (state_ != State::waiting) env.close(connection_);
  end_session(out, SessionEvent::Kind::closed, Error::connection_loss);
}

// --- requests
// ------------------------------------------------------------------------------------------------------------

void Client::submit(sim::Env& env, RequestTag tag, Operation operation) {
  SIM_CHECK(state_ != State::idle, "a request without a session");
  SIM_CHECK(!closing_, "a request after close()");
  queue_.push_back(Outstanding{tag, std::move(operation), {}});
  flush(env);
}

void Client::create(sim::Env& env, RequestTag tag, std::string path, Data data, CreateMode mode) {
  Create body;
  body.path = std::move(path);
  body.data = std::move(data);
  body.mode = mode;
  submit(env, tag, std::move(body));
}

void Client::remove(sim::Env& env, RequestTag tag, std::string path, std::int32_t version) {
  submit(env, tag, Delete{std::move(path), version});
}

void Client::set_data(sim::Env& env, RequestTag tag, std::string path, Data data, std::int32_t version) {
  submit(env, tag, SetData{std::move(path), std::move(data), version});
}

void Client::get_data(sim::Env& env, RequestTag tag, std::string path, bool watch) {
  submit(env, tag, GetData{std::move(path), watch});
}

void Client::exists(sim::Env& env, RequestTag tag, std::string path, bool watch) {
  submit(env, tag, Exists{std::move(path), watch});
}

void Client::get_children(sim::Env& env, RequestTag tag, std::string path, bool watch) {
  submit(env, tag, GetChildren2{std::move(path), watch});
}

void Client::multi(sim::Env& env, RequestTag tag, std::vector<MultiOperation> operations) {
  submit(env, tag, Multi{std::move(operations)});
}

bool Client::send(sim::Env& env, sim::MessagePtr message) {
  if (env.send(connection_, std::move(message)) != sim::SendResult::sent) return false;
  sent_at_ = env.now();
  return true;
}

// What is not taken now waits for `writable` or for the next connection.
void Client::flush(sim::Env& env) {
  if (state_ != State::connected) return;
  while (!set_again_.empty()) {
    if (!send(env, make_message(Request{set_watches_xid, set_again_.back()}))) return;
    set_again_.pop_back();
  }
  while (in_flight_ < queue_.size() && in_flight_ < config_.max_in_flight) {
    Outstanding& next = queue_[in_flight_];
    next.xid = Xid{last_xid_ + 1};
    if (!send(env, make_message(Request{next.xid, next.operation}))) return;
    last_xid_ = last_xid_ == INT32_MAX ? 0 : last_xid_ + 1;
    ++in_flight_;
  }
}

// --- the connection
// --------------------------------------------------------------------------------------------------------

sim::Timer Client::timer(TimerKind kind) const {
  return sim::Timer{config_.first_timer_kind + static_cast<std::uint32_t>(kind), attempt_};
}

/// How long the server may be silent in the present state.
sim::Duration Client::patience() const {
  return state_ == State::connected ? timeout_ * 2 / 3 : timeout_ / static_cast<std::int64_t>(servers_.size());
}

/// After how long without sending anything a ping is due: a third of the timeout, less a second where there is one to
/// spare, at most ten seconds.
sim::Duration Client::ping_after() const {
  const sim::Duration third = timeout_ / 3;
  return third <= 1_s ? third : std::min(std::max(third - 1_s, 1_s), 10_s);
}

void Client::attempt(sim::Env& env) {
  state_ = State::connecting;
  ++attempt_;
  ++tried_;
  heard_ = env.now();
  connection_ = env.connect(server());
  arm_heartbeat(env, heard_ + patience());
}

void Client::arm_heartbeat(sim::Env& env, sim::Time at) {
  env.cancel(heartbeat_timer_);
  heartbeat_timer_ = env.arm(std::max(at - env.now(), sim::Duration{}), timer(TimerKind::heartbeat));
}

void Client::greet(sim::Env& env) {
  state_ = State::greeting;
  heard_ = env.now();
  const auto wanted_ms = static_cast<std::int32_t>(config_.session_timeout.milliseconds());
  send(env, make_message(ConnectRequest{0, last_zxid_, wanted_ms, session_, password_, false}));
  arm_heartbeat(env, heard_ + patience());
}

void Client::greeted(sim::Env& env, const ConnectResponse& response, std::vector<ClientEvent>& out) {
  if (response.timeout_ms <= 0) {
    note(env, ZooFact::client_expired, {}, session_.raw());
    env.close(connection_);
    end_session(out, SessionEvent::Kind::expired, Error::session_expired);
    return;
  }
  const bool fresh = session_ != response.session;
  session_ = response.session;
  password_ = response.password;
  timeout_ = sim::Duration{std::int64_t{response.timeout_ms} * 1'000'000};
  state_ = State::connected;
  tried_ = 0;
  note(env, ZooFact::client_connected, {}, session_.raw(), server().raw());
  out.emplace_back(SessionEvent{SessionEvent::Kind::connected, session_, fresh});
  set_again_ = watches_.to_set_again(last_zxid_);
  std::reverse(set_again_.begin(), set_again_.end());
  sent_at_ = env.now();
  flush(env);
  arm_heartbeat(env, sent_at_ + ping_after());
}

void Client::lost(sim::Env& env, std::vector<ClientEvent>& out) {
  const bool was_connected = state_ == State::connected;
  state_ = State::waiting;
  in_flight_ = 0;
  set_again_.clear();
  env.cancel(heartbeat_timer_);
  if (was_connected) {
    note(env, ZooFact::client_disconnected, {}, session_.raw(), server().raw());
    out.emplace_back(SessionEvent{SessionEvent::Kind::disconnected, session_, false});
  }
  if (closing_) {
    end_session(out, SessionEvent::Kind::closed, Error::connection_loss);
    return;
  }
  if (!config_.resend_lost) fail_all(Error::connection_loss, out);
  // Up to a second, and one more when all servers have been tried: a herd must not come back in step.
  sim::Duration pause = env.random("zookeeper-client").between(sim::Duration{}, 1_s);
  at_server_ = (at_server_ + 1) % servers_.size();
  if (tried_ % servers_.size() == 0) pause += 1_s;
  ++attempt_;
  env.arm(pause, timer(TimerKind::attempt));
}

void Client::end_session(std::vector<ClientEvent>& out, SessionEvent::Kind kind, Error error) {
  state_ = State::idle;
  ++attempt_;
  in_flight_ = 0;
  watches_.clear();
  fail_all(error, out);
  closing_ = false;
  const SessionId ended = std::exchange(session_, no_session);
  out.emplace_back(SessionEvent{kind, ended, false});
}

void Client::fail_all(Error error, std::vector<ClientEvent>& out) {
  while (!queue_.empty()) {
    const Outstanding request = queue_.pop_front();
    const OpCode op = op_of(request.operation);
    if (op == OpCode::close_session) continue;
    Answer answer;
    answer.tag = request.tag;
    answer.op = op;
    answer.path = path_of(request.operation);
    answer.error = error;
    out.emplace_back(std::move(answer));
  }
}

void Client::heartbeat(sim::Env& env, std::vector<ClientEvent>& out) {
  const sim::Time now = env.now();
  if (now - heard_ >= patience()) {
    // Nothing but silence: the connection may be as dead as the server, or only slow.
    note(env, ZooFact::client_gave_up, {}, session_.raw(), server().raw());
    env.waited_for(server(), heard_);
    env.close(connection_);
    lost(env, out);
    return;
  }
  if (state_ != State::connected) {
    arm_heartbeat(env, heard_ + patience());
    return;
  }
  if (now - sent_at_ >= ping_after()) {
    send(env, make_message(Request{ping_xid, Ping{}}));
    sent_at_ = now;  // also if it was not taken: a full buffer is life enough from our side
  }
  arm_heartbeat(env, std::min(heard_ + patience(), sent_at_ + ping_after()));
}

// --- inputs
// ----------------------------------------------------------------------------------------------------------------

bool Client::on_timer(sim::Env& env, sim::Timer fired, std::vector<ClientEvent>& out) {
  if (fired.kind < config_.first_timer_kind || fired.kind >= config_.first_timer_kind + timer_kinds) return false;
  if (fired.key != attempt_ || state_ == State::idle) return true;  // of an attempt that is over
  switch (static_cast<TimerKind>(fired.kind - config_.first_timer_kind)) {
    case TimerKind::attempt: attempt(env); break;
    case TimerKind::heartbeat: heartbeat(env, out); break;
  }
  return true;
}

bool Client::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event,
                           std::vector<ClientEvent>& out) {
  if (connection != connection_ || state_ == State::idle || state_ == State::waiting) return false;
  switch (event.change) {
    case sim::ConnectionChange::opened: greet(env); break;
    case sim::ConnectionChange::writable: flush(env); break;
    case sim::ConnectionChange::refused:
    case sim::ConnectionChange::timed_out:
    case sim::ConnectionChange::closed:
    case sim::ConnectionChange::reset: lost(env, out); break;
    case sim::ConnectionChange::accepted: SIM_CHECK(false, "the client accepted its own connection");
  }
  return true;
}

bool Client::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message,
                        std::vector<ClientEvent>& out) {
  const auto* greeting = sim::content<ConnectResponse>(message);
  const auto* event = sim::content<WatcherEvent>(message);
  const Response* response = response_in(message);
  if (greeting == nullptr && event == nullptr && response == nullptr) return false;
  if (connection != connection_ || (state_ != State::greeting && state_ != State::connected)) return true;
  heard_ = env.now();
  if (greeting != nullptr) {
    greeted(env, *greeting, out);
  } else if (event != nullptr) {
    if (watches_.fired(event->event, event->path)) out.emplace_back(WatchEvent{event->event, event->path});
  } else {
    if (response->zxid > Zxid{}) last_zxid_ = response->zxid;
    if (response->xid != ping_xid && response->xid != set_watches_xid) answered(env, *response, out);
  }
  return true;
}

void Client::answered(sim::Env& env, const Response& response, std::vector<ClientEvent>& out) {
  SIM_CHECK(in_flight_ > 0, "an answer to nothing");
  SIM_CHECK(queue_.front().xid == response.xid, "answer {} where {} was next", response.xid.raw(),
            queue_.front().xid.raw());
  Outstanding request = queue_.pop_front();
  --in_flight_;
  if (op_of(request.operation) == OpCode::close_session) {
    env.close(connection_);
    end_session(out, SessionEvent::Kind::closed, Error::connection_loss);
    return;
  }
  watches_.registered(request.operation, response.error);
  Answer answer;
  answer.tag = request.tag;
  answer.op = op_of(request.operation);
  answer.path = path_of(request.operation);
  answer.error = response.error;
  answer.zxid = response.zxid;
  std::visit(
      [&](const auto& result) {
        if constexpr (requires { result.path; }) answer.created = result.path;
        if constexpr (requires { result.stat; }) answer.stat = result.stat;
        if constexpr (requires { result.data; }) answer.data = result.data;
        if constexpr (requires { result.children; }) answer.children = result.children;
        if constexpr (requires { result.outcomes; }) answer.outcomes = result.outcomes;
      },
      response.result);
  out.emplace_back(std::move(answer));
  flush(env);
}

Error Answer::reason() const {
  if (error != Error::ok) return error;
  for (const MultiOutcome& outcome : outcomes) {
    if (outcome.error != Error::ok && outcome.error != Error::runtime_inconsistency) return outcome.error;
  }
  return Error::ok;
}

bool Answer::failed() const { return reason() != Error::ok; }

}  // namespace zookeeper
