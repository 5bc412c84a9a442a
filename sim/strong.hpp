// strong.hpp - numbers that cannot be mixed up.
// Here:  Strong<Tag, Rep>, an integer with a name; only comparison, no arithmetic, no implicit way in or out.
// Not:   times (time.hpp), which do have arithmetic.
// Start: `using HostId = Strong<struct HostIdTag, std::uint16_t>;`
#pragma once

#include <compare>
#include <cstdint>

namespace sim {

/// An integer of kind `Tag`. Two different tags never compare, convert or assign to each other.
/// A default-constructed value is `Rep{}`, i.e. zero.
template <class Tag, class Rep = std::int64_t>
class Strong {
 public:
  using rep = Rep;

  constexpr Strong() = default;
  constexpr explicit Strong(Rep value) : value_{value} {}

  /// The bare number: the only way out, so that every place that needs it can be found by a search.
  constexpr Rep raw() const { return value_; }

  friend constexpr bool operator==(Strong, Strong) = default;
  friend constexpr auto operator<=>(Strong, Strong) = default;

 private:
  Rep value_{};
};

/// One machine of the world; hosts are numbered from 0 in the order in which they were added.
using HostId = Strong<struct HostIdTag, std::uint16_t>;

/// One line of the trace, numbered from 1 in the order in which it happened; 0 means "no event". The trace is the
/// causal graph, so an EventId is also the name of a cause.
using EventId = Strong<struct EventIdTag, std::uint64_t>;

inline constexpr EventId no_event{0};

/// A name that was made known to the world with `World::subject` ("orders-0"); 0 is the empty name.
using SubjectId = Strong<struct SubjectIdTag, std::uint32_t>;

}  // namespace sim
