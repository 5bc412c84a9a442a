// event_queue_ladder.hpp - the order of pending events: a ladder queue of 16-byte keys.
// Here:  EventLadder (after Tang, Goh and Thng 2005), which gives back the smallest key.
// Not:   payloads, handles, cancellation (event_queue.hpp); a cancelled event's key stays here as a dead key until it
//        comes to the front or purge() removes it, and the owner says through a probe which keys are dead.
// Start: push(), front(), pop_front(); the picture is above EventLadder.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/check.hpp"
#include "sim/event_queue_keys.hpp"

namespace sim {

/// now -> | bottom: sorted | innermost rung: buckets | ... | rung 0: buckets, the last one without an end |
///
/// A rung cuts a stretch of time into buckets of 2^shift ns; the last bucket takes whatever is later but still belongs
/// to the rung. A key is appended to the bucket of the innermost rung that reaches so far. When the bottom is used up
/// the next bucket is sorted into it, or, when it holds too many keys, cut into a finer rung first. Bucket widths come
/// from the keys at hand, so that any distribution gives small buckets. Each key is moved about two or three times,
/// always to the end of an array, and a rung has few enough buckets for their ends to stay in the cache.
///
/// A value: copying copies flat arrays. A probe is `bool alive(const EventKey&)`, `void prefetch(const EventKey&)` (it
/// will be asked for soon) and `bool drop_dead` (many keys are dead: worth asking about each before moving it).
class EventLadder {
 public:
  /// Keys held, dead ones included.
  std::size_t size() const { return size_; }

  /// Keys for which there is memory.
  std::size_t records_in_memory() const { return bottom_.capacity() + late_.size() + blocks_.size() * keys_per_block; }

  /// REQUIRES: key.time < 2^63; no other key has this tag. Any time is allowed, also before everything pending.
  void push(EventKey key) {
    ++size_;
    if (key.time < bottom_end_) {
      insert_into_bottom(key);
      return;
    }
    Rung* rung = &rungs_[depth_ - 1];
    while (key.time >= rung->end) --rung;  // the outermost rung ends at 2^63
    append(*rung, key);
  }

  /// The smallest living key, or nullptr if there is none. Drops dead keys on its way. Valid until the next change.
  template <class Probe>
  const EventKey* front(const Probe& probe) {
    for (;;) {
      if (!late_.empty()) fetch_late();
      while (!bottom_.empty()) {
        const EventKey* const key = bottom_.begin();
        if (probe.alive(*key)) return key;
        pop_front();
        if (!late_.empty()) fetch_late();
      }
      if (!refill(probe)) return nullptr;
    }
  }

  /// Removes the key that front() just returned.
  void pop_front() {
    bottom_.pop_front();
    --size_;
  }

  /// Removes all dead keys.
  template <class Probe>
  void purge(const Probe& probe) {
    const auto dead = [&](const EventKey& key) { return !probe.alive(key); };
    std::size_t seen = bottom_.size() + late_.size();
    bottom_.remove_if(dead);
    late_.erase(std::remove_if(late_.begin(), late_.end(), dead), late_.end());
    std::make_heap(late_.begin(), late_.end(), Later{});
    std::size_t kept = bottom_.size() + late_.size();
    for (std::size_t level = 0; level < depth_; ++level) {
      Rung& rung = rungs_[level];
      for (std::uint32_t index = next_occupied(rung, rung.next); index != bucket_count;
           index = next_occupied(rung, index + 1)) {
        gather(take(rung, index));
        seen += scratch_.size();
        for (const EventKey& key : scratch_) {
          if (dead(key)) continue;
          append(rung, key);
          ++kept;
        }
        scratch_.clear();
      }
    }
    SIM_CHECK(seen == size_);
    size_ = kept;
  }

