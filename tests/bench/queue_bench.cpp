// queue_bench.cpp - how fast the event queue is.
// Here:  the hold model (plain, and with cause, handle and digest), and time-outs that are nearly always cancelled.
// Not:   the yardstick and the way of comparing (yardstick.hpp).
// Start: `queue_bench --ratios`; without it, Google Benchmark's usual flags.
#include "sim/event_queue.hpp"
#include "sim/time.hpp"
#include "tests/bench/yardstick.hpp"

#include <benchmark/benchmark.h>
#define XXH_STATIC_LINKING_ONLY  // the state by value
#include <xxhash.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace {

using bench::HoldYardstick;
using bench::Increments;
using bench::Shape;
using sim::Duration;
using sim::EventHandle;
using sim::EventQueue;
using sim::Time;

const Increments& increments(Shape shape) {
  static const std::array<std::unique_ptr<const Increments>, 3> tables{
      std::make_unique<const Increments>(Shape::exponential), std::make_unique<const Increments>(Shape::uniform),
      std::make_unique<const Increments>(Shape::heavy_tailed)};
  return *tables[static_cast<std::size_t>(shape)];
}

Duration delay(const Increments& table, std::uint64_t draw) { return Duration{static_cast<std::int64_t>(table[draw])}; }

enum class Kind : std::uint32_t { hold, step, time_out };

// ---- the hold model ------------------------------------------------------------------------------------------------

class Hold {
 public:
  Hold(std::size_t pending, const Increments& table) : table_{table} {
    for (std::size_t i = 0; i < pending; ++i) schedule(i);
  }

  void run(std::uint64_t events) {
    Time now;
    Event event{};
    for (std::uint64_t i = 0; i < events && queue_.pop(now, event); ++i) {
      now_ = now;
      switch (event.kind) {
        case Kind::hold: on_event(event); break;
        case Kind::step:
        case Kind::time_out: std::abort();
      }
    }
  }

  std::uint64_t checksum() const { return checksum_; }

 private:
  struct Event {
    std::uint64_t argument;
    Kind kind;
  };

  void on_event(const Event& event) {
    checksum_ = checksum_ * 31 + event.argument;
    schedule(event.argument);
  }

  void schedule(std::uint64_t argument) { queue_.push(now_ + delay(table_, ++draws_), Event{argument, Kind::hold}); }

  const Increments& table_;
  Time now_;
  std::uint64_t draws_ = 0;
  std::uint64_t checksum_ = 0;
  EventQueue<Event> queue_;
};

/// The same as the kernel needs it: each event knows its cause, its handle is kept so that it could be cancelled, and
/// it goes with 40 bytes into a running digest.
class TracedHold {
 public:
  TracedHold(std::size_t pending, const Increments& table) : table_{table}, handles_(pending) {
    XXH3_128bits_reset(&digest_);
    for (std::size_t i = 0; i < pending; ++i) schedule(i, 0);
  }

  void run(std::uint64_t events) {
    Time now;
    Event event{};
    for (std::uint64_t i = 0; i < events && queue_.pop(now, event); ++i) {
      now_ = now;
      ++event_id_;
      digest(event);
      switch (event.kind) {
        case Kind::hold: on_event(event); break;
        case Kind::step:
        case Kind::time_out: std::abort();
      }
    }
  }

  std::uint64_t checksum() const { return checksum_ ^ XXH3_128bits_digest(&digest_).low64; }

 private:
  struct Event {
    std::uint64_t argument;
    std::uint64_t cause;
    std::uint64_t detail;
    std::uint64_t host;
    Kind kind;
  };

  void on_event(const Event& event) {
    checksum_ = checksum_ * 31 + event.argument;
    schedule(event.argument, event_id_);
  }

  void schedule(std::uint64_t argument, std::uint64_t cause) {
    ++draws_;
    const Event event{argument, cause, draws_, argument % 16, Kind::hold};
    handles_[argument] = queue_.push(now_ + delay(table_, draws_), event);
  }

  void digest(const Event& event) {
    const std::array<std::uint64_t, 5> record{static_cast<std::uint64_t>(now_.nanoseconds()), event_id_, event.cause,
                                              event.argument,
                                              event.host << 32 | static_cast<std::uint64_t>(event.kind)};
    std::memcpy(block_.data() + filled_, record.data(), sizeof record);
    filled_ += sizeof record;
    if (filled_ == block_.size()) {
      XXH3_128bits_update(&digest_, block_.data(), filled_);
      filled_ = 0;
    }
  }

  const Increments& table_;
  Time now_;
  std::uint64_t draws_ = 0;
  std::uint64_t event_id_ = 0;
  std::uint64_t checksum_ = 0;
  std::size_t filled_ = 0;
  std::array<unsigned char, 40 * 64> block_;
  XXH3_state_t digest_;
  std::vector<EventHandle> handles_;
  EventQueue<Event> queue_;
};

// ---- time-outs that are nearly always cancelled --------------------------------------------------------------------

