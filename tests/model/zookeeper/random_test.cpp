// Several clients at once, at random: every answer is that of a plain tree, copies of the world live the same future,
// and what was acknowledged survives crashes and power losses.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/fault.hpp"
#include "sim/random.hpp"
#include "tests/model/zookeeper/keeper_world.hpp"
#include "tests/model/zookeeper/operation_text.hpp"
#include "tests/model/zookeeper/plain_tree.hpp"
#include "tests/model/zookeeper/session_user.hpp"

namespace zookeeper::test {
namespace {

using namespace sim::literals;

const std::vector<std::string> names{"a", "b", "c"};

sim::World users(std::uint64_t seed, const ServerConfig& config) {
  sim::World world = make_world(sim::Seed{seed}, config, names, [](sim::HostId server) {
    ClientConfig client;
    client.servers = {server};
    client.session_timeout = 40_s;
    return std::make_unique<SessionUser>(client);
  });
  world.advance({world.now() + 100_ms});
  for (const std::string& name : names) world.input(sim::Command{*world.find_host(name), make_line("session")});
  world.advance({world.now() + 100_ms});
  return world;
}

const SessionUser& user(const sim::World& world, const std::string& name) {
  return dynamic_cast<const SessionUser&>(*world.process(*world.find_host(name)));
}

/// Few paths, so that clients meet.
std::string random_path(sim::Random& random) {
  std::string path;
  const std::uint64_t depth = 1 + random.below(3);
  for (std::uint64_t i = 0; i < depth; ++i) path += fmt::format("/{}", static_cast<char>('p' + random.below(3)));
  return path;
}

std::string random_version(sim::Random& random) {
  return random.below(2) == 0 ? std::string{"-1"} : fmt::format("{}", random.below(3));
}

std::string random_write(sim::Random& random, bool in_multi) {
  const std::string path = random_path(random);
  const std::uint64_t kind = random.below(10);
  const std::uint64_t data = random.below(1'000);
  if (kind < 4) {
    static const char* const modes[] = {"", " ephemeral", " sequential", " ephemeral sequential"};
    const bool with_stat = !in_multi && random.below(2) == 0;
    const char* const mode = modes[random.below(8) % 5 % 4];
    return fmt::format("{} {} {}{}", with_stat ? "create" : "create1", path, data, mode);
  }
  if (kind < 7) return fmt::format("set {} {} {}", path, data, random_version(random));
  return fmt::format("delete {} {}", path, random_version(random));
}

std::string random_operation(sim::Random& random) {
  const std::uint64_t kind = random.below(10);
  if (kind < 5) return random_write(random, false);
  if (kind == 5) {
    std::string line = "multi ";
    const std::uint64_t steps = random.below(5);
    for (std::uint64_t i = 0; i < steps; ++i) {
      const bool check = random.below(3) == 0;
      line += check ? fmt::format("check {} {};", random_path(random), random_version(random))
                    : random_write(random, true) + ";";
    }
    return line;
  }
  static const char* const reads[] = {"get", "exists", "children"};
  const char* const read = reads[random.below(3)];
  const char* const watch = random.below(4) == 0 ? " watch" : "";
  return fmt::format("{} {}{}", read, random_path(random), watch);
}

struct Step {
  std::string name;
  std::string line;
  sim::Duration then;
};

std::vector<Step> random_steps(std::uint64_t seed, int count) {
  sim::Random random = sim::stream(sim::Seed{seed}, "test", "steps");
  std::vector<Step> steps;
  for (int i = 0; i < count; ++i) {
    Step step;
    step.name = names[random.index(names.size())];
    step.line = random_operation(random);
    step.then = random.between(0_us, 1'500_us);
    steps.push_back(step);
  }
  return steps;
}

void take(sim::World& world, const Step& step) {
  world.input(sim::Command{*world.find_host(step.name), make_line(step.line)});
  world.advance({world.now() + step.then});
}

/// Every answer against the plain tree, in the order of the zxids. Returns the first difference.
std::string judge(const sim::World& world) {
  struct Heard {
    std::int64_t zxid;
    bool write;
    const SessionUser::Asked* asked;
    std::string name;
  };
  std::vector<Heard> heard;
  for (const std::string& name : names) {
    for (const SessionUser::Asked& asked : user(world, name).asked()) {
      if (!asked.answered) return name + " was not answered";
      heard.push_back({asked.answer.zxid.raw(), is_write(op_of(asked.operation)), &asked, name});
    }
  }
  // A read with zxid z saw the tree after z.
  std::stable_sort(heard.begin(), heard.end(), [](const Heard& x, const Heard& y) {
    return x.zxid != y.zxid ? x.zxid < y.zxid : x.write && !y.write;
  });
  PlainTree plain;
  std::int64_t next = static_cast<std::int64_t>(names.size());  // the sessions took the first ones
  for (const Heard& each : heard) {
    const SessionUser::Asked& asked = *each.asked;
    Answer expected;
    if (each.write) {
      if (each.zxid != ++next) return fmt::format("zxid {} where {} is next", each.zxid, next);
      expected = plain.write(asked.operation, asked.session, each.zxid);
    } else {
      expected = plain.read(asked.operation);
    }
    if (!same_answer(expected, asked.answer)) {
      return fmt::format("zxid {}: {} asked {} {} and was told {}, not {}", each.zxid, each.name,
                         to_text(op_of(asked.operation)), path_of(asked.operation), to_text(asked.answer.reason()),
                         to_text(expected.reason()));
    }
  }
  return {};
}

void answers_of_a_plain_tree(std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    sim::World world = users(seed, {});
    for (const Step& step : random_steps(seed, 300)) take(world, step);
    world.advance({world.now() + 2_s});
    REQUIRE(broken_in(world) == "");
    CHECK_MESSAGE(judge(world) == "", "seed " << seed << ": " << judge(world));
  }
}

TEST_CASE("every answer is that of a plain tree: seeds 1 to 30") { answers_of_a_plain_tree(1, 30); }
TEST_CASE("every answer is that of a plain tree: seeds 31 to 1000 [slow]") { answers_of_a_plain_tree(31, 1000); }

TEST_CASE("the judge notices one wrong bit in one answer") {
  PlainTree plain;
  Create create;
  create.path = "/p";
  const Answer right = plain.write(Create2{create}, SessionId{1}, 4);
  Answer wrong = right;
  CHECK(same_answer(right, wrong));
  ++wrong.stat.cversion;
  CHECK_FALSE(same_answer(right, wrong));
}

TEST_CASE("a copy of a world goes on without its original, and a diverging copy changes nothing") {
  const std::vector<Step> steps = random_steps(5, 200);
  const std::vector<Step> others = random_steps(6, 200);
  const auto whole_run = [&] {
    sim::World world = users(5, {});
    for (const Step& step : steps) take(world, step);
    return world;
  };
  const sim::World fresh = whole_run();
  for (const std::size_t at : {std::size_t{0}, std::size_t{17}, std::size_t{90}, std::size_t{199}}) {
    auto original = std::make_unique<sim::World>(users(5, {}));
    for (std::size_t i = 0; i < at; ++i) take(*original, steps[i]);
    auto copy = std::make_unique<sim::World>(*original);
    auto stranger = std::make_unique<sim::World>(*original);
    original.reset();
    for (std::size_t i = at; i < steps.size(); ++i) {
      take(*stranger, others[i]);
      take(*copy, steps[i]);
    }
    CHECK(copy->trace_hash() == fresh.trace_hash());
    CHECK(copy->state_hash() == fresh.state_hash());
    CHECK(stranger->trace_hash() != fresh.trace_hash());
    CHECK(judge(*copy) == judge(fresh));
  }
}

// --- faults
// --------------------------------------------------------------------------------------------------------------

/// Each client creates nodes of its own, one after the other, while the server dies again and again.
void survives(std::uint64_t seed) {
  sim::Random random = sim::stream(sim::Seed{seed}, "test", "faults");
  ServerConfig config;
  config.snap_count = 20;  // snapshots and rolled logs all the time
  sim::World world = users(seed, config);
  const sim::HostId zk{0};
  sim::PowerLossModel power;
  power.data = power.names = sim::Survival::reordered;
  world.input(sim::DiskTrouble{zk, sim::SetPowerLossModel{power}});
  int created = 0;
  for (int round = 0; round < 12; ++round) {
    const std::uint64_t writes = 5 + random.below(30);
    for (std::uint64_t i = 0; i < writes; ++i) {
      const std::string name = names[random.index(names.size())];
      take(world, Step{name, fmt::format("create1 /{}-{} {}", name, created++, created), random.between(0_us, 900_us)});
    }
    if (random.below(2) == 0) {
      world.input(sim::PowerOff{zk});
    } else {
      world.input(sim::Crash{zk, static_cast<std::uint32_t>(random.below(12))});
    }
    const sim::Duration down = random.between(1_ms, 3_s);
    world.advance({world.now() + down});
    world.input(sim::Start{zk});
    const sim::Duration up = random.between(1_ms, 5_s);
    world.advance({world.now() + up});
  }
  // A crash that was ordered for so many effects ahead may still hit this life of the server, but not the next.
  for (int again = 0; again < 2; ++again) {
    world.input(sim::Start{zk});
    world.advance({world.now() + 30_s});
  }
  REQUIRE_MESSAGE(broken_in(world) == "", "seed " << seed);
  REQUIRE_MESSAGE(world.process(zk) != nullptr, "seed " << seed << ": the server does not start any more");

  const DataTree& tree = server_in(world).tree();
  std::set<std::string> there;
  tree.for_each_node([&](const std::string& path, const Node&) { there.insert(path); });
  for (const std::string& name : names) {
    for (const SessionUser::Asked& asked : user(world, name).asked()) {
      const std::string path{path_of(asked.operation)};
      CHECK_MESSAGE(asked.answered, "seed " << seed << ": " << path << " is not answered");
      const bool acknowledged = asked.answer.error == Error::ok || asked.answer.error == Error::node_exists;
      CHECK_MESSAGE(acknowledged, "seed " << seed << ": " << path << " " << to_text(asked.answer.error));
      CHECK_MESSAGE(there.count(path) == 1, "seed " << seed << ": " << path << " is lost");
    }
  }
  CHECK(there.size() == static_cast<std::size_t>(created) + 4);
}

TEST_CASE("acknowledged writes survive crashes and power losses: seeds 1 to 25") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) survives(seed);
}
TEST_CASE("acknowledged writes survive crashes and power losses: seeds 26 to 600 [slow]") {
  for (std::uint64_t seed = 26; seed <= 600; ++seed) survives(seed);
}

}  // namespace
}  // namespace zookeeper::test
