// yardstick.hpp - what speed is compared with, and how to compare on a noisy machine.
// Here:  Increments (tables of random delays), HoldYardstick (std::priority_queue in the hold model), compare().
// Not:   what is measured against it (queue_bench.cpp, deliveries_bench.cpp).
// Start: compare(rounds, events, [&] { yardstick.run(events); }, [&] { mine.run(events); }).
#pragma once

#include <time.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <queue>
#include <string>
#include <vector>

namespace bench {

enum class Shape { exponential, uniform, heavy_tailed };

inline const char* name_of(Shape shape) {
  switch (shape) {
    case Shape::exponential: return "exponential";
    case Shape::uniform: return "uniform";
    case Shape::heavy_tailed: return "heavy-tailed";
  }
  return "?";
}

/// A table of delays in nanoseconds with a mean near one millisecond, to be read round and round: drawing costs next
/// to nothing and the same for everybody. The heavy tail is a Pareto distribution with exponent 4/3: no variance.
class Increments {
 public:
  static constexpr std::uint32_t count = 1U << 15;

  explicit Increments(Shape shape) {
    std::uint64_t state = 1;
    for (std::uint32_t& delay : table_) {
      state += 0x9E3779B97F4A7C15U;
      std::uint64_t mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9U;
      mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
      const double part = (static_cast<double>((mixed ^ (mixed >> 31)) >> 12) + 0.5) / 4503599627370496.0;  // of 1
      double milliseconds = 2 * part;
      if (shape == Shape::exponential) milliseconds = minus_logarithm(part);
      if (shape == Shape::heavy_tailed) milliseconds = 0.25 / (square_root(part) * square_root(square_root(part)));
      delay = static_cast<std::uint32_t>(std::min(milliseconds, 4000.0) * 1'000'000) + 1;
    }
  }

  std::uint32_t operator[](std::uint64_t draw) const { return table_[draw % count]; }

 private:
  static double square_root(double x) {
    double root = 1;
    for (int i = 0; i < 64; ++i) root = (root + x / root) / 2;
    return root;
  }
  static double minus_logarithm(double x) {
    double result = 0;
    for (; x < 0.5; x *= 2) result += 0.69314718055994531;
    double power = 1 - x;
    for (int i = 1; i < 64; ++i, power *= 1 - x) result += power / i;
    return result;
  }

  std::array<std::uint32_t, count> table_;
};

/// The hold model: `pending` events, each of which schedules one more a random delay later. The way it is usually
/// written: a std::priority_queue of 32-byte entries that calls through a function pointer.
class HoldYardstick {
 public:
  HoldYardstick(std::size_t pending, const Increments& increments) : increments_{increments} {
    for (std::size_t i = 0; i < pending; ++i) schedule(&HoldYardstick::on_event, i);
  }

  void run(std::uint64_t events) {
    for (std::uint64_t i = 0; i < events; ++i) {
      const Event event = queue_.top();
      queue_.pop();
      now_ = event.time;
      event.function(*this, event.argument);
    }
  }

  /// For a test that the work is done, and so that it cannot be optimised away.
  std::uint64_t checksum() const { return checksum_; }
  std::uint64_t now() const { return now_; }

 private:
  struct Event {
    std::uint64_t time;
    std::uint64_t sequence;
    void (*function)(HoldYardstick&, std::uint64_t);
    std::uint64_t argument;
  };
  static_assert(sizeof(Event) == 32 || sizeof(void*) != 8);
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.time != b.time ? a.time > b.time : a.sequence > b.sequence;
    }
  };

  static void on_event(HoldYardstick& self, std::uint64_t argument) {
    self.checksum_ = self.checksum_ * 31 + argument;
    self.schedule(&HoldYardstick::on_event, argument);
  }

  void schedule(void (*function)(HoldYardstick&, std::uint64_t), std::uint64_t argument) {
    const std::uint64_t sequence = ++sequence_;
    queue_.push(Event{now_ + increments_[sequence], sequence, function, argument});
  }

  const Increments& increments_;
  std::uint64_t now_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t checksum_ = 0;
  std::priority_queue<Event, std::vector<Event>, Later> queue_;
};

/// Processor time of this thread: others on the machine cost us cache, but not time.
inline double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

struct Comparison {
  double yardstick_nanoseconds;  ///< an operation, median over the rounds
  double candidate_nanoseconds;
  double ratio;  ///< how many times as fast the candidate is: the median of the rounds' own ratios
};

/// Runs both by turns, `operations` operations a call, after one call each that is not counted.
/// REQUIRES: rounds >= 1. The two may keep their state from call to call.
template <class Yardstick, class Candidate>
Comparison compare(int rounds, double operations, Yardstick&& yardstick, Candidate&& candidate) {
  yardstick();
  candidate();
  std::vector<double> yardsticks, candidates, ratios;
  for (int round = 0; round < rounds; ++round) {
    const double start = cpu_nanoseconds();
    yardstick();
    const double middle = cpu_nanoseconds();
    candidate();
    const double end = cpu_nanoseconds();
    yardsticks.push_back((middle - start) / operations);
    candidates.push_back((end - middle) / operations);
    ratios.push_back((middle - start) / (end - middle));
  }
  return Comparison{median(yardsticks), median(candidates), median(ratios)};
}

/// One line of a table of ratios; `target` is the least ratio that is good enough. Returns whether it was met.
inline bool print_comparison(const std::string& what, const Comparison& comparison, double target) {
  const bool met = comparison.ratio >= target;
  std::printf("%-44s %9.2f %9.2f %8.2f %8.2f  %s\n", what.c_str(), comparison.yardstick_nanoseconds,
              comparison.candidate_nanoseconds, comparison.ratio, target, met ? "ok" : "TOO SLOW");
  std::fflush(stdout);
  return met;
}

inline void print_comparison_head() {
  std::printf("%-44s %9s %9s %8s %8s\n", "", "yardstick", "ours", "ratio", "target");
  std::printf("%-44s %9s %9s %8s\n", "", "ns", "ns", "median");
}

}  // namespace bench
