#include "tests/model/zookeeper/story.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>

#include "model/facts.hpp"
#include "sim/check.hpp"
#include "tests/model/zookeeper/keeper_world.hpp"
#include "tests/model/zookeeper/operation_text.hpp"

namespace zookeeper::test {
namespace {

using namespace sim::literals;

const std::vector<std::string> clients{"a", "b"};

sim::World make_story_world(const ServerConfig& server, ClientConfig client) {
  return make_world(sim::Seed{7}, server, clients, [&](sim::HostId host) {
    ClientConfig own = client;
    own.servers = {host};
    own.first_timer_kind = 40;
    return std::make_unique<SessionUser>(own);
  });
}

sim::Duration duration_in(const std::string& text) {
  const std::int64_t number = std::stoll(text);
  return text.find("ms") != std::string::npos ? sim::Duration{number * 1'000'000}
                                              : sim::Duration{number * 1'000'000'000};
}

}  // namespace

Story::Story(const ServerConfig& server, const ClientConfig& client)
    : world_{make_story_world(server, client)}, facts_{*this} {
  world_.attach(&facts_);
  advance(100_ms);
  told_.clear();
}

std::string Story::stamp(sim::Time at) const {
  return fmt::format("[{:4}.{}]", at.since_start().milliseconds() / 1'000, at.since_start().milliseconds() / 100 % 10);
}

std::string Story::session_name(std::int64_t id) {
  if (id == 0) return "no session";
  const auto found = sessions_.try_emplace(id, static_cast<int>(sessions_.size()) + 1).first;
  return fmt::format("session {}", found->second);
}

void Story::Facts::on_event(sim::EventId, const sim::TraceRecord& record) {
  const auto first = static_cast<std::uint16_t>(sim::EventKind::first_fact) + kafka::first_zookeeper_fact;
  const int index = static_cast<int>(record.kind) - first;
  if (index < 0 || index >= static_cast<int>(ZooFact::count)) return;
  const auto a = static_cast<std::int64_t>(record.a);
  const auto b = static_cast<std::int64_t>(record.b);
  const std::string subject{story_.world_.names().name_of(record.subject)};
  std::string text;
  switch (static_cast<ZooFact>(index)) {
    case ZooFact::server_recovered: text = fmt::format("recovered up to {}", a); break;
    case ZooFact::history_cut: text = fmt::format("cut a torn tail off {}", subject); break;
    case ZooFact::history_broken: text = fmt::format("cannot start: {}", subject); break;
    case ZooFact::disk_failed: text = fmt::format("stops, its disk failed: {}", subject); break;
    case ZooFact::session_created: text = fmt::format("{} created, timeout {} ms", story_.session_name(a), b); break;
    case ZooFact::session_reconnected: text = fmt::format("{} is back", story_.session_name(a)); break;
    case ZooFact::session_expired: text = fmt::format("{} expired", story_.session_name(a)); break;
    case ZooFact::session_closed: text = fmt::format("{} ended, ephemerals: {}", story_.session_name(a), b); break;
    case ZooFact::session_refused: text = fmt::format("{} refused", story_.session_name(a)); break;
    case ZooFact::node_created: text = fmt::format("{} created, zxid {}", subject, a); break;
    case ZooFact::node_changed: text = fmt::format("{} changed, zxid {}, version {}", subject, a, b); break;
    case ZooFact::node_deleted: text = fmt::format("{} deleted, zxid {}", subject, a); break;
    case ZooFact::write_refused:
      text = fmt::format("{} refused, zxid {}: {}", subject, a, to_text(static_cast<Error>(b)));
      break;
    case ZooFact::client_gave_up: text = "gave up on its silent server"; break;
    case ZooFact::snapshot_taken:
    case ZooFact::watch_fired:
    case ZooFact::client_connected:
    case ZooFact::client_disconnected:
    case ZooFact::client_expired:
    case ZooFact::count: return;
  }
  const std::string& name = story_.world_.host(record.host).name;
  story_.told_.push_back(fmt::format("{} {:<2} {}", story_.stamp(record.at), name, text));
}

void Story::Facts::on_second_parent(const sim::SecondParent&) {}

std::string Story::text_of(const ClientEvent& event) {
  if (const auto* watch = std::get_if<WatchEvent>(&event))
    return fmt::format("! {} {}", to_text(watch->type), watch->path);
  if (const auto* session = std::get_if<SessionEvent>(&event)) {
    constexpr std::array<const char*, 4> names = {"connected", "disconnected", "expired", "closed"};
    return fmt::format("! {}: {}", names[static_cast<std::size_t>(session->kind)],
                       session_name(session->session.raw()));
  }
  const Answer& answer = std::get<Answer>(event);
  std::string text = fmt::format("< {} {}: {}", verb_of(answer.op, false), answer.path, to_text(answer.error));
  if (answer.op == OpCode::multi) {
    text = fmt::format("< multi: {}", to_text(answer.error));
    for (const MultiOutcome& outcome : answer.outcomes) {
      text += fmt::format(", {}", outcome.op == OpCode::error ? to_text(outcome.error) : verb_of(outcome.op, true));
    }
    return text;
  }
  if (answer.error != Error::ok) return text;
  if (!answer.created.empty()) text += " " + answer.created;
  if (answer.op == OpCode::get_data)
    text += fmt::format(" {} version {}", text_of_data(answer.data), answer.stat.version);
  if (answer.op == OpCode::set_data) text += fmt::format(" version {}", answer.stat.version);
  if (answer.op == OpCode::get_children2) {
    text += " [";
    for (const std::string& child : answer.children) text += (text.back() == '[' ? "" : " ") + child;
    text += "]";
  }
  return text;
}

void Story::hear_clients() {
  for (const std::string& name : clients) {
    const sim::HostId id = *world_.find_host(name);
    const auto* user = dynamic_cast<const SessionUser*>(world_.process(id));
    if (user == nullptr) {
      heard_[name] = 0;
      continue;
    }
    for (std::size_t& i = heard_[name]; i < user->events().size(); ++i) {
      told_.push_back(fmt::format("{} {:<2} {}", stamp(world_.now()), name, text_of(user->events()[i])));
    }
  }
}

void Story::advance(sim::Duration by) {
  const sim::Time until = world_.now() + by;
  while (world_.next_event_at() <= until && world_.step()) hear_clients();
  world_.advance({until});
  REQUIRE(broken_in(world_) == "");
}

void Story::inject(const std::string& verb, const std::vector<std::string>& words) {
  const sim::HostId host = words.empty() ? sim::no_host : world_.find_host(words[0]).value_or(sim::no_host);
  if (verb == "crash") world_.input(sim::Crash{host});
  if (verb == "power-off") world_.input(sim::PowerOff{host});
  if (verb == "start") world_.input(sim::Start{host});
  if (verb == "freeze") world_.input(sim::Freeze{host});
  if (verb == "thaw") world_.input(sim::Thaw{host});
  if (verb == "isolate") world_.input(sim::Isolate{host});
  if (verb == "cut") world_.input(sim::CutOneWay{host, *world_.find_host(words[1])});
  if (verb == "heal") world_.input(sim::Heal{});
  if (verb == "disk-fails") world_.input(sim::DiskTrouble{host, sim::FailDisk{sim::DiskAccess::sync, 1, ""}});
}

std::vector<std::string> Story::run(const std::string& line) {
  std::vector<std::string> words = words_of(line);
  const std::string verb = words[0];
  words.erase(words.begin());
  sim::Duration after = 50_ms;
  const bool for_client = !words.empty() && (words[0] == "a" || words[0] == "b") && verb != "crash" &&
                          verb != "freeze" && verb != "thaw" && verb != "isolate" && verb != "start" &&
                          verb != "power-off";
  if (verb == "run") {
    after = duration_in(words[0]);
  } else if (for_client) {
    std::string command = verb;
    for (std::size_t i = 1; i < words.size(); ++i) command += " " + words[i];
    world_.input(sim::Command{*world_.find_host(words[0]), make_line(command)});
  } else {
    inject(verb, words);
  }
  hear_clients();
  advance(after);
  std::vector<std::string> out;
  out.swap(told_);
  return out;
}

}  // namespace zookeeper::test