/// The other side: a heap of four children a node over 16-byte keys, payloads in a slab, a cancelled key stays until it
/// comes to the top, and, when `compacting`, until there are more cancelled keys than living ones.
template <class Payload, bool compacting>
class LazyHeap {
 public:
  using Handle = EventHandle;

  Handle push(Time at, const Payload& payload) {
    std::uint32_t slot = free_;
    if (slot == EventHandle::none) {
      slot = static_cast<std::uint32_t>(entries_.size());
      entries_.emplace_back();
    } else {
      free_ = entries_[slot].next_free;
    }
    const std::uint64_t tag = ++sequence_ << 24 | slot;
    entries_[slot].tag = tag;
    entries_[slot].payload = payload;
    ++live_;
    const Key key{at.nanoseconds(), tag};
    heap_.push_back(key);
    std::size_t place = heap_.size() - 1;
    while (place != 0 && less(key, heap_[(place - 1) / 4])) {
      heap_[place] = heap_[(place - 1) / 4];
      place = (place - 1) / 4;
    }
    heap_[place] = key;
    return Handle{slot, static_cast<std::uint32_t>(sequence_)};
  }

  bool cancel(Handle handle) {
    if (handle.slot >= entries_.size()) return false;
    Entry& entry = entries_[handle.slot];
    if (entry.tag == 0 || static_cast<std::uint32_t>(entry.tag >> 24) != handle.generation) return false;
    free_slot(handle.slot);
    if (compacting && heap_.size() > 2 * live_ + 256) compact();
    return true;
  }

  bool pop(Time& at, Payload& payload) {
    while (!heap_.empty()) {
      const Key key = heap_.front();
      const Key last = heap_.back();
      heap_.pop_back();
      if (!heap_.empty()) sift_down(0, last);
      const std::uint32_t slot = static_cast<std::uint32_t>(key.tag & 0xFFFFFF);
      if (entries_[slot].tag != key.tag) continue;
      at = Time{key.time};
      payload = entries_[slot].payload;
      free_slot(slot);
      return true;
    }
    return false;
  }

 private:
  struct Key {
    std::int64_t time;
    std::uint64_t tag;
  };
  struct Entry {
    std::uint64_t tag = 0;  ///< 0: free
    Payload payload;
    std::uint32_t next_free;
  };

  static bool less(const Key& a, const Key& b) { return (a.time < b.time) | ((a.time == b.time) & (a.tag < b.tag)); }

  void free_slot(std::uint32_t slot) {
    entries_[slot].tag = 0;
    entries_[slot].next_free = free_;
    free_ = slot;
    --live_;
  }

  void sift_down(std::size_t place, const Key key) {
    const std::size_t size = heap_.size();
    for (;;) {
      const std::size_t first = 4 * place + 1;
      std::size_t best = first;
      if (first + 4 <= size) {
        const std::size_t left = first + (less(heap_[first + 1], heap_[first]) ? 1 : 0);
        const std::size_t right = first + 2 + (less(heap_[first + 3], heap_[first + 2]) ? 1 : 0);
        best = less(heap_[right], heap_[left]) ? right : left;
      } else if (first < size) {
        for (std::size_t child = first + 1; child < size; ++child) {
          if (less(heap_[child], heap_[best])) best = child;
        }
      } else {
        break;
      }
      if (!less(heap_[best], key)) break;
      heap_[place] = heap_[best];
      place = best;
    }
    heap_[place] = key;
  }

  void compact() {
    std::size_t kept = 0;
    for (const Key& key : heap_) {
      if (entries_[key.tag & 0xFFFFFF].tag == key.tag) heap_[kept++] = key;
    }
    heap_.resize(kept);
    if (kept < 2) return;
    for (std::size_t place = (kept - 2) / 4 + 1; place-- != 0;) sift_down(place, heap_[place]);
  }

  std::uint64_t sequence_ = 0;
  std::size_t live_ = 0;
  std::uint32_t free_ = EventHandle::none;
  std::vector<Entry> entries_;
  std::vector<Key> heap_;
};

struct FlowEvent {
  std::uint64_t flow;
  Kind kind;
};

/// Each flow at each step: cancel the pending time-out, set a new one, schedule the next step. A step is a millisecond
/// on average, a time-out 100; it fires about once in 10^43.
template <class Queue>
class Flows {
 public:
  explicit Flows(std::size_t flows) : table_{increments(Shape::exponential)}, time_outs_(flows) {
    for (std::size_t flow = 0; flow < flows; ++flow) step(flow);
  }

  void run(std::uint64_t steps) {
    Time now;
    FlowEvent event{};
    for (std::uint64_t i = 0; i < steps && queue_.pop(now, event); ++i) {
      now_ = now;
      switch (event.kind) {
        case Kind::step: step(event.flow); break;
        case Kind::time_out: checksum_ += 1'000'000'007; break;
        case Kind::hold: std::abort();
      }
    }
  }

  std::uint64_t checksum() const { return checksum_; }

 private:
  void step(std::uint64_t flow) {
    checksum_ = checksum_ * 31 + flow;
    queue_.cancel(time_outs_[flow]);
    time_outs_[flow] = queue_.push(now_ + sim::operator""_ms(100), FlowEvent{flow, Kind::time_out});
    queue_.push(now_ + delay(table_, ++draws_), FlowEvent{flow, Kind::step});
  }

