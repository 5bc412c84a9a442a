#include "tests/model/client/client_story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/model/client/words.hpp"

namespace client_test {

using sim::EventId;
using sim::EventKind;

namespace {

bool contains_all(const std::string& line, const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& w) { return line.find(w) != std::string::npos; });
}

// `kafka.name=value` words for the config's table; others are left to the caller.
template <class Config>
bool configure(kafka::ConfigTable<Config> table, Config& config, const std::string& key, const std::string& value) {
  if (kafka::find_config(table, key) == nullptr) return false;
  const auto outcome = kafka::set_config(table, config, key, value);
  SIM_CHECK(outcome.kind == kafka::ConfigOutcome::Kind::set, "{}={} is not possible: {}", key, value, outcome.allowed);
  return true;
}

}  // namespace

// --- building
// ----------------------------------------------------------------------------------------------------------

sim::World& ClientStory::world() {
  if (!world_) {
    spec_.facts = fact_types();
    spec_.check_messages = true;
    world_.emplace(spec_);
    world_->record_trace(true);
    world_->add_place("rack");
  }
  return *world_;
}

sim::HostId ClientStory::host(std::string_view name) {
  const auto found = world().find_host(name);
  SIM_CHECK(found.has_value(), "there is no host {}", name);
  return *found;
}

const kafka::ProducerApplication* ClientStory::producer(std::string_view name) {
  return dynamic_cast<const kafka::ProducerApplication*>(world().process(host(name)));
}
const kafka::ConsumerApplication* ClientStory::consumer(std::string_view name) {
  return dynamic_cast<const kafka::ConsumerApplication*>(world().process(host(name)));
}
const ScriptedBroker* ClientStory::broker(std::string_view name) {
  return dynamic_cast<const ScriptedBroker*>(world().process(host(name)));
}

namespace {

// A cable each, so that a message takes 100 us from host to host.
void plug_in(sim::World& world, const std::string& name, std::unique_ptr<const sim::Process> program) {
  sim::LinkSpec cable;
  cable.latency = sim::Duration{50'000};
  const sim::PlaceId place = world.add_place(name);
  world.add_link(place, sim::PlaceId{0}, cable);
  sim::HostSpec spec;
  spec.name = name;
  spec.place = place;
  spec.program = std::move(program);
  world.add_host(std::move(spec));
}

}  // namespace

void ClientStory::add_client(const std::vector<std::string>& words) {
  const bool produces = words[0] == "producer";
  kafka::ProducerWorkload sends;
  kafka::ConsumerWorkload reads;
  sends.client_id = reads.client_id = words.at(1);
  sends.bootstrap = reads.bootstrap = cluster_.hosts;
  sends.producer_number = ++producers_;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    SIM_CHECK(equals != std::string::npos, "'{}' has no '='", words[i]);
    const std::string key = words[i].substr(0, equals);
    const std::string value = words[i].substr(equals + 1);
    if (key == "topic") {
      sends.topic = value;
      reads.topics.push_back(value);
    } else if (key == "partition") {
      reads.partitions.push_back(partition_named(value));
    } else if (key == "rate") {
      sends.rate_per_second = number_of(value);
    } else if (key == "records") {
      sends.records = number_of(value);
    } else if (key == "size") {
      sends.value_size = static_cast<std::size_t>(number_of(value));
    } else if (key == "keys") {
      sends.keys = static_cast<std::uint64_t>(number_of(value));
    } else if (key == "delay") {
      sends.start_delay = duration_of(value);
    } else if (key == "patience") {
      sends.stop_patience = duration_of(value);
    } else {
      const bool known = produces ? configure(kafka::producer_config_table(), sends.config, key, value)
                                  : configure(kafka::consumer_config_table(), reads.config, key, value);
      SIM_CHECK(known, "clients do not know '{}'", key);
    }
  }
  if (produces) {
    plug_in(world(), words[1], std::make_unique<kafka::ProducerApplication>(std::move(sends)));
  } else {
    plug_in(world(), words[1], std::make_unique<kafka::ConsumerApplication>(std::move(reads)));
  }
}

void ClientStory::start_brokers() {
  if (std::exchange(brokers_made_, true)) return;
  for (std::size_t i = 0; i < cluster_.hosts.size(); ++i) {
    const kafka::BrokerId id{static_cast<std::int32_t>(i + 1)};
    plug_in(world(), cluster_.hosts[i], std::make_unique<ScriptedBroker>(id, cluster_));
    world().input(sim::Start{host(cluster_.hosts[i])});
  }
}

// --- telling
// -----------------------------------------------------------------------------------------------------------

std::string ClientStory::tell(std::string_view lines) {
  std::istringstream in{std::string{lines}};
  for (std::string line; std::getline(in, line);) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin != std::string::npos && line[begin] != '#') obey(line.substr(begin));
  }
  const std::string told = report();
  return told.empty() ? "(nothing)\n" : told;
}

