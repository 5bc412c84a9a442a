#include "tests/sim/story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "sim/trace_text.hpp"

namespace story {

using sim::EventId;
using sim::HostId;

namespace {

using Options = std::map<std::string, std::string>;

Options options_of(const std::vector<std::string>& words) {
  Options options;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) options[word.substr(0, equals)] = word.substr(equals + 1);
  }
  return options;
}

// The words from `from` on that are no options.
std::vector<std::string> names_of(const std::vector<std::string>& words, std::size_t from) {
  std::vector<std::string> names;
  for (std::size_t i = from; i < words.size(); ++i) {
    if (words[i].find('=') == std::string::npos) names.push_back(words[i]);
  }
  return names;
}

sim::LinkSpec link_spec(sim::LinkSpec spec, const Options& options) {
  for (const auto& [key, value] : options) {
    if (key == "latency") spec.latency = duration_of(value);
    if (key == "jitter") spec.jitter = duration_of(value);
    if (key == "bandwidth") spec.bandwidth = number_of(value);
    if (key == "lost") {
      spec.lost = static_cast<std::uint32_t>(number_of(value.substr(0, value.find('/'))));
      spec.lost_of = static_cast<std::uint32_t>(number_of(value.substr(value.find('/') + 1)));
    }
  }
  return spec;
}

bool contains_all(const std::string& line, const std::vector<std::string>& words) {
  return std::all_of(words.begin(), words.end(),
                     [&](const std::string& w) { return line.find(w) != std::string::npos; });
}

// "type=1" as "type=ping", "timer=0" as "timer=tick".
template <class Names>
void put_name(std::string& line, const std::string& key, const Names& names) {
  const std::size_t at = line.find(key);
  if (at == std::string::npos) return;
  const std::size_t begin = at + key.size();
  const std::size_t end = std::min(line.find(' ', begin), line.size());
  const std::uint64_t number = number_of(line.substr(begin, end - begin));
  if (number < names.size()) line.replace(begin, end - begin, names[static_cast<std::size_t>(number)]);
}

}  // namespace

Story::Story() : host_names_{std::make_shared<std::vector<std::string>>()} {
  spec_.facts = fact_types();
  cables_.bandwidth = 0;
}

sim::World& Story::world() {
  if (!world_) {
    world_.emplace(spec_);
    world_->record_trace(true);
  }
  return *world_;
}

HostId Story::host(std::string_view name) const {
  const auto found = std::find(host_names_->begin(), host_names_->end(), name);
  SIM_CHECK(found != host_names_->end(), "there is no host {}", name);
  return HostId{static_cast<std::uint16_t>(found - host_names_->begin())};
}

const Puppet* Story::puppet(std::string_view name) { return dynamic_cast<const Puppet*>(world().process(host(name))); }

// --- telling
// -------------------------------------------------------------------------------------------------------------

std::string Story::tell(std::string_view lines) {
  out_.clear();
  std::istringstream in{std::string{lines}};
  for (std::string line; std::getline(in, line);) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin != std::string::npos && line[begin] != '#') obey(line.substr(begin));
  }
  out_ += report();
  return out_.empty() ? "(nothing)\n" : out_;
}

void Story::obey(const std::string& line) {
  const std::vector<std::string> words = words_of(line);
  if (words[0] == "on") return set_occasion(line);
  if (words[0].back() == ':') {
    const auto verbs = line.substr(line.find(':') + 1);
    world().input(sim::Command{host(words[0].substr(0, words[0].size() - 1)), sim::make_message(Script{verbs}, 0)});
    return;
  }
  if (build(words, line) || advance(words) || inject(words, line)) return;
  SIM_CHECK(false, "stories do not know the line '{}'", line);
}

void Story::set_occasion(const std::string& line) {
  const std::size_t colon = line.find(':');
  SIM_CHECK(colon != std::string::npos, "'{}' has no colon", line);
  const std::vector<std::string> words = words_of(std::string_view{line}.substr(0, colon));
  const std::string occasion = words.size() > 3 ? words[2] + " " + words[3] : words.at(2);
  roles_.at(words.at(1))->on[occasion] = line.substr(colon + 1);
}

// --- building
// ------------------------------------------------------------------------------------------------------------

sim::PlaceId Story::place(const std::string& name) {
  if (const auto known = world().network().topology().find(name)) return *known;
  return world().add_place(name);
}

