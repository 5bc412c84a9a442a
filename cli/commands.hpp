// commands.hpp - which subcommands `kafkasim` has.
// Here:  add_commands, the list of all; the declaration of each subcommand's own function.
// Not:   what a subcommand does (cli/<name>.cpp).
// Start: README.md says how to add one.
#pragma once

#include "cli/exit_code.hpp"

#include <CLI/App.hpp>

namespace cli {

/// Adds every subcommand to `app`. The one that the user chooses writes `exit_code`, which must outlive `app`.
void add_commands(CLI::App& app, ExitCode& exit_code);

void add_run(CLI::App& app, ExitCode& exit_code);
void add_check(CLI::App& app, ExitCode& exit_code);
void add_completion(CLI::App& app, ExitCode& exit_code);
void add_worlds(CLI::App& app, ExitCode& exit_code);

}  // namespace cli
