#include "scenarios/vocabulary.hpp"

#include <doctest/doctest.h>

using namespace scenarios;

namespace {

Cast cast() {
  Cast cast;
  cast.brokers = 3;
  cast.zookeepers = 1;
  cast.clients = {"shop", "billing-1"};
  cast.topics = {{"orders", 3}, {"a-b", 1}};
  return cast;
}

HostTerm hosts(const std::string& text) {
  auto parsed = parse_hosts(text, cast());
  REQUIRE_MESSAGE(parsed.term.has_value(), parsed.complaint);
  CHECK(parsed.term->text == text);
  return *parsed.term;
}

ValueTerm value(const std::string& text) {
  auto parsed = parse_value(text, cast());
  REQUIRE_MESSAGE(parsed.term.has_value(), parsed.complaint);
  return *parsed.term;
}

}  // namespace

TEST_CASE("hosts by name, by role, at random") {
  CHECK(hosts("broker-3").number == 3);
  CHECK(hosts("zk-1").kind == HostTerm::Kind::zookeeper);
  CHECK(hosts("billing-1").kind == HostTerm::Kind::client);
  CHECK(hosts("controller").kind == HostTerm::Kind::controller);
  CHECK(hosts("zookeeper").kind == HostTerm::Kind::zookeepers);
  CHECK(hosts("leader of a-b-0").partition.topic == "a-b");
  CHECK(hosts("followers of orders-2").partition.partition == 2);
  CHECK_FALSE(hosts("brokers").random);
  CHECK(hosts("random broker").random);
  CHECK(hosts("random follower of orders-1").kind == HostTerm::Kind::followers);
}

TEST_CASE("what is nobody is refused with what is allowed and the nearest name") {
  const auto complaint = [](const char* text) {
    const auto parsed = parse_hosts(text, cast());
    CHECK_FALSE(parsed.term.has_value());
    return parsed.complaint;
  };
  CHECK(complaint("broker-4") == "there is no \"broker-4\"; there are broker-1 to broker-3");
  CHECK(complaint("broker-01").find("nobody") != std::string::npos);
  CHECK(complaint("shpo").find("did you mean \"shop\"?") != std::string::npos);
  CHECK(complaint("leader of orders-7") == "topic \"orders\" has no partition 7; allowed are 0 to 2");
  CHECK(complaint("leader of order-0").find("did you mean \"orders\"?") != std::string::npos);
  CHECK(complaint("leader of orders").find("is no partition") != std::string::npos);
  CHECK(complaint("leader").find("did you mean") == std::string::npos);
  CHECK(complaint("random leader of orders-0").find("nobody") != std::string::npos);
  CHECK(complaint("").find("nobody") != std::string::npos);
}

TEST_CASE("values") {
  CHECK(value("isr of orders-0").kind == ValueTerm::Kind::isr);
  CHECK(value("leader epoch of orders-0").kind == ValueTerm::Kind::leader_epoch);
  CHECK(value("leader of orders-0").kind == ValueTerm::Kind::leader);
  CHECK_FALSE(value("high watermark of orders-0").broker.has_value());
  CHECK(value("high watermark of orders-0 on broker-2").broker == 2);
  CHECK(value("log end of a-b-0 on broker-1").partition.topic == "a-b");
  CHECK(value("state of shop").host.client == "shop");
  const auto refused = [](const char* text) { return !parse_value(text, cast()).term.has_value(); };
  CHECK(refused("isr of orders-0 on broker-1"));
  CHECK(refused("log end of orders-0 on shop"));
  CHECK(refused("state of brokers"));
  CHECK(refused("lag of group billing"));
  CHECK(parse_value("ist of orders-0", cast()).complaint.find("did you mean \"isr of orders-0\"?") !=
        std::string::npos);
}
