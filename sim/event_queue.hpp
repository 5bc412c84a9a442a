// event_queue.hpp - what will happen, in order.
// Here:  EventQueue, pending events in the total order (time, order of push), with cancellation; EventHandle.
// Not:   how the order is kept (event_queue_ladder.hpp), what an event means (the kernel), who may cancel what.
// Start: push(), pop(), cancel().
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "sim/check.hpp"
#include "sim/event_queue_ladder.hpp"
#include "sim/time.hpp"

namespace sim {

/// Names one push. When that event has fired or was cancelled the handle is stale and stays stale. The default value
/// names nothing. Plain data; means something only for the queue that gave it and for copies of that queue.
struct EventHandle {
  static constexpr std::uint32_t none = UINT32_MAX;

  std::uint32_t slot = none;
  std::uint32_t generation = 0;  ///< the number of the push modulo 2^32

  friend constexpr bool operator==(const EventHandle&, const EventHandle&) = default;
};

/// Numbers for the order of ties: the number of the push itself, or a permutation of it that the seed selects.
class TieOrder {
 public:
  static constexpr int bits = 40;  ///< 10^12 pushes
  static constexpr std::uint64_t last = (std::uint64_t{1} << bits) - 1;

  explicit TieOrder(std::optional<std::uint64_t> seed) : permuted_{seed.has_value()} {
    std::uint64_t state = seed.value_or(0);
    for (std::uint64_t& factor : factors_) {  // SplitMix64
      state += 0x9E3779B97F4A7C15U;
      std::uint64_t mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9U;
      mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
      factor = (mixed ^ (mixed >> 31)) | 1;
    }
  }

  /// A bijection of 1 .. last to itself: multiplying by an odd number and folding the upper half onto the lower one can
  /// both be undone, and both leave 0 where it is.
  std::uint64_t of(std::uint64_t sequence) const {
    if (!permuted_) return sequence;
    std::uint64_t order = sequence;
    for (const std::uint64_t factor : factors_) {
      order = (order * factor) & last;
      order ^= order >> (bits / 2);
    }
    return order;
  }

 private:
  bool permuted_;
  std::uint64_t factors_[3];
};

/// Pending events. `Payload` is plain data; at 40 bytes an event is one cache line.
/// A value: a copy has the same future, and the handles of the original name the same events in it.
/// Cost: push and pop about ten nanoseconds each whatever the distribution of times; cancel the same; memory in
/// proportion to the largest number that was pending at one time, cancelled events do not count.
template <class Payload>
class EventQueue {
  static_assert(std::is_trivially_copyable_v<Payload> && std::is_default_constructible_v<Payload>);

 public:
  using Handle = EventHandle;

  /// An event as for_each_pending() shows it.
  struct Pending {
    Time at;
    std::uint64_t order;  ///< among equal times the smaller order comes first; unique
    Handle handle;
    const Payload& payload;  ///< in the queue, until its next change
  };

  /// Without a seed, events of one time come out in the order in which they were pushed; with one, in an order that
  /// only the seed and the numbers of the pushes decide.
  EventQueue() : EventQueue{std::nullopt} {}
  explicit EventQueue(std::optional<std::uint64_t> tie_seed) : ties_{tie_seed} {}

  /// REQUIRES: `at` is not before the last event that was popped; fewer than 2^24 - 1 pending, 2^40 pushes in all.
  Handle push(Time at, Payload payload) {
    SIM_CHECK(at >= now_);
    SIM_CHECK(sequence_ < TieOrder::last);
    ++sequence_;
    const std::uint32_t slot = new_slot();
    const std::uint64_t tag = (ties_.of(sequence_) << slot_bits) | slot;
    Entry& entry = entries_[slot];
    entry.at = at;
    entry.tag = tag;
    entry.payload = payload;
    entry.generation = static_cast<std::uint32_t>(sequence_);
    ++live_;
    ladder_.push(key_of(at, tag));
    return Handle{slot, static_cast<std::uint32_t>(sequence_)};
  }

  /// False, and no effect: the event has fired or was cancelled, or the handle names nothing.
  bool cancel(Handle handle) {
    if (!is_pending(handle)) return false;
    free_slot(handle.slot);
    // The key stays behind, dead. Three dead ones per living one are the price of never searching for a key.
    if (ladder_.size() > 4 * live_ + 256) ladder_.purge(probe());
    return true;
  }

  bool is_pending(Handle handle) const {
    if (handle.slot >= entries_.size()) return false;
    const Entry& entry = entries_[handle.slot];
    return entry.generation == handle.generation && entry.tag > slot_mask;
  }

  /// nullptr: not pending. The payload belongs to the queue and moves at its next push().
  const Payload* find(Handle handle) const { return is_pending(handle) ? &entries_[handle.slot].payload : nullptr; }
  std::optional<Time> time_of(Handle handle) const {
    if (!is_pending(handle)) return std::nullopt;
    return entries_[handle.slot].at;
  }

  /// The time of the next event; it may bring the order up to date inside, which nobody can see.
  std::optional<Time> next_time() {
    const EventKey* const key = front();
    if (key == nullptr) return std::nullopt;
    return time_of_key(*key);
  }
  Time next_time_or_max() {
    const EventKey* const key = front();
    return key == nullptr ? Time::max() : time_of_key(*key);
  }