 private:
  static constexpr std::uint64_t end_of_time = std::uint64_t{1} << 63;
  static constexpr std::uint32_t bucket_bits = 11;
  static constexpr std::uint32_t bucket_count = 1U << bucket_bits;
  static constexpr std::uint32_t no_block = UINT32_MAX;
  /// Up to so many keys are sorted at once; more are cut into a rung.
  static constexpr std::uint32_t sort_limit = 32;
  /// Up to so many keys the bottom takes one by one; one more makes it a rung.
  static constexpr std::size_t bottom_limit = 64;
  /// The events of so many keys stay in the second-level cache from when their rung is made until they are due.
  static constexpr std::size_t soon_limit = 1024;
  /// A new rung aims at 4 to 8 keys a bucket ...
  static constexpr std::uint64_t wanted_keys = 8;
  /// ... judged by the nearest one of so many parts of its keys, ...
  static constexpr std::uint32_t near_part = 4;
  /// ... but reaches 2^this times as far as half of its keys at least, so that few are looked at again and again.
  static constexpr int reach_bits = 1;

  /// Keys in a chain of blocks; all but the newest block are full. `block` means something only when count > 0.
  struct Bucket {
    std::uint32_t block = no_block;
    std::uint32_t count = 0;
  };

  /// A rung out of use has only empty buckets, so that a new one costs nothing to prepare.
  struct Rung {
    std::uint64_t start = 0;
    std::uint64_t end = 0;  ///< where the enclosing rung goes on
    std::uint32_t shift = 0;
    std::uint32_t last = 0;  ///< the bucket that reaches to `end`
    std::uint32_t next = 0;  ///< buckets before this one were taken
    std::array<std::uint64_t, bucket_count / 64> occupied{};
    std::array<Bucket, bucket_count> buckets{};
  };

  struct Later {
    bool operator()(const EventKey& a, const EventKey& b) const { return before(b, a); }
  };

  void append(Rung& rung, EventKey key) {
    const std::uint64_t distance = (key.time - rung.start) >> rung.shift;
    const std::uint32_t index = distance < rung.last ? static_cast<std::uint32_t>(distance) : rung.last;
    Bucket& bucket = rung.buckets[index];
    const std::uint32_t offset = bucket.count++ % keys_per_block;
    rung.occupied[index / 64] |= std::uint64_t{1} << (index % 64);
    if (free_block_ == no_block) grow();
    // Whether a key needs a new block is a toss of a coin; masks are cheaper than guessing wrong.
    const std::uint32_t fresh = offset == 0 ? UINT32_MAX : 0;
    const std::uint32_t old_block = bucket.block;
    const std::uint32_t new_block = free_block_;
    const std::uint32_t next_free = block_links_[new_block];
    block_links_[new_block] = (old_block & fresh) | (next_free & ~fresh);
    free_block_ = (next_free & fresh) | (new_block & ~fresh);
    const std::uint32_t block = (new_block & fresh) | (old_block & ~fresh);
    bucket.block = block;
    blocks_[block][offset] = key;
  }

  void grow() {
    free_block_ = static_cast<std::uint32_t>(blocks_.size());
    blocks_.emplace_back();
    block_links_.push_back(no_block);
  }

  /// The first occupied bucket from `from` on, or bucket_count.
  static std::uint32_t next_occupied(const Rung& rung, std::uint32_t from) {
    if (from >= bucket_count) return bucket_count;
    std::uint32_t word = from / 64;
    std::uint64_t bits = rung.occupied[word] & (~std::uint64_t{0} << (from % 64));
    while (bits == 0) {
      if (++word == bucket_count / 64) return bucket_count;
      bits = rung.occupied[word];
    }
    return word * 64 + static_cast<std::uint32_t>(std::countr_zero(bits));
  }

  static Bucket take(Rung& rung, std::uint32_t index) {
    const Bucket bucket = rung.buckets[index];
    rung.buckets[index] = Bucket{};
    rung.occupied[index / 64] &= ~(std::uint64_t{1} << (index % 64));
    return bucket;
  }

