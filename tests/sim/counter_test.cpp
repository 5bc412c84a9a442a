// The example program in worlds where we know what happens: elections, lost power, retries, causes.
#include "sim/example/server.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "sim/example/arbiter.hpp"
#include "sim/example/client.hpp"
#include "sim/example/judge.hpp"
#include "sim/world.hpp"

using namespace sim;
using namespace sim::example;

namespace {

constexpr HostId arbiter{0};

struct Counting {
  World world;
  CounterPlan plan;
  CounterJudge judge;
  std::vector<HostId> clients;

  explicit Counting(std::uint16_t servers = 3, std::uint16_t client_count = 2, WorldSpec spec = {},
                    CounterPlan wanted = {})
      : world{ready(spec)}, plan{wanted} {
    plan.arbiter = arbiter;
    for (std::uint16_t i = 0; i < servers; ++i) plan.servers.push_back(HostId{static_cast<std::uint16_t>(1 + i)});
    const PlaceId rack = world.add_place("rack");
    add(rack, "arbiter", std::make_unique<Arbiter>(plan));
    for (std::uint32_t i = 0; i < servers; ++i) {
      add(rack, "server-" + std::to_string(i + 1), std::make_unique<Server>(plan, i));
    }
    for (std::uint32_t i = 0; i < client_count; ++i) {
      clients.push_back(add(rack, "client-" + std::to_string(i + 1), std::make_unique<Client>(plan, i)));
    }
    world.attach(&judge);
    world.record_trace(true);
    for (std::uint16_t i = 0; i < world.host_count(); ++i) world.input(Fault{Start{HostId{i}}});
  }

  static WorldSpec ready(WorldSpec spec) {
    spec.facts = counter_facts();
    spec.check_messages = true;
    return spec;
  }

  HostId add(PlaceId rack, const std::string& name, std::unique_ptr<const Process> program) {
    HostSpec spec;
    spec.name = name;
    spec.place = world.add_place(name);
    world.add_link(rack, spec.place, LinkSpec{});
    spec.program = std::move(program);
    return world.add_host(std::move(spec));
  }

  void run(Duration duration) {
    REQUIRE(world.advance(Budget{world.now() + duration}) == Stopped::time);
    CHECK(judge.complaint() == "");
  }

  const Server* server(HostId id) const { return dynamic_cast<const Server*>(world.process(id)); }

  /// no_host if there is none.
  HostId primary() const {
    for (const HostId id : plan.servers) {
      if (server(id) != nullptr && server(id)->is_primary()) return id;
    }
    return no_host;
  }

  std::uint64_t value() const { return server(primary())->state().value; }

  std::uint64_t count(EventKind kind, std::uint64_t from = 0) const {
    std::uint64_t found = 0;
    for (std::uint64_t i = from; i < world.trace().records().size(); ++i)
      found += world.trace().records()[i].kind == kind;
    return found;
  }
  std::uint64_t count(CounterFact fact, std::uint64_t from = 0) const { return count(kind_of_fact(fact), from); }
  static EventKind kind_of_fact(CounterFact fact) {
    return static_cast<EventKind>(static_cast<std::uint16_t>(EventKind::first_fact) + raw(fact));
  }
  std::uint64_t trace_end() const { return world.trace().records().size(); }

  /// Whether `root` can be reached from the event by causes and second parents.
  bool leads_back_to(EventId event, EventId root) const {
    std::vector<EventId> open{event};
    std::vector<bool> seen(trace_end() + 1);
    while (!open.empty()) {
      const EventId at = open.back();
      open.pop_back();
      if (at == root) return true;
      if (at == no_event || seen[at.raw()]) continue;
      seen[at.raw()] = true;
      open.push_back(world.trace().records()[at.raw() - 1].cause);
      for (std::uint64_t i = 0; i < world.trace().second_parents().size(); ++i) {
        const SecondParent parent = world.trace().second_parents()[i];
        if (parent.event == at) open.push_back(parent.parent);
      }
    }
    return false;
  }
  /// The last event of this kind.
  EventId last(EventKind kind) const {
    for (std::uint64_t i = trace_end(); i > 0; --i) {
      if (world.trace().records()[i - 1].kind == kind) return EventId{i};
    }
    return no_event;
  }
};

}  // namespace

TEST_CASE("calm: one primary, and every confirmed increment is counted once on every server") {
  Counting counting;
  counting.run(5_s);
  REQUIRE(counting.primary() != no_host);
  CHECK(counting.judge.primaries() == 1);
  CHECK(counting.judge.confirmations() > 100);
  CHECK(counting.count(CounterFact::unanswered) == 0);
  CHECK(counting.value() >= counting.judge.confirmations());
  CHECK(counting.value() <= counting.judge.confirmations() + counting.clients.size());
  for (const HostId id : counting.plan.servers) CHECK(counting.server(id)->state().value + 2 >= counting.value());
}

