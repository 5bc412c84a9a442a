#include "tests/sim/puppet.hpp"

#include <algorithm>
#include <cstring>

#include "sim/check.hpp"

namespace story {

using sim::ConnectionId;
using sim::Duration;
using sim::Env;
using sim::HostId;

// --- words and numbers
// -------------------------------------------------------------------------------------------------

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  SIM_CHECK(!text.empty(), "a number was expected");
  for (const char c : text) {
    SIM_CHECK(c >= '0' && c <= '9', "{} is no number", text);
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return number;
}

Duration duration_of(std::string_view text) {
  const std::size_t unit = std::min(text.find_first_not_of("-0123456789"), text.size());
  const bool negative = !text.empty() && text.front() == '-';
  const auto n = static_cast<std::int64_t>(number_of(text.substr(negative ? 1 : 0, unit - (negative ? 1 : 0))));
  const std::string_view name = text.substr(unit);
  std::int64_t factor = 0;
  if (name == "ns") factor = 1;
  if (name == "us") factor = 1'000;
  if (name == "ms") factor = 1'000'000;
  if (name == "s") factor = 1'000'000'000;
  SIM_CHECK(factor != 0, "{} is no duration", text);
  return Duration{(negative ? -n : n) * factor};
}

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::size_t at = 0;
  while (at < line.size()) {
    const std::size_t begin = line.find_first_not_of(' ', at);
    if (begin == std::string_view::npos) break;
    at = std::min(line.find(' ', begin), line.size());
    words.emplace_back(line.substr(begin, at - begin));
  }
  return words;
}

// --- messages
// ------------------------------------------------------------------------------------------------------------

namespace {

const Word& word(const sim::Message& message) { return static_cast<const Word&>(message); }

std::string print_word(const sim::Message& message) {
  return std::string{message.type().name} + " " + std::to_string(word(message).number);
}

bool equal_words(const sim::Message& a, const sim::Message& b) {
  return word(a).number == word(b).number && a.size() == b.size();
}

void encode_word(const sim::Message& message, std::vector<std::byte>& out) {
  std::uint64_t number = word(message).number;
  std::vector<std::byte> bytes(message.size());
  for (std::size_t i = 0; i < std::min<std::size_t>(8, bytes.size()); ++i, number >>= 8) {
    bytes[i] = static_cast<std::byte>(number & 0xff);
  }
  out.insert(out.end(), bytes.begin(), bytes.end());
  if (message.type().name == "liar") out.push_back(std::byte{0});
}

sim::MessagePtr decode_word(std::span<const std::byte> bytes, const sim::Message& sent) {
  std::uint64_t number = 0;
  for (std::size_t i = std::min<std::size_t>(8, bytes.size()); i-- > 0;) {
    number = number << 8 | std::to_integer<std::uint64_t>(bytes[i]);
  }
  if (sent.type().name == "garbled") number += 1;
  if (sent.type().name == "noise") return {};
  return sim::MessagePtr{new Word{sent.type().id, static_cast<std::uint32_t>(bytes.size()), number}};
}

const sim::MessageType& word_type(std::uint16_t index) {
  static const std::vector<sim::MessageType> types = [] {
    std::vector<sim::MessageType> made;
    for (std::uint16_t i = 0; i < Word::names.size(); ++i) {
      made.push_back(sim::MessageType{i, Word::names[i], print_word, equal_words, encode_word, decode_word});
    }
    return made;
  }();
  return types[index];
}

}  // namespace

std::uint16_t Word::index_of(std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  SIM_CHECK(found != names.end(), "puppets do not know the word {}", name);
  return static_cast<std::uint16_t>(found - names.begin());
}

Word::Word(std::uint16_t word, std::uint32_t size, std::uint64_t with) : Message{word_type(word), size}, number{with} {}

const sim::MessageType Script::type{100,
                                    "script",
                                    [](const sim::Message& message) { return sim::content_of<Script>(message).verbs; },
                                    [](const sim::Message& a, const sim::Message& b) {
                                      return sim::content_of<Script>(a).verbs == sim::content_of<Script>(b).verbs;
                                    },
                                    [](const sim::Message&, std::vector<std::byte>&) {},
                                    [](std::span<const std::byte>, const sim::Message&) { return sim::MessagePtr{}; }};

// --- facts
// ---------------------------------------------------------------------------------------------------------------

const std::vector<sim::FactType>& fact_types() {
  static const std::vector<sim::FactType> types{
      {"says", "n", ""},        {"buffer-full", "sent", ""}, {"not-open", "", ""},
      {"counts", "n", ""},      {"clock-shows", "ms", ""},   {"reads", "bytes", "first"},
      {"disk-refuses", "", ""}, {"draws", "n", ""},          {"meter-at", "us", ""},
  };
  return types;
}

