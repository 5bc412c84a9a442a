// The two workload applications: stopping, dying, coming back, and the causes of what they do.
#include <doctest/doctest.h>

#include "tests/model/client/client_story.hpp"

using client_test::ClientStory;

namespace {

constexpr const char* one_broker = "brokers 1\ntopic orders 2\n";

ClientStory told(const std::string& lines) {
  ClientStory story;
  story.tell(one_broker + lines);
  return story;
}

}  // namespace

TEST_CASE("a producer that is stopped flushes first") {
  ClientStory story = told("producer shop topic=orders rate=100 linger.ms=60000\nstart shop\nrun 95ms\n");
  CHECK(story.count({"record-acknowledged"}) == 0);
  story.tell("stop shop\nrun 10ms");
  CHECK(story.count({"record-sent"}) == 10);
  CHECK(story.count({"record-acknowledged"}) == 10);
  CHECK(story.count({"producer-stopped", "sent=10 open=0"}) == 1);
  CHECK(story.producer("shop") == nullptr);
}

TEST_CASE("but not for ever: what is still open is then unknown, or surely failed") {
  ClientStory story =
      told("producer shop topic=orders rate=100 patience=2s\nstart shop\nrun 25ms\nisolate b1\nrun 20ms\n");
  story.tell("stop shop\nrun 1900ms");
  CHECK(story.producer("shop") != nullptr);
  story.tell("run 200ms");
  CHECK(story.producer("shop") == nullptr);
  CHECK(story.count({"record-sent"}) == 5);
  CHECK(story.count({"record-acknowledged"}) == 3);
  CHECK(story.count({"record-unknown"}) == 2);
  CHECK(story.count({"producer-stopped", "sent=5 open=2"}) == 1);
}

TEST_CASE("record numbers are never used twice, whatever the end of the life before") {
  ClientStory story =
      told("producer shop topic=orders rate=100\nstart shop\nrun 50ms\ncrash shop\nstart shop\nrun 50ms\n");
  CHECK(story.count({"producer-started", "first-record=1.0 life=1"}) == 1);
  CHECK(story.count({"producer-started", "first-record=1.1000000 life=2"}) == 1);
  CHECK(story.count({"record-acknowledged", "record=1.1000000 "}) == 1);
}

TEST_CASE("a rate is exact: the thousandth record of 300 a second is due after 3.33 s") {
  ClientStory story = told("producer shop topic=orders rate=300 records=1000\nstart shop\nrun 3320ms\n");
  CHECK(story.producer("shop")->sent() < 1000);
  story.tell("run 20ms");
  CHECK(story.producer("shop")->sent() == 1000);
  CHECK(story.producer("shop")->acknowledged() == 1000);
  CHECK(story.producer("shop")->producer().idle());
}

TEST_CASE("as fast as it can: memory is the limit, and nothing is lost") {
  ClientStory story = told(
      "producer shop topic=orders rate=0 records=5000 size=200 buffer.memory=100000 batch.size=4000\nstart shop\nrun "
      "2s\n");
  CHECK(story.producer("shop")->acknowledged() == 5000);
}

TEST_CASE("records without a key stick to a partition for a batch; with a key they follow its hash") {
  ClientStory story =
      told("producer shop topic=orders rate=1000 records=200 size=100 batch.size=2000\nstart shop\nrun 1s\n");
  const std::size_t switches_0 = story.count({"record-acknowledged", "orders-0"});
  const std::size_t switches_1 = story.count({"record-acknowledged", "orders-1"});
  CHECK(switches_0 + switches_1 == 200);
  CHECK(switches_0 >= 11);  // 2000 bytes are at least eleven such records with their batches' headers
  CHECK(switches_1 >= 11);
  ClientStory keyed = told("producer shop topic=orders rate=1000 records=50 keys=1\nstart shop\nrun 1s\n");
  const std::size_t first = keyed.count({"record-acknowledged", "orders-0"});
  CHECK((first == 0 || first == 50));
}

TEST_CASE("a time-out leads back to the fault that made the silence") {
  ClientStory story =
      told("producer shop topic=orders rate=10 request.timeout.ms=500\nstart shop\nrun 250ms\nfreeze b1\nrun 2s\n");
  CHECK(story.faults_behind({"client-error", "REQUEST_TIMED_OUT"}) == "freeze");
  ClientStory slow =
      told("producer shop topic=orders rate=10 request.timeout.ms=500\nall: swallow produce\nstart shop\nrun 2s\n");
  CHECK(slow.faults_behind({"client-error", "REQUEST_TIMED_OUT"}) == "");
}

TEST_CASE("a consumer that is started anew begins where auto.offset.reset says") {
  ClientStory story = told(
      "producer shop topic=orders rate=100 records=10\nconsumer reader topic=orders auto.offset.reset=earliest\n"
      "start shop reader\nrun 500ms\ncrash reader\nstart reader\nrun 500ms\n");
  CHECK(story.count({"record-read"}) == 20);
  CHECK(story.consumer("reader")->read() == 10);
  story.tell("stop reader\nrun 1ms");
  CHECK(story.consumer("reader") == nullptr);
}

TEST_CASE("poll() hands out max.poll.records at most, and the rest afterwards") {
  ClientStory story = told(
      "producer shop topic=orders rate=0 records=100 keys=3\n"
      "consumer reader topic=orders auto.offset.reset=earliest max.poll.records=7\nstart shop\nrun 1s\n"
      "start reader\nrun 1s\n");
  CHECK(story.consumer("reader")->read() == 100);
}
