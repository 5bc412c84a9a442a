// The model gives the answers that a real ZooKeeper 3.8.0 gave (tests/golden/zookeeper/README.md).
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>
#include <string>
#include <vector>

#include "sim/fault.hpp"
#include "tests/model/zookeeper/keeper_world.hpp"
#include "tests/model/zookeeper/operation_text.hpp"
#include "tests/model/zookeeper/raw_client.hpp"
#include "tests/model/zookeeper/script.hpp"

namespace zookeeper::test {
namespace {

using namespace sim::literals;

class RecordedRun {
 public:
  RecordedRun()
      : world_{make_world(sim::Seed{7}, {}, {"a", "a2", "b", "c", "d", "z", "z2"},
                          [](sim::HostId server) { return std::make_unique<RawClient>(server); })} {
    wait();
  }

  std::vector<std::string> run(const std::string& line) {
    std::vector<std::string> words = words_of(line);
    const std::string verb = words[0];
    if (verb == "kill" || verb == "start") {
      if (verb == "kill") world_.input(sim::Crash{sim::HostId{0}});
      if (verb == "start") world_.input(sim::Start{sim::HostId{0}});
      wait();
      return heard({});
    }
    std::string name = words[1];
    std::string command = verb;
    for (std::size_t i = 2; i < words.size(); ++i) command += " " + words[i];
    if (verb == "copy") {
      const RawClient& from = client(name);
      name = words[2];
      tell(name, fmt::format("adopt {} {}", from.session().raw(), from.last_zxid().raw()));
      command = "reconnect";
    }
    tell(name, command);
    wait();
    return heard(name);
  }

  const Server& server() const { return server_in(world_); }

 private:
  const RawClient& client(const std::string& name) const {
    return dynamic_cast<const RawClient&>(*world_.process(*world_.find_host(name)));
  }
  void tell(const std::string& name, const std::string& command) {
    world_.input(sim::Command{*world_.find_host(name), make_line(command)});
  }
  void wait() {
    world_.advance({world_.now() + 80_ms});
    REQUIRE(broken_in(world_) == "");
  }
  // What each client heard since the last time: the one that asked first, then the others by name.
  std::vector<std::string> heard(const std::string& asker) {
    std::vector<std::string> names{"a", "a2", "b", "c", "d", "z", "z2"};
    std::stable_sort(names.begin(), names.end(),
                     [&](const std::string& x, const std::string& y) { return (x == asker) > (y == asker); });
    std::vector<std::string> out;
    for (const std::string& name : names) {
      const std::vector<std::string>& lines = client(name).lines();
      for (std::size_t& i = read_[name]; i < lines.size(); ++i) {
        if (lines[i].rfind("< connect: OK", 0) == 0) owners_[fmt::format("@{}@", client(name).session().raw())] = name;
        std::string text = name + " " + lines[i];
        for (const auto& [id, owner] : owners_) {
          for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id))
            text.replace(at, id.size(), owner);
        }
        out.push_back(text);
      }
    }
    return out;
  }

  sim::World world_;
  std::map<std::string, std::size_t> read_;
  std::map<std::string, std::string> owners_;
};

void replay(const std::string& file) {
  RecordedRun run;
  const std::string differences = run_script(file, true, [&](const std::string& line) { return run.run(line); });
  CHECK_MESSAGE(differences.empty(), differences);
}

TEST_CASE("a real ZooKeeper's answers: operations, versions, watches, sessions") { replay("recorded_operations.txt"); }

TEST_CASE("watches end with their connection, and with the event that they waited for") {
  RecordedRun run;
  run.run("connect a");
  run.run("connect b");
  run.run("create1 a /k x");
  for (const char* line : {"get a /k watch", "get b /k watch", "exists b /none watch", "children b /k watch"})
    run.run(line);
  CHECK(run.server().watches() == 4 - 1);  // two connections wait for one path
  run.run("drop b");
  CHECK(run.server().watches() == 1);
  run.run("set a /k y");
  CHECK(run.server().watches() == 0);
  CHECK(run.server().connections() == 1);
}

TEST_CASE("a real ZooKeeper's answers: second connections, a killed server, odd paths") {
  replay("recorded_restart.txt");
}

}  // namespace
}  // namespace zookeeper::test