std::uint16_t fact_type(std::string_view name) {
  const auto& types = fact_types();
  const auto found = std::find_if(types.begin(), types.end(), [&](const sim::FactType& t) { return t.name == name; });
  SIM_CHECK(found != types.end());
  return static_cast<std::uint16_t>(found - types.begin());
}

void Puppet::say(Env& env, std::string_view fact, std::string_view subject, std::uint64_t a) {
  const sim::SubjectId about = env.subject(subject);
  env.note(sim::Fact{fact_type(fact), about, a, 0});
}

// --- the door
// ------------------------------------------------------------------------------------------------------------

namespace {

std::string occasion_of(sim::ConnectionChange change) {
  std::string text{to_text(change)};
  std::replace(text.begin(), text.end(), ' ', '-');
  return text;
}

std::string occasion_of(sim::Timer timer) { return "timer " + std::string{timer_names.at(timer.kind)}; }

std::string occasion_of(const sim::Message& message) { return "message " + std::string{message.type().name}; }

}  // namespace

sim::Station Puppet::route(const sim::Input& input) const {
  std::string occasion;
  if (input.kind == sim::Input::Kind::message) occasion = occasion_of(*input.message);
  if (input.kind == sim::Input::Kind::timer) occasion = occasion_of(input.timer);
  if (input.kind == sim::Input::Kind::command) occasion = "command";
  const auto found = role_->station_of.find(occasion);
  if (found == role_->station_of.end()) return sim::Station{0};
  const auto station = std::find(role_->station_names.begin(), role_->station_names.end(), found->second);
  return sim::Station{static_cast<std::uint8_t>(station - role_->station_names.begin())};
}

void Puppet::act(Env& env, const std::string& occasion) {
  const auto found = role_->on.find(occasion);
  if (found != role_->on.end()) perform(env, found->second);
}

void Puppet::start(Env& env) { act(env, "start"); }

void Puppet::on_stop(Env& env) {
  if (role_->on.count("stop") == 0) return env.exit();
  act(env, "stop");
}

void Puppet::on_message(Env& env, ConnectionId connection, const sim::Message& message) {
  ++received_;
  speaker_ = env.peer(connection);
  if (speaker_ != HostId{UINT16_MAX}) heard_[speaker_] = env.now();
  act(env, occasion_of(message));
}

void Puppet::on_connection(Env& env, ConnectionId connection, sim::ConnectionEvent event) {
  const bool up = event.change == sim::ConnectionChange::accepted || event.change == sim::ConnectionChange::opened;
  if (up) connections_[event.peer] = connection;
  if (up) heard_[event.peer] = env.now();
  speaker_ = event.peer;
  act(env, occasion_of(event.change));
}

void Puppet::on_timer(Env& env, sim::Timer timer) { act(env, occasion_of(timer)); }

void Puppet::on_command(Env& env, const sim::Message& message) { perform(env, sim::content_of<Script>(message).verbs); }

// --- verbs
// ---------------------------------------------------------------------------------------------------------------

HostId Puppet::host_called(std::string_view name) const {
  if (name == "speaker") return speaker_;
  const auto found = std::find(role_->hosts->begin(), role_->hosts->end(), name);
  SIM_CHECK(found != role_->hosts->end(), "there is no host {}", name);
  return HostId{static_cast<std::uint16_t>(found - role_->hosts->begin())};
}

void Puppet::perform(Env& env, std::string_view verbs) {
  while (!verbs.empty()) {
    const std::size_t end = std::min(verbs.find(';'), verbs.size());
    const std::vector<std::string> words = words_of(verbs.substr(0, end));
    verbs.remove_prefix(std::min(end + 1, verbs.size()));
    if (!words.empty()) perform_one(env, words);
  }
}

