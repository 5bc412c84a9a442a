// event_queue_keys.hpp - keys of events, and a few of them in order.
// Here:  EventKey and its order; KeyBlock; SortedKeys, the keys that come next.
// Not:   many keys (event_queue_ladder.hpp), events (event_queue.hpp).
// Start: before(), SortedKeys::fill().
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sim {

/// What the queue sorts by: `time` in nanoseconds (below 2^63), then `tag`, which no two keys share.
struct EventKey {
  std::uint64_t time;
  std::uint64_t tag;
};

/// The total order. Without a branch, because which of two keys is smaller is exactly what nobody can predict.
inline bool before(const EventKey& a, const EventKey& b) {
  const int earlier = a.time < b.time ? 1 : 0;
  const int same_time = a.time == b.time ? 1 : 0;
  const int smaller_tag = a.tag < b.tag ? 1 : 0;
  return (earlier | (same_time & smaller_tag)) != 0;
}

struct Before {
  bool operator()(const EventKey& a, const EventKey& b) const { return before(a, b); }
};

/// Keys are stored and sorted by eights.
inline constexpr std::uint32_t keys_per_block = 8;
using KeyBlock = std::array<EventKey, keys_per_block>;

/// Ascending keys that are taken from the front and now and then inserted. Short: inserting moves the keys behind.
class SortedKeys {
 public:
  bool empty() const { return head_ == tail_; }
  std::size_t size() const { return tail_ - head_; }
  std::size_t capacity() const { return keys_.size(); }
  const EventKey& front() const { return keys_[head_]; }
  const EventKey& back() const { return keys_[tail_ - 1]; }
  void pop_front() { ++head_; }

  const EventKey* begin() const { return keys_.data() + head_; }
  const EventKey* end() const { return keys_.data() + tail_; }

  void clear() {
    head_ = 0;
    tail_ = 0;
  }

  void insert(EventKey key) {
    make_room();
    std::size_t place = tail_++;
    for (; place > head_ && before(key, keys_[place - 1]); --place) keys_[place] = keys_[place - 1];
    keys_[place] = key;
  }

  /// REQUIRES: nothing here is after `key`.
  void push_back(EventKey key) {
    make_room();
    keys_[tail_++] = key;
  }

  /// REQUIRES: nothing here is before `key`.
  void push_front(EventKey key) {
    if (head_ == 0) {
      keys_.insert(keys_.begin(), key);
      ++tail_;
    } else {
      keys_[--head_] = key;
    }
  }

  /// Replaces everything by `keys`, in any order.
  void fill(const std::vector<EventKey>& keys) {
    clear();
    if (keys_.size() < keys.size()) keys_.resize(keys.size());
    std::copy(keys.begin(), keys.end(), keys_.begin());
    tail_ = keys.size();
    std::sort(keys_.data(), keys_.data() + tail_, Before{});
  }

  /// Replaces everything by the first `count` keys of the blocks taken together, in any order: by a sorting network
  /// over (time, place) in one word, which has no branches. False, and nothing changed: a time of nine years (2^58 ns)
  /// or more does not fit.
  /// REQUIRES: 1 <= count <= 8 * blocks.
  template <std::size_t blocks>
  bool fill_from_blocks(const std::array<const EventKey*, blocks>& from, std::size_t count) {
    constexpr std::size_t places = blocks * keys_per_block;
    constexpr std::uint64_t place_mask = places - 1;
    constexpr std::uint64_t longest = std::uint64_t{1} << 58;
    std::array<std::uint64_t, places> words;
    std::uint64_t all_times = 0;
#pragma GCC unroll 16
    for (std::size_t i = 0; i < places; ++i) {
      const std::uint64_t time = from[i / keys_per_block][i % keys_per_block].time;
      const std::uint64_t there = i < count ? UINT64_MAX : 0;
      all_times |= time & there;
      // What is not there sorts behind every time that fits, and each such word differs from the next one by its time.
      words[i] = (((time & there) | ((longest * 2 + i) & ~there)) * places) | i;
    }
    if (all_times >= longest) return false;
    sort_words<0, places>(words.data());
    if (keys_.size() < places) keys_.resize(places);
    std::uint64_t ties = 0;
#pragma GCC unroll 16
    for (std::size_t i = 0; i < places; ++i) {
      const std::uint64_t place = words[i] & place_mask;
      keys_[i] = from[place / keys_per_block][place % keys_per_block];
      if (i != 0) ties |= (words[i] ^ words[i - 1]) <= place_mask ? 1U : 0U;
    }
    head_ = 0;
    tail_ = count;
    if (ties != 0) std::sort(keys_.data(), keys_.data() + tail_, Before{});
    return true;
  }

  template <class Dead>
  void remove_if(const Dead& dead) {
    EventKey* const end = keys_.data() + tail_;
    tail_ -= static_cast<std::size_t>(end - std::remove_if(keys_.data() + head_, end, dead));
  }

 private:
  /// Keys that were taken leave a gap in front; without closing it the array would grow for ever.
  void make_room() {
    if (tail_ < keys_.size()) return;
    if (head_ > keys_.size() / 2) {
      std::copy(keys_.begin() + static_cast<std::ptrdiff_t>(head_), keys_.end(), keys_.begin());
      tail_ -= head_;
      head_ = 0;
    } else {
      keys_.resize(std::max<std::size_t>(64, 2 * keys_.size()));
    }
  }

  /// Batcher's odd-even merge sort of words[from .. from + count), unrolled into minima and maxima.
  template <std::size_t from, std::size_t count>
  [[gnu::always_inline]] static void sort_words(std::uint64_t* words) {
    if constexpr (count > 1) {
      sort_words<from, count / 2>(words);
      sort_words<from + count / 2, count / 2>(words);
      merge_words<from, count, 1>(words);
    }
  }

  template <std::size_t from, std::size_t count, std::size_t step>
  [[gnu::always_inline]] static void merge_words(std::uint64_t* words) {
    if constexpr (2 * step < count) {
      merge_words<from, count, 2 * step>(words);
      merge_words<from + step, count, 2 * step>(words);
#pragma GCC unroll 8
      for (std::size_t i = from + step; i + step < from + count; i += 2 * step) order_words(words[i], words[i + step]);
    } else {
      order_words(words[from], words[from + step]);
    }
  }

  [[gnu::always_inline]] static void order_words(std::uint64_t& a, std::uint64_t& b) {
    const std::uint64_t smaller = a < b ? a : b;
    b = a < b ? b : a;
    a = smaller;
  }

  std::vector<EventKey> keys_;  ///< those in use are [head_, tail_)
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace sim
