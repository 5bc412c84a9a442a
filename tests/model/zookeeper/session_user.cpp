#include "tests/model/zookeeper/session_user.hpp"

#include <utility>

#include "sim/check.hpp"
#include "tests/model/zookeeper/operation_text.hpp"

namespace zookeeper::test {

void SessionUser::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  std::vector<ClientEvent> events;
  const bool mine = client_.on_message(env, connection, message, events);
  SIM_CHECK(mine, "a message for nobody");
  keep(std::move(events));
}

void SessionUser::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  std::vector<ClientEvent> events;
  client_.on_connection(env, connection, event, events);
  keep(std::move(events));
}

void SessionUser::on_timer(sim::Env& env, sim::Timer timer) {
  std::vector<ClientEvent> events;
  const bool mine = client_.on_timer(env, timer, events);
  SIM_CHECK(mine, "a timer of nobody");
  keep(std::move(events));
}

void SessionUser::on_command(sim::Env& env, const sim::Message& command) {
  std::vector<std::string> words = words_of(sim::content_of<Line>(command).text);
  const std::string verb = words.front();
  words.erase(words.begin());
  if (verb == "session") {
    client_.start(env);
    return;
  }
  if (verb == "end") {
    std::vector<ClientEvent> events;
    client_.close(env, events);
    keep(std::move(events));
    return;
  }
  const auto operation = parse_operation(verb, words);
  SIM_CHECK(operation.has_value(), "the script says '{}'", verb);
  asked_.push_back(Asked{*operation, false, {}, client_.session()});
  client_.submit(env, RequestTag{7, asked_.size() - 1}, *operation);
}

void SessionUser::keep(std::vector<ClientEvent> events) {
  for (ClientEvent& event : events) {
    if (const auto* answer = std::get_if<Answer>(&event)) {
      SIM_CHECK(answer->tag.kind == 7, "a strange tag");
      Asked& asked = asked_.at(answer->tag.key);
      SIM_CHECK(!asked.answered, "a second answer");
      asked.answered = true;
      asked.answer = *answer;
      asked.session = client_.session() == no_session ? asked.session : client_.session();
    }
    events_.push_back(std::move(event));
  }
}

}  // namespace zookeeper::test
