// event_queue_test.cpp - EventQueue against a sorted list, and its promises one by one.
// Here:  random histories checked step by step against a naive model; ties, handles, copies, memory, crowds.
// Not:   speed (tests/bench/queue_bench.cpp).
// Start: the test case "any history".
#include "sim/event_queue.hpp"

#include "sim/check.hpp"
#include "sim/time.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

namespace {

using sim::Duration;
using sim::EventHandle;
using sim::EventQueue;
using sim::Time;
using namespace sim::literals;

/// What the kernel's events look like: 40 bytes.
struct Payload {
  std::uint64_t number;
  std::uint64_t others[4];
};
using Queue = EventQueue<Payload>;

Payload payload(std::uint64_t number) { return Payload{number, {~number, number * 3, number * 5, number * 7}}; }
bool whole(const Payload& p) {
  const Payload fresh = payload(p.number);
  return std::equal(std::begin(p.others), std::end(p.others), std::begin(fresh.others));
}

class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_{seed} {}
  std::uint64_t below(std::uint64_t limit) {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    return (mixed ^ (mixed >> 31)) % limit;
  }

 private:
  std::uint64_t state_;
};

/// The sorted list that EventQueue must not be told apart from.
class Model {
 public:
  explicit Model(std::optional<std::uint64_t> seed) : ties_{seed} {}

  struct Entry {
    Time at;
    std::uint64_t order;
    EventHandle handle;
    std::uint64_t number;
  };

  void push(Time at, std::uint64_t number, EventHandle handle) {
    const Entry entry{at, ties_.of(++pushes_), handle, number};
    const auto place = std::upper_bound(entries_.begin(), entries_.end(), entry, [](const Entry& a, const Entry& b) {
      return std::tie(a.at, a.order) < std::tie(b.at, b.order);
    });
    entries_.insert(place, entry);
  }
  bool cancel(EventHandle handle) {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.handle == handle; });
    if (found == entries_.end()) return false;
    entries_.erase(found);
    return true;
  }
  const std::vector<Entry>& entries() const { return entries_; }
  void pop() { entries_.erase(entries_.begin()); }

 private:
  sim::TieOrder ties_;
  std::uint64_t pushes_ = 0;
  std::vector<Entry> entries_;
};

