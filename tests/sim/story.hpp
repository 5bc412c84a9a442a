// story.hpp - a world of puppets that is told what happens, line by line, and answers with its trace.
// Here:  Story (the language), its transcript, ancestors of an event.
// Not:   what a puppet can do (puppet.hpp); stories kept as files (golden.hpp).
// Start: `Story story; story.tell("host a b\non b start: listen\nstart a b\na: connect b\nrun 1ms");`
//
// Lines of the language (durations like 10ms; [..] may be left out):
//   world [seed=1] [window=..] [buffer=..] [give-up=..] [patience=..] [shuffle] [wirecheck] [digest-reads]   first, if
//   at all cables [latency=..] [jitter=..] [bandwidth=bits/s] [lost=1/10]      of the hosts that follow place P...,
//   host H... [at=P] [skew=..] [costs=default], cable P P [options as for cables] stations H name=servers..., route H
//   OCCASION STATION, on H OCCASION: verbs start stop restart crash power-off freeze thaw isolate H..., crash H after
//   N, partition a b | c d, cut a b, slow a b EXTRA [JITTER], lossy a b 1/2, break-cable P P, mend-cable P P,
//   change-cable P P [options], reset a b, heal [the line of the fault], skew H d, drift H ppb, disk H slow 400 | full
//   | lie | heal | fail read|write|sync [N] [path] | rot path offset bit | survive none|all H: verbs          a
//   command, see puppet.hpp run D, run-to D, run-idle, step N, hide KIND..., show KIND..., why KIND [words in its
//   line...]
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/world.hpp"
#include "tests/sim/puppet.hpp"

namespace story {

/// A value like the world in it: a copy has the same future.
class Story {
 public:
  Story();
  explicit Story(std::string_view lines) : Story{} { tell(lines); }

  /// Does what the lines say and returns what happened meanwhile: a line an event, "(nothing)" if none is to be shown.
  std::string tell(std::string_view lines);

  sim::World& world();
  sim::HostId host(std::string_view name) const;
  const Puppet* puppet(std::string_view host);

  /// Everything so far, also what is hidden.
  std::string transcript();
  /// How many lines of the transcript contain all of `words`.
  std::size_t count(const std::vector<std::string>& words);
  /// The newest event whose line contains all of `words`; no_event if there is none.
  sim::EventId newest(const std::vector<std::string>& words);
  /// The parents of an event, its cause first.
  std::vector<sim::EventId> parents(sim::EventId event);
  /// All that can be reached by walking parents.
  std::set<sim::EventId> ancestors(sim::EventId event);
  /// The faults among the ancestors by name, ordered by event: "crash, one-way cut"; "" if there are none.
  std::string faults_behind(const std::vector<std::string>& words);

 private:
  void obey(const std::string& line);
  bool build(const std::vector<std::string>& words, const std::string& line);
  bool advance(const std::vector<std::string>& words);
  bool inject(const std::vector<std::string>& words, const std::string& line);
  bool inject_on_path(const std::vector<std::string>& words, const std::string& line);
  void disk_trouble(const std::vector<std::string>& words, const std::string& line);
  void fault(const sim::Fault& fault, const std::string& line);
  void add_host(const std::string& name, const std::map<std::string, std::string>& options);
  sim::PlaceId place(const std::string& name);
  sim::LinkId link(const std::string& a, const std::string& b);
  void set_occasion(const std::string& line);
  std::string line_of(sim::EventId event);
  std::string why(const std::vector<std::string>& words);
  std::string report();

  sim::WorldSpec spec_;
  sim::LinkSpec cables_;
  std::shared_ptr<std::vector<std::string>> host_names_;
  std::map<std::string, std::shared_ptr<Role>, std::less<>> roles_;
  std::map<std::string, sim::EventId> faults_;  // by their lines
  std::set<std::string> hidden_;
  std::optional<sim::World> world_;
  std::string out_;
  sim::EventId told_;
};

}  // namespace story
