// AppendLog against a plain vector, with copies and slices that must not change.
#include "sim/append_log.hpp"

#include "sim/random.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace {

using sim::AppendLog;
using sim::Bytes;
using SmallLog = AppendLog<std::byte, 16>;

std::span<const std::byte> bytes(std::string_view text) { return sim::as_bytes(text); }

template <class Log>
std::string text_of(const Log& log) {
  return std::string{log.slice(0, static_cast<std::size_t>(log.size())).view()};
}

TEST_CASE("a copy of a log and its original append without seeing each other") {
  SmallLog original;
  original.append(bytes("common "));
  SmallLog copy = original;
  original.append(bytes("mine"));
  copy.append(bytes("yours"));
  CHECK(text_of(original) == "common mine");
  CHECK(text_of(copy) == "common yours");
}

TEST_CASE("the first to append behind a shared tail does so in place, the second copies the chunk") {
  SmallLog original;
  original.append(bytes("common "));
  SmallLog copy = original;
  const std::byte* before = original.slice(0, 1).data();
  original.append(bytes("mine"));
  copy.append(bytes("yours"));
  CHECK(original.slice(0, 1).data() == before);
  CHECK(copy.slice(0, 1).data() != before);
}

TEST_CASE("a slice inside one chunk copies nothing and does not keep the log from appending in place") {
  AppendLog<std::byte> log;
  log.append(bytes("abc"));
  const Bytes slice = log.slice(1, 2);
  log.append(bytes("def"));
  CHECK(slice.data() == log.slice(1, 2).data());
  CHECK(slice.view() == "bc");
  CHECK(text_of(log) == "abcdef");
}

TEST_CASE("a truncation followed by an append changes nothing that a slice or a copy still sees") {
  SmallLog log;
  log.append(bytes("abcdef"));
  const Bytes slice = log.slice(0, 6);
  const SmallLog copy = log;
  log.resize(3);
  log.append(bytes("XYZ"));
  CHECK(text_of(log) == "abcXYZ");
  CHECK(slice.view() == "abcdef");
  CHECK(text_of(copy) == "abcdef");
}

TEST_CASE("a hole takes no room and reads as zeros; writing into it makes a piece of it real") {
  AppendLog<std::byte> log;
  log.resize(10'000'000);
  CHECK(log.stored() == 0);
  CHECK(log[9'999'999] == std::byte{0});
  log.write_at(0, bytes("entry"));
  CHECK(log.stored() == 5);
  CHECK(log.slice(0, 6).view() == std::string_view("entry\0", 6));
  log.resize(5);
  CHECK(text_of(log) == "entry");
}

TEST_CASE("a flipped bit reaches neither slices nor copies") {
  SmallLog log;
  log.append(bytes("abc"));
  const SmallLog copy = log;
  const Bytes slice = log.slice(0, 3);
  log.flip_bit(1, 0);
  CHECK(text_of(log) == "acc");
  CHECK(text_of(copy) == "abc");
  CHECK(slice.view() == "abc");
}

TEST_CASE("the bytes that a log hands out live longer than the log") {
  std::optional<SmallLog> log{SmallLog{}};
  log->append(bytes("0123456789abcdefghij"));
  const Bytes slice = log->slice(2, 4);
  log.reset();
  CHECK(slice.view() == "2345");
}

