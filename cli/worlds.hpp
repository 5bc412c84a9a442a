// worlds.hpp - `kafkasim worlds`: random worlds by the thousand, each of which must repeat.
// Here:  WorldsOptions and run_worlds, the subcommand behind its words.
// Not:   what a random world is (sim/example/random_world.hpp).
// Start: run_worlds().
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

#include "cli/exit_code.hpp"

namespace cli {

/// The words of the command line, as they stand there.
struct WorldsOptions {
  std::string seeds;                  ///< "17" or "1..200"; empty if they come from the campaign's file
  std::string until;                  ///< "8s"; empty: the default, or the campaign's
  bool hashes = false;                ///< one line a seed on `out`
  std::string continue_file;          ///< empty: no campaign
  std::uint64_t thorough_every = 10;  ///< every n-th seed is run again and continued from a copy; 0: none
};

/// Runs the worlds. Lines for each seed go to `out`, progress and failures to `err`.
/// `interrupted()` is asked often; when it answers true the run ends with a summary and exit code 130.
ExitCode run_worlds(const WorldsOptions& options, std::ostream& out, std::ostream& err, bool (*interrupted)());

}  // namespace cli
