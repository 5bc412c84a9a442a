// shared_map.hpp - an ordered map whose copies share their pages.
// Here:  SharedMap<Key, Value>: O(1) copy; the first edit in a copy clones one page and the list of pages.
// Not:   tables by index (sim/shared_table.hpp).
// Start: `map.insert(key, value)`, `map.find(key)`, `map.edit(key)`, `map.for_each_from(key, visit)`.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

#include "sim/cow.hpp"

namespace zookeeper {

/// In order of `Less`. No pointer outlives the next change of this map. Pages are never empty and hold at most
/// `page_items` entries.
template <class Key, class Value, class Less = std::less<>, std::size_t page_items = 48>
class SharedMap {
 public:
  using Entry = std::pair<Key, Value>;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Null if it is not there.
  template <class Like>
  const Value* find(const Like& key) const {
    if (empty()) return nullptr;
    const Page& page = pages_.read()[page_of(key)].read();
    const auto at = lower_bound(page, key);
    return at != page.end() && !Less{}(key, at->first) ? &at->second : nullptr;
  }
  template <class Like>
  bool contains(const Like& key) const {
    return find(key) != nullptr;
  }

  /// For writing; null if it is not there.
  template <class Like>
  Value* edit(const Like& key) {
    if (!contains(key)) return nullptr;
    Page& page = pages_.edit()[page_of(key)].edit();
    return &page[index(page, key)].second;
  }

  /// Inserts or replaces; returns the value for writing.
  Value& insert(Key key, Value value) {
    std::vector<sim::Cow<Page>>& pages = pages_.edit();
    if (pages.empty()) pages.emplace_back();
    std::size_t number = page_of(key);
    if (pages[number].read().size() == page_items) {
      Page& full = pages[number].edit();
      const auto half = full.begin() + static_cast<std::ptrdiff_t>(page_items / 2);
      Page upper(std::make_move_iterator(half), std::make_move_iterator(full.end()));
      full.erase(half, full.end());
      pages.insert(pages.begin() + static_cast<std::ptrdiff_t>(number) + 1, sim::Cow<Page>{std::move(upper)});
      number = page_of(key);
    }
    Page& page = pages[number].edit();
    const std::size_t at = index(page, key);
    if (at < page.size() && !Less{}(key, page[at].first)) {
      page[at].second = std::move(value);
    } else {
      page.insert(page.begin() + static_cast<std::ptrdiff_t>(at), Entry{std::move(key), std::move(value)});
      ++size_;
    }
    return page[at].second;
  }

  /// False if it was not there.
  template <class Like>
  bool erase(const Like& key) {
    if (!contains(key)) return false;
    std::vector<sim::Cow<Page>>& pages = pages_.edit();
    const std::size_t number = page_of(key);
    Page& page = pages[number].edit();
    page.erase(page.begin() + static_cast<std::ptrdiff_t>(index(page, key)));
    if (page.empty()) pages.erase(pages.begin() + static_cast<std::ptrdiff_t>(number));
    --size_;
    return true;
  }

  void clear() { *this = SharedMap{}; }

  /// Calls visit(key, value) in order, from the first entry not before `key`, as long as it returns true.
  template <class Like, class Visit>
  void for_each_from(const Like& key, Visit visit) const {
    if (empty()) return;
    const std::vector<sim::Cow<Page>>& pages = pages_.read();
    std::size_t number = page_of(key);
    auto at = lower_bound(pages[number].read(), key);
    for (;;) {
      for (; at != pages[number].read().end(); ++at) {
        if (!visit(at->first, at->second)) return;
      }
      if (++number == pages.size()) return;
      at = pages[number].read().begin();
    }
  }

  template <class Visit>
  void for_each(Visit visit) const {
    for (const sim::Cow<Page>& page : pages_.read()) {
      for (const Entry& entry : page.read()) visit(entry.first, entry.second);
    }
  }

 private:
  using Page = std::vector<Entry>;

  template <class Like>
  static typename Page::const_iterator lower_bound(const Page& page, const Like& key) {
    return std::lower_bound(page.begin(), page.end(), key,
                            [](const Entry& entry, const Like& wanted) { return Less{}(entry.first, wanted); });
  }
  template <class Like>
  static std::size_t index(const Page& page, const Like& key) {
    return static_cast<std::size_t>(lower_bound(page, key) - page.begin());
  }

  /// The last page that does not begin behind `key`; the first one if all do. REQUIRES: there are pages.
  template <class Like>
  std::size_t page_of(const Like& key) const {
    const std::vector<sim::Cow<Page>>& pages = pages_.read();
    const auto behind = std::upper_bound(
        pages.begin() + 1, pages.end(), key,
        [](const Like& wanted, const sim::Cow<Page>& page) { return Less{}(wanted, page.read().front().first); });
    return static_cast<std::size_t>(behind - pages.begin()) - 1;
  }

  sim::Cow<std::vector<sim::Cow<Page>>> pages_;
  std::size_t size_ = 0;
};

/// The value of a SharedMap that is a set.
struct Nothing {};

}  // namespace zookeeper