sim::LinkId Story::link(const std::string& a, const std::string& b) {
  const auto found = world().network().topology().link_between(place(a), place(b));
  SIM_CHECK(found.has_value(), "there is no cable between {} and {}", a, b);
  return *found;
}

void Story::add_host(const std::string& name, const Options& options) {
  auto role = std::make_shared<Role>();
  role->hosts = host_names_;
  roles_[name] = role;
  host_names_->push_back(name);
  sim::HostSpec spec;
  spec.name = name;
  spec.program = std::make_unique<Puppet>(role);
  // Free of charge unless a story is about costs: times are then easy to follow.
  if (options.count("costs") == 0) spec.costs = sim::HostCosts{sim::Duration{}, sim::Duration{}, sim::Duration{}};
  if (options.count("skew") > 0) spec.clock_skew = duration_of(options.at("skew"));
  if (options.count("at") > 0) {
    spec.place = place(options.at("at"));
  } else {
    spec.place = place(name);
    world().add_link(spec.place, place("switch"), cables_);
  }
  world().add_host(std::move(spec));
}

bool Story::build(const std::vector<std::string>& words, const std::string& line) {
  const std::string& verb = words[0];
  const Options options = options_of(words);
  const std::vector<std::string> names = names_of(words, 1);
  if (verb == "world") {
    SIM_CHECK(!world_, "the world exists already");
    for (const auto& [key, value] : options) {
      if (key == "seed") spec_.seed = sim::Seed{number_of(value)};
      if (key == "window") spec_.network.window = number_of(value);
      if (key == "buffer") spec_.network.send_buffer = number_of(value);
      if (key == "give-up") spec_.network.give_up_after = duration_of(value);
      if (key == "patience") spec_.network.connect_patience = duration_of(value);
    }
    for (const std::string& name : names) {
      if (name == "shuffle") spec_.shuffle_ties = true;
      if (name == "wirecheck") spec_.check_messages = true;
      if (name == "digest-reads") spec_.digest_reads = true;
    }
  } else if (verb == "cables") {
    cables_ = link_spec(cables_, options);
  } else if (verb == "place") {
    for (const std::string& name : names) place(name);
  } else if (verb == "host") {
    for (const std::string& name : names) add_host(name, options);
  } else if (verb == "cable") {
    world().add_link(place(names.at(0)), place(names.at(1)), link_spec(cables_, options));
  } else if (verb == "stations") {
    Role& role = *roles_.at(names.at(0));
    role.station_names.clear();
    for (std::size_t i = 2; i < words.size(); ++i) role.station_names.push_back(words[i].substr(0, words[i].find('=')));
    role.stations.clear();
    for (const std::string& name : role.station_names) {
      role.stations.push_back(sim::StationSpec{name, static_cast<int>(number_of(options.at(name)))});
    }
  } else if (verb == "route") {
    std::string occasion = words.at(2);
    for (std::size_t i = 3; i + 1 < words.size(); ++i) occasion += " " + words[i];
    roles_.at(names.at(0))->station_of[occasion] = words.back();
  } else if (verb == "hide") {
    hidden_.insert(names.begin(), names.end());
  } else if (verb == "show") {
    for (const std::string& name : names) hidden_.erase(name);
  } else if (verb == "why") {
    out_ += report();
    out_ += why(std::vector<std::string>(words.begin() + 1, words.end()));
  } else {
    return false;
  }
  return !line.empty();
}

bool Story::advance(const std::vector<std::string>& words) {
  const std::string& verb = words[0];
  if (verb == "run") {
    world().advance(sim::Budget{world().now() + duration_of(words.at(1))});
  } else if (verb == "run-to") {
    world().advance(sim::Budget{sim::Time{} + duration_of(words.at(1))});
  } else if (verb == "run-idle") {
    world().advance(sim::Budget{});
  } else if (verb == "step") {
    world().advance(sim::Budget{sim::Time::max(), number_of(words.at(1))});
  } else {
    return false;
  }
  return true;
}

// --- faults
// --------------------------------------------------------------------------------------------------------------

void Story::fault(const sim::Fault& fault, const std::string& line) { faults_[line] = world().input(fault); }

