#include "cli/run.hpp"

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "scenarios/loader.hpp"
#include "scenarios/report.hpp"
#include "scenarios/run.hpp"
#include "scenarios/units.hpp"
#include "sim/trace_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <iostream>
#include <memory>
#include <utility>

namespace cli {
namespace {

using scenarios::Run;
using scenarios::Scenario;

// A line a second, on long runs only: virtual time, speed, events.
class Progress {
 public:
  Progress(std::ostream& err, bool on) : err_{err}, on_{on} {}

  void show(const Run& run) {
    const Clock::time_point now = Clock::now();
    if (!on_ || now - shown_ < std::chrono::seconds{1}) return;
    shown_ = now;
    const double wall = std::chrono::duration<double>(now - start_).count();
    const double virtual_seconds = static_cast<double>(run.world().now().nanoseconds()) / 1e9;
    err_ << fmt::format("{} of {}, {:.0f} times real time, {:.1f} million events, {:.2f} million/s\n",
                        sim::to_text(run.world().now()), sim::to_text(run.end()), virtual_seconds / wall,
                        static_cast<double>(run.world().events()) / 1e6,
                        static_cast<double>(run.world().events()) / 1e6 / wall);
  }

 private:
  using Clock = std::chrono::steady_clock;
  std::ostream& err_;
  bool on_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

std::optional<Scenario> load(const RunWords& words, std::ostream& err) {
  scenarios::Loaded loaded = scenarios::load_scenario_file(words.file);
  for (const scenarios::Problem& problem : loaded.problems) err << to_text(problem) << '\n';
  if (!loaded.scenario) return std::nullopt;
  Scenario& scenario = *loaded.scenario;
  if (words.seed) scenario.seed = sim::Seed{*words.seed};
  if (!words.until.empty()) {
    const auto until = scenarios::parse_duration(words.until);
    if (!until || *until == sim::Duration{}) {
      err << fmt::format(
          "kafkasim run: --until '{}' is no length of virtual time; write a number with ns, us, ms, s, min or h\n",
          words.until);
      return std::nullopt;
    }
    scenario.duration = std::min(scenario.duration, *until);
  }
  return std::move(loaded.scenario);
}

}  // namespace

ExitCode run_scenario(const RunWords& words, bool colour, std::ostream& out, std::ostream& err, bool (*interrupted)()) {
  auto scenario = load(words, err);
  if (!scenario) return ExitCode::wrong_input;
  std::ofstream trace_file;
  if (!words.trace.empty()) {
    trace_file.open(words.trace, std::ios::trunc);
    if (!trace_file) {
      err << fmt::format("kafkasim run: the file {} cannot be written\n", words.trace);
      return ExitCode::wrong_input;
    }
  }

  scenarios::RunOptions options;
  options.check_messages = words.check_messages;
  Run run{std::move(*scenario), options};
  std::unique_ptr<sim::JsonLines> lines;
  if (trace_file.is_open()) {
    lines = std::make_unique<sim::JsonLines>(trace_file, run.world());
    run.attach(lines.get());
  }
  Progress progress{err, !words.quiet};
  bool stopped = false;
  while (!run.finished() && !(stopped = interrupted())) {
    run.advance(sim::Budget{run.end(), 50'000});
    progress.show(run);
  }
  run.attach(nullptr);
  trace_file.close();
  if (!words.trace.empty() && !trace_file)
    err << fmt::format("kafkasim run: the trace in {} is not complete\n", words.trace);

  const scenarios::Conclusion conclusion = stopped ? scenarios::Conclusion{} : run.conclude();
  if (words.outcome) {
    out << scenarios::outcome_line(run, conclusion);
  } else {
    out << text_report(run, conclusion, scenarios::ReportStyle{colour, words.quiet, stopped});
  }
  out.flush();
  if (!words.json.empty()) {
    std::ofstream json{words.json, std::ios::trunc};
    json << json_report(run, conclusion, stopped);
    json.close();
    if (!json) err << fmt::format("kafkasim run: the file {} cannot be written\n", words.json);
  }
  if (stopped) return ended_by_user;
  if (!conclusion.our_fault.empty()) return ExitCode::our_fault;
  return conclusion.passed() ? ExitCode::success : ExitCode::expectation_failed;
}

void add_run(CLI::App& app, ExitCode& exit_code) {
  const auto words = std::make_shared<RunWords>();
  CLI::App* run = app.add_subcommand("run", "Run a scenario and report what happened");
  run->add_option("file", words->file, "The scenario, a JSON file (docs/scenario-format.md)")->required();
  run->add_option("--seed", words->seed, "Another seed than the file's");
  run->add_option("--until", words->until, "Stop at this virtual time: 500ms, 20s, 2min");
  run->add_option("--trace", words->trace, "Write everything that happens to this file, one JSON object a line");
  run->add_option("--json", words->json, "Write the report as JSON to this file, too");
  run->add_flag("--quiet,-q", words->quiet, "No progress; of the report, only the verdict and the trace hash");
  run->add_flag("--wire-check", words->check_messages,
                "Encode and decode every message on its way (slower; same hash)");
  run->add_flag("--outcome", words->outcome, "Print one line of facts without times (scenarios/library/outcomes.csv)");
  run->callback([words, &exit_code] {
    const InterruptWatch watch;
    const bool colour = isatty(STDOUT_FILENO) != 0;
    exit_code = run_scenario(*words, colour, std::cout, std::cerr, InterruptWatch::interrupted);
  });
}

}  // namespace cli