TEST_CASE("the primary's program dies: another server goes on with everything that was confirmed") {
  Counting counting;
  counting.run(2_s);
  const HostId first = counting.primary();
  REQUIRE(first != no_host);
  const std::uint64_t before = counting.judge.confirmations();
  counting.world.input(Fault{Crash{first}});
  counting.run(3_s);
  const HostId second = counting.primary();
  REQUIRE(second != no_host);
  CHECK(second != first);
  CHECK(counting.judge.confirmations() > before + 20);
  counting.world.input(Fault{Start{first}});
  counting.run(2_s);
  CHECK(counting.server(first)->state().epoch == counting.server(second)->state().epoch);
  CHECK(counting.count(CounterFact::backup_joined) > 0);
}

TEST_CASE("all machines lose power again and again: nothing that was confirmed is lost") {
  for (const Survival survival : {Survival::none, Survival::prefix, Survival::reordered, Survival::all}) {
    CAPTURE(static_cast<int>(survival));
    WorldSpec spec;
    spec.seed = Seed{static_cast<std::uint64_t>(survival) + 10};
    Counting counting{3, 2, spec};
    for (std::uint16_t i = 0; i < counting.world.host_count(); ++i) {
      counting.world.input(Fault{DiskTrouble{HostId{i}, SetPowerLossModel{PowerLossModel{survival, survival, true}}}});
    }
    for (int round = 0; round < 6; ++round) {
      counting.run(1_s + Duration{12'345'678 * round});
      for (std::uint16_t i = 0; i < counting.world.host_count(); ++i) counting.world.input(Fault{PowerOff{HostId{i}}});
      const std::uint64_t confirmed = counting.judge.confirmations();
      counting.run(100_ms);
      CHECK(counting.judge.confirmations() == confirmed);  // nobody is there
      for (std::uint16_t i = 0; i < counting.world.host_count(); ++i) counting.world.input(Fault{Start{HostId{i}}});
    }
    counting.run(2_s);
    REQUIRE(counting.primary() != no_host);
    CHECK(counting.value() >= counting.judge.confirmations());
    CHECK(counting.judge.primaries() >= 6);
    CHECK(counting.judge.confirmations() > 60);
  }
}

