// ring.hpp - a first-in first-out queue that is a cheap value.
// Here:  Ring<T>, a growing circular buffer: nothing allocated while empty, memory reused for ever after.
// Not:   sharing between copies of a world (append_log.hpp): what waits in a ring is short-lived.
// Start: push_back(), front(), pop_front().
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "sim/check.hpp"

namespace sim {

/// T must be default-constructible and copyable. A popped element is overwritten by `T{}`, so that it holds nothing
/// alive.
template <class T>
class Ring {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }

  /// REQUIRES: index < size(); 0 is the oldest.
  T& operator[](std::size_t index) { return slots_[(head_ + index) & (slots_.size() - 1)]; }
  const T& operator[](std::size_t index) const { return slots_[(head_ + index) & (slots_.size() - 1)]; }

  /// REQUIRES: not empty.
  T& front() { return slots_[head_]; }
  const T& front() const { return slots_[head_]; }
  T& back() { return (*this)[size_ - 1]; }
  const T& back() const { return (*this)[size_ - 1]; }

  void push_back(T element) {
    if (size_ == slots_.size()) grow();
    ++size_;
    back() = std::move(element);
  }

  void push_front(T element) {
    if (size_ == slots_.size()) grow();
    head_ = (head_ + slots_.size() - 1) & (slots_.size() - 1);
    ++size_;
    front() = std::move(element);
  }

  /// Puts the element before index `at`; at == size() appends. Linear in the distance from the back.
  void insert(std::size_t at, T element) {
    push_back(T{});
    for (std::size_t i = size_ - 1; i > at; --i) (*this)[i] = std::move((*this)[i - 1]);
    (*this)[at] = std::move(element);
  }

  /// REQUIRES: not empty.
  T pop_front() {
    SIM_CHECK(size_ > 0);
    T element = std::exchange(slots_[head_], T{});
    head_ = (head_ + 1) & (slots_.size() - 1);
    --size_;
    return element;
  }

  /// Removes every element for which `matches` holds; the others keep their order.
  template <class Predicate>
  void remove_if(Predicate matches) {
    const std::size_t before = size_;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < before; ++i) {
      if (matches((*this)[i])) continue;
      if (kept != i) (*this)[kept] = std::move((*this)[i]);
      ++kept;
    }
    for (std::size_t i = kept; i < before; ++i) (*this)[i] = T{};
    size_ = kept;
  }

  void clear() {
    while (!empty()) pop_front();
  }

 private:
  void grow() {
    std::vector<T> larger(slots_.empty() ? 4 : slots_.size() * 2);
    for (std::size_t i = 0; i < size_; ++i) larger[i] = std::move((*this)[i]);
    slots_ = std::move(larger);
    head_ = 0;
  }

  std::vector<T> slots_;  // size is 0 or a power of two
  std::size_t head_ = 0;
  std::size_t size_ = 0;
};

}  // namespace sim
