#include "cli/worlds.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <vector>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "scenarios/units.hpp"
#include "sim/example/doubled_run.hpp"
#include "sim/example/random_world.hpp"

namespace cli {
namespace {

using sim::example::RandomRun;
using sim::example::RandomRunObserver;
using sim::example::RandomWorld;
using sim::example::RandomWorldSpec;

struct Seeds {
  std::uint64_t first = 1;
  std::uint64_t last = 0;
};

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Seeds> parse_seeds(const std::string& text) {
  const std::size_t dots = text.find("..");
  const auto first = parse_number(std::string_view{text}.substr(0, dots));
  const auto last = dots == std::string::npos ? first : parse_number(std::string_view{text}.substr(dots + 2));
  if (!first || !last || *last < *first) return std::nullopt;
  return Seeds{*first, *last};
}

// --- a campaign and its file
// ---------------------------------------------------------------------------------------------

struct Campaign {
  Seeds seeds;
  sim::Duration length = RandomWorldSpec{}.length;
  std::uint64_t next = 0;  // seed
  std::uint64_t worlds = 0;
  std::uint64_t events = 0;
  std::uint64_t messages = 0;
  std::uint64_t crashes = 0;
  std::uint64_t faults = 0;
  std::vector<std::uint64_t> failed;  // seeds
};

constexpr std::string_view file_head = "kafkasim worlds campaign 1";

// False, and a sentence on `err`, if the file cannot be written.
bool save(const Campaign& campaign, const std::string& path, std::ostream& err) {
  const std::string fresh = path + ".new";
  std::ofstream file{fresh, std::ios::trunc};
  file << file_head << '\n'
       << "seeds " << campaign.seeds.first << ' ' << campaign.seeds.last << '\n'
       << "length " << campaign.length.nanoseconds() << '\n'
       << "next " << campaign.next << '\n'
       << "worlds " << campaign.worlds << '\n'
       << "events " << campaign.events << '\n'
       << "messages " << campaign.messages << '\n'
       << "crashes " << campaign.crashes << '\n'
       << "faults " << campaign.faults << '\n';
  for (const std::uint64_t seed : campaign.failed) file << "failed " << seed << '\n';
  file << "end\n";
  file.close();
  if (file && std::rename(fresh.c_str(), path.c_str()) == 0) return true;
  err << "kafkasim: the campaign's file " << path << " cannot be written\n";
  return false;
}

// Nothing if the file is not one of ours, whole.
std::optional<Campaign> load(std::istream& file) {
  Campaign campaign;
  std::string line;
  if (!std::getline(file, line) || line != file_head) return std::nullopt;
  std::int64_t length = 0;
  std::string word;
  while (file >> word && word != "end") {
    std::uint64_t seed = 0;
    if (word == "seeds") {
      file >> campaign.seeds.first >> campaign.seeds.last;
    } else if (word == "length") {
      file >> length;
    } else if (word == "next") {
      file >> campaign.next;
    } else if (word == "worlds") {
      file >> campaign.worlds;
    } else if (word == "events") {
      file >> campaign.events;
    } else if (word == "messages") {
      file >> campaign.messages;
    } else if (word == "crashes") {
      file >> campaign.crashes;
    } else if (word == "faults") {
      file >> campaign.faults;
    } else if (word == "failed" && file >> seed) {
      campaign.failed.push_back(seed);
    } else {
      return std::nullopt;
    }
  }
  campaign.length = sim::Duration{length};
  const bool sane = length > 0 && campaign.seeds.first <= campaign.seeds.last && campaign.next >= campaign.seeds.first;
  return file && word == "end" && sane ? std::optional{campaign} : std::nullopt;
}

/// From words and file to a campaign; nothing, and sentences on `err`, if they make none.
std::optional<Campaign> plan(const WorldsOptions& options, std::ostream& err) {
  const auto wrong = [&](const std::string& sentence) {
    err << "kafkasim worlds: " << sentence << '\n';
    return std::nullopt;
  };
  std::optional<Seeds> seeds;
  std::optional<sim::Duration> length;
  if (!options.seeds.empty() && !(seeds = parse_seeds(options.seeds))) {
    return wrong(
        fmt::format("--seeds '{}' is no range of seeds; write a number (17) or first..last (1..200)", options.seeds));
  }
  if (!options.until.empty()) length = scenarios::parse_duration(options.until);
  if (!options.until.empty() && (!length || *length == sim::Duration{})) {
    return wrong(fmt::format("--until '{}' is no length of virtual time; write a number with ns, us, ms, s or min (8s)",
                             options.until));
  }

  if (!options.continue_file.empty()) {
    std::ifstream file{options.continue_file};
    if (file || std::filesystem::exists(options.continue_file)) {  // what cannot be read must not be overwritten
      const auto saved = load(file);
      if (!saved) return wrong(fmt::format("{} is not a campaign's file, or is damaged", options.continue_file));
      if (seeds && (seeds->first != saved->seeds.first || seeds->last != saved->seeds.last)) {
        return wrong(fmt::format("{} is about seeds {}..{}, not {}", options.continue_file, saved->seeds.first,
                                 saved->seeds.last, options.seeds));
      }
      if (length && *length != saved->length) {
        return wrong(fmt::format("{} is about worlds of {}, not {}", options.continue_file, sim::to_text(saved->length),
                                 options.until));
      }
      return saved;
    }
  }
  if (!seeds) {
    return wrong(
        options.continue_file.empty()
            ? std::string{"which seeds? Write --seeds 1..200"}
            : fmt::format("there is no file {} yet, so write --seeds, too: --seeds 1..200", options.continue_file));
  }
  Campaign campaign;
  campaign.seeds = *seeds;
  campaign.next = seeds->first;
  if (length) campaign.length = *length;
  return campaign;
}

// --- one seed
// --------------------------------------------------------------------------------------------------------------

// In slices, so that Ctrl-C need not wait for a long world. False: interrupted.
bool run_to(RandomWorld& random, sim::Time end, std::uint64_t events, bool (*interrupted)()) {
  constexpr std::uint64_t slice = 200'000;
  while (events > 0) {
    if (interrupted()) return false;
    const std::uint64_t now = std::min(slice, events);
    if (random.advance(sim::Budget{end, now}) != sim::Stopped::events) return true;
    events -= now;
  }
  return true;
}

// Runs the seed again without observers, and once more with a move into a copy half way. A sentence if either ends
// differently; nothing also when interrupted.
std::string check_repetition(sim::Seed seed, const RandomWorldSpec& spec, const RandomRun& run, bool (*interrupted)()) {
  RandomWorldSpec unwatched = spec;
  unwatched.check_messages = false;
  const sim::Time end = sim::Time{} + spec.length;
  const auto equal = [&](const RandomWorld& random) {
    return random.world().trace_hash() == run.trace && random.world().state_hash() == run.state;
  };

  RandomWorld again{seed, unwatched};
  if (!run_to(again, end, UINT64_MAX, interrupted)) return {};
  if (!equal(again)) {
    const auto difference = sim::example::runs_differ([&] { return RandomWorld{seed, spec}; }, sim::Budget{end});
    return "the second run differs from the first; " + difference.value_or("two more runs were equal");
  }

  auto original = std::make_unique<RandomWorld>(seed, unwatched);
  if (!run_to(*original, end, run.events / 2, interrupted)) return {};
  RandomWorld copy = *original;
  original.reset();
  if (!run_to(copy, end, UINT64_MAX, interrupted)) return {};
  if (!equal(copy)) return fmt::format("a copy taken after {} events goes on differently", run.events / 2);
  return {};
}

std::string hash_line(std::uint64_t seed, const RandomRun& run) {
  return fmt::format("seed {}: {} state {} events {} messages {} crashes {} confirmed {}\n", seed,
                     sim::to_text(run.trace), sim::to_text(run.state), run.events, run.messages, run.crashes,
                     run.confirmations);
}

void say_failure(std::uint64_t seed, const std::string& what, sim::Duration length, std::ostream& err) {
  err << fmt::format("seed {}: {}\n  to repeat: kafkasim worlds --seeds {} --until {}ns --thorough 1\n", seed, what,
                     seed, length.nanoseconds());
}

// --- the way there, for people
// ---------------------------------------------------------------------------------------------

class Progress {
 public:
  explicit Progress(std::ostream& err) : err_{err} {}