  /// Takes the next event out. False, and the arguments untouched: there is none.
  bool pop(Time& at, Payload& payload) { return pop_if_not_after(Time::max(), at, payload); }

  /// Takes the next event out if its time is `limit` or earlier. False, and the arguments untouched, otherwise.
  bool pop_if_not_after(Time limit, Time& at, Payload& payload) {
    const EventKey* const key = front();
    if (key == nullptr || time_of_key(*key) > limit) return false;
    const std::uint32_t slot = slot_of(key->tag);
    now_ = time_of_key(*key);
    at = now_;
    payload = entries_[slot].payload;
    ladder_.pop_front();
    free_slot(slot);
    return true;
  }

  std::size_t size() const { return live_; }
  bool empty() const { return live_ == 0; }

  /// The time of the last event that was popped; nothing can be pushed before it.
  Time now() const { return now_; }

  /// For how many events and keys the queue holds memory, in use or not. In proportion to the most events that were
  /// ever pending at one time.
  std::size_t records_in_memory() const { return entries_.size() + ladder_.records_in_memory(); }

  /// Calls `visit(const Pending&)` for each pending event, in an order that only the calls made so far decide.
  /// REQUIRES: `visit` does not change the queue.
  template <class Visit>
  void for_each_pending(Visit&& visit) const {
    for (std::uint32_t slot = 0; slot < entries_.size(); ++slot) {
      const Entry& entry = entries_[slot];
      if (entry.tag > slot_mask) visit(pending(entry, slot));
    }
  }

  /// The handles of all pending events in the order in which they would fire. Sorts: for crashes, not for every event.
  std::vector<Handle> pending_in_order() const {
    std::vector<EventKey> keys;
    keys.reserve(live_);
    for (const Entry& entry : entries_) {
      if (entry.tag > slot_mask) keys.push_back(key_of(entry.at, entry.tag));
    }
    std::sort(keys.begin(), keys.end(), Before{});
    std::vector<Handle> handles;
    handles.reserve(keys.size());
    for (const EventKey& key : keys) {
      const std::uint32_t slot = slot_of(key.tag);
      handles.push_back(Handle{slot, entries_[slot].generation});
    }
    return handles;
  }

  /// for_each_pending() in the order in which they would fire. REQUIRES: `visit` does not change the queue.
  template <class Visit>
  void for_each_pending_in_order(Visit&& visit) const {
    for (const Handle handle : pending_in_order()) visit(pending(entries_[handle.slot], handle.slot));
  }

 private:
  static constexpr int slot_bits = 64 - TieOrder::bits;
  static constexpr std::uint64_t slot_mask = (std::uint64_t{1} << slot_bits) - 1;
  static constexpr std::uint32_t no_slot = static_cast<std::uint32_t>(slot_mask);

  /// `tag` is order << slot_bits | slot while pending; of a free entry it is the next free slot (no order is 0).
  struct Fields {
    Time at;
    std::uint64_t tag;
    Payload payload;
    std::uint32_t generation;
  };
  struct alignas(sizeof(Fields) <= 64 ? 64 : alignof(Fields)) Entry : Fields {};

  struct Probe {
    const Entry* entries;
    bool drop_dead;
    bool alive(const EventKey& key) const { return entries[slot_of(key.tag)].tag == key.tag; }
    void prefetch(const EventKey& key) const { __builtin_prefetch(&entries[slot_of(key.tag)], 1); }
  };

  static std::uint32_t slot_of(std::uint64_t tag) { return static_cast<std::uint32_t>(tag & slot_mask); }
  static EventKey key_of(Time at, std::uint64_t tag) {
    return EventKey{static_cast<std::uint64_t>(at.nanoseconds()), tag};
  }
  static Time time_of_key(const EventKey& key) { return Time{static_cast<std::int64_t>(key.time)}; }
  static Pending pending(const Entry& entry, std::uint32_t slot) {
    return Pending{entry.at, entry.tag >> slot_bits, Handle{slot, entry.generation}, entry.payload};
  }

  Probe probe() const { return Probe{entries_.data(), ladder_.size() > live_ + live_ / 8}; }
  const EventKey* front() { return live_ == 0 ? nullptr : ladder_.front(probe()); }

  std::uint32_t new_slot() {
    const std::uint32_t slot = free_;
    if (slot == no_slot) {
      SIM_CHECK(entries_.size() < no_slot);
      entries_.emplace_back();
      return static_cast<std::uint32_t>(entries_.size() - 1);
    }
    free_ = slot_of(entries_[slot].tag);
    return slot;
  }

  void free_slot(std::uint32_t slot) {
    entries_[slot].tag = free_;
    free_ = slot;
    --live_;
  }

  TieOrder ties_;
  Time now_;
  std::uint64_t sequence_ = 0;  ///< pushes so far
  std::size_t live_ = 0;
  std::uint32_t free_ = no_slot;  ///< the newest free slot first: it is still in the cache
  std::vector<Entry> entries_;
  EventLadder ladder_;
};

}  // namespace sim
