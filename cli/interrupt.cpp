#include "cli/interrupt.hpp"

#include <csignal>

namespace cli {
namespace {

volatile std::sig_atomic_t ctrl_c = 0;

void note_ctrl_c(int) {
  ctrl_c = 1;
  std::signal(SIGINT, SIG_DFL);
}

}  // namespace

InterruptWatch::InterruptWatch() : before_{(ctrl_c = 0, std::signal(SIGINT, note_ctrl_c))} {}
InterruptWatch::~InterruptWatch() { std::signal(SIGINT, before_); }
bool InterruptWatch::interrupted() { return ctrl_c != 0; }

}  // namespace cli
