#include "scenarios/nearest_name.hpp"

#include <algorithm>

namespace scenarios {

std::size_t edit_distance(std::string_view from, std::string_view to) {
  // Three rows of the usual table: the distance between the first i letters of `from` and the first j of `to`.
  std::vector<std::size_t> two_back(to.size() + 1), one_back(to.size() + 1), row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    two_back = one_back;
    one_back = row;
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = one_back[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, one_back[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], two_back[j - 2] + 1);
    }
  }
  return row[to.size()];
}

std::optional<std::string> nearest_name(std::string_view wrong, const std::vector<std::string>& names) {
  std::optional<std::string> nearest;
  std::size_t best = 0;
  for (const std::string& name : names) {
    const std::size_t distance = edit_distance(wrong, name);
    if (2 * distance > std::max(wrong.size(), name.size())) continue;
    if (nearest && distance >= best) continue;
    nearest = name;
    best = distance;
  }
  return nearest;
}

}  // namespace scenarios
