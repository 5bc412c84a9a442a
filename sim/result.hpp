// result.hpp - a value or the reason why there is none.
// Here:  Result<T, E>, Result<void, E>, fail(). No exceptions: an error is something that a program meets and handles.
// Not:   broken truths of our own code (check.hpp).
// Start: `if (!opened.ok()) return fail(opened.error());`
#pragma once

#include "sim/check.hpp"

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace sim {

/// An error on its way into a Result of any value type.
template <class E>
struct Failure {
  E error;
};

template <class E>
constexpr Failure<std::decay_t<E>> fail(E&& error) {
  return {std::forward<E>(error)};
}

/// Either a `T` or an `E`. Asking for the one that is not there is a broken truth (SIM_CHECK), never undefined.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_{std::in_place_index<0>, std::move(value)} {}
  Result(Failure<E> failure) : state_{std::in_place_index<1>, std::move(failure)} {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  const T& value() const& {
    SIM_CHECK(ok(), "the value of a failed result was read");
    return *std::get_if<0>(&state_);
  }
  T& value() & {
    SIM_CHECK(ok(), "the value of a failed result was read");
    return *std::get_if<0>(&state_);
  }
  T&& value() && {
    SIM_CHECK(ok(), "the value of a failed result was read");
    return std::move(*std::get_if<0>(&state_));
  }
  const E& error() const {
    SIM_CHECK(!ok(), "the error of a successful result was read");
    return std::get_if<1>(&state_)->error;
  }

 private:
  std::variant<T, Failure<E>> state_;
};

/// Success without a value, or an `E`.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  Result() = default;
  Result(Failure<E> failure) : error_{std::move(failure.error)} {}

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }

  const E& error() const {
    SIM_CHECK(!ok(), "the error of a successful result was read");
    return *error_;
  }

 private:
  std::optional<E> error_;
};

}  // namespace sim
