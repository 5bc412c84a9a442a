// run.hpp - `kafkasim run`: one scenario, from file to report.
// Here:  RunWords and run_scenario, the subcommand behind its words.
// Not:   running and judging (scenarios/run.hpp); the report's text (scenarios/report.hpp).
// Start: run_scenario().
#pragma once

#include "cli/exit_code.hpp"

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace cli {

/// The words of the command line, as they stand there.
struct RunWords {
  std::string file;
  std::optional<std::uint64_t> seed;  ///< instead of the file's
  std::string until;                  ///< "20s": ends the scenario earlier
  std::string trace;                  ///< a file for the trace as JSON lines
  std::string json;                   ///< a file for the report as JSON
  bool quiet = false;                 ///< only the verdict, no progress
  bool check_messages = false;
  bool outcome = false;  ///< the fingerprint's line instead of the report
};

/// The report goes to `out`, progress and problems to `err`. `colour`: for a terminal. `interrupted()` is asked often;
/// when it answers true the report so far is printed, without a verdict.
ExitCode run_scenario(const RunWords& words, bool colour, std::ostream& out, std::ostream& err, bool (*interrupted)());

}  // namespace cli
