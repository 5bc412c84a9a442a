// A file system is a value: copies share what they have in common and never see each other.
#include "sim/digest.hpp"
#include "tests/sim/disk_driver.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace sim_test;

/// A host, its program's handles and its chance; `outcomes` takes in all that operations answered and reads returned.
struct Life {
  explicit Life(std::uint64_t seed) : random{sim::Seed{seed}} {}

  void step() {
    auto disk = host.disk();
    outcomes.add_text(run_step(random_step(random), disk, handles));
    const std::uint64_t event = random.below(100);
    if (event < 20) host.settle();
    if (event == 20)
      host.files.crash(host.context.now - sim::Duration{static_cast<std::int64_t>(random.below(50'000))});
    if (event == 21) host.files.power_off(host.context.now, random);
    host.context.operations.clear();
  }
  std::string digest() const {
    sim::RunningDigest all = outcomes;
    host.files.add_to(all);
    random.add_to(all);
    return to_text(all.value()) + listing(host.files) + platter_listing(host.files);
  }

  sim::Random random;
  TestHost host;
  Handles handles{};
  sim::RunningDigest outcomes;
};

TEST_CASE("a diverging branch runs alternately with its original, and the original then equals a fresh run") {
  for (std::uint64_t seed = 0; seed < 120; ++seed) {
    CAPTURE(seed);
    Life original{seed};
    for (int i = 0; i < 60; ++i) original.step();
    Life branch = original;
    branch.random = sim::Random{sim::Seed{seed + 1'000}};
    for (int i = 0; i < 60; ++i) {
      original.step();
      branch.step();
    }
    Life fresh{seed};
    for (int i = 0; i < 120; ++i) fresh.step();
    REQUIRE(original.digest() == fresh.digest());
    REQUIRE(branch.digest() != fresh.digest());
  }
}

TEST_CASE("a copy goes on after its original was destroyed") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    auto original = std::make_unique<Life>(seed);
    for (int i = 0; i < 60; ++i) original->step();
    Life copy = *original;
    original.reset();
    for (int i = 0; i < 60; ++i) copy.step();
    Life fresh{seed};
    for (int i = 0; i < 120; ++i) fresh.step();
    REQUIRE(copy.digest() == fresh.digest());
  }
}

TEST_CASE("bytes that were read stay what they were, whatever becomes of the disk") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    std::vector<std::pair<sim::Bytes, std::string>> kept;
    {
      Life life{seed};
      for (int i = 0; i < 150; ++i) {
        life.step();
        auto disk = life.host.disk();
        const auto bytes = disk.read(life.handles[0], life.random.below(500), 5'000);
        if (bytes.ok()) kept.emplace_back(bytes.value(), std::string{bytes.value().view()});
      }
    }
    for (const auto& [bytes, text] : kept) REQUIRE(bytes.view() == text);
  }
}

TEST_CASE("the digest tells apart what differs, and only that") {
  TestHost host;
  auto disk = host.disk();
  const sim::File file = disk.open("log", sim::OpenMode::create).value();
  REQUIRE(disk.append(file, sim::as_bytes("abc")).ok());
  host.settle();
  const std::string before = digest_of(host.files);
  TestHost copy = host;
  CHECK(digest_of(copy.files) == before);
  REQUIRE(copy.disk().write_at(file, 0, sim::as_bytes("abd")).ok());
  CHECK(digest_of(copy.files) != before);
  CHECK(digest_of(host.files) == before);
  REQUIRE(disk.sync(file).ok());
  host.settle();
  CHECK(digest_of(host.files) != before);  // the platter differs

  // Written zeros and a hole are the same content; what differs is the room they take.
  TestHost zeros;
  TestHost hole;
  const sim::File zero_file = zeros.disk().open("log", sim::OpenMode::create).value();
  REQUIRE(zeros.disk().append(zero_file, sim::as_bytes(std::string(100'000, '\0'))).ok());
  const sim::File hole_file = hole.disk().open("log", sim::OpenMode::create).value();
  REQUIRE(hole.disk().truncate(hole_file, 100'000).ok());
  CHECK(listing(zeros.files) == listing(hole.files));
}

}  // namespace
