#include "cli/commands.hpp"

namespace cli {

// Each line is one file of this folder; the order here is the order in --help.
void add_commands(CLI::App& app, ExitCode& exit_code) {
  add_run(app, exit_code);
  add_check(app, exit_code);
  add_completion(app, exit_code);
  add_worlds(app, exit_code);
}

}  // namespace cli
