// alarm.hpp - one timer for many deadlines.
// Here:  Alarm: be called no later than the earliest of all times that were asked for.
// Not:   whose deadline it was: the owner looks through its own.
// Start: by(), then fired() in on_timer.
#pragma once

#include "sim/env.hpp"
#include "sim/process.hpp"
#include "sim/time.hpp"

namespace kafka {

/// A deadline that moved later, or went away, is not taken back: the alarm then rings once for nothing, which is
/// cheaper than cancelling a timer for every request (a request's time-out is 30 s, its answer comes in a millisecond).
/// A value.
class Alarm {
 public:
  Alarm() = default;
  explicit Alarm(sim::Timer timer) : timer_{timer} {}

  bool owns(sim::Timer timer) const { return timer == timer_; }

  /// Rings at `at` or before. Time::max() is no deadline; a time that has passed is now.
  void by(sim::Env& env, sim::Time at) {
    if (at >= at_) return;
    env.cancel(armed_);
    at_ = at < env.now() ? env.now() : at;
    armed_ = env.arm(at_ - env.now(), timer_);
  }
  /// It rang: all deadlines have to be asked for again.
  void fired() {
    at_ = sim::Time::max();
    armed_ = {};
  }

 private:
  sim::Timer timer_;
  sim::Time at_ = sim::Time::max();
  sim::TimerId armed_;
};

}  // namespace kafka
