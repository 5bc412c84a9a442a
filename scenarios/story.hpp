// story.hpp - what happened when, for people.
// Here:  Story, an observer that keeps the few events that matter to a reader; their text.
// Not:   the whole trace (sim/trace_text.hpp); the report around it (report.hpp).
// Start: Story::lines().
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/setting.hpp"
#include "sim/append_log.hpp"
#include "sim/world.hpp"

namespace scenarios {

/// A fact worth telling, as it stood in the trace.
struct StoryFact {
  sim::Time at;
  std::uint64_t event = 0;
  std::int64_t a = 0;
  std::int64_t b = 0;
  sim::SubjectId subject;
  sim::HostId host;
  sim::EventKind kind = sim::EventKind::none;
};

struct StoryLine {
  enum class Tone : std::uint8_t { plain, fault, trouble, good };
  sim::Time at;
  std::string text;
  Tone tone = Tone::plain;
};

/// A value.
class Story {
 public:
  void on_event(const Setting& setting, sim::EventId id, const sim::TraceRecord& record);

  /// In the order of time; facts of one kind that come together are one line.
  std::vector<StoryLine> lines(const Setting& setting, const sim::World& world) const;
  const sim::AppendLog<StoryFact, 256>& facts() const { return facts_; }

 private:
  sim::AppendLog<StoryFact, 256> facts_;
  std::map<std::pair<std::uint16_t, std::uint64_t>, sim::Time> errors_told_;  // host and error: told when
};

}  // namespace scenarios
