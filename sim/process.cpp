#include "sim/process.hpp"

#include <array>

namespace sim {
namespace {

constexpr std::array<StationSpec, 1> one_thread{{{"main", 1}}};

}  // namespace

std::span<const StationSpec> Process::stations() const { return one_thread; }

Station Process::route(const Input&) const { return Station{0}; }

std::string_view to_text(ConnectionChange change) {
  switch (change) {
    case ConnectionChange::accepted: return "accepted";
    case ConnectionChange::opened: return "opened";
    case ConnectionChange::refused: return "refused";
    case ConnectionChange::timed_out: return "timed out";
    case ConnectionChange::writable: return "writable";
    case ConnectionChange::closed: return "closed";
    case ConnectionChange::reset: return "reset";
  }
  return "?";
}

}  // namespace sim
