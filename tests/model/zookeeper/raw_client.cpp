#include "tests/model/zookeeper/raw_client.hpp"

#include <fmt/format.h>

#include "model/zookeeper/sessions.hpp"
#include "sim/check.hpp"
#include "tests/model/zookeeper/operation_text.hpp"

namespace zookeeper::test {

void RawClient::on_command(sim::Env& env, const sim::Message& command) {
  std::vector<std::string> words = words_of(sim::content_of<Line>(command).text);
  const std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "drop") {
    env.close(connection_);
    connection_ = {};
    return;
  }
  if (verb == "adopt") {
    session_ = SessionId{std::stoll(words[0])};
    last_zxid_ = Zxid{std::stoll(words[1])};
    return;
  }
  if (verb == "connect" || verb == "reconnect" || verb == "badpassword") {
    if (verb == "connect") {
      session_ = no_session;
      last_zxid_ = Zxid{};
      xid_ = 0;
    }
    timeout_ms_ = 6'000;
    for (const std::string& word : words) {
      if (word.rfind("timeout=", 0) == 0) timeout_ms_ = std::stoi(word.substr(8));
      if (word == "future") last_zxid_ = Zxid{1'000'000'000};
    }
    wrong_password_ = verb == "badpassword";
    greeted_ = false;
    waiting_.clear();
    connection_ = env.connect(server_);
    return;
  }
  const std::optional<Operation> operation = parse_operation(verb, words);
  SIM_CHECK(operation.has_value(), "the script says '{}'", verb);
  const OpCode op = op_of(*operation);
  const Xid xid = op == OpCode::ping ? ping_xid : op == OpCode::set_watches ? set_watches_xid : Xid{++xid_};
  waiting_.emplace_back(xid, op);
  env.send(connection_, make_message(Request{xid, *operation}));
}

void RawClient::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  if (connection != connection_) return;
  if (event.change == sim::ConnectionChange::opened) {
    sim::Bytes password = session_ == no_session ? sim::MutableBytes{16}.freeze() : password_of(session_);
    if (wrong_password_) password = sim::Bytes::copy_of("xxxxxxxxxxxxxxxx");
    env.send(connection, make_message(ConnectRequest{0, last_zxid_, timeout_ms_, session_, password, false}));
    return;
  }
  lines_.emplace_back(greeted_ ? "! closed" : "< connect: closed without an answer");
  connection_ = {};
}

void RawClient::on_message(sim::Env&, sim::ConnectionId connection, const sim::Message& message) {
  if (connection != connection_) return;
  if (const auto* greeting = sim::content<ConnectResponse>(message)) {
    greeted_ = true;
    if (greeting->timeout_ms == 0) {
      lines_.emplace_back("< connect: SESSIONEXPIRED timeout=0");
      return;
    }
    SIM_CHECK(greeting->password && *greeting->password == password_of(greeting->session));
    const bool same = greeting->session == session_;
    session_ = greeting->session;
    lines_.push_back(fmt::format("< connect: OK timeout={} {} session", greeting->timeout_ms, same ? "same" : "new"));
    return;
  }
  if (const auto* event = sim::content<WatcherEvent>(message)) {
    lines_.push_back(fmt::format("! {} {}", to_text(event->event), event->path));
    return;
  }
  const Response* response = response_in(message);
  SIM_CHECK(response != nullptr, "a client got {}", message.type().name);
  SIM_CHECK(!waiting_.empty() && waiting_.front().first == response->xid, "an answer out of turn");
  const OpCode op = waiting_.front().second;
  waiting_.pop_front();
  last_zxid_ = std::max(last_zxid_, response->zxid);
  const OwnerName owner = [](SessionId id) {
    return id == no_session ? std::string{"none"} : fmt::format("@{}@", id.raw());
  };
  lines_.push_back(fmt::format("< {}: {} zxid={}{}", verb_of(op, false), to_text(response->error), response->zxid.raw(),
                               text_of_result(response->result, owner)));
}

}  // namespace zookeeper::test