void ClientStory::obey(const std::string& line) {
  const std::vector<std::string> words = words_of(line);
  const std::string& verb = words[0];
  if (verb.back() == ':') {
    start_brokers();
    const std::string script = line.substr(line.find(':') + 1);
    for (const std::string& name : cluster_.hosts) {
      if (verb != "all:" && verb != name + ":") continue;
      world().input(sim::Command{host(name), sim::make_message(Script{script}, 0)});
    }
  } else if (verb == "seed") {
    spec_.seed = sim::Seed{static_cast<std::uint64_t>(number_of(words.at(1)))};
  } else if (verb == "shuffle") {
    spec_.shuffle_ties = true;
  } else if (verb == "brokers") {
    for (std::int64_t i = 1; i <= number_of(words.at(1)); ++i) cluster_.hosts.push_back(fmt::format("b{}", i));
  } else if (verb == "topic") {
    auto& leaders = cluster_.topics[words.at(1)];
    const auto brokers = static_cast<std::int64_t>(cluster_.hosts.size());
    for (std::int64_t p = 0; p < number_of(words.at(2)); ++p) {
      leaders.push_back({kafka::BrokerId{static_cast<std::int32_t>(p % brokers + 1)}, kafka::LeaderEpoch{0}});
    }
  } else if (verb == "producer" || verb == "consumer") {
    add_client(words);
  } else if (verb == "start") {
    start_brokers();
    for (std::size_t i = 1; i < words.size(); ++i) world().input(sim::Start{host(words[i])});
  } else if (verb == "stop") {
    world().input(sim::Stop{host(words.at(1))});
  } else if (verb == "crash") {
    world().input(sim::Crash{host(words.at(1))});
  } else if (verb == "freeze") {
    world().input(sim::Freeze{host(words.at(1))});
  } else if (verb == "thaw") {
    world().input(sim::Thaw{host(words.at(1))});
  } else if (verb == "isolate") {
    world().input(sim::Isolate{host(words.at(1))});
  } else if (verb == "heal") {
    world().input(sim::Heal{});
  } else if (verb == "move") {
    move_leader(words);
  } else if (verb == "run") {
    const sim::Stopped stopped = world().advance(sim::Budget{world().now() + duration_of(words.at(1)), 5'000'000});
    SIM_CHECK(stopped != sim::Stopped::broken, "{} ({})", world().broken()->what, world().broken()->where);
    SIM_CHECK(stopped != sim::Stopped::events, "this goes round and round");
  } else if (verb == "hide") {
    hidden_.insert(words.begin() + 1, words.end());
  } else if (verb == "show") {
    for (std::size_t i = 1; i < words.size(); ++i) hidden_.erase(words[i]);
  } else {
    SIM_CHECK(false, "stories do not know the line '{}'", line);
  }
}

// move orders-0 to b2 EPOCH [keeping N] [secretly]: b2 gets the leader's log (up to offset N) and everybody hears of
// it, or only the two brokers.
void ClientStory::move_leader(const std::vector<std::string>& words) {
  const kafka::TopicPartition partition = partition_named(words.at(1));
  const std::string& to = words.at(3);
  Log log;
  kafka::LeaderEpoch newest = kafka::no_leader_epoch;
  for (const std::string& name :
       cluster_.hosts) {  // the log of the leader with the highest epoch that anybody knows of
    const ScriptedBroker* witness = broker(name);
    const Leader* leader = witness == nullptr ? nullptr : witness->leader(partition);
    if (leader == nullptr || leader->epoch <= newest || leader->id == kafka::no_broker) continue;
    newest = leader->epoch;
    const ScriptedBroker* leading = broker(cluster_.hosts[static_cast<std::size_t>(leader->id.raw() - 1)]);
    if (leading != nullptr) log = leading->log(partition);
  }
  bool secretly = false;
  for (std::size_t i = 5; i < words.size(); ++i) {
    if (words[i] == "secretly") secretly = true;
    if (words[i] != "keeping") continue;
    while (!log.empty() && log.back().last >= kafka::Offset{number_of(words.at(i + 1))}) log.pop_back();
  }
  world().input(sim::Command{host(to), sim::make_message(TakeLog{partition, std::move(log)}, 0)});
  const std::string news = fmt::format("leader {} {} {}", words[1], to.substr(1), words.at(4));
  for (const std::string& name : cluster_.hosts) {
    if (secretly && name != to) continue;
    world().input(sim::Command{host(name), sim::make_message(Script{news}, 0)});
  }
}

// --- what is told
// ------------------------------------------------------------------------------------------------------

bool ClientStory::is_told(const sim::TraceRecord& record) const {
  if (record.kind >= EventKind::first_fact) return true;
  if (record.kind != EventKind::connection_changed) return false;
  const auto change = static_cast<sim::ConnectionChange>(record.b >> 16);
  return change != sim::ConnectionChange::accepted && change != sim::ConnectionChange::opened;
}

