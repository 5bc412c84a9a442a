#include "model/types.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <type_traits>

using namespace kafka;

TEST_CASE("offsets move by counts and differ by counts") {
  CHECK(Offset{5} + 3 == Offset{8});
  CHECK(Offset{5} - 3 == Offset{2});
  CHECK(Offset{5} - Offset{8} == -3);
  CHECK(no_offset < Offset{0});
  static_assert(!std::is_convertible_v<std::int64_t, Offset>);
  static_assert(!std::is_convertible_v<Offset, std::int64_t>);
  static_assert(!std::is_constructible_v<LeaderEpoch, ControllerEpoch>);
}

TEST_CASE("sequences wrap from 2^31-1 to 0") {
  CHECK(Sequence{5} + 3 == Sequence{8});
  CHECK(Sequence{INT32_MAX} + 1 == Sequence{0});
  CHECK(Sequence{INT32_MAX - 1} + 5 == Sequence{3});
  CHECK(Sequence{INT32_MAX} + INT32_MAX == Sequence{INT32_MAX - 1});
}

TEST_CASE("a Uuid is 22 characters of URL-safe base64") {
  // The text of the first is what Python's base64.urlsafe_b64encode says of the 16 bytes.
  const Uuid uuid{0xf1d52603cb6041e8, 0xad063e41b775b27f};
  CHECK(to_text(uuid) == "8dUmA8tgQeitBj5Bt3Wyfw");
  CHECK(uuid_from_text("8dUmA8tgQeitBj5Bt3Wyfw") == uuid);
  CHECK(to_text(Uuid{}) == "AAAAAAAAAAAAAAAAAAAAAA");
  CHECK(to_text(Uuid{UINT64_MAX, UINT64_MAX}) == "_____________________w");
  CHECK(uuid_from_text("_____________________w") == Uuid{UINT64_MAX, UINT64_MAX});
  for (unsigned bit = 0; bit < 64; ++bit) {
    CHECK(uuid_from_text(to_text(Uuid{std::uint64_t{1} << bit, 0})) == Uuid{std::uint64_t{1} << bit, 0});
    CHECK(uuid_from_text(to_text(Uuid{0, std::uint64_t{1} << bit})) == Uuid{0, std::uint64_t{1} << bit});
  }
}

TEST_CASE("what is no Uuid is not read as one") {
  CHECK(!uuid_from_text(""));
  CHECK(!uuid_from_text("8dUmA8tgQeitBj5Bt3Wyf"));
  CHECK(!uuid_from_text("8dUmA8tgQeitBj5Bt3Wyfww"));
  CHECK(!uuid_from_text("8dUmA8tgQeitBj5Bt3Wyf="));
  CHECK(!uuid_from_text("8dUmA8tgQeit+j5Bt3Wyfw"));
  CHECK(!uuid_from_text("8dUmA8tgQeitBj5Bt3Wyfx"));  // bits behind the 128th
}

TEST_CASE("partitions are ordered by topic, then number") {
  CHECK(to_text(TopicPartition{"orders", 12}) == "orders-12");
  const std::set<TopicPartition> sorted{{"b", 0}, {"a", 10}, {"a", 2}, {"a-b", 1}};
  std::string all;
  for (const auto& partition : sorted) all += to_text(partition) + " ";
  CHECK(all == "a-2 a-10 a-b-1 b-0 ");
}
