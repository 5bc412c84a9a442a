// exit_code.hpp - what the `kafkasim` command tells its caller.
// Here:  ExitCode, the four numbers of the design.
// Not:   when which one is earned: each subcommand decides (cli/<name>.cpp).
// Start: `exit_code = ExitCode::expectation_failed;`
#pragma once

namespace cli {

/// The process exit status. Scripts and CI depend on the numbers: they never change.
enum class ExitCode : int {
  success = 0,             ///< all expectations were met
  expectation_failed = 1,  ///< an expectation or an invariant failed
  wrong_input = 2,         ///< the command line or an input file is wrong
  our_fault = 3,           ///< kafkasim itself is at fault: a broken truth, a run that does not repeat
};

/// 128 + SIGINT, what a shell says of a program that ended by Ctrl-C.
inline constexpr ExitCode ended_by_user{130};

}  // namespace cli
