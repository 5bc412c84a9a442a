// The stories of tests/golden/zookeeper: behaviour that reads like a lecture.
#include <doctest/doctest.h>

#include <string>

#include "tests/model/zookeeper/script.hpp"
#include "tests/model/zookeeper/story.hpp"

namespace zookeeper::test {
namespace {

void tell(const std::string& file, bool resend_lost = true) {
  ClientConfig client;
  client.session_timeout = sim::Duration{6'000'000'000};
  client.resend_lost = resend_lost;
  Story story{ServerConfig{}, client};
  const std::string differences = run_script(file, false, [&](const std::string& line) { return story.run(line); });
  CHECK_MESSAGE(differences.empty(), differences);
}

TEST_CASE("an ephemeral node outlives its crashed owner until the session expires at a tick") {
  tell("lost_ephemeral.txt");
}
TEST_CASE("watches fire once and are armed again after a reconnect") { tell("watches.txt"); }
TEST_CASE("a multi is all or nothing; versions guard writes; numbers never come twice") { tell("writes.txt"); }
TEST_CASE("a server that comes back keeps sessions and data") { tell("server_restart.txt"); }
TEST_CASE("silence: who gives up on whom, and when") { tell("silence.txt"); }
TEST_CASE("a lost answer is asked for again, and may then say NODEEXISTS") { tell("lost_answer.txt"); }
TEST_CASE("the bare client says CONNECTIONLOSS and leaves the rest to its owner") {
  tell("connection_loss.txt", false);
}

}  // namespace
}  // namespace zookeeper::test
