// What must hold for every message in every version, whatever it contains.
#include "tests/model/protocol/all_messages.hpp"
#include "tests/model/protocol/arbitrary.hpp"
#include "tests/model/protocol/hex.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <span>
#include <string>
#include <vector>

using namespace kafka;
using namespace kafka::testing;

namespace {

using Frame = std::vector<std::byte>;

template <class Body>
struct RequestKind {
  using Content = Body;
  static sim::MessagePtr make(std::int16_t version, Body body) {
    return make_request(version, CorrelationId{77}, "shop", std::move(body));
  }
};

template <class Body>
struct ResponseKind {
  using Content = Body;
  static sim::MessagePtr make(std::int16_t version, Body body) {
    return make_response(version, CorrelationId{77}, std::move(body));
  }
};

/// Calls `visit(kind, version)` for all messages in all their versions.
template <class Visit>
void for_each_version(Visit&& visit) {
  const auto all_versions = [&](auto kind) {
    using Body = typename decltype(kind)::Content;
    for (std::int16_t version = 0; version <= Body::api.last_version; ++version) visit(kind, version);
  };
  for_each_request([&]<class Body>(Of<Body>) { all_versions(RequestKind<Body>{}); });
  for_each_response([&]<class Body>(Of<Body>) { all_versions(ResponseKind<Body>{}); });
}

template <class Body>
Body any_body(Dice& dice, std::int16_t version) {
  Body body;
  fill(dice, body, version);
  return body;
}

Frame encoded(const sim::Message& message) {
  Frame out;
  message.type().encode(message, out);
  return out;
}

/// What the kernel's wire check asks; empty if all is well.
std::string wire_check(const sim::Message& message) {
  const Frame frame = encoded(message);
  if (frame.size() != message.size()) return fmt::format("size {}, encoded {}", message.size(), frame.size());
  const auto decoded = message.type().decode(frame, message);
  if (!decoded) return "does not decode";
  if (decoded->size() != message.size()) return "decoded size differs";
  if (!message.type().equal(message, *decoded)) return "decoded as " + decoded->type().print(*decoded);
  if (encoded(*decoded) != frame) return "encodes differently the second time";
  return {};
}

/// Nothing to look at, only not to crash or go on for ever: whatever was decoded can be printed and encoded again.
void use(const sim::MessagePtr& decoded) {
  if (!decoded) return;
  CHECK(!decoded->type().print(*decoded).empty());
  encoded(*decoded);
}

}  // namespace

TEST_CASE("every message in every version survives the wire, empty and full") {
  Dice dice{1};
  int passed = 0;
  for_each_version([&](auto kind, std::int16_t version) {
    using Body = typename decltype(kind)::Content;
    for (int round = 0; round < 100; ++round) {
      const auto message = kind.make(version, round == 0 ? Body{} : any_body<Body>(dice, version));
      const std::string problem = wire_check(*message);
      if (problem.empty()) {
        ++passed;
      } else {
        FAIL_CHECK(message->type().print(*message), ": ", problem);
      }
    }
  });
  CHECK(passed == 100 * 246);  // 246: the versions of all requests and responses
}

TEST_CASE("two messages are equal exactly if their bytes are") {
  Dice dice{2};
  int equal = 0;
  int different = 0;
  for_each_version([&](auto kind, std::int16_t version) {
    using Body = typename decltype(kind)::Content;
    for (int round = 0; round < 100; ++round) {
      Body body = any_body<Body>(dice, version);
      const auto a = kind.make(version, body);
      change_one(dice, body, version);
      const auto b = kind.make(version, body);
      const bool same = a->type().equal(*a, *b);
      (same ? equal : different) += 1;
      if (same != (encoded(*a) == encoded(*b))) {
        FAIL_CHECK(a->type().print(*a), " and ", b->type().print(*b), same ? " equal" : " not equal");
      }
    }
  });
  CHECK(equal > 500);  // the changed field does not travel, or got its old content
  CHECK(different > 1000);
}

TEST_CASE("a message that is cut off is refused, wherever the cut is") {
  Dice dice{3};
  int refused = 0;
  for_each_version([&](auto kind, std::int16_t version) {
    using Body = typename decltype(kind)::Content;
    const auto message = kind.make(version, any_body<Body>(dice, version));
    const Frame whole = encoded(*message);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // Copied to a block of just that size, so that the sanitizer sees a read behind its end.
      Frame cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      if (size >= 4) fix_length(cut);
      if (message->type().decode(cut, *message)) {
        FAIL_CHECK(message->type().print(*message), ": accepted ", size, " of ", whole.size(), " bytes");
      } else {
        ++refused;
      }
    }
  });
  CHECK(refused > 10000);
}