  const Increments& table_;
  Time now_;
  std::uint64_t draws_ = 0;
  std::uint64_t checksum_ = 0;
  std::vector<EventHandle> time_outs_;
  Queue queue_;
};

// ---- ratios --------------------------------------------------------------------------------------------------------

constexpr int rounds = 9;
constexpr std::array<Shape, 3> shapes{Shape::exponential, Shape::uniform, Shape::heavy_tailed};

template <class Yardstick, class Candidate>
bool compare_and_print(const std::string& what, Yardstick& yardstick, Candidate& candidate, std::uint64_t events,
                       double target) {
  const bench::Comparison result = bench::compare(
      rounds, static_cast<double>(events), [&] { yardstick.run(events); }, [&] { candidate.run(events); });
  if (yardstick.checksum() == 0 || candidate.checksum() == 0) std::abort();  // both were really run
  return bench::print_comparison(what, result, target);
}

bool compare_hold(std::size_t pending, Shape shape, std::uint64_t events, double target) {
  HoldYardstick yardstick{pending, increments(shape)};
  Hold hold{pending, increments(shape)};
  const std::string what = std::string{bench::name_of(shape)} + ", " + std::to_string(pending) + " pending";
  const bool plain = compare_and_print("hold, " + what, yardstick, hold, events, target);
  if (yardstick.checksum() != hold.checksum()) {  // the same events in the same order, or nothing is worth comparing
    std::printf("the two sides disagree about the order of events\n");
    std::abort();
  }
  TracedHold traced{pending, increments(shape)};
  return compare_and_print("traced, " + what, yardstick, traced, events, 1.0) && plain;
}

template <bool compacting>
bool compare_flows(std::size_t flows, std::uint64_t steps) {
  Flows<LazyHeap<FlowEvent, compacting>> heap{flows};
  Flows<EventQueue<FlowEvent>> ours{flows};
  const bool met = compare_and_print(
      "time-outs, " + std::to_string(flows) + (compacting ? " flows, compacting heap" : " flows, plain lazy heap"),
      heap, ours, steps, 1.5);
  if (heap.checksum() != ours.checksum()) {
    std::printf("the two sides disagree about the order of events\n");
    std::abort();
  }
  return met;
}

int print_ratios() {
  bool met = true;
  bench::print_comparison_head();
  for (const Shape shape : shapes) {
    met = compare_hold(100, shape, 1'000'000, 1.6) && met;
    met = compare_hold(10'000, shape, 1'000'000, 1.8) && met;
    met = compare_hold(1'000'000, shape, 2'000'000, 3.0) && met;
  }
  for (const std::size_t flows : {std::size_t{100}, std::size_t{10'000}}) {
    met = compare_flows<true>(flows, 1'000'000) && met;
    met = compare_flows<false>(flows, 1'000'000) && met;
  }
  return met ? 0 : 1;
}

// ---- Google Benchmark ----------------------------------------------------------------------------------------------

template <class Side>
void run_hold(benchmark::State& state) {
  const Shape shape = shapes[static_cast<std::size_t>(state.range(1))];
  Side side{static_cast<std::size_t>(state.range(0)), increments(shape)};
  const std::uint64_t batch = 100'000;
  side.run(static_cast<std::uint64_t>(state.range(0)));
  for (auto _ : state) side.run(batch);
  benchmark::DoNotOptimize(side.checksum());
  state.SetItemsProcessed(static_cast<std::int64_t>(batch) * state.iterations());
  state.SetLabel(bench::name_of(shape));
}
BENCHMARK(run_hold<HoldYardstick>)->ArgsProduct({{100, 10'000, 1'000'000}, {0, 1, 2}});
BENCHMARK(run_hold<Hold>)->ArgsProduct({{100, 10'000, 1'000'000}, {0, 1, 2}});
BENCHMARK(run_hold<TracedHold>)->ArgsProduct({{100, 10'000, 1'000'000}, {0, 1, 2}});

template <class Queue>
void run_flows(benchmark::State& state) {
  Flows<Queue> flows{static_cast<std::size_t>(state.range(0))};
  const std::uint64_t batch = 100'000;
  for (auto _ : state) flows.run(batch);
  benchmark::DoNotOptimize(flows.checksum());
  state.SetItemsProcessed(static_cast<std::int64_t>(batch) * state.iterations());
}
BENCHMARK(run_flows<LazyHeap<FlowEvent, true>>)->Arg(100)->Arg(10'000);
BENCHMARK(run_flows<LazyHeap<FlowEvent, false>>)->Arg(100)->Arg(10'000);
BENCHMARK(run_flows<EventQueue<FlowEvent>>)->Arg(100)->Arg(10'000);

}  // namespace

int main(int argument_count, char** arguments) {
  for (int i = 1; i < argument_count; ++i) {
    if (std::strcmp(arguments[i], "--ratios") == 0) return print_ratios();
  }
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
