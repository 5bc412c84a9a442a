// command_line.hpp - from the words of the user to one subcommand.
// Here:  run_command_line: parsing, help, version, an unknown word, the exit code.
// Not:   the subcommands themselves (one file each, listed in commands.cpp).
// Start: main.cpp, ten lines.
#pragma once

#include "cli/exit_code.hpp"

#include <CLI/App.hpp>

#include <ostream>
#include <string>
#include <vector>

namespace cli {

/// Parses `words` (without the program's name) and runs the chosen subcommand, whose callback writes `exit_code`.
/// Help and version go to `out`; what is wrong with the words goes to `err` as sentences, with the nearest valid name.
/// Returns `exit_code` after a subcommand ran, success after help or version, wrong_input for words that do not parse.
/// Exceptions of a callback that are not CLI11's pass through.
ExitCode run_command_line(CLI::App& app, const std::vector<std::string>& words, const ExitCode& exit_code,
                          std::ostream& out, std::ostream& err);

}  // namespace cli
