#include "sim/check.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

/// What a failed check says, "" if it did not fail.
template <class Action>
sim::BrokenTruth broken_by(Action action) {
  try {
    action();
  } catch (const sim::BrokenTruth& broken) {
    return broken;
  }
  return {"", "", 0};
}

}  // namespace

TEST_CASE("a check that holds does nothing and evaluates no arguments") {
  int evaluated = 0;
  CHECK(broken_by([&] { SIM_CHECK(1 + 1 == 2, "never {}", ++evaluated); }).what == "");
  CHECK(evaluated == 0);
}

TEST_CASE("a check that fails says condition, sentence, file and line") {
  const int epoch = 7;
  const sim::BrokenTruth broken = broken_by([&] { SIM_CHECK(epoch < 5, "epoch {} comes too early", epoch); });
  CHECK(broken.what == "epoch < 5: epoch 7 comes too early");
  CHECK(std::string{broken.file}.find("check_test.cpp") != std::string::npos);
  CHECK(broken.line > 20);
  CHECK(broken_by([&] { SIM_CHECK(epoch < 5); }).what == "epoch < 5");
}
