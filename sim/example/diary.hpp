// diary.hpp - how a careless program treats its disk.
// Here:  Diary: pages in a folder, written, overwritten, moved and removed, seldom synced, errors shrugged off.
// Not:   how to do it well (counter_log.hpp, durable_file.hpp).
// Start: Diary::write().
//
// It is here for what a power loss does to it: nothing of it may be relied on, but two runs must find the same rest.
#pragma once

#include <cstdint>

#include "sim/env.hpp"

namespace sim::example {

class Diary {
 public:
  /// Reads all that is left of earlier lives, and goes on behind it.
  void open(Env& env);
  void write(Env& env, std::uint64_t sequence, std::uint64_t value);

 private:
  void turn_page(Env& env);

  File page_;
  std::uint64_t number_ = 0;  // of the page
  std::uint64_t lines_ = 0;   // on it
};

}  // namespace sim::example
