// nearest_name.hpp - what somebody meant who mistyped a name.
// Here:  the edit distance between two names, and the nearest of several.
// Not:   the sentence around it: whoever found the wrong name writes that.
// Start: `nearest_name("fuz", {"run", "fuzz"})` is "fuzz".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace scenarios {

/// How many single letters must be inserted, removed, replaced or swapped with their neighbour to turn `from` into
/// `to`.
std::size_t edit_distance(std::string_view from, std::string_view to);

/// The name with the smallest distance, the first of several; nothing if none is nearer than writing half of the longer
/// word anew, because a far-fetched guess helps nobody.
std::optional<std::string> nearest_name(std::string_view wrong, const std::vector<std::string>& names);

}  // namespace scenarios