TEST_CASE("a frame whose length is not its own is refused") {
  for_each_version([&](auto kind, std::int16_t version) {
    using Body = typename decltype(kind)::Content;
    const auto message = kind.make(version, Body{});
    Frame frame = encoded(*message);
    frame[3] ^= std::byte{1};
    CHECK(!message->type().decode(frame, *message));
    frame[3] ^= std::byte{1};
    CHECK(message->type().decode(frame, *message));
    frame.push_back(std::byte{0});
    CHECK(!message->type().decode(frame, *message));
    fix_length(frame);
    CHECK(!message->type().decode(frame, *message));  // left over behind the body: the wire check is strict
  });
}

TEST_CASE("mutated messages are refused or read as something else, without a crash") {
  Dice dice{4};
  int read = 0;
  int refused = 0;
  for_each_version([&](auto kind, std::int16_t version) {
    using Body = typename decltype(kind)::Content;
    const auto message = kind.make(version, any_body<Body>(dice, version));
    const Frame whole = encoded(*message);
    for (int round = 0; round < 300; ++round) {
      Frame frame = whole;
      const std::size_t changes = 1 + dice.below(3);
      for (std::size_t i = 0; i < changes; ++i) {
        frame[4 + dice.below(frame.size() - 4)] = static_cast<std::byte>(dice.one_in(2) ? 0xff : dice.below(256));
      }
      const auto decoded = message->type().decode(frame, *message);
      use(decoded);
      (decoded ? read : refused) += 1;
    }
  });
  CHECK(read > 1000);
  CHECK(refused > 1000);
}

TEST_CASE("random bytes are not a way to crash a decoder") {
  Dice dice{5};
  int refused = 0;
  for_each_version([&](auto kind, std::int16_t version) {
    using Body = typename decltype(kind)::Content;
    const auto message = kind.make(version, Body{});
    const Frame whole = encoded(*message);
    for (int round = 0; round < 200; ++round) {
      Frame frame(whole.begin(), whole.begin() + std::min<std::ptrdiff_t>(12, std::ssize(whole)));  // keep the header
      const std::size_t length = dice.below(200);
      for (std::size_t i = 0; i < length; ++i) {
        frame.push_back(static_cast<std::byte>(dice.one_in(3) ? 0 : dice.below(256)));
      }
      fix_length(frame);
      const auto decoded = message->type().decode(frame, *message);
      use(decoded);
      if (!decoded) ++refused;
    }
  });
  CHECK(refused > 5000);
}

TEST_CASE("a tag of the future at the end of any flexible message is skipped") {
  int skipped = 0;
  for_each_version([&](auto kind, std::int16_t version) {
    using Body = typename decltype(kind)::Content;
    if (!Body::api.is_flexible(version)) return;
    const auto message = kind.make(version, Body{});
    Frame frame = encoded(*message);
    REQUIRE(frame.back() == std::byte{0});  // no tags yet
    frame.pop_back();
    const Frame tags = from_hex("02 | 63 03 aabbcc | e407 00");  // tags 99 and 996
    frame.insert(frame.end(), tags.begin(), tags.end());
    fix_length(frame);
    const auto decoded = message->type().decode(frame, *message);
    REQUIRE(decoded);
    CHECK(message->type().equal(*message, *decoded));
    ++skipped;
  });
  CHECK(skipped == 102);
}

TEST_CASE("a version that does not exist is neither written nor read") {
  const auto check = [](const auto& envelope) {
    Frame out;
    CHECK(envelope.measure().problem == "version");
    CHECK(envelope.encode(out) == "version");
    CHECK(out.empty());
  };
  for_each_request([&]<class Body>(Of<Body>) {
    const auto above = static_cast<std::int16_t>(Body::api.last_version + 1);
    check(Request<Body>{above, CorrelationId{1}, "shop", {}});
    check(Request<Body>{-1, CorrelationId{1}, "shop", {}});
    Frame frame = encoded(*make_request(Body::api.last_version, CorrelationId{1}, "shop", Body{}));
    frame[7] = static_cast<std::byte>(above);
    CHECK(!Request<Body>::decode(frame).has_value());
    frame[7] = static_cast<std::byte>(Body::api.last_version);
    CHECK(Request<Body>::decode(frame).has_value());
    frame[5] ^= std::byte{0x40};  // another api
    CHECK(!Request<Body>::decode(frame).has_value());
  });
  for_each_response([&]<class Body>(Of<Body>) {
    const auto above = static_cast<std::int16_t>(Body::api.last_version + 1);
    check(Response<Body>{above, CorrelationId{1}, {}});
    const Frame frame = encoded(*make_response(Body::api.last_version, CorrelationId{1}, Body{}));
    CHECK(!Response<Body>::decode(frame, above).has_value());
    CHECK(Response<Body>::decode(frame, Body::api.last_version).has_value());
  });
}
