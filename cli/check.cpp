#include "cli/commands.hpp"
#include "scenarios/loader.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace cli {

void add_check(CLI::App& app, ExitCode& exit_code) {
  const auto files = std::make_shared<std::vector<std::string>>();
  CLI::App* check = app.add_subcommand("check", "Look for mistakes in scenarios, without running them");
  check->add_option("files", *files, "Scenarios, JSON files")->required();
  check->callback([files, &exit_code] {
    for (const std::string& file : *files) {
      const scenarios::Loaded loaded = scenarios::load_scenario_file(file);
      for (const scenarios::Problem& problem : loaded.problems) std::cerr << to_text(problem) << '\n';
      if (loaded.scenario) {
        std::cout << fmt::format("{}: good\n", file);
      } else {
        exit_code = ExitCode::wrong_input;
      }
    }
  });
}

}  // namespace cli