  /// Moves the keys of a bucket that was taken to the end of scratch_ and frees its blocks.
  void gather(const Bucket& bucket) {
    scratch_.reserve(scratch_.size() + bucket.count);
    std::uint32_t block = bucket.block;
    std::uint32_t in_block = (bucket.count - 1) % keys_per_block + 1;
    for (std::uint32_t left = bucket.count; left != 0; in_block = keys_per_block) {
      const KeyBlock& from = blocks_[block];
      scratch_.insert(scratch_.end(), from.begin(), from.begin() + in_block);
      left -= in_block;
      block = free_block(block);
    }
  }

  /// Returns the block before it.
  std::uint32_t free_block(std::uint32_t block) {
    const std::uint32_t link = block_links_[block];
    block_links_[block] = free_block_;
    free_block_ = block;
    return link;
  }

  /// Sorts a bucket that was taken into the bottom.
  void sort_into_bottom(const Bucket& bucket) {
    // The newest block is last and may be partly full, the one before it is full.
    if (bucket.count <= keys_per_block) {
      if (bottom_.fill_from_blocks<1>({blocks_[bucket.block].data()}, bucket.count)) {
        free_block(bucket.block);
        return;
      }
    } else if (bucket.count <= 2 * keys_per_block) {
      const std::uint32_t full = block_links_[bucket.block];
      if (bottom_.fill_from_blocks<2>({blocks_[full].data(), blocks_[bucket.block].data()}, bucket.count)) {
        free_block(free_block(bucket.block));
        return;
      }
    }
    gather(bucket);
    bottom_.fill(scratch_);
    scratch_.clear();
  }

  /// Brings the next keys into the bottom, which is empty. False: nothing is left.
  template <class Probe>
  bool refill(const Probe& probe) {
    bottom_.clear();
    while (depth_ != 0) {
      Rung& rung = rungs_[depth_ - 1];
      const std::uint32_t index = next_occupied(rung, rung.next);
      if (index == bucket_count) {
        --depth_;
        continue;
      }
      const Bucket bucket = take(rung, index);
      rung.next = index + 1;
      std::uint64_t end = rung.end;
      if (index == rung.last) {
        --depth_;
      } else {
        end = rung.start + (std::uint64_t{index + 1} << rung.shift);
      }
      if (bucket.count <= sort_limit) {
        sort_into_bottom(bucket);
      } else {
        gather(bucket);
        if (probe.drop_dead) drop_dead_from_scratch(probe);
        if (scratch_.size() <= soon_limit) {
          for (const EventKey& key : scratch_) probe.prefetch(key);
        }
        if (scratch_.size() > sort_limit && spawn(end)) continue;
        bottom_.fill(scratch_);
        scratch_.clear();
        if (bottom_.empty()) continue;
      }
      for (const EventKey& key : bottom_) probe.prefetch(key);
      bottom_end_ = end;
      return true;
    }
    bottom_end_ = end_of_time;
    return false;
  }

  template <class Probe>
  void drop_dead_from_scratch(const Probe& probe) {
    const auto dead = [&](const EventKey& key) { return !probe.alive(key); };
    const std::size_t old_size = scratch_.size();
    scratch_.erase(std::remove_if(scratch_.begin(), scratch_.end(), dead), scratch_.end());
    size_ -= old_size - scratch_.size();
  }

  /// Cuts scratch_ (not empty, all keys before `end`, which is where the enclosing rung goes on) into a new innermost
  /// rung. False, and nothing changed: all keys have the same time, no rung can tell them apart.
  bool spawn(std::uint64_t end) {
    std::uint64_t first = scratch_.front().time;
    std::uint64_t last = first;
    for (const EventKey& key : scratch_) {
      first = std::min(first, key.time);
      last = std::max(last, key.time);
    }
    if (first == last) return false;

    if (depth_ == rungs_.size()) rungs_.emplace_back();
    Rung& rung = rungs_[depth_++];
    rung.start = first;
    rung.end = end;
    rung.shift = width_for_scratch(first, last);
    rung.last = static_cast<std::uint32_t>(std::min<std::uint64_t>(bucket_count - 1, (end - 1 - first) >> rung.shift));
    rung.next = 0;
    for (const EventKey& key : scratch_) append(rung, key);
    scratch_.clear();
    return true;
  }

