// cow.hpp - a value that is copied when somebody writes to it, not before.
// Here:  Cow<T>: copying counts, edit() clones when shared.
// Not:   sequences (append_log.hpp, shared_table.hpp), which share in pieces.
// Start: `cow.read().field`, `cow.edit().field = 1`.
#pragma once

#include "sim/check.hpp"

#include <concepts>
#include <cstdint>
#include <utility>

namespace sim {

/// One `T` shared by all copies of this Cow until one of them edits. A default-constructed (or moved-from) Cow of a
/// default-constructible T allocates nothing and reads as `T{}`. The count is not atomic: a world lives on one thread.
///
/// No reference that read() or edit() returned outlives the next edit() of this Cow.
template <class T>
class Cow {
 public:
  Cow() requires std::default_initializable<T>
  = default;
  explicit Cow(T value) : node_{new Node{std::move(value), 1}} {}

  Cow(const Cow& other) : node_{other.node_} {
    if (node_ != nullptr) ++node_->references;
  }
  Cow(Cow&& other) noexcept : node_{std::exchange(other.node_, nullptr)} {}
  Cow& operator=(const Cow& other) {
    Cow copy{other};
    std::swap(node_, copy.node_);
    return *this;
  }
  Cow& operator=(Cow&& other) noexcept {
    Cow taken{std::move(other)};
    std::swap(node_, taken.node_);
    return *this;
  }
  ~Cow() { drop(); }

  const T& read() const {
    if (node_ == nullptr) return default_value();
    return node_->value;
  }

  /// The value for writing; cloned first when another copy shares it.
  T& edit() {
    if (node_ == nullptr) {
      make_default();
    } else if (node_->references > 1) {
#ifndef KAFKASIM_BREAK_COPY_ON_WRITE  // the canary build leaves this out, and the tests must notice
      Node* own = new Node{T(static_cast<const T&>(node_->value)), 1};
      --node_->references;
      node_ = own;
#endif
    }
    return node_->value;
  }

  /// Whether nothing was ever written here. It then reads as `T{}`.
  bool untouched() const { return node_ == nullptr; }
  /// Whether both surely read the same object; false says nothing.
  bool same_object(const Cow& other) const { return node_ == other.node_; }

 private:
  struct Node {
    T value;
    std::uint32_t references;
  };

  void drop() {
    if (node_ != nullptr && --node_->references == 0) delete node_;
  }

  static const T& default_value() {
    if constexpr (std::default_initializable<T>) {
      static const T value{};
      return value;
    } else {
      SIM_CHECK(false, "a moved-from Cow was read");
    }
  }

  void make_default() {
    if constexpr (std::default_initializable<T>) {
      node_ = new Node{T{}, 1};
    } else {
      SIM_CHECK(false, "a moved-from Cow was edited");
    }
  }

  Node* node_ = nullptr;
};

}  // namespace sim