TEST_CASE("a crash after any number of effects of the primary loses nothing that was confirmed") {
  Counting original;
  original.run(1'500_ms);
  const HostId primary = original.primary();
  REQUIRE(primary != no_host);
  for (std::uint32_t effects = 1; effects <= 60; ++effects) {
    CAPTURE(effects);
    Counting counting = original;
    counting.world.attach(&counting.judge);
    counting.world.input(Fault{Crash{primary, effects}});
    counting.run(700_ms);
    CHECK(counting.count(EventKind::program_crashed) == 1);
    counting.world.input(Fault{Start{primary}});
    const std::uint64_t before = counting.judge.confirmations();
    counting.run(1'500_ms);
    CHECK(counting.judge.confirmations() > before);
  }
}

TEST_CASE("a frozen primary comes back and finds itself replaced") {
  Counting counting;
  counting.run(2_s);
  const HostId first = counting.primary();
  counting.world.input(Fault{Freeze{first}});
  counting.run(3_s);
  counting.world.input(Fault{Thaw{first}});
  counting.run(2_s);
  CHECK(counting.primary() != first);
  CHECK(counting.judge.primaries() == 2);
  CHECK(counting.count(CounterFact::stepped_down) == 1);
  CHECK(counting.server(first)->state().epoch == counting.server(counting.primary())->state().epoch);
}

TEST_CASE("a slow backup must leave the members before the primary goes on, and joins again") {
  Counting counting;
  counting.run(2_s);
  const HostId primary = counting.primary();
  const HostId backup = counting.plan.servers[0] == primary ? counting.plan.servers[1] : counting.plan.servers[0];
  const EventId cut = counting.world.input(Fault{CutOneWay{primary, backup}});
  const std::uint64_t from = counting.trace_end();
  counting.run(2_s);
  CHECK(counting.count(CounterFact::backup_dropped, from) == 1);
  CHECK(counting.leads_back_to(counting.last(Counting::kind_of_fact(CounterFact::backup_dropped)), cut));
  const std::uint64_t confirmed = counting.judge.confirmations();
  counting.run(1_s);
  CHECK(counting.judge.confirmations() > confirmed);
  counting.world.input(Fault{Heal{cut}});
  counting.run(4_s);
  CHECK(counting.count(CounterFact::backup_joined, from) == 1);
  CHECK(counting.primary() == primary);
}

TEST_CASE("an unanswered question leads back to the fault behind the silence") {
  Counting counting{1, 1};
  counting.run(1_s);
  const EventId frozen = counting.world.input(Fault{Freeze{counting.plan.servers[0]}});
  const std::uint64_t from = counting.trace_end();
  counting.run(2_s);
  REQUIRE(counting.count(CounterFact::unanswered, from) > 0);
  CHECK(counting.leads_back_to(counting.last(Counting::kind_of_fact(CounterFact::unanswered)), frozen));
}

TEST_CASE("a confirmation names the question as its second parent") {
  Counting counting{3, 1};
  counting.run(1_s);
  const EventId confirmed = counting.last(Counting::kind_of_fact(CounterFact::confirmed));
  REQUIRE(confirmed != no_event);
  // Somewhere on the way back is the client's own request.
  EventId asked = confirmed;
  const HostId client = counting.clients[0];
  while (asked.raw() > 1) {
    asked = EventId{asked.raw() - 1};
    const TraceRecord record = counting.world.trace().records()[asked.raw() - 1];
    if (record.kind == EventKind::message_sent && record.host == client) break;
  }
  CHECK(counting.leads_back_to(confirmed, asked));
}

TEST_CASE("a graceful stop gives the lease back at once; restart does the same and comes back") {
  Counting counting;
  counting.run(2_s);
  const HostId first = counting.primary();
  counting.world.input(Fault{Stop{first}});
  counting.run(400_ms);  // less than a lease
  CHECK(counting.world.host(first).state == HostState::idle);
  CHECK(counting.primary() != no_host);
  CHECK(counting.primary() != first);
  const HostId second = counting.primary();
  counting.world.input(Fault{Restart{second}});
  counting.run(400_ms);
  CHECK(counting.world.host(second).state == HostState::running);
  CHECK(counting.world.host(second).starts == 2);
  CHECK(counting.primary() != no_host);
  for (const HostId client : counting.clients) counting.world.input(Fault{Stop{client}});
  counting.run(1_s);
  for (const HostId client : counting.clients) CHECK(counting.world.host(client).state == HostState::idle);
  CHECK(counting.count(EventKind::program_ended) == 4);
}

TEST_CASE("small buffers, big notes and bursts: senders wait for room, backups get snapshots, nothing is lost") {
  WorldSpec spec;
  spec.network.window = 4'096;
  spec.network.send_buffer = 4'096;
  CounterPlan plan;
  plan.note_bytes = 3'000;
  plan.checkpoint_after = 16 * 1024;
  Counting counting{3, 6, spec, plan};
  counting.run(1_s);
  const HostId primary = counting.primary();
  REQUIRE(primary != no_host);
  for (const HostId id : counting.plan.servers) {
    if (id != primary) counting.world.input(Fault{SlowPath{primary, id, 30_ms, {}}});
  }
  const std::uint64_t from = counting.trace_end();
  const std::uint64_t before = counting.judge.confirmations();
  for (const HostId client : counting.clients) counting.world.input(Command{client, message(Burst{200})});
  counting.run(4_s);
  CHECK(counting.judge.confirmations() > before + 400);
  std::uint64_t writable = 0;
  for (std::uint64_t i = from; i < counting.trace_end(); ++i) {
    const TraceRecord record = counting.world.trace().records()[i];
    const auto change = static_cast<ConnectionChange>(record.b >> 16);
    writable += record.kind == EventKind::connection_changed && change == ConnectionChange::writable;
  }
  CHECK(writable > 5);
}

TEST_CASE("checkpoints on command: the log begins anew, and a crash finds all in the checkpoint") {
  Counting counting{1, 2};
  counting.run(2_s);
  const HostId server = counting.plan.servers[0];
  counting.world.input(Command{server, message(TakeCheckpoint{})});
  counting.run(50_ms);
  const std::uint64_t value = counting.value();
  counting.world.input(Fault{Crash{server}});
  counting.run(10_ms);
  counting.world.input(Fault{Start{server}});
  counting.run(10_ms);
  CHECK(counting.server(server)->state().value >= value);
  std::vector<std::string> files;
  counting.world.host(server).files.for_each([&](const FileSystem::FileView& file) { files.emplace_back(file.path); });
  CHECK(files.size() == 2);
  CHECK(files[0] == "checkpoint");
}

TEST_CASE("a failing disk ends the program before anything wrong is confirmed") {
  for (const DiskAccess access : {DiskAccess::write, DiskAccess::sync}) {
    Counting counting;
    counting.run(2_s);
    const HostId first = counting.primary();
    counting.world.input(Fault{DiskTrouble{first, FailDisk{access, 1, ""}}});
    const std::uint64_t before = counting.judge.confirmations();
    counting.run(3_s);
    CHECK(counting.count(CounterFact::disk_failed) == 1);
    CHECK(counting.world.host(first).state == HostState::idle);
    CHECK(counting.judge.confirmations() > before);
  }
}

TEST_CASE("a rotten checkpoint is noticed, and the server stays away") {
  Counting counting;
  counting.run(1_s);
  const HostId victim = counting.plan.servers[1];
  counting.world.input(Fault{Crash{victim}});
  counting.world.input(Fault{DiskTrouble{victim, RotBit{"checkpoint", 20, 3}}});
  counting.world.input(Fault{Start{victim}});
  counting.run(1_s);
  CHECK(counting.world.host(victim).state == HostState::idle);
  CHECK(counting.count(CounterFact::disk_failed) == 1);
}

TEST_CASE("the judge complains when a confirmed increment is lost, and when an epoch begins twice") {
  // The judge is what the random worlds rely on, so he has to be seen complaining.
  const auto fact = [](CounterFact kind, std::uint64_t a, std::uint64_t b) {
    return TraceRecord{Time{}, no_event, a, b, SubjectId{}, HostId{1}, Counting::kind_of_fact(kind)};
  };
  CounterJudge twice;
  twice.on_event(EventId{1}, fact(CounterFact::confirmed, 7, 3));
  twice.on_event(EventId{2}, fact(CounterFact::confirmed, 8, 4));
  CHECK(twice.complaint() == "");
  twice.on_event(EventId{3}, fact(CounterFact::confirmed, 9, 4));
  CHECK(twice.complaint() == "event 3: value 4 is confirmed a second time, after event 2");

  CounterJudge less;
  less.on_event(EventId{1}, fact(CounterFact::became_primary, 1, 0));
  less.on_event(EventId{2}, fact(CounterFact::confirmed, 1, 5));
  less.on_event(EventId{3}, fact(CounterFact::became_primary, 2, 5));
  CHECK(less.complaint() == "");
  less.on_event(EventId{4}, fact(CounterFact::became_primary, 3, 4));
  CHECK(less.complaint() == "event 4: a primary begins at value 4 although event 2 confirmed value 5");

  CounterJudge epochs;
  epochs.on_event(EventId{1}, fact(CounterFact::became_primary, 2, 0));
  epochs.on_event(EventId{2}, fact(CounterFact::became_primary, 2, 0));
  CHECK(epochs.complaint() == "event 2: epoch 2 begins a second time");
}

TEST_CASE("every message of the example survives its encoding, and half of it does not decode") {
  Entry entry{3, 9, 1, 77, 1'700'000'000'000, Bytes::copy_of("a note")};
  CounterState state{3, 9, -5, {{1, 77, 9}, {4, 2, 8}}};
  const std::vector<MessagePtr> all{message(Increment{1, 77, Bytes::copy_of("a note")}),
                                    message(Incremented{77, 9}),
                                    message(NotPrimary{77, 2}),
                                    message(LeaseRequest{1, 5, 3, 7, true}),
                                    message(LeaseReply{5, true, 3, 7, 1}),
                                    message(Snapshot{state}),
                                    message(Replicate{entry}),
                                    message(Replicated{3, 9}),
                                    message(Burst{12}),
                                    message(TakeCheckpoint{1})};
  for (const MessagePtr& one : all) {
    CAPTURE(one->type().name);
    std::vector<std::byte> bytes;
    one->type().encode(*one, bytes);
    CHECK(bytes.size() == one->size());
    const MessagePtr again = one->type().decode(bytes, *one);
    REQUIRE(static_cast<bool>(again));
    CHECK(one->type().equal(*one, *again));
    CHECK(one->type().print(*one) == one->type().print(*again));
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
      CHECK_FALSE(static_cast<bool>(one->type().decode(std::span{bytes}.first(cut), *one)));
    }
    bytes.push_back(std::byte{});
    CHECK_FALSE(static_cast<bool>(one->type().decode(bytes, *one)));
  }
}

TEST_CASE("docs/writing-a-process.md shows code that is really there") {
  const auto text_of = [](const std::string& path) {
    std::ifstream file{std::string{KAFKASIM_SOURCE_DIR "/"} + path};
    REQUIRE_MESSAGE(file, path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  };
  std::string code;
  for (const char* name :
       {"client.hpp", "client.cpp", "messages.hpp", "server.cpp", "server_primary.cpp", "durable_file.cpp"}) {
    code += text_of(std::string{"sim/example/"} + name);
  }
  const std::string page = text_of("docs/writing-a-process.md");
  const std::string opening = "```cpp\n";
  int blocks = 0;
  for (std::size_t at = page.find(opening); at != std::string::npos; at = page.find(opening, at)) {
    at += opening.size();
    const std::size_t end = page.find("```", at);
    const std::string block = page.substr(at, end - at);
    CHECK_MESSAGE(code.find(block) != std::string::npos, block);
    ++blocks;
    at = end + 3;
  }
  CHECK(blocks >= 8);
}
