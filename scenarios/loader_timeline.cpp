#include <fmt/format.h>

#include <algorithm>

#include "scenarios/loader_parts.hpp"
#include "scenarios/units.hpp"

namespace scenarios {
namespace {

// Reads the objects of one step's verb.
class ActionReader {
 public:
  ActionReader(Reading& reading, const Scenario& scenario)
      : reading_{reading}, scenario_{scenario}, cast_{scenario.cast()} {}

  std::optional<Action> read(const VerbInfo& verb, const Node& node) {
    Action action;
    action.verb = verb.verb;
    switch (verb.form) {
      case VerbForm::hosts: read_hosts(action, verb, node); break;
      case VerbForm::groups: read_groups(action, node); break;
      case VerbForm::path: read_path(action, verb, node); break;
      case VerbForm::pair: read_path(action, verb, node); break;
      case VerbForm::cable: read_cable(action, verb, node); break;
      case VerbForm::heal: read_heal(action, node); break;
      case VerbForm::host_details: read_details(action, verb, node); break;
    }
    if (failed_) return std::nullopt;
    return action;
  }

 private:
  std::optional<HostTerm> term(const Node& node) {
    const auto text = reading_.text(node, "a host like \"broker-1\" or \"leader of orders-0\"");
    if (!text) return fail();
    auto parsed = parse_hosts(*text, cast_);
    if (parsed.term) return std::move(parsed.term);
    reading_.error(node, std::move(parsed.complaint));
    return fail();
  }
  std::nullopt_t fail() {
    failed_ = true;
    return std::nullopt;
  }

  // A term, or a list of terms.
  std::vector<HostTerm> terms(const Node& node) {
    std::vector<HostTerm> terms;
    if (node.value->kind == JsonValue::Kind::array) {
      for (std::size_t i = 0; i < node.value->items.size(); ++i) {
        if (auto one = term(Node{&node.value->items[i], join(node.path, i)})) terms.push_back(std::move(*one));
      }
      if (node.value->items.empty()) {
        reading_.wrong(node, "a host, or a list of hosts");
        failed_ = true;
      }
    } else if (auto one = term(node)) {
      terms.push_back(std::move(*one));
    }
    return terms;
  }

