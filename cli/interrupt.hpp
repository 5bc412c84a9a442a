// interrupt.hpp - Ctrl-C as a question instead of an end.
// Here:  InterruptWatch: while it lives, Ctrl-C only makes interrupted() true.
// Not:   what is done then: each subcommand decides.
// Start: `InterruptWatch watch; while (!InterruptWatch::interrupted()) ...`
#pragma once

namespace cli {

/// One at a time. A second Ctrl-C ends the program at once, as ever.
class InterruptWatch {
 public:
  InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;
  ~InterruptWatch();

  static bool interrupted();

 private:
  void (*before_)(int);
};

}  // namespace cli
