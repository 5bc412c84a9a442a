#include "sim/message.hpp"

#include <doctest/doctest.h>

#include <optional>

using sim::make_message;
using sim::MessagePtr;

namespace {

int alive = 0;

struct Greeting {
  std::uint8_t number = 0;

  explicit Greeting(std::uint8_t n) : number{n} { ++alive; }
  Greeting(const Greeting& other) : number{other.number} { ++alive; }
  Greeting& operator=(const Greeting&) = default;
  ~Greeting() { --alive; }

  friend bool operator==(const Greeting& a, const Greeting& b) { return a.number == b.number; }
  std::string print() const { return "greeting " + std::to_string(number); }
  void encode(std::vector<std::byte>& out) const { out.push_back(std::byte{number}); }
  static std::optional<Greeting> decode(std::span<const std::byte> bytes) {
    if (bytes.size() != 1) return std::nullopt;
    return Greeting{std::to_integer<std::uint8_t>(bytes[0])};
  }
  static const sim::MessageType type;
};
const sim::MessageType Greeting::type = sim::message_type_of<Greeting>(7, "Greeting");

struct Other {
  static const sim::MessageType type;
};
const sim::MessageType Other::type{8, "Other", nullptr, nullptr, nullptr, nullptr};

}  // namespace

TEST_CASE("a message lives as long as somebody holds it") {
  {
    MessagePtr one = make_message(Greeting{3}, 1);
    CHECK(alive == 1);
    MessagePtr two = one;
    MessagePtr three;
    three = two;
    one = MessagePtr{};
    CHECK(alive == 1);
    CHECK(two.get() == three.get());
    two = std::move(three);
    CHECK(!three);
    CHECK(static_cast<bool>(two));
    MessagePtr& same = two;
    two = same;
    CHECK(alive == 1);
  }
  CHECK(alive == 0);
}

TEST_CASE("the content comes out as the type that it has, and as no other") {
  const MessagePtr message = make_message(Greeting{5}, 1);
  REQUIRE(sim::content<Greeting>(*message) != nullptr);
  CHECK(sim::content<Greeting>(*message)->number == 5);
  CHECK(sim::content<Other>(*message) == nullptr);
  CHECK(sim::content_of<Greeting>(*message).number == 5);
  CHECK_THROWS_AS(sim::content_of<Other>(*message), sim::BrokenTruth);
}

TEST_CASE("the type's table prints, compares, encodes and decodes") {
  const MessagePtr message = make_message(Greeting{5}, 1);
  const sim::MessageType& type = message->type();
  CHECK(type.id == 7);
  CHECK(type.name == "Greeting");
  CHECK(type.print(*message) == "greeting 5");
  std::vector<std::byte> bytes;
  type.encode(*message, bytes);
  CHECK(bytes.size() == message->size());
  const MessagePtr again = type.decode(bytes, *message);
  REQUIRE(static_cast<bool>(again));
  CHECK(again->size() == 1);
  CHECK(type.equal(*message, *again));
  CHECK(!type.equal(*message, *make_message(Greeting{6}, 1)));
  bytes.push_back(std::byte{0});
  CHECK(!type.decode(bytes, *message));
}