void Puppet::perform_one(Env& env, const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  const auto word_or = [&](std::size_t i, std::string otherwise) { return i < words.size() ? words[i] : otherwise; };
  const auto timer = [&](std::string_view name) {
    const auto found = std::find(timer_names.begin(), timer_names.end(), name);
    SIM_CHECK(found != timer_names.end(), "there is no timer {}", name);
    return sim::Timer{static_cast<std::uint32_t>(found - timer_names.begin()), 0};
  };
  if (perform_network(env, words) || perform_disk(env, words)) return;
  if (verb == "arm") {
    timers_[words.at(2)] = env.arm(duration_of(words.at(1)), timer(words.at(2)));
  } else if (verb == "cancel") {
    say(env, "says", env.cancel(timers_[words.at(1)]) ? "cancelled" : "too-late");
  } else if (verb == "post") {
    const auto station = std::find(role_->station_names.begin(), role_->station_names.end(), words.at(1));
    env.post(sim::Station{static_cast<std::uint8_t>(station - role_->station_names.begin())}, timer(words.at(2)));
  } else if (verb == "work") {
    env.work(duration_of(words.at(1)));
  } else if (verb == "lock") {
    env.lock(locks_[words.at(1)]);
  } else if (verb == "say") {
    say(env, "says", words.at(1), number_of(word_or(2, "0")));
  } else if (verb == "meter") {
    say(env, "meter-at", {}, static_cast<std::uint64_t>(env.now().since_start().microseconds()));
  } else if (verb == "count") {
    say(env, "counts", {}, ++count_);
  } else if (verb == "clock") {
    say(env, "clock-shows", {}, static_cast<std::uint64_t>(env.wall_clock().milliseconds() - 1'700'000'000'000));
  } else if (verb == "draw") {
    const std::uint64_t drawn = env.random("puppet").below(1'000);
    say(env, "draws", {}, drawn);
  } else if (verb == "exit") {
    env.exit(static_cast<int>(number_of(word_or(1, "0"))));
  } else if (verb == "remember") {
    remembered_ = env.cause();
  } else if (verb == "because") {
    env.also_because(remembered_);
  } else if (verb == "waited") {
    const HostId peer = host_called(words.at(1));
    env.waited_for(peer, words.size() > 2 ? env.now() - duration_of(words[2]) : heard_[peer]);
  } else if (verb == "break") {
    SIM_CHECK(count_ > 1'000'000, "told to break");
  } else {
    SIM_CHECK(false, "puppets do not know the verb {}", verb);
  }
}

bool Puppet::send(Env& env, HostId to, std::string_view name, std::uint32_t size) {
  const sim::MessagePtr message{new Word{Word::index_of(name), size, ++sent_}};
  const sim::SendResult result = env.send(connections_[to], message);
  if (result == sim::SendResult::full) say(env, "buffer-full", {}, sent_ - 1);
  if (result == sim::SendResult::closed) say(env, "not-open", env.host_name(to));
  return result == sim::SendResult::sent;
}

bool Puppet::perform_network(Env& env, const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  const auto size_at = [&](std::size_t i) {
    return i < words.size() ? static_cast<std::uint32_t>(number_of(words[i])) : 100U;
  };
  if (verb == "listen") {
    env.listen();
  } else if (verb == "unlisten") {
    env.listen(false);
  } else if (verb == "connect") {
    const HostId to = host_called(words.at(1));
    connections_[to] = env.connect(to);
  } else if (verb == "send") {
    send(env, host_called(words.at(1)), words.at(2), size_at(3));
  } else if (verb == "reply") {
    send(env, speaker_, words.at(1), size_at(2));
  } else if (verb == "flood") {
    const HostId to = host_called(words.at(1));
    for (std::uint32_t n = size_at(4); n > 0 && send(env, to, words.at(2), size_at(3)); --n) {
    }
  } else if (verb == "close") {
    env.close(connections_[host_called(words.at(1))]);
  } else {
    return false;
  }
  return true;
}

bool Puppet::perform_disk(Env& env, const std::vector<std::string>& words) {
  sim::Disk& disk = env.disk();
  const std::string& verb = words[0];
  const auto check = [&](const auto& result) {
    if (!result.ok()) say(env, "disk-refuses", to_text(result.error()));
    return result.ok();
  };
  const auto file = [&](const std::string& path) -> sim::File {
    if (files_.count(path) == 0) {
      const sim::DiskResult<sim::File> opened = disk.open(path, sim::OpenMode::create);
      if (!check(opened)) return {};
      files_[path] = opened.value();
    }
    return files_[path];
  };
  const auto bytes = [](std::uint64_t n, char filling) { return std::string(static_cast<std::size_t>(n), filling); };
  if (verb == "append") {
    check(disk.append(file(words.at(1)),
                      sim::as_bytes(bytes(number_of(words.at(2)), words.size() > 3 ? words[3][0] : 'x'))));
  } else if (verb == "write") {
    check(disk.write_at(file(words.at(1)), number_of(words.at(2)), sim::as_bytes(bytes(number_of(words.at(3)), 'w'))));
  } else if (verb == "sync") {
    check(disk.sync(file(words.at(1))));
  } else if (verb == "syncdir") {
    check(disk.sync_directory(""));
  } else if (verb == "rename") {
    check(disk.rename(words.at(1), words.at(2)));
  } else if (verb == "read" || verb == "peek") {
    const sim::DiskResult<sim::File> opened = disk.open(words.at(1), sim::OpenMode::read);
    if (!check(opened)) return true;
    const sim::DiskResult<sim::Bytes> read = disk.read(opened.value(), 0, 1'000'000);
    if (check(read) && verb == "read") {  // a peek says nothing of what it saw
      const std::uint64_t first = read.value().empty() ? 0 : std::to_integer<std::uint64_t>(read.value()[0]);
      env.note(sim::Fact{fact_type("reads"), env.subject(words.at(1)), read.value().size(), first});
    }
    check(disk.close(opened.value()));
  } else {
    return false;
  }
  return true;
}

}  // namespace story