  void show(const Campaign& campaign, std::uint64_t worlds_before, std::uint64_t events_before) {
    const Clock::time_point now = Clock::now();
    if (now - shown_ < std::chrono::seconds{1}) return;
    shown_ = now;
    const double seconds = elapsed();
    err_ << fmt::format("{} of {} worlds, {:.0f} worlds/s, {:.2f} million events/s, {} failed\n", campaign.worlds,
                        campaign.seeds.last - campaign.seeds.first + 1,
                        static_cast<double>(campaign.worlds - worlds_before) / seconds,
                        static_cast<double>(campaign.events - events_before) / seconds / 1e6, campaign.failed.size());
  }
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

 private:
  using Clock = std::chrono::steady_clock;
  std::ostream& err_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point shown_ = start_;
};

ExitCode summary(const Campaign& campaign, bool stopped, const Progress& progress, const std::string& file,
                 std::ostream& err) {
  err << fmt::format("{}{} worlds of {}: {} events, {} messages, {} faults, {} crashes; {:.1f}s\n",
                     stopped ? "stopped after " : "", campaign.worlds, sim::to_text(campaign.length), campaign.events,
                     campaign.messages, campaign.faults, campaign.crashes, progress.elapsed());
  if (!campaign.failed.empty()) {
    err << campaign.failed.size() << " failed: seeds";
    for (const std::uint64_t seed : campaign.failed) err << ' ' << seed;
    err << '\n';
  }
  if (stopped && !file.empty()) err << "go on with: kafkasim worlds --continue " << file << '\n';
  if (stopped) return ended_by_user;
  return campaign.failed.empty() ? ExitCode::success : ExitCode::our_fault;
}

}  // namespace

ExitCode run_worlds(const WorldsOptions& options, std::ostream& out, std::ostream& err, bool (*interrupted)()) {
  auto planned = plan(options, err);
  if (!planned) return ExitCode::wrong_input;
  Campaign& campaign = *planned;
  const std::string& file = options.continue_file;
  if (!file.empty() && !save(campaign, file, err)) return ExitCode::wrong_input;

  RandomWorldSpec spec;
  spec.length = campaign.length;
  Progress progress{err};
  const std::uint64_t worlds_before = campaign.worlds;
  const std::uint64_t events_before = campaign.events;
  bool stopped = false;
  double saved_at = 0;
  // `next` past the last seed ends it; worlds counts, so that even UINT64_MAX can be the last.
  while (campaign.worlds <= campaign.seeds.last - campaign.seeds.first) {
    const std::uint64_t number = campaign.next;
    RandomWorld random{sim::Seed{number}, spec};
    RandomRunObserver observer;
    random.world().attach(&observer);
    stopped = !run_to(random, sim::Time{} + spec.length, UINT64_MAX, interrupted);
    if (stopped) break;
    const RandomRun run = observer.result(random);
    std::string failure = run.failure;
    const bool thorough = options.thorough_every > 0 && number % options.thorough_every == 0;
    if (failure.empty() && thorough) failure = check_repetition(sim::Seed{number}, spec, run, interrupted);
    stopped = interrupted();
    if (stopped) break;  // this seed was perhaps not checked: it comes first next time

    if (options.hashes) out << hash_line(number, run) << std::flush;
    if (!failure.empty()) {
      say_failure(number, failure, spec.length, err);
      campaign.failed.push_back(number);
    }
    ++campaign.next;
    ++campaign.worlds;
    campaign.events += run.events;
    campaign.messages += run.messages;
    campaign.crashes += run.crashes;
    for (const std::uint64_t count : run.faults) campaign.faults += count;
    progress.show(campaign, worlds_before, events_before);
    if (!file.empty() && progress.elapsed() - saved_at > 1) {
      saved_at = progress.elapsed();
      if (!save(campaign, file, err)) return ExitCode::wrong_input;
    }
  }
  if (!file.empty() && !save(campaign, file, err)) return ExitCode::wrong_input;
  return summary(campaign, stopped, progress, file, err);
}

void add_worlds(CLI::App& app, ExitCode& exit_code) {
  const auto options = std::make_shared<WorldsOptions>();
  CLI::App* worlds = app.add_subcommand("worlds", "Run random worlds and check that each one repeats");
  worlds->add_option("--seeds", options->seeds, "Which worlds: 17 or 1..200");
  worlds->add_option("--until", options->until, "Virtual time in each world: 500ms, 8s (the default), 2min");
  worlds->add_flag("--hashes", options->hashes, "Print a line for each seed, to compare builds by");
  worlds->add_option("--continue", options->continue_file,
                     "Keep the campaign in this file, or go on with the one there");
  worlds
      ->add_option("--thorough", options->thorough_every,
                   "Run every n-th seed again, and from a copy of the world; 0: none")
      ->capture_default_str();
  worlds->callback([options, &exit_code] {
    const InterruptWatch watch;
    exit_code = run_worlds(*options, std::cout, std::cerr, InterruptWatch::interrupted);
  });
}

}  // namespace cli
