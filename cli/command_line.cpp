#include "cli/command_line.hpp"

#include "scenarios/nearest_name.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace cli {

namespace {

std::vector<std::string> subcommand_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* subcommand : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(subcommand->get_name());
  std::sort(names.begin(), names.end());
  return names;
}

/// CLI11 would only say that the word "was not expected". Global options take no value, so that the first word without
/// a dash is where the subcommand stands.
bool names_unknown_subcommand(const CLI::App& app, const std::vector<std::string>& words, std::ostream& err) {
  const auto word = std::find_if(words.begin(), words.end(), [](const std::string& w) { return w.rfind('-', 0) != 0; });
  if (word == words.end()) return false;
  const std::vector<std::string> names = subcommand_names(app);
  if (std::find(names.begin(), names.end(), *word) != names.end()) return false;

  err << app.get_name() << ": there is no command '" << *word << "'";
  if (const auto nearest = scenarios::nearest_name(*word, names)) err << "; did you mean '" << *nearest << "'?";
  err << "\nAll commands: " << app.get_name() << " --help\n";
  return true;
}

}  // namespace

ExitCode run_command_line(CLI::App& app, const std::vector<std::string>& words, const ExitCode& exit_code,
                          std::ostream& out, std::ostream& err) {
  if (words.empty()) {
    out << app.help();
    return ExitCode::success;
  }
  if (names_unknown_subcommand(app, words, err)) return ExitCode::wrong_input;

  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 wants them last word first
  } catch (const CLI::ParseError& error) {
    const bool answered = app.exit(error, out, err) == 0;  // --help and --version are "errors" of CLI11, too
    return answered ? ExitCode::success : ExitCode::wrong_input;
  }
  return exit_code;
}

}  // namespace cli