  void read_hosts(Action& action, const VerbInfo& verb, const Node& node) {
    if (verb.verb == Verb::crash && node.value->kind == JsonValue::Kind::object) {
      const ObjectReader in{reading_, node, {"host", "after-effects"}};
      if (const auto host = need(in, "host")) action.hosts.push_back(terms(*host));
      sim::Crash crash;
      if (const auto effects = in.find("after-effects")) {
        crash.after_effects = static_cast<std::uint32_t>(reading_.integer(*effects, 1, 1'000'000'000).value_or(0));
      }
      action.fault = crash;
      return;
    }
    action.hosts.push_back(terms(node));
    action.fault = plain(verb.verb);
  }

  static sim::Fault plain(Verb verb) {
    switch (verb) {
      case Verb::stop: return sim::Stop{};
      case Verb::restart: return sim::Restart{};
      case Verb::crash: return sim::Crash{};
      case Verb::power_off: return sim::PowerOff{};
      case Verb::freeze: return sim::Freeze{};
      case Verb::thaw: return sim::Thaw{};
      case Verb::isolate: return sim::Isolate{};
      case Verb::disk_full: return disk(sim::FillDisk{});
      case Verb::lying_sync: return disk(sim::LieOnSync{});
      case Verb::heal_disk: return disk(sim::HealDisk{});
      default: return sim::Start{};
    }
  }
  static sim::Fault disk(sim::DiskFault fault) {
    sim::Fault made{std::in_place_type<sim::DiskTrouble>};
    std::get<sim::DiskTrouble>(made).fault = std::move(fault);
    return made;
  }

  void read_groups(Action& action, const Node& node) {
    action.fault = sim::Partition{};
    const auto groups =
        reading_.list(node, "a list of at least two groups: [[\"broker-1\"], [\"broker-2\", \"zookeeper\"]]");
    if (!groups) {
      failed_ = true;
      return;
    }
    for (const Node& group : *groups) {
      if (group.value->kind != JsonValue::Kind::array) {
        reading_.wrong(group, "a group: a list of hosts");
        failed_ = true;
        continue;
      }
      action.hosts.push_back(terms(group));
    }
    if (groups->size() < 2) {
      reading_.wrong(node, "at least two groups");
      failed_ = true;
    }
  }

  std::optional<Node> need(const ObjectReader& in, std::string_view key) {
    auto found = in.need(key);
    if (!found) failed_ = true;
    return found;
  }

  std::vector<std::string_view> keys(const VerbInfo& verb, std::initializer_list<std::string_view> more) {
    std::vector<std::string_view> all(more);
    all.insert(all.end(), verb.details.begin(), verb.details.end());
    return all;
  }

  void read_path(Action& action, const VerbInfo& verb, const Node& node) {
    const bool pair = verb.form == VerbForm::pair;
    const ObjectReader in{reading_, node, pair ? keys(verb, {"between"}) : keys(verb, {"from", "to", "between"})};
    if (!in.ok()) {
      failed_ = true;
      return;
    }
    if (const auto between = in.find("between"); between || pair) {
      if (!between) {
        need(in, "between");
        return;
      }
      const auto ends = reading_.list(*between, "two hosts: [\"broker-1\", \"broker-2\"]");
      if (!ends || ends->size() != 2) {
        if (ends) reading_.wrong(*between, "two hosts, or two lists of hosts");
        failed_ = true;
        return;
      }
      if (in.find("from") || in.find("to")) reading_.error(node, "either \"between\", or \"from\" and \"to\"");
      action.hosts.push_back(terms((*ends)[0]));
      action.hosts.push_back(terms((*ends)[1]));
      action.both_ways = true;
    } else {
      const auto from = need(in, "from");
      const auto to = need(in, "to");
      if (from) action.hosts.push_back(terms(*from));
      if (to) action.hosts.push_back(terms(*to));
    }
    switch (verb.verb) {
      case Verb::slow_link: {
        sim::SlowPath slow;
        if (const auto latency = need(in, "latency")) slow.extra = length(*latency);
        if (const auto jitter = in.find("jitter")) slow.jitter = length(*jitter);
        action.fault = slow;
        break;
      }
      case Verb::lossy_link: {
        sim::LossyPath lossy;
        if (const auto lost = need(in, "lost")) {
          const auto fraction = reading_.unit<Fraction>(*lost, parse_percentage, percentage_form);
          if (fraction) {
            lossy.lost = fraction->parts;
            lossy.of = fraction->of;
          }
        }
        action.fault = lossy;
        break;
      }
      case Verb::reset_connections: action.fault = sim::ResetConnections{}; break;
      default: action.fault = sim::CutOneWay{}; break;
    }
  }

  sim::Duration length(const Node& node) {
    return reading_.unit<sim::Duration>(node, parse_duration, duration_form).value_or(sim::Duration{});
  }

  // A cable lies between a host and its rack, or between a rack and the core.
  std::optional<std::string> place(const Node& node) {
    std::vector<std::string> places = host_names(cast_);
    places.emplace_back("core");
    for (const BrokerSpec& broker : scenario_.brokers) {
      if (broker.rack) places.push_back("rack-" + *broker.rack);
    }
    const auto text = reading_.text(node, "a host, \"rack-<name>\" or \"core\"");
    if (!text) return fail();
    if (std::find(places.begin(), places.end(), *text) != places.end()) return text;
    const auto nearest = nearest_name(*text, places);
    reading_.error(node, fmt::format("there is no place \"{}\"; allowed are hosts, \"rack-<name>\" and \"core\"{}",
                                     *text, nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
    return fail();
  }

  void read_cable(Action& action, const VerbInfo& verb, const Node& node) {
    const ObjectReader in{reading_, node, keys(verb, {"between"})};
    const auto between = need(in, "between");
    if (!between) return;
    const auto ends = reading_.list(*between, "two places: [\"broker-1\", \"rack-a\"]");
    if (!ends || ends->size() != 2) {
      if (ends) reading_.wrong(*between, "two places");
      failed_ = true;
      return;
    }
    const auto a = place((*ends)[0]);
    const auto b = place((*ends)[1]);
    if (a && b) {
      action.cable = {*a, *b};
      if (!is_cable(*a, *b) && !is_cable(*b, *a)) {
        reading_.error(*between,
                       fmt::format("there is no cable between \"{}\" and \"{}\": hosts hang on their rack (or, "
                                   "without one, on \"core\"), racks on \"core\"",
                                   *a, *b));
        failed_ = true;
      }
    }
    sim::ChangeLink change;
    if (const auto cut = in.find("cut")) change.cut = reading_.boolean(*cut).value_or(false);
    if (const auto latency = in.find("latency")) action.cable_latency = length(*latency);
    if (const auto bandwidth = in.find("bandwidth")) {
      action.cable_bandwidth = reading_.unit<std::uint64_t>(*bandwidth, parse_bandwidth, bandwidth_form);
    }
    action.fault = change;
  }

  bool is_cable(const std::string& lower, const std::string& upper) const {
    if (lower == "core") return false;
    if (lower.substr(0, 5) == "rack-") return upper == "core";
    for (std::size_t i = 0; i < scenario_.brokers.size(); ++i) {
      if (lower != broker_name(static_cast<int>(i + 1))) continue;
      const auto& rack = scenario_.brokers[i].rack;
      return upper == (rack ? "rack-" + *rack : std::string{"core"});
    }
    return upper == "core";
  }

  void read_heal(Action& action, const Node& node) {
    action.fault = sim::Heal{};
    const auto text = reading_.text(node, "\"network\", or the name (\"as\") of an earlier step");
    if (!text || *text == "network") {
      failed_ = failed_ || !text;
      return;
    }
    std::vector<std::string> names{"network"};
    for (const Step& step : scenario_.timeline) {
      if (!step.name.empty()) names.push_back(step.name);
    }
    if (std::find(names.begin(), names.end(), *text) == names.end()) {
      const auto nearest = nearest_name(*text, names);
      reading_.error(node, fmt::format("no step above is called \"{}\" (\"as\"); allowed is also \"network\"{}", *text,
                                       nearest ? fmt::format("; did you mean \"{}\"?", *nearest) : ""));
      failed_ = true;
    }
    action.heals = *text;
  }

  void read_details(Action& action, const VerbInfo& verb, const Node& node) {
    const ObjectReader in{reading_, node, keys(verb, {"host"})};
    if (!in.ok()) {
      failed_ = true;
      return;
    }
    if (const auto host = need(in, "host")) action.hosts.push_back(terms(*host));
    switch (verb.verb) {
      case Verb::skew_clock:
        if (const auto by = need(in, "by")) {
          action.fault = sim::SkewClock{
              {},
              reading_.unit<sim::Duration>(*by, parse_signed_duration, signed_duration_form).value_or(sim::Duration{})};
        }
        break;
      case Verb::drift_clock:
        if (const auto parts = need(in, "parts-per-million")) {
          const std::int64_t million = reading_.integer(*parts, -999'999, 999'999).value_or(0);
          action.fault = sim::DriftClock{{}, static_cast<std::int32_t>(million * 1'000)};
        }
        break;
      case Verb::slow_disk:
        if (const auto percent = need(in, "percent")) {
          action.fault =
              disk(sim::SlowDisk{static_cast<std::uint32_t>(reading_.integer(*percent, 1, 100'000'000).value_or(100))});
        }
        break;
      case Verb::disk_capacity:
        if (const auto bytes = need(in, "bytes")) {
          action.fault =
              disk(sim::SetDiskCapacity{reading_.unit<std::uint64_t>(*bytes, parse_bytes, bytes_form).value_or(0)});
        }
        break;
      case Verb::disk_error: read_disk_error(action, in); break;
      case Verb::power_loss_model: read_power_loss(action, in); break;
      case Verb::corrupt: read_corrupt(action, in, node); break;
      default: break;
    }
  }

  void read_disk_error(Action& action, const ObjectReader& in) {
    sim::FailDisk fault;
    if (const auto access = need(in, "access")) {
      fault.access = static_cast<sim::DiskAccess>(reading_.choice(*access, {"read", "write", "sync"}).value_or(1));
    }
    if (const auto operations = in.find("operations")) {
      fault.operations = static_cast<std::uint64_t>(reading_.integer(*operations, 1, INT64_MAX).value_or(0));
    }
    if (const auto path = in.find("path-contains")) fault.path_contains = reading_.text(*path).value_or("");
    action.fault = disk(fault);
  }

  void read_power_loss(Action& action, const ObjectReader& in) {
    sim::PowerLossModel model;
    const auto survival = [&](std::string_view key, sim::Survival unless_said) {
      const auto node = in.find(key);
      if (!node) return unless_said;
      return static_cast<sim::Survival>(reading_.choice(*node, {"prefix", "none", "all", "reordered"}).value_or(0));
    };
    model.data = survival("data", model.data);
    model.names = survival("names", model.names);
    if (const auto torn = in.find("torn-sectors")) model.torn_sectors = reading_.boolean(*torn).value_or(true);
    action.fault = disk(sim::SetPowerLossModel{model});
  }

  void read_corrupt(Action& action, const ObjectReader& in, const Node& node) {
    sim::RotBit rot;
    if (const auto partition = in.find("partition")) {
      if (const auto text = reading_.text(*partition, "a partition like \"orders-0\"")) {
        auto parsed = parse_partition(*text, cast_);
        if (parsed.term) {
          action.partition = std::move(*parsed.term);
        } else {
          reading_.error(*partition, std::move(parsed.complaint));
        }
      }
      if (const auto offset = need(in, "offset"))
        action.offset = reading_.integer(*offset, INT64_MIN, INT64_MAX).value_or(0);
      if (in.find("file") || in.find("byte"))
        reading_.error(node, "either \"partition\" and \"offset\", or \"file\" and \"byte\"");
    } else {
      if (const auto file = need(in, "file")) rot.path = reading_.text(*file).value_or("");
      if (const auto byte = need(in, "byte")) {
        rot.offset = static_cast<std::uint64_t>(reading_.integer(*byte, 0, INT64_MAX).value_or(0));
      }
    }
    if (const auto bit = in.find("bit")) rot.bit = static_cast<std::uint32_t>(reading_.integer(*bit, 0, 7).value_or(0));
    action.fault = disk(rot);
  }

  Reading& reading_;
  const Scenario& scenario_;
  Cast cast_;
  bool failed_ = false;
};

// "crash leader of orders-0", "partition [[broker-1], [broker-2]]", "slow-link {from: a, to: b, latency: 1s}".
std::string plain_text(const JsonValue& value) {
  std::string text;
  switch (value.kind) {
    case JsonValue::Kind::array:
      for (const JsonValue& item : value.items) text += fmt::format("{}{}", text.empty() ? "" : ", ", plain_text(item));
      return fmt::format("[{}]", text);
    case JsonValue::Kind::object:
      for (const JsonMember& member : value.members) {
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", member.name, plain_text(member.value));
      }
      return fmt::format("{{{}}}", text);
    default: return value.text;
  }
}

void load_step(Reading& reading, const Node& node, Scenario& scenario) {
  std::vector<std::string_view> keys{"at", "for", "as"};
  for (const VerbInfo& verb : all_verbs()) keys.push_back(verb.name);
  const ObjectReader in{reading, node, keys, {"when", "after", "cli"}};
  if (!in.ok()) return;

  const VerbInfo* found = nullptr;
  for (const VerbInfo& verb : all_verbs()) {
    if (!in.find(verb.name)) continue;
    if (found != nullptr) {
      reading.error(node, fmt::format("a step does one thing, but here are \"{}\" and \"{}\"", found->name, verb.name));
      return;
    }
    found = &verb;
  }
  Step step;
  step.line = node.value->line;
  const bool later = node.value->find("when") != nullptr || node.value->find("cli") != nullptr;
  if (!later) {
    if (const auto at = in.need("at")) step.at = read_moment(reading, *at, scenario).value_or(sim::Time{});
  }
  if (found == nullptr) {
    std::string verbs;
    for (const VerbInfo& verb : all_verbs()) verbs += fmt::format("{}{}", verbs.empty() ? "" : ", ", verb.name);
    if (!later) reading.error(node, fmt::format("this step does nothing; allowed is one of {}", verbs));
    return;
  }
  if (const auto lasts = in.find("for")) {
    step.lasts = reading.unit<sim::Duration>(*lasts, parse_duration, duration_form);
    if (!found->can_last)
      reading.error(*lasts, fmt::format("nothing undoes \"{}\", so it cannot last for a time", found->name));
    if (step.lasts && *step.lasts == sim::Duration{}) reading.wrong(*lasts, "a time longer than 0s");
  }
  if (const auto name = in.find("as")) {
    step.name = reading.text(*name).value_or("");
    for (const Step& other : scenario.timeline) {
      if (!step.name.empty() && other.name == step.name) {
        reading.error(*name, fmt::format("there is a step \"{}\" already", step.name));
      }
    }
  }
  const Node object = *in.find(found->name);
  auto action = ActionReader{reading, scenario}.read(*found, object);
  if (!action) return;
  step.action = std::move(*action);
  step.text = fmt::format("{} {}", found->name, plain_text(*object.value));
  scenario.timeline.push_back(std::move(step));
}

}  // namespace

void load_timeline(Reading& reading, const Node& node, Scenario& scenario) {
  const auto steps = reading.list(node, "a list of steps");
  if (!steps) return;
  for (const Node& step : *steps) load_step(reading, step, scenario);
  std::stable_sort(scenario.timeline.begin(), scenario.timeline.end(),
                   [](const Step& a, const Step& b) { return a.at < b.at; });
}

}  // namespace scenarios