  /// The binary logarithm of the bucket width that suits the nearer part of scratch_; the rest may be as far as it
  /// likes, it waits in the last bucket. The first bucket never holds all keys: that is why cutting comes to an end.
  std::uint32_t width_for_scratch(std::uint64_t first, std::uint64_t last) const {
    const std::size_t stride = scratch_.size() / 256 + 1;
    std::array<std::uint32_t, 65> by_magnitude{};
    std::uint32_t samples = 0;
    for (std::size_t i = 0; i < scratch_.size(); i += stride, ++samples) {
      ++by_magnitude[static_cast<std::size_t>(std::bit_width(scratch_[i].time - first))];
    }
    int magnitude = 0;
    std::uint32_t nearer = by_magnitude[0];
    while (nearer * near_part < samples) nearer += by_magnitude[static_cast<std::size_t>(++magnitude)];
    const std::uint64_t near_keys = nearer * stride;
    // floor(log2(wanted_keys * 2^magnitude / near_keys))
    const int dense = magnitude + static_cast<int>(std::bit_width((wanted_keys << 32) / near_keys)) - 33;
    while (nearer * 2 < samples) nearer += by_magnitude[static_cast<std::size_t>(++magnitude)];
    const int reaching = magnitude + reach_bits - static_cast<int>(bucket_bits);
    const int widest = std::min(static_cast<int>(std::bit_width(last - first)) - 1, 62 - static_cast<int>(bucket_bits));
    return static_cast<std::uint32_t>(std::clamp(std::max(dense, reaching), 0, widest));
  }

  void insert_into_bottom(EventKey key) {
    if (bottom_.size() < bottom_limit) {
      bottom_.insert(key);
    } else {
      insert_into_crowded_bottom(key);
    }
  }

  void insert_into_crowded_bottom(EventKey key) {
    const std::uint64_t instant = bottom_.back().time;
    if (bottom_.front().time == instant && key.time == instant) {
      // A crowd at one instant. In order of push each key is the last one; with permuted ties it waits in a heap.
      if (before(bottom_.back(), key)) {
        bottom_.push_back(key);
      } else {
        late_.push_back(key);
        std::push_heap(late_.begin(), late_.end(), Later{});
      }
      return;
    }
    scratch_.assign(bottom_.begin(), bottom_.end());
    scratch_.insert(scratch_.end(), late_.begin(), late_.end());
    scratch_.push_back(key);
    bottom_.clear();
    late_.clear();
    const bool cut = spawn(bottom_end_);
    SIM_CHECK(cut);  // the keys have two times at least
    bottom_end_ = rungs_[depth_ - 1].start;
  }

  /// Moves the smallest late key to the front of the bottom if it belongs there.
  void fetch_late() {
    if (!bottom_.empty() && before(bottom_.front(), late_.front())) return;
    std::pop_heap(late_.begin(), late_.end(), Later{});
    bottom_.push_front(late_.back());
    late_.pop_back();
  }

  std::size_t size_ = 0;
  std::uint64_t bottom_end_ = end_of_time;  ///< keys before this are in bottom_ or late_, all others in the rungs
  SortedKeys bottom_;
  std::vector<EventKey> late_;  ///< a heap; only during a crowd at one instant
  std::size_t depth_ = 0;       ///< rungs in use; rung 0 is the outermost
  std::vector<Rung> rungs_;
  std::vector<KeyBlock> blocks_;
  std::vector<std::uint32_t> block_links_;  ///< of a used block: the block before it; of a free one: the next free one
  std::uint32_t free_block_ = no_block;
  std::vector<EventKey> scratch_;  ///< empty between calls
};

}  // namespace sim
