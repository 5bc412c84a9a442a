// world_bench.cpp - how long it takes to copy a world, and to get one going.
// Here:  copies of 10 hosts with 100 MB of files; from the start of a process to its first event.
// Not:   events and messages a second (queue_bench.cpp, deliveries_bench.cpp).
// Start: `world_bench --limits`; without it, Google Benchmark's usual flags.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/world.hpp"
#include "tests/bench/yardstick.hpp"

namespace {

using sim::ConnectionId;
using sim::Env;
using sim::HostId;

struct Block {
  std::uint64_t number;
  static const sim::MessageType type;
};
const sim::MessageType Block::type{1, "Block", nullptr, nullptr, nullptr, nullptr};

constexpr int hosts = 10;
constexpr int files_of_a_host = 40;
constexpr std::uint64_t bytes_of_a_file = 256 * 1024;

/// Fills a disk, connects to all others, and writes and talks all the time.
class Busy final : public sim::Cloned<Busy> {
 public:
  explicit Busy(int files) : file_count_{files} {}
  void start(Env& env) override {
    env.listen();
    const std::vector<std::byte> bytes(bytes_of_a_file, std::byte{7});
    for (int i = 0; i < file_count_; ++i) {
      files_.push_back(env.disk().open("file-" + std::to_string(i), sim::OpenMode::create).value());
      if (!env.disk().append(files_.back(), bytes).ok()) std::abort();
    }
    env.arm(sim::Duration{1'000'000'000}, sim::Timer{1, 0});
  }
  void on_timer(Env& env, sim::Timer timer) override {
    if (timer.kind == 1) {
      for (std::uint16_t peer = 0; peer < hosts; ++peer) {
        if (HostId{peer} != env.host()) connections_.push_back(env.connect(HostId{peer}));
      }
    }
    const std::vector<std::byte> bytes(500, std::byte{8});
    const sim::File file = files_[static_cast<std::size_t>(env.random("file").index(files_.size()))];
    if (!env.disk().append(file, bytes).ok()) std::abort();
    for (const ConnectionId connection : connections_) env.send(connection, sim::make_message(Block{++number_}, 1'000));
    env.arm(sim::Duration{1'000'000}, sim::Timer{2, 0});
  }
  void on_message(Env&, ConnectionId, const sim::Message&) override {}
  void on_connection(Env&, ConnectionId, sim::ConnectionEvent) override {}
  void on_command(Env&, const sim::Message&) override {}
  void on_stop(Env&) override {}

 private:
  int file_count_;
  std::vector<sim::File> files_;
  std::vector<ConnectionId> connections_;
  std::uint64_t number_ = 0;
};

sim::World busy_world() {
  sim::World world{sim::WorldSpec{}};
  world.record_trace(true);
  const sim::PlaceId middle = world.add_place("switch");
  for (int i = 0; i < hosts; ++i) {
    sim::HostSpec host;
    host.name = "host-" + std::to_string(i);
    host.place = world.add_place(host.name);
    host.program = std::make_unique<Busy>(files_of_a_host);
    world.add_link(host.place, middle, sim::LinkSpec{});
    world.add_host(std::move(host));
  }
  for (std::uint16_t i = 0; i < hosts; ++i) world.input(sim::Start{HostId{i}});
  return world;
}

/// After three seconds, in the midst of everything.
sim::World running_world() {
  sim::World world = busy_world();
  if (world.advance({sim::Time{3'000'000'000}, UINT64_MAX}) != sim::Stopped::time) std::abort();
  std::uint64_t bytes = 0;
  for (std::uint16_t i = 0; i < hosts; ++i) bytes += world.host(HostId{i}).files.used();
  if (bytes < 100'000'000) std::abort();
  return world;
}

// ---- limits --------------------------------------------------------------------------------------------------------

bool print_limit(const char* what, const std::vector<double>& nanoseconds, double limit) {
  const double middle = bench::median(nanoseconds);
  std::printf("%-58s %9.1f us %9.0f us  %s\n", what, middle / 1'000, limit / 1'000, middle < limit ? "ok" : "TOO SLOW");
  return middle < limit;
}

/// Copy and destruction of the copy; and a copy that goes on for a virtual millisecond, which has to clone what it
/// writes.
bool print_copies() {
  const sim::World world = running_world();
  std::vector<double> copying, going_on;
  for (int round = 0; round < 41; ++round) {
    const double start = bench::cpu_nanoseconds();
    std::optional<sim::World> copy{world};
    copy.reset();
    copying.push_back(bench::cpu_nanoseconds() - start);

    std::optional<sim::World> branch{world};
    const double middle = bench::cpu_nanoseconds();
    branch->advance({world.now() + sim::Duration{1'000'000}, UINT64_MAX});
    going_on.push_back(bench::cpu_nanoseconds() - middle);
  }
  std::printf("%-58s %12s %12s\n", "", "median", "limit");
  const bool met = print_limit("copy of a world of 10 hosts with 100 MB of files", copying, 1'000'000);
  std::printf("%-58s %9.1f us\n", "  the first millisecond of the copy (100 handlers)",
              bench::median(going_on) / 1'000);
  return met;
}

extern "C" char** environ;

/// Wall time from posix_spawn() of this program until it has handled its first event and says so through a pipe.
bool print_start(const char* self) {
  std::vector<double> starting;
  for (int round = 0; round < 41; ++round) {
    int ends[2];
    if (pipe(ends) != 0) std::abort();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    std::string program{self}, word{"--first-event"};
    char* arguments[] = {program.data(), word.data(), nullptr};
    const auto begin = std::chrono::steady_clock::now();
    pid_t child = 0;
    if (posix_spawn(&child, self, &actions, nullptr, arguments, environ) != 0) std::abort();
    close(ends[1]);
    char said = 0;
    const bool heard = read(ends[0], &said, 1) == 1 && said == '!';
    const auto end = std::chrono::steady_clock::now();
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
    waitpid(child, nullptr, 0);
    if (!heard) std::abort();
    starting.push_back(static_cast<double>(std::chrono::nanoseconds{end - begin}.count()));
  }
  return print_limit("process start to first event", starting, 5'000'000);
}

int say_after_first_event() {
  sim::World world{sim::WorldSpec{}};
  sim::HostSpec host;
  host.name = "host";
  host.place = world.add_place("place");
  host.program = std::make_unique<Busy>(1);
  world.add_host(std::move(host));
  world.input(sim::Start{HostId{0}});
  if (!world.step()) return 1;
  return write(1, "!", 1) == 1 ? 0 : 1;
}

// ---- Google Benchmark ----------------------------------------------------------------------------------------------

void copy_world(benchmark::State& state) {
  const sim::World world = running_world();
  for (auto _ : state) {
    sim::World copy{world};
    benchmark::DoNotOptimize(copy.now());
  }
}
BENCHMARK(copy_world);

}  // namespace

int main(int argument_count, char** arguments) {
  for (int i = 1; i < argument_count; ++i) {
    if (std::strcmp(arguments[i], "--first-event") == 0) return say_after_first_event();
    if (std::strcmp(arguments[i], "--limits") == 0) {
      const bool copies = print_copies();
      const bool start = print_start("/proc/self/exe");
      return copies && start ? 0 : 1;
    }
  }
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
