#include "model/client/partitioner.hpp"

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "model/client/backoff.hpp"
#include "model/client/murmur2.hpp"
#include "sim/bytes.hpp"

using namespace kafka;

namespace {

std::vector<std::byte> raw(std::initializer_list<int> bytes) {
  std::vector<std::byte> out;
  for (const int byte : bytes) out.push_back(static_cast<std::byte>(byte));
  return out;
}

}  // namespace

// The table of docs/reference/clients-groups-transactions.md §1.6.
TEST_CASE("murmur2 and the partition of a key") {
  struct Row {
    std::vector<std::byte> key;
    std::int32_t hash;
    std::array<std::int32_t, 3> of_3_6_10;
  };
  const auto text = [](std::string_view key) {
    const auto bytes = sim::as_bytes(key);
    return std::vector<std::byte>{bytes.begin(), bytes.end()};
  };
  const Row rows[] = {
      {text(""), 275646681, {0, 3, 1}},
      {text("a"), -1563381124, {1, 4, 4}},
      {text("ab"), 316155434, {2, 2, 4}},
      {text("abc"), 479470107, {0, 3, 7}},
      {text("abcd"), -1323649548, {2, 2, 0}},
      {text("user-1"), 1404122828, {2, 2, 8}},
      {text("order-42"), 501153024, {0, 0, 4}},
      {text("kafka"), -798503068, {1, 4, 0}},
      {text("foobar"), -790332482, {0, 0, 6}},
      {raw({0, 0, 0, 1}), -173113808, {0, 0, 0}},
      {raw({0xff, 0xfe, 0xfd}), 998637092, {2, 2, 2}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.hash);
    CHECK(static_cast<std::int32_t>(murmur2(row.key)) == row.hash);
    CHECK(keyed_partition(row.key, 3) == row.of_3_6_10[0]);
    CHECK(keyed_partition(row.key, 6) == row.of_3_6_10[1]);
    CHECK(keyed_partition(row.key, 10) == row.of_3_6_10[2]);
  }
}

TEST_CASE("the longer the queue, the seldomer the partition") {
  const std::vector<PartitionLoad> uneven{{0, 0}, {1, 3}, {2, 1}};
  CHECK(adaptive_weights(uneven) == std::vector<std::uint64_t>{4, 1, 3});
  const std::vector<PartitionLoad> even{{0, 2}, {1, 2}};
  CHECK(adaptive_weights(even) == std::vector<std::uint64_t>{1, 1});
  CHECK(adaptive_weights({}).empty());

  sim::Random random{sim::Seed{1}};
  StickyPartitioner sticky;
  std::map<std::int32_t, int> chosen;
  for (int i = 0; i < 8000; ++i) ++chosen[sticky.choose(uneven, true, random)];
  CHECK(chosen[0] > 3800);  // 4 of 8
  CHECK(chosen[0] < 4200);
  CHECK(chosen[1] > 880);  // 1 of 8
  CHECK(chosen[1] < 1120);
  chosen.clear();
  for (int i = 0; i < 3000; ++i) ++chosen[sticky.choose(uneven, false, random)];
  CHECK(chosen[1] > 900);
}

TEST_CASE("a partition is kept for batch.size bytes, and a switch waits for the end of a batch") {
  sim::Random random{sim::Seed{1}};
  const std::vector<PartitionLoad> one{{7, 0}};
  StickyPartitioner sticky{100};
  CHECK(sticky.current() == -1);
  CHECK(sticky.choose(one, true, random) == 7);
  sticky.produced(99, true);
  CHECK(sticky.current() == 7);
  sticky.produced(1, false);  // enough, but the batch is open
  CHECK(sticky.current() == 7);
  sticky.produced(0, true);
  CHECK(sticky.current() == -1);
  sticky.choose(one, true, random);
  sticky.produced(199, false);
  CHECK(sticky.current() == 7);
  sticky.produced(1, false);  // twice the size: whatever the batch is
  CHECK(sticky.current() == -1);
}

TEST_CASE("pauses double, with a fifth of chance, up to a limit") {
  using namespace sim::literals;
  sim::Random random{sim::Seed{3}};
  sim::Duration least = 10_s, most{};
  for (int i = 0; i < 1000; ++i) {
    const sim::Duration first = exponential_backoff(100_ms, 1_s, 0, random);
    CHECK(first >= 80_ms);
    CHECK(first <= 120_ms);
    const sim::Duration third = exponential_backoff(100_ms, 1_s, 2, random);
    least = std::min(least, third);
    most = std::max(most, third);
    CHECK(exponential_backoff(100_ms, 1_s, 60, random) >= 800_ms);
    CHECK(exponential_backoff(100_ms, 1_s, 60, random) <= 1_s);
    CHECK(exponential_backoff(100_ms, 50_ms, 4, random) == 100_ms);
    CHECK(exponential_backoff(0_ms, 0_ms, 4, random) == 0_ms);
  }
  CHECK(least < 330_ms);
  CHECK(least >= 320_ms);
  CHECK(most > 470_ms);
  CHECK(most <= 480_ms);
}
