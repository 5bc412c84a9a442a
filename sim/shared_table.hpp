// shared_table.hpp - a large indexed table whose copies share their pages.
// Here:  SharedTable<T>: O(1) copy; the first edit in a copy clones one page and the list of pages.
// Not:   bytes and records that are only appended (append_log.hpp).
// Start: `table.read(i)`, `table.edit(i).field = 1`, `table.push_back(...)`.
#pragma once

#include "sim/check.hpp"
#include "sim/cow.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace sim {

/// `T` must be copyable and default-constructible. No reference outlives the next edit(), push_back() or pop_back().
template <class T, std::size_t PageItems = 64>
class SharedTable {
 public:
  static constexpr std::size_t page_items = PageItems;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// REQUIRES: i < size().
  const T& read(std::size_t i) const {
    SIM_CHECK(i < size_, "row {} of {}", i, size_);
    return pages_.read()[i / PageItems].read()[i % PageItems];
  }

  /// REQUIRES: i < size().
  T& edit(std::size_t i) {
    SIM_CHECK(i < size_, "row {} of {}", i, size_);
    return pages_.edit()[i / PageItems].edit()[i % PageItems];
  }

  void push_back(T value) {
    std::vector<Cow<Page>>& pages = pages_.edit();
    if (size_ % PageItems == 0) pages.emplace_back();
    Page& page = pages.back().edit();
    if (page.capacity() < PageItems && page.size() == page.capacity() && page.size() >= 4) page.reserve(PageItems);
    page.push_back(std::move(value));
    ++size_;
  }

  /// REQUIRES: not empty.
  void pop_back() {
    SIM_CHECK(size_ > 0);
    std::vector<Cow<Page>>& pages = pages_.edit();
    --size_;
    if (size_ % PageItems == 0) {
      pages.pop_back();
    } else {
      pages.back().edit().pop_back();
    }
  }

  void clear() {
    pages_ = {};
    size_ = 0;
  }

 private:
  using Page = std::vector<T>;

  Cow<std::vector<Cow<Page>>> pages_;
  std::size_t size_ = 0;
};

}  // namespace sim
