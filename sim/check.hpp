// check.hpp - what happens when kafkasim itself is wrong.
// Here:  SIM_CHECK and BrokenTruth.
// Not:   what a simulated program can meet (I/O errors, refused connections): those are values, not checks.
// Start: `SIM_CHECK(epoch > epoch_, "epoch {} does not follow {}", epoch.raw(), epoch_.raw());`
#pragma once

#include <fmt/format.h>

#include <string>
#include <utility>

namespace sim {

/// A truth of our own code that did not hold. Thrown by SIM_CHECK and caught at the door of the world
/// (`World::advance`), which adds seed, event number and virtual time and then refuses to go on: an exception never
/// leaves `sim/` by any other way.
struct BrokenTruth {
  std::string what;  ///< the condition, and the sentence that the caller added
  const char* file;  ///< static text
  int line;
};

[[noreturn]] void broken_truth(const char* condition, const char* file, int line, std::string detail);

namespace check_detail {
inline std::string sentence() { return {}; }
template <class... Arguments>
std::string sentence(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  return fmt::format(text, std::forward<Arguments>(arguments)...);
}
}  // namespace check_detail

}  // namespace sim

/// On in every build. The arguments after the condition are an fmt text, evaluated only when the check fails.
#define SIM_CHECK(condition, ...)                                                                                      \
  (static_cast<bool>(condition)                                                                                        \
       ? static_cast<void>(0)                                                                                          \
       : ::sim::broken_truth(#condition, __FILE__, __LINE__, ::sim::check_detail::sentence(__VA_ARGS__)))
