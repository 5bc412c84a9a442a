#include "cli/command_line.hpp"

#include <doctest/doctest.h>
#include <CLI/CLI.hpp>

#include <sstream>

using cli::ExitCode;

namespace {

/// An app with two subcommands, of which `run` ends with `expectation_failed`, so that its code is told from success.
struct TwoCommands {
  TwoCommands() {
    app.set_version_flag("--version", "kafkasim 1.2.3");
    app.require_subcommand(1);
    CLI::App* run = app.add_subcommand("run", "Run a scenario");
    run->add_option("--seed", seed);
    run->callback([this] { exit_code = ExitCode::expectation_failed; });
    app.add_subcommand("fuzz", "Search for a scenario");
  }

  ExitCode type(const std::vector<std::string>& words) {
    return cli::run_command_line(app, words, exit_code, out, err);
  }

  CLI::App app{"test", "kafkasim"};
  ExitCode exit_code = ExitCode::success;
  int seed = 0;
  std::ostringstream out, err;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE_FIXTURE(TwoCommands, "a subcommand gets its options, and its exit code is the answer") {
  CHECK(type({"run", "--seed", "7"}) == ExitCode::expectation_failed);
  CHECK(seed == 7);
  CHECK(out.str().empty());
  CHECK(err.str().empty());
}

TEST_CASE_FIXTURE(TwoCommands, "no words, --help and --version are answered on standard output") {
  CHECK(type({}) == ExitCode::success);
  CHECK(contains(out.str(), "Run a scenario"));
  out.str({});
  CHECK(type({"--help"}) == ExitCode::success);
  CHECK(contains(out.str(), "Search for a scenario"));
  out.str({});
  CHECK(type({"--version"}) == ExitCode::success);
  CHECK(out.str() == "kafkasim 1.2.3\n");
  CHECK(err.str().empty());
}

TEST_CASE_FIXTURE(TwoCommands, "an unknown subcommand is an error with the nearest name") {
  CHECK(type({"fuz"}) == ExitCode::wrong_input);
  CHECK(contains(err.str(), "there is no command 'fuz'; did you mean 'fuzz'?"));
  CHECK(out.str().empty());
}

TEST_CASE_FIXTURE(TwoCommands, "an unknown subcommand that is like nothing gets no guess") {
  CHECK(type({"dance"}) == ExitCode::wrong_input);
  CHECK(contains(err.str(), "there is no command 'dance'\n"));
}

TEST_CASE_FIXTURE(TwoCommands, "an unknown option and a value of the wrong kind are wrong input") {
  CHECK(type({"run", "--sead", "7"}) == ExitCode::wrong_input);
  CHECK(contains(err.str(), "--sead"));
  err.str({});
  CHECK(type({"run", "--seed", "seven"}) == ExitCode::wrong_input);
  CHECK(contains(err.str(), "--seed"));
  CHECK(exit_code == ExitCode::success);  // the callback did not run
}
