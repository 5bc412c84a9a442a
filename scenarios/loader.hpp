// loader.hpp - from a file's text to a scenario that can be run.
// Here:  load_scenario; all that is wrong with a file, told at once.
// Not:   the format for people (docs/scenario-format.md), for editors (schema.json); JSON (json_source.hpp).
// Start: load_scenario(). Its parts: loader_cluster.cpp (cluster, network, topics), loader_clients.cpp,
//        loader_timeline.cpp, loader_expect.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/json_source.hpp"
#include "scenarios/scenario.hpp"

namespace scenarios {

struct Loaded {
  std::optional<Scenario> scenario;  ///< nothing if there is an error among the problems
  std::vector<Problem> problems;     ///< in the order of their lines
};

/// `file` is the name that problems speak of.
Loaded load_scenario(std::string_view text, const std::string& file);
/// Reads the file, too. One that cannot be read is a problem.
Loaded load_scenario_file(const std::string& path);

}  // namespace scenarios
