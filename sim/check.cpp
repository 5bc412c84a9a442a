#include "sim/check.hpp"

namespace sim {

void broken_truth(const char* condition, const char* file, int line, std::string detail) {
  std::string what = condition;
  if (!detail.empty()) what += ": " + detail;
  throw BrokenTruth{std::move(what), file, line};
}

}  // namespace sim