std::string ClientStory::line_of(EventId event) {
  const sim::TraceRecord& record = world().trace().records()[event.raw() - world().trace().first_recorded().raw()];
  const std::string host_name = record.host == sim::no_host ? "-" : world().host(record.host).name;
  std::string text = fmt::format("{:>10.3f} {:8} ", static_cast<double>(record.at.nanoseconds()) / 1e6, host_name);
  if (record.kind == EventKind::connection_changed) {
    const auto change = static_cast<sim::ConnectionChange>(record.b >> 16);
    const sim::HostId peer{static_cast<std::uint16_t>(record.b & 0xffff)};
    return text + fmt::format("connection-lost      {} {}", world().host(peer).name, to_text(change));
  }
  const auto number = static_cast<std::size_t>(record.kind) - static_cast<std::size_t>(EventKind::first_fact);
  const sim::FactType& type = fact_types()[number];
  text += fmt::format("{:20} {}", type.name, world().names().name_of(record.subject));
  const auto put = [&](std::string_view name, std::uint64_t value) {
    const auto number_value = static_cast<std::int64_t>(value);
    if (name == "error") {
      text += fmt::format(" {}", kafka::name(kafka::ErrorCode{static_cast<std::int16_t>(number_value)}));
    } else if (name == "record" || name == "first-record") {
      const kafka::RecordId id{value};
      text += fmt::format(" {}={}.{}", name, kafka::producer_of(id), kafka::number_of(id));
    } else if (!name.empty()) {
      text += fmt::format(" {}={}", name, number_value);
    }
  };
  put(type.a_name, record.a);
  put(type.b_name, record.b);
  return text;
}

std::string ClientStory::report() {
  std::string text;
  const auto& records = world().trace().records();
  const std::uint64_t first = world().trace().first_recorded().raw();
  for (std::uint64_t i = std::max(told_.raw() + 1, first); i < first + records.size(); ++i) {
    if (!is_told(records[i - first])) continue;
    const std::string line = line_of(EventId{i});
    const std::vector<std::string> words = words_of(line);
    if (hidden_.count(words.at(2)) == 0) text += line + "\n";
  }
  told_ = world().trace().last();
  return text;
}

std::string ClientStory::transcript() {
  const EventId told = std::exchange(told_, EventId{});
  const std::set<std::string> hidden = std::exchange(hidden_, {});
  std::string text = report();
  told_ = told;
  hidden_ = hidden;
  return text;
}

std::size_t ClientStory::count(const std::vector<std::string>& words) {
  std::istringstream in{transcript()};
  std::size_t found = 0;
  for (std::string line; std::getline(in, line);) {
    if (contains_all(line, words)) ++found;
  }
  return found;
}

EventId ClientStory::newest(const std::vector<std::string>& words) {
  const auto& records = world().trace().records();
  for (std::uint64_t i = records.size(); i > 0; --i) {
    if (is_told(records[i - 1]) && contains_all(line_of(EventId{i}), words)) return EventId{i};
  }
  SIM_CHECK(false, "no line has '{}'", words.front());
}

std::string ClientStory::faults_behind(const std::vector<std::string>& words) {
  std::set<EventId> known;
  std::vector<EventId> open{newest(words)};
  const sim::Trace& trace = world().trace();
  while (!open.empty()) {
    const EventId event = open.back();
    open.pop_back();
    if (event == sim::no_event || !known.insert(event).second) continue;
    open.push_back(trace.records()[event.raw() - 1].cause);
    for (std::uint64_t i = 0; i < trace.second_parents().size(); ++i) {
      const sim::SecondParent& parent = trace.second_parents()[i];
      if (parent.event == event) open.push_back(parent.parent);
    }
  }
  std::string names;
  for (const EventId event : known) {
    const sim::TraceRecord& record = trace.records()[event.raw() - 1];
    const std::string_view name = world().names().name_of(record.subject);
    if (record.kind != EventKind::fault || name == "start") continue;
    names += (names.empty() ? "" : ", ") + std::string{name};
  }
  return names;
}

// --- golden files
// ------------------------------------------------------------------------------------------------------

std::string play_golden(const std::string& name) {
  const std::string path = std::string{KAFKASIM_SOURCE_DIR} + "/tests/golden/client/" + name + ".txt";
  std::ifstream in{path};
  if (!in) return "there is no file " + path;
  ClientStory told;
  std::string commands, rewritten, difference;
  for (std::string line; std::getline(in, line);) {
    rewritten += line + "\n";
    if (line != "----") {
      commands += line + "\n";
      continue;
    }
    std::string expected;
    while (std::getline(in, line) && !line.empty()) expected += line + "\n";
    std::string answer;
    try {
      answer = told.tell(commands);
    } catch (const sim::BrokenTruth& broken) {
      return fmt::format("after\n{}{} ({}:{})", commands, broken.what, broken.file, broken.line);
    }
    if (answer != expected && difference.empty()) {
      difference = "after\n" + commands + "---- expected\n" + expected + "---- but it is\n" + answer;
    }
    rewritten += answer + "\n";
    commands.clear();
  }
  if (words_of(commands).size() > 0) return path + " ends with lines that have no answer";
  if (std::getenv("KAFKASIM_REWRITE") == nullptr) return difference;
  in.close();
  std::ofstream{path} << rewritten.substr(0, rewritten.size() - 1);
  return "";
}

}  // namespace client_test
