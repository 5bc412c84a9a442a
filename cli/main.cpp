#include "cli/command_line.hpp"
#include "cli/commands.hpp"

#include <CLI/CLI.hpp>

#include <exception>
#include <iostream>

int main(int count, char** arguments) {
  // The last net: a subcommand turns what can go wrong into an exit code and a sentence; what still comes here is ours.
  try {
    CLI::App app{"kafkasim: a whole Kafka cluster as one deterministic program over virtual time", "kafkasim"};
    app.set_version_flag("--version", "kafkasim " KAFKASIM_VERSION, "Print the version and exit");
    app.require_subcommand(1);

    cli::ExitCode exit_code = cli::ExitCode::success;
    cli::add_commands(app, exit_code);

    const std::vector<std::string> words(arguments + 1, arguments + count);
    return static_cast<int>(cli::run_command_line(app, words, exit_code, std::cout, std::cerr));
  } catch (const std::exception& error) {
    std::cerr << "kafkasim: this is a fault of kafkasim itself: " << error.what() << '\n';
  } catch (...) {
    std::cerr << "kafkasim: this is a fault of kafkasim itself: an exception of unknown type\n";
  }
  return static_cast<int>(cli::ExitCode::our_fault);
}
