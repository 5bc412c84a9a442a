// Leaks of determinism, planted on purpose: the doubled run must catch each of them.
//
// Two runs in one process would often look alike by luck, whatever leaks: a heap hands out the same places in the same
// order, and clean ones. OldHeap takes the luck away. It is a heap with a past: other places, in another order, full of
// another owner's bytes, in each run.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>

#include "sim/example/doubled_run.hpp"
#include "sim/world.hpp"

using namespace sim;
using namespace sim::example;

namespace {

class OldHeap {
 public:
  static constexpr std::size_t place_size = 256;
  static constexpr std::size_t places = 4'096;  // never given back: enough for one run

  /// What the process did since the last run, whose world may still be alive: its half of the heap stays as it is.
  static void live_on() {
    ++lives();
    given_out() = 0;
    std::fill_n(memory(), places * place_size, static_cast<std::byte>(0x51 * lives()));
  }
  /// A multiplication by an odd number is a permutation of the places.
  static void* place() {
    const std::size_t number = (given_out()++ * (2 * lives() + 1) + 17 * lives()) % places;
    return memory() + number * place_size;
  }

 private:
  static std::size_t& lives() {
    static std::size_t count = 0;
    return count;
  }
  static std::size_t& given_out() {
    static std::size_t count = 0;
    return count;
  }
  static std::byte* memory() {
    alignas(64) static std::array<std::byte, 2 * place_size * places> bytes;
    return bytes.data() + lives() % 2 * place_size * places;
  }
};

enum class Leak { none, address, unordered_iteration, wall_clock, uninitialised_byte };

struct Item {
  std::uint64_t number = 0;
};

/// Its two raw bytes are what the leak makes of them; a good program would initialise both.
struct Header {
  unsigned char version;
  unsigned char flags;
};

constexpr std::array<FactType, 1> facts{{{"saw", "what", "where"}}};

/// Ticks a hundred times and says what it sees.
class Leaky final : public Process {
 public:
  explicit Leaky(Leak leak) : leak_{leak} {}
  // As if from an old heap: not the value-initialising kind of `new`.
  static void* operator new(std::size_t size) {
    REQUIRE(size <= OldHeap::place_size);
    return OldHeap::place();
  }
  static void operator delete(void*) {}
  std::unique_ptr<Process> clone() const override { return std::unique_ptr<Process>{new Leaky{*this}}; }

  void start(Env& env) override {
    header_.version = 1;
    tick(env);
  }
  void on_timer(Env& env, Timer) override { tick(env); }
  void on_message(Env&, ConnectionId, const Message&) override {}
  void on_connection(Env&, ConnectionId, ConnectionEvent) override {}
  void on_command(Env&, const Message&) override {}
  void on_stop(Env&) override {}

 private:
  void tick(Env& env) {
    const std::uint64_t saw = look();
    env.note(Fact{0, {}, saw, ticks_});
    if (++ticks_ < 100) env.arm(1_ms, Timer{});
  }

  std::uint64_t look() {
    switch (leak_) {
      case Leak::none: return 0;
      case Leak::address: return reinterpret_cast<std::uintptr_t>(this);
      case Leak::unordered_iteration: {
        // Sums up which item comes first, second ...: the order is that of the items' addresses, by way of a hash.
        std::unordered_set<const Item*> items;
        for (std::uint64_t i = 0; i < 30; ++i) items.insert(new (OldHeap::place()) Item{i});
        std::uint64_t order = 0;
        for (const Item* item : items) order = order * 31 + item->number;
        return order;
      }
      case Leak::wall_clock:
        return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
      case Leak::uninitialised_byte: {
        volatile const unsigned char* flags = &header_.flags;  // volatile: the compiler must really look
        return *flags;
      }
    }
    return 0;
  }

  Leak leak_;
  Header header_;  // NOLINT: planted, `flags` is never written
  std::uint64_t ticks_ = 0;
};

World leaky_world(Leak leak) {
  OldHeap::live_on();
  WorldSpec spec;
  spec.facts = facts;
  World world{spec};
  HostSpec host;
  host.name = "leaky";
  host.place = world.add_place("rack");
  host.program = std::unique_ptr<const Process>{new Leaky{leak}};
  world.add_host(std::move(host));
  world.input(Fault{Start{HostId{0}}});
  return world;
}

std::optional<std::string> doubled(Leak leak) {
  return runs_differ([leak] { return leaky_world(leak); }, Budget{Time{} + 1_s});
}

}  // namespace

TEST_CASE("without a leak the doubled run finds nothing") {
  for (int i = 0; i < 20; ++i) CHECK_FALSE(doubled(Leak::none));
}

TEST_CASE("the doubled run catches an address, an unordered iteration, the wall clock and an uninitialised byte") {
  for (const Leak leak : {Leak::address, Leak::unordered_iteration, Leak::wall_clock, Leak::uninitialised_byte}) {
    CAPTURE(static_cast<int>(leak));
    // Each time, not now and then: a leak that luck can hide would make this test as unreliable as what it tests.
    for (int i = 0; i < 20; ++i) {
      const auto difference = doubled(leak);
      REQUIRE(difference);
      CHECK(difference->find("saw") != std::string::npos);
      CHECK(difference->find("leaky") != std::string::npos);
    }
  }
}

TEST_CASE("what leaks into a decision and not into a fact is caught as well") {
  // The later course of the run gives it away, here the time of a timer.
  class Decides final : public Cloned<Decides> {
   public:
    void start(Env& env) override {
      const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
      env.arm(Duration{1 + now % 1'000'000'007}, Timer{});
    }
    void on_timer(Env&, Timer) override {}
    void on_message(Env&, ConnectionId, const Message&) override {}
    void on_connection(Env&, ConnectionId, ConnectionEvent) override {}
    void on_command(Env&, const Message&) override {}
    void on_stop(Env&) override {}
  };
  const auto difference = runs_differ(
      [] {
        World world{WorldSpec{}};
        HostSpec host;
        host.name = "decides";
        host.place = world.add_place("rack");
        host.program = std::make_unique<Decides>();
        world.add_host(std::move(host));
        world.input(Fault{Start{HostId{0}}});
        return world;
      },
      Budget{Time{} + 2_s});
  REQUIRE(difference);
  CHECK(difference->find("timer-fired") != std::string::npos);
}