bool Story::inject(const std::vector<std::string>& words, const std::string& line) {
  const std::string& verb = words[0];
  if (verb == "crash" && words.size() == 4 && words[2] == "after") {
    fault(sim::Crash{host(words[1]), static_cast<std::uint32_t>(number_of(words[3]))}, line);
    return true;
  }
  const std::map<std::string, sim::Fault (*)(HostId)> on_hosts{
      {"start", [](HostId h) { return sim::Fault{sim::Start{h}}; }},
      {"stop", [](HostId h) { return sim::Fault{sim::Stop{h}}; }},
      {"restart", [](HostId h) { return sim::Fault{sim::Restart{h}}; }},
      {"crash",
       [](HostId h) {
         return sim::Fault{sim::Crash{h, 0}};
       }},
      {"power-off", [](HostId h) { return sim::Fault{sim::PowerOff{h}}; }},
      {"freeze", [](HostId h) { return sim::Fault{sim::Freeze{h}}; }},
      {"thaw", [](HostId h) { return sim::Fault{sim::Thaw{h}}; }},
      {"isolate", [](HostId h) { return sim::Fault{sim::Isolate{h}}; }},
  };
  if (const auto found = on_hosts.find(verb); found != on_hosts.end()) {
    for (std::size_t i = 1; i < words.size(); ++i) fault(found->second(host(words[i])), line);
  } else if (verb == "skew") {
    fault(sim::SkewClock{host(words.at(1)), duration_of(words.at(2))}, line);
  } else if (verb == "drift") {
    fault(sim::DriftClock{host(words.at(1)), static_cast<std::int32_t>(number_of(words.at(2)))}, line);
  } else if (verb == "disk") {
    disk_trouble(words, line);
  } else {
    return inject_on_path(words, line);
  }
  return true;
}

bool Story::inject_on_path(const std::vector<std::string>& words, const std::string& line) {
  const std::string& verb = words[0];
  const auto from = [&] { return host(words.at(1)); };
  const auto to = [&] { return host(words.at(2)); };
  if (verb == "partition") {
    sim::Partition partition;
    partition.groups.emplace_back();
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (words[i] == "|") {
        partition.groups.emplace_back();
      } else {
        partition.groups.back().push_back(host(words[i]));
      }
    }
    fault(partition, line);
  } else if (verb == "cut") {
    fault(sim::CutOneWay{from(), to()}, line);
  } else if (verb == "slow") {
    const sim::Duration jitter = words.size() > 4 ? duration_of(words[4]) : sim::Duration{};
    fault(sim::SlowPath{from(), to(), duration_of(words.at(3)), jitter}, line);
  } else if (verb == "lossy") {
    const sim::LinkSpec spec = link_spec({}, Options{{"lost", words.at(3)}});
    fault(sim::LossyPath{from(), to(), spec.lost, spec.lost_of}, line);
  } else if (verb == "reset") {
    fault(sim::ResetConnections{from(), to()}, line);
  } else if (verb == "heal") {
    const std::string what = line.size() > 5 ? line.substr(5) : "";
    fault(sim::Heal{what.empty() ? sim::no_event : faults_.at(what)}, line);
  } else if (verb == "break-cable" || verb == "mend-cable" || verb == "change-cable") {
    const sim::LinkId cable = link(words.at(1), words.at(2));
    const sim::LinkSpec spec = link_spec(world().network().topology().spec(cable), options_of(words));
    const bool cut = verb == "break-cable" || (verb == "change-cable" && spec.cut);
    fault(sim::ChangeLink{cable.raw(), cut, spec.latency, spec.bandwidth}, line);
  } else {
    return false;
  }
  return true;
}

void Story::disk_trouble(const std::vector<std::string>& words, const std::string& line) {
  const HostId at = host(words.at(1));
  const std::string& trouble = words.at(2);
  const auto number = [&](std::size_t i) { return i < words.size() ? number_of(words[i]) : 0; };
  const auto happens = [&](const sim::DiskFault& what) { fault(sim::DiskTrouble{at, what}, line); };
  if (trouble == "slow") return happens(sim::SlowDisk{static_cast<std::uint32_t>(number(3))});
  if (trouble == "full") return happens(sim::FillDisk{true});
  if (trouble == "lie") return happens(sim::LieOnSync{true});
  if (trouble == "heal") return happens(sim::HealDisk{});
  if (trouble == "rot") return happens(sim::RotBit{words.at(3), number(4), static_cast<std::uint32_t>(number(5))});
  if (trouble == "survive") {
    const sim::Survival survival = words.at(3) == "all" ? sim::Survival::all : sim::Survival::none;
    return happens(sim::SetPowerLossModel{sim::PowerLossModel{survival, survival, false}});
  }
  SIM_CHECK(trouble == "fail", "disks do not know the trouble {}", trouble);
  const std::string& access = words.at(3);
  const sim::DiskAccess which = access == "read"    ? sim::DiskAccess::read
                                : access == "write" ? sim::DiskAccess::write
                                                    : sim::DiskAccess::sync;
  happens(sim::FailDisk{which, number(4), words.size() > 5 ? words[5] : ""});
}

