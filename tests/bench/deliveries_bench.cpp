// deliveries_bench.cpp - how fast messages travel: two programs on two hosts, through the full network model.
// Here:  ping-pong (one message under way, and a hundred) and a stream that the receiver's window paces.
// Not:   the yardstick (yardstick.hpp); the queue alone (queue_bench.cpp); copying worlds (world_bench.cpp).
// Start: `deliveries_bench --ratios`; without it, Google Benchmark's usual flags.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include "sim/world.hpp"
#include "tests/bench/yardstick.hpp"

namespace {

using sim::ConnectionId;
using sim::Env;

struct Packet {
  std::uint64_t number;
  static const sim::MessageType type;
};
const sim::MessageType Packet::type{1, "Packet", nullptr, nullptr, nullptr, nullptr};

sim::MessagePtr packet(std::uint64_t number) { return sim::make_message(Packet{number}, 120); }

/// Answers each message with another one, or takes them all in silence.
class Receiver final : public sim::Cloned<Receiver> {
 public:
  explicit Receiver(bool answers) : answers_{answers} {}
  void start(Env& env) override { env.listen(); }
  void on_message(Env& env, ConnectionId from, const sim::Message& message) override {
    ++received_;
    if (answers_) env.send(from, packet(sim::content_of<Packet>(message).number + 1));
  }
  void on_connection(Env&, ConnectionId, sim::ConnectionEvent) override {}
  void on_timer(Env&, sim::Timer) override {}
  void on_command(Env&, const sim::Message&) override {}
  void on_stop(Env&) override {}
  std::uint64_t received() const { return received_; }

 private:
  bool answers_;
  std::uint64_t received_ = 0;
};

/// Opens connections and keeps `at_once` messages going to and fro on each; or sends bursts as fast as it is let.
class Sender final : public sim::Cloned<Sender> {
 public:
  enum class Mode { ping_pong, stream };
  Sender(Mode mode, int at_once) : mode_{mode}, at_once_{at_once} {}
  void start(Env& env) override { connection_ = env.connect(sim::HostId{1}); }
  void on_connection(Env& env, ConnectionId, sim::ConnectionEvent event) override {
    if (event.change != sim::ConnectionChange::opened) return;
    for (int i = 0; i < at_once_; ++i) env.send(connection_, packet(0));
    if (mode_ == Mode::stream) env.arm(sim::Duration{0}, sim::Timer{});
  }
  void on_message(Env& env, ConnectionId from, const sim::Message& message) override {
    ++received_;
    env.send(from, packet(sim::content_of<Packet>(message).number + 1));
  }
  // A program that has something to send all the time, and does it in slices.
  void on_timer(Env& env, sim::Timer timer) override {
    for (int i = 0; i < at_once_; ++i) {
      if (env.send(connection_, packet(0)) != sim::SendResult::sent) break;
    }
    env.arm(sim::Duration{0}, timer);
  }
  void on_command(Env&, const sim::Message&) override {}
  void on_stop(Env&) override {}
  std::uint64_t received() const { return received_; }

 private:
  Mode mode_;
  int at_once_;
  ConnectionId connection_;
  std::uint64_t received_ = 0;
};

/// Two hosts, each with a cable to a switch: 25us, 10 Gbit/s, with jitter.
class Two {
 public:
  Two(Sender::Mode mode, int at_once) : world_{sim::WorldSpec{}} {
    const sim::PlaceId middle = world_.add_place("switch");
    sim::LinkSpec cable;
    cable.jitter = sim::Duration{2'000};
    const auto add = [&](const char* name, std::unique_ptr<sim::Process> program) {
      sim::HostSpec host;
      host.name = name;
      host.place = world_.add_place(name);
      host.program = std::move(program);
      world_.add_link(host.place, middle, cable);
      return world_.add_host(std::move(host));
    };
    const sim::HostId sender = add("sender", std::make_unique<Sender>(mode, at_once));
    const sim::HostId receiver = add("receiver", std::make_unique<Receiver>(mode == Sender::Mode::ping_pong));
    world_.input(sim::Start{receiver});
    world_.input(sim::Start{sender});
  }

  /// Until so many more messages have been handled.
  void run(std::uint64_t deliveries) {
    const std::uint64_t goal = delivered() + deliveries;
    while (delivered() < goal) {
      if (world_.advance({sim::Time::max(), 1'000}) != sim::Stopped::events) std::abort();
    }
  }

  std::uint64_t delivered() const {
    return dynamic_cast<const Sender*>(world_.process(sim::HostId{0}))->received() +
           dynamic_cast<const Receiver*>(world_.process(sim::HostId{1}))->received();
  }
  const sim::World& world() const { return world_; }

 private:
  sim::World world_;
};

struct Case {
  const char* name;
  Sender::Mode mode;
  int at_once;
};
constexpr Case cases[] = {{"ping-pong, 1 message", Sender::Mode::ping_pong, 1},
                          {"ping-pong, 100 messages", Sender::Mode::ping_pong, 100},
                          {"stream, slices of 16", Sender::Mode::stream, 16}};

int print_ratios() {
  constexpr std::uint64_t deliveries = 300'000;
  const bench::Increments increments{bench::Shape::exponential};
  bool met = true;
  bench::print_comparison_head();
  for (const Case& one : cases) {
    bench::HoldYardstick yardstick{100, increments};
    Two two{one.mode, one.at_once};
    const bench::Comparison result = bench::compare(
        9, static_cast<double>(deliveries), [&] { yardstick.run(deliveries); }, [&] { two.run(deliveries); });
    if (yardstick.checksum() == 0) std::abort();
    met = bench::print_comparison(std::string{"deliveries, "} + one.name, result, 0.14) && met;
  }
  return met ? 0 : 1;
}

void deliveries(benchmark::State& state) {
  const Case& one = cases[state.range(0)];
  Two two{one.mode, one.at_once};
  const std::uint64_t batch = 10'000;
  for (auto _ : state) two.run(batch);
  state.SetItemsProcessed(static_cast<std::int64_t>(batch) * state.iterations());
  state.SetLabel(one.name);
}
BENCHMARK(deliveries)->DenseRange(0, 2);

}  // namespace

int main(int argument_count, char** arguments) {
  for (int i = 1; i < argument_count; ++i) {
    if (std::strcmp(arguments[i], "--ratios") == 0) return print_ratios();
  }
  benchmark::Initialize(&argument_count, arguments);
  if (benchmark::ReportUnrecognizedArguments(argument_count, arguments)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
