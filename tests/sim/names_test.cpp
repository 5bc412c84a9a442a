#include "sim/names.hpp"

#include <doctest/doctest.h>

using sim::Names;
using sim::SubjectId;

TEST_CASE("names get numbers in the order in which they become known") {
  Names names;
  CHECK(names.id_of("orders-0") == SubjectId{1});
  CHECK(names.id_of("orders-1") == SubjectId{2});
  CHECK(names.id_of("orders-0") == SubjectId{1});
  CHECK(names.name_of(SubjectId{2}) == "orders-1");
  CHECK(names.find("orders-1") == SubjectId{2});
}

TEST_CASE("the empty name, unknown names and unknown numbers") {
  Names names;
  CHECK(names.id_of("") == SubjectId{});
  CHECK(names.name_of(SubjectId{}) == "");
  CHECK(names.find("nobody") == SubjectId{});
  CHECK(names.name_of(SubjectId{17}) == "");
  CHECK(names.id_of("first") == SubjectId{1});  // asking did not use up a number
}

TEST_CASE("a copy learns for itself") {
  Names names;
  names.id_of("both");
  Names copy = names;
  copy.id_of("copy only");
  CHECK(names.find("copy only") == SubjectId{});
  CHECK(names.id_of("original only") == SubjectId{2});
  CHECK(copy.name_of(SubjectId{2}) == "copy only");
  CHECK(copy.find("both") == SubjectId{1});
}
