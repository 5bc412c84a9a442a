#include "model/zookeeper/facts.hpp"

#include "model/facts.hpp"

namespace zookeeper {

void note(sim::Env& env, ZooFact fact, sim::SubjectId subject, std::int64_t a, std::int64_t b) {
  const auto type = static_cast<std::uint16_t>(kafka::first_zookeeper_fact + static_cast<std::uint16_t>(fact));
  env.note(sim::Fact{type, subject, static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)});
}

}  // namespace zookeeper