TEST_CASE("records are appended and read one by one") {
  struct Record {
    std::uint64_t id;
    std::uint32_t kind;
    std::uint32_t more;
  };
  AppendLog<Record> log;
  for (std::uint32_t i = 0; i < 10'000; ++i) log.append(Record{i, i * 3, 7});
  CHECK(log.size() == 10'000);
  CHECK(log[9'998].kind == 29'994);
  CHECK(log.back().id == 9'999);
}

/// A log and the vector that says what must be in it.
template <class Log>
struct Pair {
  Log log;
  std::vector<std::byte> model;

  bool agrees() const {
    if (log.size() != model.size()) return false;
    std::vector<std::byte> read(model.size());
    log.read(0, read);
    return read == model;
  }
};

struct Slice {
  Bytes bytes;
  std::string text;
};

std::vector<std::byte> random_bytes(sim::Random& random, std::uint64_t length) {
  std::vector<std::byte> bytes;
  for (std::uint64_t i = 0; i < length; ++i) bytes.push_back(static_cast<std::byte>(1 + random.below(255)));
  return bytes;
}

template <class Log>
void change_at_random(Pair<Log>& pair, sim::Random& random, std::uint64_t reach) {
  const std::uint64_t size = pair.model.size();
  const std::uint64_t kind = random.below(10);
  if (kind < 6) {
    const auto fresh = random_bytes(random, random.below(reach));
    pair.log.append(fresh);
    pair.model.insert(pair.model.end(), fresh.begin(), fresh.end());
  } else if (kind == 6) {
    const auto fresh = random_bytes(random, random.below(reach));
    const std::uint64_t at = random.below(size + 10);
    pair.log.write_at(at, fresh);
    if (pair.model.size() < at + fresh.size() || pair.model.size() < at) pair.model.resize(at + fresh.size());
    std::copy(fresh.begin(), fresh.end(), pair.model.begin() + static_cast<std::ptrdiff_t>(at));
  } else if (kind == 7) {
    const std::uint64_t to = size - random.below(std::min(size, reach * 2) + 1);
    pair.log.resize(to);
    pair.model.resize(to);
  } else if (kind == 8) {
    const std::uint64_t to = size + random.below(reach * 2);
    pair.log.resize(to);
    pair.model.resize(to);
  } else if (size > 0) {
    const std::uint64_t at = random.below(size);
    const unsigned bit = static_cast<unsigned>(random.below(8));
    pair.log.flip_bit(at, bit);
    pair.model[at] ^= std::byte{1} << bit;
  }
}

/// Logs that are changed, copied over each other and destroyed at random, while slices of them are kept.
template <class Log>
void random_family(std::uint64_t seed, std::uint64_t steps, std::uint64_t reach) {
  sim::Random random{sim::Seed{seed}};
  std::vector<Pair<Log>> family(3);
  std::vector<Slice> slices;
  for (std::uint64_t step = 0; step < steps; ++step) {
    Pair<Log>& one = family[random.index(family.size())];
    change_at_random(one, random, reach);
    if (one.model.size() > reach * 40) one = {};
    if (random.below(6) == 0) family[random.index(family.size())] = Pair<Log>{one};
    if (random.below(4) == 0 && !one.model.empty()) {
      const std::uint64_t from = random.below(one.model.size());
      const std::size_t length = static_cast<std::size_t>(random.below(one.model.size() - from + 1));
      Slice slice{one.log.slice(from, length), {}};
      slice.text = std::string{slice.bytes.view()};
      REQUIRE(
          std::equal(slice.bytes.begin(), slice.bytes.end(), one.model.begin() + static_cast<std::ptrdiff_t>(from)));
      if (slices.size() == 30) slices.erase(slices.begin() + static_cast<std::ptrdiff_t>(random.index(30)));
      slices.push_back(std::move(slice));
    }
    for (const Pair<Log>& member : family) REQUIRE(member.agrees());
    for (const Slice& slice : slices) REQUIRE(slice.bytes.view() == slice.text);
  }
}

TEST_CASE("random logs, their copies and slices agree with vectors") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    random_family<SmallLog>(seed, 300, 40);
    random_family<AppendLog<std::byte, 512>>(seed, 100, 400);
  }
}

TEST_CASE("random logs across whole chunks agree with vectors") {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    CAPTURE(seed);
    random_family<AppendLog<std::byte>>(seed, 60, 50'000);
  }
}

TEST_CASE("stored() counts what is really there, also across leaves of the table") {
  SmallLog log;
  log.resize(16 * 64 * 3);
  log.write_at(16 * 70 + 3, bytes("abc"));
  CHECK(log.stored() == 6);
  log.write_at(5, bytes("x"));
  CHECK(log.stored() == 12);
  SmallLog copy = log;
  log.resize(16 * 70 + 4);
  CHECK(log.stored() == 10);
  log.resize(16 * 64);
  CHECK(log.stored() == 6);
  log.resize(0);
  CHECK(log.stored() == 0);
  CHECK(copy.stored() == 12);
  CHECK(copy.slice(16 * 70 + 3, 3).view() == "abc");
}

}  // namespace
