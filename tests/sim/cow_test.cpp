// Cow, Bytes and Result: the small pieces that a world is made of.
#include "sim/cow.hpp"

#include "sim/bytes.hpp"
#include "sim/result.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace {

using sim::Bytes;
using sim::Cow;

TEST_CASE("a Cow that nobody wrote to reads as the default and allocates nothing") {
  const Cow<std::string> cow;
  CHECK(cow.untouched());
  CHECK(cow.read().empty());
}

TEST_CASE("copies share until one of them edits") {
  Cow<std::string> a{"common"};
  Cow<std::string> b = a;
  CHECK(a.same_object(b));
  b.edit() += " and mine";
  CHECK(a.read() == "common");
  CHECK(b.read() == "common and mine");
}

TEST_CASE("a Cow with one owner is edited in place") {
  Cow<std::vector<int>> cow{std::vector<int>{1, 2, 3}};
  const std::vector<int>* before = &cow.read();
  cow.edit().push_back(4);
  CHECK(&cow.read() == before);
}

TEST_CASE("a copy goes on when the original is gone") {
  std::optional<Cow<std::string>> original{Cow<std::string>{"text"}};
  Cow<std::string> copy = *original;
  original.reset();
  copy.edit() += "!";
  CHECK(copy.read() == "text!");
}

TEST_CASE("moving and assigning a Cow to itself keeps the value") {
  Cow<std::string> a{"a"};
  Cow<std::string>& same = a;
  a = same;
  CHECK(a.read() == "a");
  a = std::move(same);
  CHECK(a.read() == "a");
  Cow<std::string> b = std::move(a);
  CHECK(b.read() == "a");
}

TEST_CASE("a Cow of something without default must be given a value and stops the world when read after a move") {
  struct Number {
    explicit Number(int n) : value{n} {}
    int value;
  };
  Cow<Number> a{Number{7}};
  Cow<Number> b = std::move(a);
  CHECK(b.read().value == 7);
  CHECK_THROWS_AS(a.read(), sim::BrokenTruth);
}

TEST_CASE("a slice of bytes keeps them alive and copies nothing") {
  std::optional<Bytes> whole{Bytes::copy_of("0123456789")};
  const std::byte* data = whole->data();
  const Bytes slice = whole->slice(2, 5);
  whole.reset();
  CHECK(slice.view() == "23456");
  CHECK(slice.data() == data + 2);
  CHECK(slice.slice_from(3).view() == "56");
  CHECK(slice == Bytes::copy_of("23456"));
  CHECK_FALSE(slice == Bytes::copy_of("23457"));
  CHECK_THROWS_AS(slice.slice(3, 3), sim::BrokenTruth);
}

TEST_CASE("mutable bytes are built piece by piece and frozen without a copy") {
  sim::MutableBytes builder;
  for (int i = 0; i < 100; ++i) builder.append(std::to_string(i));
  CHECK(builder.size() == 190);
  const std::byte* data = builder.data();
  const Bytes frozen = std::move(builder).freeze();
  CHECK(frozen.data() == data);
  CHECK(frozen.view().substr(0, 12) == "012345678910");
  CHECK(builder.size() == 0);
  CHECK(sim::MutableBytes{3}.span()[2] == std::byte{0});
}

TEST_CASE("a result is a value or an error, and asking for the wrong one is a broken truth") {
  const sim::Result<int, std::string> good = 7;
  const sim::Result<int, std::string> bad = sim::fail(std::string{"no"});
  CHECK(good.ok());
  CHECK(good.value() == 7);
  CHECK_THROWS_AS(good.error(), sim::BrokenTruth);
  CHECK(bad.error() == "no");
  CHECK_THROWS_AS(bad.value(), sim::BrokenTruth);
  const sim::Result<void, int> nothing;
  CHECK(nothing.ok());
  const sim::Result<void, int> failed = sim::fail(3);
  CHECK(failed.error() == 3);
  const sim::Result<int, int> same_types = sim::fail(4);
  CHECK_FALSE(same_types.ok());
}

}  // namespace
