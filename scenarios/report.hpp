// report.hpp - what became of a run, for people and for programs.
// Here:  text_report, json_report.
// Not:   finding it out (run.hpp, judges/, invariants/).
// Start: text_report().
#pragma once

#include <string>

#include "scenarios/run.hpp"

namespace scenarios {

struct ReportStyle {
  bool colour = false;        ///< for terminals
  bool verdict_only = false;  ///< only the verdict and the hash
  bool interrupted = false;   ///< the run was cut short: there is no verdict
};

/// What happened when; what each client and each partition ended with; the verdict; as last line "trace hash: ...".
std::string text_report(const Run& run, const Conclusion& conclusion, const ReportStyle& style);

/// The same as one JSON object.
std::string json_report(const Run& run, const Conclusion& conclusion, bool interrupted);

/// One line about a run of a scenario without any times: facts and verdict (design, decision 4). Stays the same when a
/// cost is tuned, changes when a behaviour does.
std::string outcome_line(const Run& run, const Conclusion& conclusion);
std::string_view outcome_header();

}  // namespace scenarios
