#include "sim/digest.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/random.hpp"

using namespace sim;

namespace {

std::vector<std::byte> some_bytes(std::size_t count) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::byte>(i * i + 7 * i));
  }
  return bytes;
}

/// What xxHash itself says of these bytes, all at once.
Digest in_one_go(const std::vector<std::byte>& bytes) {
  const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
  return Digest{hash.high64, hash.low64};
}

}  // namespace

TEST_CASE("digest: golden values") {
  CHECK(to_text(RunningDigest{}.value()) == "99aa06d3014798d86001c324468d497f");  // published for the empty input
  RunningDigest squares;
  for (std::uint64_t i = 0; i < 1000; ++i) {
    squares.add(i * i);
  }
  CHECK(to_text(squares.value()) == "9b1b41a1275a03a2aebece045b2bf9ee");
  CHECK(to_text(Digest{0x1, 0xab}) == "000000000000000100000000000000ab");
}

TEST_CASE("digest: it is the XXH3-128 of the bytes, in whatever portions they come") {
  for (const std::size_t size : {0u, 1u, 39u, 40u, 511u, 512u, 513u, 1024u, 5000u}) {
    const std::vector<std::byte> bytes = some_bytes(size);
    const Digest expected = in_one_go(bytes);
    RunningDigest whole;
    whole.add_bytes(bytes);
    CHECK(whole.value() == expected);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Random random{Seed{seed}};
      RunningDigest portions;
      for (std::span<const std::byte> rest{bytes}; !rest.empty();) {
        const std::size_t taken = random.index(rest.size()) + 1;
        portions.add_bytes(rest.first(taken));
        rest = rest.subspan(taken);
        (void)portions.value();  // looking on the way changes nothing
      }
      CHECK(portions.value() == expected);
    }
  }
}

TEST_CASE("digest: words are eight bytes each, lowest first, wherever the block ends") {
  for (std::size_t lead = 0; lead < 520; ++lead) {
    std::vector<std::byte> bytes = some_bytes(lead);
    RunningDigest five_at_once;
    five_at_once.add_bytes(bytes);
    RunningDigest one_by_one = five_at_once;
    five_at_once.add(1u, std::int64_t{-2}, std::uint64_t{0x0123456789abcdef}, std::uint8_t{4}, 5);
    one_by_one.add(std::uint64_t{1});
    one_by_one.add(UINT64_MAX - 1);
    one_by_one.add(std::uint64_t{0x0123456789abcdef});
    one_by_one.add(std::uint64_t{4}, std::uint64_t{5});
    for (const std::uint64_t word :
         {std::uint64_t{1}, UINT64_MAX - 1, std::uint64_t{0x0123456789abcdef}, std::uint64_t{4}, std::uint64_t{5}}) {
      for (int i = 0; i < 8; ++i) {
        bytes.push_back(static_cast<std::byte>((word >> (8 * i)) & 0xff));
      }
    }
    REQUIRE(five_at_once.value() == in_one_go(bytes));
    REQUIRE(one_by_one.value() == in_one_go(bytes));
  }
}

TEST_CASE("digest: order, values and lengths count") {
  const auto digest_of = [](auto add) {
    RunningDigest digest;
    add(digest);
    return digest.value();
  };
  const Digest base = digest_of([](RunningDigest& d) { d.add(1, 2); });
  CHECK_FALSE(base == digest_of([](RunningDigest& d) { d.add(2, 1); }));
  CHECK_FALSE(base == digest_of([](RunningDigest& d) { d.add(1, 3); }));
  CHECK_FALSE(base == digest_of([](RunningDigest& d) { d.add(1, 2, 0); }));
  const Digest text = digest_of([](RunningDigest& d) {
    d.add_text("ab");
    d.add_text("c");
  });
  CHECK_FALSE(text == digest_of([](RunningDigest& d) {
                d.add_text("a");
                d.add_text("bc");
              }));
  CHECK_FALSE(text == digest_of([](RunningDigest& d) { d.add_text("abc"); }));
}

TEST_CASE("digest: a copy goes its own way and outlives the original") {
  for (const int words : {3, 64, 65, 1000}) {
    auto* original = new RunningDigest;
    RunningDigest witness;
    for (int i = 0; i < words; ++i) {
      original->add(i);
      witness.add(i);
    }
    RunningDigest copy = *original;
    copy.add(99);
    CHECK(original->value() == witness.value());
    CHECK_FALSE(copy.value() == witness.value());
    delete original;
    witness.add(99);
    for (int i = 0; i < 500; ++i) {
      copy.add(i);
      witness.add(i);
    }
    CHECK(copy.value() == witness.value());
  }
}
