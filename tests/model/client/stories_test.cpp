#include <doctest/doctest.h>

#include "tests/model/client/client_story.hpp"

using client_test::play_golden;

TEST_CASE("records wait for company: linger and batches") { CHECK(play_golden("linger_and_batching") == ""); }
TEST_CASE("the leader moved: retry with and without a hint") { CHECK(play_golden("not_leader") == ""); }
TEST_CASE("a record has two minutes to live: delivery timeout") { CHECK(play_golden("delivery_timeout") == ""); }
TEST_CASE("without idempotence a retry reorders, one request in flight does not") {
  CHECK(play_golden("max_in_flight") == "");
}
TEST_CASE("acks 0, 1 and all: what an outcome means") { CHECK(play_golden("acks") == ""); }
TEST_CASE("memory is full: send() blocks") { CHECK(play_golden("buffer_memory") == ""); }
TEST_CASE("a batch that is too large is split") { CHECK(play_golden("too_large") == ""); }
TEST_CASE("brokers that hang up, go silent or are not there") { CHECK(play_golden("connections") == ""); }
TEST_CASE("a consumer begins somewhere: auto.offset.reset") { CHECK(play_golden("consumer_resets") == ""); }
TEST_CASE("a consumer sees what is below the high watermark, as soon as it is") {
  CHECK(play_golden("long_poll") == "");
}
TEST_CASE("a consumer checks its position after a change of leader") { CHECK(play_golden("new_leader") == ""); }
TEST_CASE("a flipped byte is noticed") { CHECK(play_golden("corrupt") == ""); }
