#include "scenarios/report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "model/protocol/errors.hpp"
#include "scenarios/report_parts.hpp"
#include "sim/digest.hpp"

namespace scenarios {
namespace {

using Tone = StoryLine::Tone;

class Paint {
 public:
  explicit Paint(bool on) : on_{on} {}
  std::string operator()(Tone tone, const std::string& text) const {
    if (!on_) return text;
    switch (tone) {
      case Tone::plain: return text;
      case Tone::fault: return fmt::format("\x1b[1;35m{}\x1b[0m", text);
      case Tone::trouble: return fmt::format("\x1b[33m{}\x1b[0m", text);
      case Tone::good: return fmt::format("\x1b[32m{}\x1b[0m", text);
    }
    return text;
  }
  std::string bold(const std::string& text) const { return on_ ? fmt::format("\x1b[1m{}\x1b[0m", text) : text; }
  std::string bad(const std::string& text) const { return on_ ? fmt::format("\x1b[1;31m{}\x1b[0m", text) : text; }

 private:
  bool on_;
};

// Seconds with milliseconds, in a column.
std::string clock(sim::Time at) {
  const std::int64_t ms = at.since_start().milliseconds();
  return fmt::format("{:>5}.{:03}s", ms / 1'000, ms % 1'000);
}

std::string happenings(const Run& run, const Paint& paint) {
  std::vector<StoryLine> lines = run.story().lines(run.setting(), run.world());
  for (const StepDone& done : run.steps_done()) {
    const Step& step = run.scenario().timeline[done.step];
    std::string text = done.undone ? fmt::format("--- end of: {}", step.text) : fmt::format("--- {}", step.text);
    if (!done.undone && !done.whom.empty() && step.text.find(done.whom) == std::string::npos)
      text += fmt::format(" = {}", done.whom);
    lines.push_back(StoryLine{done.at, std::move(text), Tone::fault});
  }
  if (run.ready_at())
    lines.push_back(StoryLine{*run.ready_at(), "all topics are there: the clients start", Tone::good});
  // A step comes before what follows from it at the same moment.
  std::stable_sort(lines.begin(), lines.end(), [](const StoryLine& a, const StoryLine& b) {
    return a.at != b.at ? a.at < b.at : (a.tone == Tone::fault) > (b.tone == Tone::fault);
  });
  std::string text = paint.bold("What happened") + "\n";
  for (const StoryLine& line : lines) text += fmt::format("{}  {}\n", clock(line.at), paint(line.tone, line.text));
  return text;
}

std::string clients(const Run& run, const Paint& paint) {
  if (run.scenario().clients.empty()) return {};
  std::string text = paint.bold("Clients") + "\n";
  std::size_t width = 8;
  for (const ClientSpec& client : run.scenario().clients) width = std::max(width, client.name.size());
  for (std::size_t i = 0; i < run.scenario().clients.size(); ++i) {
    const ClientSpec& client = run.scenario().clients[i];
    const ClientCounts& counts = run.history().counts()[i];
    text += fmt::format("  {:<{}}  ", client.name, width);
    if (std::holds_alternative<ProducerSpec>(client.what)) {
      text += fmt::format("sent {}, acknowledged {}, failed {}, perhaps written {}, still open {}", counts.sent,
                          counts.acknowledged, counts.failed, counts.unknown,
                          counts.sent - counts.acknowledged - counts.failed - counts.unknown);
      if (counts.retried > 0) text += fmt::format("; {} records sent again", counts.retried);
    } else {
      text += fmt::format("read {}", counts.read);
      if (counts.corrupt > 0) text += paint(Tone::trouble, fmt::format(", {} broken", counts.corrupt));
    }
    text += '\n';
    for (const auto& [error, times] : counts.errors) {
      text += fmt::format("  {:<{}}    {} to {}: {} times\n", "", width,
                          paint(Tone::trouble, kafka::name(static_cast<kafka::ErrorCode>(error.second))),
                          api_name(error.first), times);
    }
  }
  return text;
}

std::string partitions(const Run& run, const Paint& paint) {
  const auto reports = partition_reports(run);
  if (reports.empty()) return {};
  constexpr std::size_t most = 100;
  std::string text = paint.bold("Partitions") + "\n";
  std::size_t width = 10;
  for (const PartitionReport& report : reports) width = std::max(width, report.name.size());
  for (std::size_t i = 0; i < std::min(most, reports.size()); ++i) {
    const PartitionReport& report = reports[i];
    text += fmt::format("  {:<{}}  ", report.name, width);
    if (!report.known) {
      text += paint(Tone::trouble, "nobody knows") + "\n";
      continue;
    }
    const bool whole = report.leader > 0 && report.isr.size() == report.replicas.size();
    text += paint(
        whole ? Tone::plain : Tone::trouble,
        fmt::format("{}, epoch {}, ISR [{}]", report.leader > 0 ? fmt::format("leader {}", report.leader) : "no leader",
                    report.epoch, fmt::join(report.isr, ", ")));
    text += "  log end (high watermark):";
    for (const ReplicaReport& replica : report.replicas) {
      text += replica.running ? fmt::format("  {}: {} ({})", replica.broker, replica.log_end, replica.high_watermark)
                              : fmt::format("  {}: down", replica.broker);
    }
    text += '\n';
  }
  if (reports.size() > most) text += fmt::format("  ... and {} more partitions\n", reports.size() - most);
  return text;
}

std::string judgement(const Run& run, const Conclusion& conclusion, const Paint& paint) {
  const Judgement& judged = conclusion.judgement;
  std::string text = paint.bold("Judgement") + "\n";
  text += fmt::format("  {} records were promised (acknowledged with an offset): {} are there at the end, {} are lost",
                      judged.promised, judged.kept, judged.count(Anomaly::lost_write));
  if (judged.unknown > 0) text += fmt::format(", {} cannot be read now", judged.unknown);
  text += '\n';
  if (judged.excused_duplicates > 0) {
    text += fmt::format("  {} copies made by a producer's own retries are excused\n", judged.excused_duplicates);
  }
  for (const Anomaly anomaly : all_anomalies) {
    const std::int64_t count = judged.count(anomaly);
    if (count == 0) continue;
    text += paint(Tone::trouble, fmt::format("  {}: {}", to_text(anomaly), count)) + "\n";
    int told = 0;
    for (const Finding& finding : judged.findings) {
      if (finding.anomaly != anomaly) continue;
      if (++told > 3) break;
      text += fmt::format("    {}\n", finding.sentence);
    }
    if (count > 3) text += fmt::format("    ... and {} more\n", count - 3);
  }
  for (const ExpectationResult& result : conclusion.expectations) {
    const Expectation& expectation = run.scenario().expect[result.expectation];
    text += fmt::format("  {} {}{}\n", result.met ? paint(Tone::good, "met:    ") : paint.bad("NOT MET:"),
                        expectation.text, result.met ? std::string{} : fmt::format(" (it was {})", result.found));
  }
  return text;
}

}  // namespace

std::string text_report(const Run& run, const Conclusion& conclusion, const ReportStyle& style) {
  const Paint paint{style.colour};
  const Scenario& scenario = run.scenario();
  std::string text;
  if (!style.verdict_only) {
    text += fmt::format("{}\n", paint.bold(scenario.title));
    if (!scenario.teaches.empty()) text += fmt::format("{}\n", scenario.teaches);
    text += fmt::format("seed {}, {} of virtual time, {} brokers, {} ZooKeeper server{}\n", scenario.seed.raw(),
                        sim::to_text(run.world().now()), scenario.brokers.size(), scenario.zookeepers,
                        scenario.zookeepers == 1 ? "" : "s");
    const bool producers = std::any_of(scenario.clients.begin(), scenario.clients.end(), [](const ClientSpec& client) {
      return std::holds_alternative<ProducerSpec>(client.what);
    });
    if (producers) text += "note: producers run with enable.idempotence=false until idempotence is modelled\n";
    text += '\n';
    text += happenings(run, paint) + "\n" + clients(run, paint) + "\n" + partitions(run, paint) + "\n";
    if (!style.interrupted) text += judgement(run, conclusion, paint) + "\n";
  }
  if (style.interrupted) {
    text += fmt::format("interrupted at {}: no verdict\n", sim::to_text(run.world().now()));
  } else {
    for (const std::string& complaint : complaints(run, conclusion)) text += paint.bad("! ") + complaint + "\n";
    const std::string word = verdict(conclusion);
    text += fmt::format("verdict: {}\n", conclusion.passed() ? paint(Tone::good, word) : paint.bad(word));
  }
  text += fmt::format("trace hash: {}\n", sim::to_text(run.world().trace_hash()));
  return text;
}

std::string_view outcome_header() {
  return "scenario,verdict,elections,unclean,isr_changes,controllers,lost_write,duplicate,inconsistent_offsets,corrupt_"
         "record,"
         "client_errors,leaders,isr\n";
}

}  // namespace scenarios