// --- looking
// -------------------------------------------------------------------------------------------------------------

std::string Story::line_of(EventId event) {
  const std::uint64_t index = event.raw() - world().trace().first_recorded().raw();
  std::string line = to_line(world(), event, world().trace().records()[index]);
  put_name(line, " type=", Word::names);
  put_name(line, " timer=", timer_names);
  const auto& seconds = world().trace().second_parents();
  for (std::uint64_t i = 0; i < seconds.size(); ++i) {
    const sim::SecondParent& second = seconds[i];
    if (second.event != event) continue;
    line += fmt::format(" {} {}", second.edge == sim::Edge::silence ? "silence" : "also", second.parent.raw());
  }
  return line;
}

std::string Story::report() {
  std::string text;
  if (!world_) return text;
  while (told_ < world().trace().last()) {
    told_ = EventId{told_.raw() + 1};
    const sim::TraceRecord& record = world().trace().records()[told_.raw() - 1];
    if (hidden_.count(std::string{name_of(record.kind, spec_)}) == 0) text += line_of(told_) + "\n";
  }
  if (const auto& broken = world().broken()) {
    text += fmt::format("BROKEN: {}, seed {}, event {}, at {}\n", broken->what, broken->seed.raw(), broken->event,
                        to_text(broken->at));
  }
  return text;
}

std::string Story::transcript() {
  std::string text;
  for (std::uint64_t i = 1; i <= world().trace().last().raw(); ++i) text += line_of(EventId{i}) + "\n";
  return text;
}

std::size_t Story::count(const std::vector<std::string>& words) {
  std::size_t found = 0;
  for (std::uint64_t i = 1; i <= world().trace().last().raw(); ++i)
    found += contains_all(line_of(EventId{i}), words) ? 1U : 0U;
  return found;
}

EventId Story::newest(const std::vector<std::string>& words) {
  for (std::uint64_t i = world().trace().last().raw(); i >= 1; --i) {
    if (contains_all(line_of(EventId{i}), words)) return EventId{i};
  }
  return sim::no_event;
}

std::vector<EventId> Story::parents(EventId event) {
  std::vector<EventId> found;
  const sim::TraceRecord& record = world().trace().records()[event.raw() - 1];
  if (record.cause != sim::no_event) found.push_back(record.cause);
  const auto& seconds = world().trace().second_parents();
  for (std::uint64_t i = 0; i < seconds.size(); ++i) {
    const sim::SecondParent second = seconds[i];
    if (second.event == event) found.push_back(second.parent);
  }
  return found;
}

std::set<EventId> Story::ancestors(EventId event) {
  std::set<EventId> known;
  std::vector<EventId> open = parents(event);
  while (!open.empty()) {
    const EventId next = open.back();
    open.pop_back();
    if (!known.insert(next).second) continue;
    for (const EventId parent : parents(next)) open.push_back(parent);
  }
  return known;
}

std::string Story::faults_behind(const std::vector<std::string>& words) {
  std::string names;
  const EventId event = newest(words);
  SIM_CHECK(event != sim::no_event, "no event has '{}' in its line", words.front());
  for (const EventId ancestor : ancestors(event)) {
    const sim::TraceRecord& record = world().trace().records()[ancestor.raw() - 1];
    const std::string_view name = world().names().name_of(record.subject);
    if (record.kind != sim::EventKind::fault || name == "start") continue;
    names += (names.empty() ? "" : ", ") + std::string{name};
  }
  return names;
}

std::string Story::why(const std::vector<std::string>& words) {
  const EventId event = newest(words);
  SIM_CHECK(event != sim::no_event, "no event has '{}' in its line", words.front());
  std::set<EventId> chain = ancestors(event);
  chain.insert(event);
  std::string text;
  for (auto one = chain.rbegin(); one != chain.rend(); ++one) text += "why " + line_of(*one) + "\n";
  return text;
}

}  // namespace story