/// How the distances of one history are drawn: each style brings another part of the ladder to work.
Duration distance(Draws& draws, int style) {
  const auto nanoseconds = [](std::uint64_t n) { return Duration{static_cast<std::int64_t>(n)}; };
  switch (style) {
    case 0: return nanoseconds(draws.below(4));                                    // ties
    case 1: return nanoseconds(draws.below(1'000'000));                            // uniform
    case 2: return nanoseconds(std::uint64_t{1} << draws.below(61));               // from 1 ns to 36 years
    case 3: return draws.below(10) == 0 ? 30_s : nanoseconds(draws.below(2'000));  // time-outs among messages
    case 4: return nanoseconds(draws.below(3) * 1'000'000'000);                    // crowds, far apart
    default: return nanoseconds(draws.below(1000) + (draws.below(100) == 0 ? std::uint64_t{1} << 40 : 0));
  }
}

/// Virtual time ends at 2^63 ns; a history that has come far goes on in small steps.
Time later(Time now, Duration distance) { return now < Time{INT64_MAX / 2} ? now + distance : now + Duration{1}; }

struct History {
  Queue queue;
  Model model;
  Time now{};
  std::uint64_t next_number = 0;
  std::vector<EventHandle> handles{};  ///< all ever given
};

void push(History& history, Time at) {
  const std::uint64_t number = ++history.next_number;
  const EventHandle handle = history.queue.push(at, payload(number));
  history.model.push(at, number, handle);
  history.handles.push_back(handle);
}

void check_pop(History& history, Time limit) {
  Time at{};
  Payload got{};
  const bool popped = history.queue.pop_if_not_after(limit, at, got);
  const auto& expected = history.model.entries();
  REQUIRE(popped == (!expected.empty() && expected.front().at <= limit));
  if (!popped) return;
  REQUIRE(at == expected.front().at);
  REQUIRE(got.number == expected.front().number);
  REQUIRE(whole(got));
  REQUIRE_FALSE(history.queue.cancel(expected.front().handle));
  REQUIRE(history.queue.now() == at);
  history.now = at;
  history.model.pop();
}

void check_pending(const History& history) {
  const auto& expected = history.model.entries();
  std::size_t index = 0;
  bool same = true;
  history.queue.for_each_pending_in_order([&](const Queue::Pending& pending) {
    same = same && index < expected.size() && pending.at == expected[index].at &&
           pending.order == expected[index].order && pending.handle == expected[index].handle &&
           pending.payload.number == expected[index].number;
    ++index;
  });
  REQUIRE(same);
  REQUIRE(index == expected.size());
  std::vector<std::uint64_t> seen, wanted;
  history.queue.for_each_pending([&](const Queue::Pending& pending) { seen.push_back(pending.payload.number); });
  for (const Model::Entry& entry : expected) wanted.push_back(entry.number);
  std::sort(seen.begin(), seen.end());
  std::sort(wanted.begin(), wanted.end());
  REQUIRE(seen == wanted);
}

void random_step(History& history, Draws& draws, int style, bool growing) {
  const auto& expected = history.model.entries();
  const std::uint64_t what = draws.below(100);
  if (what < (growing ? 55U : 25U)) {
    const std::uint64_t burst = draws.below(20) == 0 ? 1 + draws.below(150) : 1;
    for (std::uint64_t i = 0; i < burst; ++i) push(history, later(history.now, distance(draws, style)));
  } else if (what < 80) {
    check_pop(history, Time::max());
  } else if (what < 84) {
    check_pop(history, later(history.now, distance(draws, style)));
  } else if (what < 94) {
    if (history.handles.empty()) return;
    // One of the newest mostly, which is likely to be pending; sometimes any, which is likely to be stale.
    const std::size_t all = history.handles.size();
    const std::uint64_t reach = draws.below(4) == 0 ? all : std::min<std::size_t>(all, 200);
    const EventHandle handle = history.handles[all - 1 - draws.below(reach)];
    const bool pending = history.queue.is_pending(handle);
    REQUIRE((history.queue.find(handle) != nullptr) == pending);
    REQUIRE(history.queue.time_of(handle).has_value() == pending);
    const bool cancelled = history.queue.cancel(handle);
    REQUIRE(cancelled == pending);
    REQUIRE(history.model.cancel(handle) == cancelled);
  } else if (what < 98) {
    REQUIRE(history.queue.next_time_or_max() == (expected.empty() ? Time::max() : expected.front().at));
    REQUIRE(history.queue.next_time().has_value() == !expected.empty());
  } else if (!expected.empty()) {
    const Model::Entry& entry = expected[draws.below(expected.size())];
    REQUIRE(history.queue.find(entry.handle) != nullptr);
    REQUIRE(history.queue.find(entry.handle)->number == entry.number);
    REQUIRE(history.queue.time_of(entry.handle) == entry.at);
  }
  REQUIRE(history.queue.size() == expected.size());
  REQUIRE(history.queue.empty() == expected.empty());
}

void drain(History& history) {
  while (!history.model.entries().empty()) check_pop(history, Time::max());
  check_pop(history, Time::max());
}

std::vector<std::uint64_t> pop_all(Queue& queue) {
  std::vector<std::uint64_t> numbers;
  Time at{};
  Payload got{};
  while (queue.pop(at, got)) numbers.push_back(got.number);
  return numbers;
}

}  // namespace

TEST_CASE("event queue: any history is that of a sorted list") {
  for (std::uint64_t seed = 0; seed < 240; ++seed) {
    CAPTURE(seed);
    Draws draws{seed};
    const std::optional<std::uint64_t> ties = seed % 2 == 0 ? std::optional<std::uint64_t>{} : seed;
    History history{Queue{ties}, Model{ties}};
    for (int phase = 0; phase < 6; ++phase) {
      const int style = static_cast<int>(draws.below(6));
      for (int i = 0; i < 300; ++i) random_step(history, draws, style, phase % 2 == 0);
      check_pending(history);
    }
    drain(history);
  }
}

TEST_CASE("event queue: many pending events, all distances") {
  for (int style = 0; style < 6; ++style) {
    CAPTURE(style);
    Draws draws{static_cast<std::uint64_t>(style)};
    Queue queue;
    std::vector<std::pair<Time, std::uint64_t>> expected;  // a stable sort of it is the order
    std::uint64_t number = 0;
    for (; number < 50'000; ++number) {
      const Time at = Time{} + distance(draws, style);
      queue.push(at, payload(number));
      expected.emplace_back(at, number);
    }
    std::stable_sort(expected.begin(), expected.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Time at{};
    Payload got{};
    std::size_t wrong = 0;
    for (const auto& entry : expected) {
      REQUIRE(queue.pop(at, got));
      if (at != entry.first || got.number != entry.second || !whole(got)) ++wrong;
    }
    CHECK(wrong == 0);
    CHECK(queue.empty());
  }
}

TEST_CASE("event queue: a copy goes on by itself") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Draws draws{seed + 1000};
    const std::optional<std::uint64_t> ties = seed % 2 == 0 ? std::optional<std::uint64_t>{} : seed;
    std::optional<History> original{History{Queue{ties}, Model{ties}}};
    const int style = static_cast<int>(draws.below(6));
    for (int i = 0; i < 400; ++i) random_step(*original, draws, style, true);
    History copy = *original;
    check_pending(copy);
    // By turns and on different ways: each must follow its own model.
    for (int i = 0; i < 300; ++i) {
      random_step(*original, draws, style, i % 2 == 0);
      random_step(copy, draws, (style + 1) % 6, true);
    }
    check_pending(*original);
    check_pending(copy);
    History late_copy = *original;
    original.reset();
    drain(late_copy);
    drain(copy);
  }
}

TEST_CASE("event queue: without a seed ties come in order of push, however they were pushed") {
  Queue queue;
  const Time instant = Time{} + 5_ms;
  std::vector<std::uint64_t> expected;
  for (std::uint64_t number = 0; number < 5'000; ++number) {
    queue.push(instant, payload(number));
    expected.push_back(number);
    if (number % 7 == 0) CHECK(queue.next_time() == instant);
  }
  CHECK(pop_all(queue) == expected);
  // Pushed at the present instant while it is being worked off: behind everything of that instant.
  queue.push(instant, payload(1));
  queue.push(instant, payload(2));
  Time at{};
  Payload got{};
  REQUIRE(queue.pop(at, got));
  queue.push(instant, payload(3));
  CHECK(pop_all(queue) == std::vector<std::uint64_t>{2, 3});
}

TEST_CASE("event queue: a seed permutes ties") {
  const auto order = [](std::uint64_t seed) {
    Queue queue{seed};
    for (std::uint64_t number = 0; number < 3'000; ++number) {
      queue.push(Time{} + 1_s, payload(number));
      if (number % 5 == 0) queue.next_time();  // looking must not matter
    }
    return pop_all(queue);
  };
  const std::vector<std::uint64_t> one = order(1);
  CHECK(one == order(1));
  CHECK(one != order(2));
  CHECK(order(2) != order(0));
  std::vector<std::uint64_t> sorted = one;
  std::sort(sorted.begin(), sorted.end());
  CHECK(one != sorted);
  REQUIRE(sorted.size() == 3'000);
  for (std::uint64_t number = 0; number < sorted.size(); ++number) REQUIRE(sorted[number] == number);
  // Neighbours change places about half the time.
  const auto place = [&](std::uint64_t n) { return std::find(one.begin(), one.end(), n) - one.begin(); };
  int swapped = 0;
  for (std::uint64_t number = 0; number + 1 < 1'000; ++number) swapped += place(number) > place(number + 1) ? 1 : 0;
  CHECK(swapped > 400);
  CHECK(swapped < 600);
}

TEST_CASE("event queue: a seed does not disturb the order of times") {
  Queue queue{7};
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    queue.push(Time{static_cast<std::int64_t>(999 - number)}, payload(number));
  }
  const std::vector<std::uint64_t> numbers = pop_all(queue);
  REQUIRE(numbers.size() == 1'000);
  for (std::size_t i = 0; i < numbers.size(); ++i) REQUIRE(numbers[i] == 999 - i);
}

TEST_CASE("event queue: the order of ties is a bijection with golden values") {
  const sim::TieOrder plain{std::nullopt};
  CHECK(plain.of(1) == 1);
  CHECK(plain.of(sim::TieOrder::last) == sim::TieOrder::last);
  const sim::TieOrder permuted{42};
  std::vector<std::uint64_t> orders;
  for (std::uint64_t sequence = 1; sequence <= 100'000; ++sequence) orders.push_back(permuted.of(sequence));
  for (std::uint64_t i = 0; i < 1'000; ++i) orders.push_back(permuted.of(sim::TieOrder::last - i));
  std::sort(orders.begin(), orders.end());
  CHECK(std::adjacent_find(orders.begin(), orders.end()) == orders.end());
  CHECK(orders.front() >= 1);
  CHECK(orders.back() <= sim::TieOrder::last);
  CHECK(permuted.of(1) == 536'296'273'880);
  CHECK(permuted.of(2) == 510'181'496'421);
  CHECK(permuted.of(sim::TieOrder::last) == 393'351'083'759);
}

TEST_CASE("event queue: stale handles are recognised, also when their place is used again") {
  Queue queue;
  CHECK_FALSE(queue.cancel(EventHandle{}));
  CHECK(queue.find(EventHandle{}) == nullptr);
  CHECK_FALSE(queue.cancel(EventHandle{0, 0}));

  const EventHandle first = queue.push(Time{} + 1_us, payload(1));
  CHECK(queue.find(first)->number == 1);
  CHECK(queue.time_of(first) == Time{} + 1_us);
  CHECK(queue.cancel(first));
  CHECK_FALSE(queue.cancel(first));
  CHECK(queue.find(first) == nullptr);
  CHECK_FALSE(queue.time_of(first).has_value());

  const EventHandle second = queue.push(Time{} + 2_us, payload(2));
  CHECK(second.slot == first.slot);
  CHECK_FALSE(second == first);
  CHECK_FALSE(queue.cancel(first));
  CHECK(queue.find(second)->number == 2);
  Time at{};
  Payload got{};
  REQUIRE(queue.pop(at, got));
  CHECK(got.number == 2);
  CHECK(at == Time{} + 2_us);
  CHECK_FALSE(queue.cancel(second));
  CHECK(queue.find(second) == nullptr);
  CHECK_FALSE(queue.pop(at, got));
  CHECK(queue.next_time_or_max() == Time::max());
}

TEST_CASE("event queue: pop_if_not_after stops at the limit and leaves its arguments alone") {
  Queue queue;
  queue.push(Time{100}, payload(1));
  queue.push(Time::max(), payload(2));
  Time at{7};
  Payload got = payload(8);
  CHECK_FALSE(queue.pop_if_not_after(Time{99}, at, got));
  CHECK(at == Time{7});
  CHECK(got.number == 8);
  CHECK(queue.now() == Time{});
  CHECK(queue.pop_if_not_after(Time{100}, at, got));
  CHECK(got.number == 1);
  CHECK_FALSE(queue.pop_if_not_after(Time{1'000}, at, got));
  CHECK(queue.pop_if_not_after(Time::max(), at, got));
  CHECK(at == Time::max());
}

TEST_CASE("event queue: nothing can be pushed into the past, but before what is pending") {
  Queue queue;
  queue.push(Time{100}, payload(1));
  queue.push(Time{1'000}, payload(2));
  Time at{};
  Payload got{};
  REQUIRE(queue.pop(at, got));
  CHECK(queue.next_time() == Time{1'000});
  CHECK_THROWS_AS(queue.push(Time{99}, payload(3)), sim::BrokenTruth);
  CHECK_THROWS_AS(queue.push(Time{-1}, payload(3)), sim::BrokenTruth);
  for (int i = 300; i > 0; --i) queue.push(Time{100 + i}, payload(static_cast<std::uint64_t>(1'000 + i)));
  std::vector<std::uint64_t> expected;
  for (std::uint64_t i = 1; i <= 300; ++i) expected.push_back(1'000 + i);
  expected.push_back(2);
  CHECK(pop_all(queue) == expected);
}

TEST_CASE("event queue: cancelled events do not accumulate") {
  Draws draws{5};
  for (int variant = 0; variant < 12; ++variant) {
    CAPTURE(variant);
    const Duration distances[] = {0_ns, 1_ns, 1_us, 1_ms, 30_s, 100'000_s};
    const Duration far = distances[variant / 2];
    const std::uint64_t jitter = variant / 2 == 0 ? 1 : 1'000;  // without any it is a crowd at one instant
    Queue queue{variant % 2 == 0 ? std::optional<std::uint64_t>{} : 11};
    std::vector<EventHandle> pending;
    for (std::uint64_t i = 0; i < 100; ++i) pending.push_back(queue.push(Time{} + far, payload(i)));
    std::size_t most = 0;
    for (std::uint64_t i = 0; i < 200'000; ++i) {
      EventHandle& handle = pending[draws.below(pending.size())];
      REQUIRE(queue.cancel(handle));
      handle = queue.push(queue.now() + far + Duration{static_cast<std::int64_t>(draws.below(jitter))}, payload(i));
      if (i % 1'000 == 0) {  // the present moves on, and looking ahead moves events inside
        Time at{};
        Payload got{};
        REQUIRE(queue.pop(at, got));
        for (EventHandle& other : pending) {
          if (!queue.is_pending(other)) other = queue.push(queue.now() + far, payload(i));
        }
      }
      most = std::max(most, queue.records_in_memory());
    }
    CHECK(queue.size() == 100);
    CHECK(most < 6'000);
  }
}

TEST_CASE("event queue: pushing and cancelling with nothing else pending does not accumulate either") {
  Queue queue;
  std::size_t most = 0;
  for (std::uint64_t i = 0; i < 1'000'000; ++i) {
    REQUIRE(queue.cancel(queue.push(Time{static_cast<std::int64_t>(1 + i % 977 * 1'000)}, payload(i))));
    most = std::max(most, queue.records_in_memory());
  }
  CHECK(queue.empty());
  CHECK(most < 6'000);
}

TEST_CASE("event queue: a long run needs no more memory than its pending events") {
  Draws draws{9};
  for (const std::uint64_t count : {1U, 40U, 1'000U}) {
    for (const int style : {0, 1, 3, 5}) {
      CAPTURE(count);
      CAPTURE(style);
      Queue queue;
      for (std::uint64_t i = 0; i < count; ++i) queue.push(Time{} + distance(draws, style), payload(i));
      Time at{};
      Payload got{};
      for (std::uint64_t i = 0; i < 200'000; ++i) {
        REQUIRE(queue.pop(at, got));
        queue.push(at + distance(draws, style), got);
      }
      CHECK(queue.size() == count);
      CHECK(queue.records_in_memory() < 8 * count + 300);
    }
  }
}

TEST_CASE("event queue: a crowd at one instant, pushed while it is being worked off, stays fast") {
  // Quadratic work would take minutes here; with permuted ties each push lands somewhere in the middle.
  for (const std::optional<std::uint64_t> seed : {std::optional<std::uint64_t>{}, std::optional<std::uint64_t>{3}}) {
    Queue queue{seed};
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      queue.push(Time{5}, payload(i));
      queue.next_time();
    }
    queue.push(Time{6}, payload(900'000));
    Time at{};
    Payload got{};
    for (std::uint64_t i = 0; i < 300'000; ++i) {
      REQUIRE(queue.pop(at, got));
      REQUIRE(at == Time{5});
      queue.push(Time{5}, payload(i));
    }
    std::vector<std::uint64_t> rest = pop_all(queue);
    CHECK(rest.size() == 100'001);
    CHECK(rest.back() == 900'000);
  }
}

TEST_CASE("event queue: a payload of its own may be pushed again") {
  Queue queue;
  EventHandle handle = queue.push(Time{1}, payload(1));
  for (std::uint64_t i = 0; i < 1'000; ++i) handle = queue.push(Time{1}, *queue.find(handle));
  Time at{};
  Payload got{};
  while (queue.pop(at, got)) REQUIRE((got.number == 1 && whole(got)));
}
