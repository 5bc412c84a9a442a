#include "cli/worlds.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

using cli::ExitCode;
using cli::run_worlds;
using cli::WorldsOptions;

namespace {

struct Outcome {
  ExitCode code;
  std::string out;
  std::string err;
};

bool never() { return false; }
bool at_once() { return true; }

Outcome run(const WorldsOptions& options, bool (*interrupted)() = never) {
  std::ostringstream out;
  std::ostringstream err;
  const ExitCode code = run_worlds(options, out, err, interrupted);
  return {code, out.str(), err.str()};
}

WorldsOptions worlds(const std::string& seeds, const std::string& until = "1s") {
  WorldsOptions options;
  options.seeds = seeds;
  options.until = until;
  options.hashes = true;
  return options;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// A path in a folder of its own, which goes with it.
struct CampaignFile {
  CampaignFile() {
    folder = std::filesystem::temp_directory_path() / ("kafkasim worlds " + std::to_string(std::rand()));
    std::filesystem::create_directory(folder);
  }
  ~CampaignFile() { std::filesystem::remove_all(folder); }
  std::string path() const { return (folder / "campaign").string(); }
  std::string text() const {
    std::ifstream file{path()};
    std::stringstream all;
    all << file.rdbuf();
    return all.str();
  }
  std::filesystem::path folder;
};

// After so many questions Ctrl-C comes; a function without state is all that run_worlds takes.
int questions_left = 0;
bool after_some() { return --questions_left < 0; }

}  // namespace

TEST_CASE("worlds: one line a seed, the same each time, and only lines of seeds on standard output") {
  const Outcome once = run(worlds("3..5"));
  CHECK(once.code == ExitCode::success);
  std::istringstream lines{once.out};
  std::string line;
  for (const char* seed : {"seed 3: ", "seed 4: ", "seed 5: "}) {
    REQUIRE(std::getline(lines, line));
    CHECK(line.rfind(seed, 0) == 0);
    const std::string hash = line.substr(8, 32);
    CHECK(hash.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(contains(line, " events "));
    CHECK(contains(line, " crashes "));
  }
  CHECK_FALSE(std::getline(lines, line));
  CHECK(contains(once.err, "3 worlds of 1"));
  WorldsOptions thorough = worlds("3..5");
  thorough.thorough_every = 1;
  CHECK(run(thorough).out == once.out);
  WorldsOptions quiet = worlds("3..5");
  quiet.hashes = false;
  CHECK(run(quiet).out.empty());
}

TEST_CASE("worlds: wrong words are answered with what was found and what is allowed") {
  for (const char* seeds :
       {"x", "5..3", "1..", "..4", "-1", "1...4", "1..2..3", "1.5", " 3", "99999999999999999999999"}) {
    CAPTURE(seeds);
    const Outcome answer = run(worlds(seeds));
    CHECK(answer.code == ExitCode::wrong_input);
    CHECK(contains(answer.err, std::string{"'"} + seeds + "'"));
    CHECK(contains(answer.err, "1..200"));
    CHECK(answer.out.empty());
  }
  for (const char* until : {"8", "s", "8 parsecs", "-1s", "0s", "1e3s"}) {
    CAPTURE(until);
    const Outcome answer = run(worlds("1", until));
    CHECK(answer.code == ExitCode::wrong_input);
    CHECK(contains(answer.err, until));
  }
  CHECK(run(WorldsOptions{}).code == ExitCode::wrong_input);
  CHECK(contains(run(WorldsOptions{}).err, "--seeds 1..200"));
}

TEST_CASE("worlds: Ctrl-C ends with a summary and 130") {
  const Outcome answer = run(worlds("1..100"), at_once);
  CHECK(static_cast<int>(answer.code) == 130);
  CHECK(contains(answer.err, "stopped after 0 worlds"));
  CHECK(answer.out.empty());
}

TEST_CASE("worlds: a campaign that is interrupted often ends like one that is not") {
  CampaignFile file;
  WorldsOptions options = worlds("1..12");
  const Outcome whole = run(options);
  options.continue_file = file.path();
  std::string lines;
  int rounds = 0;
  for (Outcome part{ExitCode::our_fault, "", ""}; part.code != ExitCode::success; ++rounds) {
    REQUIRE(rounds < 100);
    questions_left = 9;
    part = run(options, after_some);
    lines += part.out;
    // Later rounds need no other words than the file.
    options.seeds.clear();
    options.until.clear();
    if (part.code != ExitCode::success) {
      CHECK(static_cast<int>(part.code) == 130);
      CHECK(contains(part.err, "--continue"));
    }
  }
  CHECK(rounds > 2);
  CHECK(lines == whole.out);
  CHECK(contains(file.text(), "worlds 12\n"));
  // It is over: nothing more is run.
  CHECK(run(options).out.empty());
}

TEST_CASE("worlds: a campaign's file that does not fit is refused and left alone") {
  CampaignFile file;
  WorldsOptions options = worlds("1..3");
  options.continue_file = file.path();
  CHECK(run(options).code == ExitCode::success);
  const std::string before = file.text();

  WorldsOptions other_seeds = options;
  other_seeds.seeds = "1..4";
  CHECK(run(other_seeds).code == ExitCode::wrong_input);
  CHECK(contains(run(other_seeds).err, "1..3"));
  WorldsOptions other_length = options;
  other_length.until = "2s";
  CHECK(run(other_length).code == ExitCode::wrong_input);
  CHECK(file.text() == before);

  // Cut off anywhere, it is noticed.
  for (std::size_t length = 0; length + 1 < before.size(); length += 3) {
    std::ofstream{file.path(), std::ios::trunc} << before.substr(0, length);
    const Outcome answer = run(options);
    CAPTURE(length);
    CHECK(answer.code == ExitCode::wrong_input);
    CHECK(contains(answer.err, file.path()));
    CHECK(file.text() == before.substr(0, length));
  }

  WorldsOptions nowhere = options;
  nowhere.continue_file = (file.folder / "no such folder" / "campaign").string();
  CHECK(run(nowhere).code == ExitCode::wrong_input);
}
