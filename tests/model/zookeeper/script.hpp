// script.hpp - golden files: prose, a command, what came of it.
// Here:  run_script(), which runs every block of a golden file and compares.
// Not:   what a command does (recorded_test.cpp, stories_test.cpp).
// Start: tests/golden/zookeeper/README.md.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace zookeeper::test {

/// Runs the file below tests/golden/zookeeper/. A block is comment lines, command lines, "----" and the expected lines
/// up to an empty line. `run` gets one command line and returns what came of it. Returns the differences, empty if
/// there are none. With KAFKASIM_REWRITE=1 in the environment the file is written anew instead, unless `recorded`: what
/// others said is not ours to change.
std::string run_script(const std::string& file, bool recorded,
                       const std::function<std::vector<std::string>(const std::string&)>& run);

}  // namespace zookeeper::test
