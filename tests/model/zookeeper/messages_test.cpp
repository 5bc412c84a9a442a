// Every frame that a real ZooKeeper sent or took is decoded and comes out the same; malformed ones are refused.
#include "model/zookeeper/messages.hpp"

#include <doctest/doctest.h>

#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/model/zookeeper/operation_text.hpp"

namespace zookeeper::test {
namespace {

std::vector<std::byte> bytes_of(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

/// A message of the kind that `verb` asks for, in the given direction.
sim::MessagePtr sample(const std::string& verb, bool request) {
  if (verb == "event") return make_message(WatcherEvent{});
  if (verb == "connect" && request) return make_message(ConnectRequest{});
  if (verb == "connect") return make_message(ConnectResponse{});
  const auto operation = parse_operation(verb, {"0"});
  REQUIRE_MESSAGE(operation.has_value(), verb);
  if (request) return make_message(Request{Xid{}, *operation});
  return make_message(Response{Xid{}, Zxid{}, Error::system_error, {}}, op_of(*operation));
}

std::vector<std::byte> framed(std::vector<std::byte> bytes) {
  const auto size = static_cast<std::uint32_t>(bytes.size());
  for (unsigned shift = 0; shift < 32; shift += 8) bytes.insert(bytes.begin(), static_cast<std::byte>(size >> shift));
  return bytes;
}

TEST_CASE("recorded frames are decoded, have the size that they say, and encode to the same bytes") {
  std::ifstream in{std::string{KAFKASIM_SOURCE_DIR "/tests/golden/zookeeper/recorded_bytes.txt"}};
  std::size_t frames = 0;
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> words = words_of(line);
    REQUIRE(words.size() == 3);
    const sim::MessagePtr like = sample(words[0], words[1] == ">");
    const std::vector<std::byte> bytes = framed(bytes_of(words[2]));
    const sim::MessagePtr message = like->type().decode(bytes, *like);
    REQUIRE_MESSAGE(static_cast<bool>(message), line);
    CHECK(message->size() == bytes.size());
    std::vector<std::byte> again;
    message->type().encode(*message, again);
    CHECK_MESSAGE(again == bytes, line);
    CHECK(message->type().equal(*message, *message->type().decode(again, *message)));

    // No part of it is a whole one, and no frame lies about its length.
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
      CHECK_FALSE(static_cast<bool>(like->type().decode(part, *like)));
    }
    ++frames;
  }
  CHECK(frames > 200);
}

TEST_CASE("messages as people read them") {
  const auto print = [](const sim::MessagePtr& message) { return message->type().print(*message); };
  Create create;
  create.path = "/a b";
  create.data = data_of("x\n");
  create.mode = CreateMode::ephemeral;
  CHECK(print(make_message(Request{Xid{3}, create})) ==
        R"(xid=3 {path="/a b" data="x\x0a" acl=[{perms=31 scheme=world id=anyone}] flags=1})");
  CHECK(print(make_message(Request{Xid{4}, Multi{{Delete{"/a", 2}, Check{"/b", -1}}}})) ==
        "xid=4 [delete{path=/a version=2} check{path=/b version=-1}]");
  CHECK(print(make_message(Response{Xid{4}, Zxid{9}, Error::no_node, {}}, OpCode::get_data)) ==
        "xid=4 zxid=9 NONODE {}");
  CHECK(make_message(Request{Xid{3}, create})->type().name == "CreateRequest");
}

TEST_CASE("two messages that differ in one field are not equal") {
  const sim::MessagePtr a = make_message(Request{Xid{1}, SetData{"/a", data_of(""), 3}});
  const sim::MessagePtr b = make_message(Request{Xid{1}, SetData{"/a", Data{}, 3}});
  CHECK(a->type().equal(*a, *a));
  CHECK_FALSE(a->type().equal(*a, *b));
}

TEST_CASE("paths") {
  for (const char* good : {"/", "/a", "/a/b", "/...", "/a b"}) CHECK_MESSAGE(is_valid_path(good), good);
  for (const char* bad : {"", "a", "/a/", "//", "/a//b", "/.", "/a/..", "/a\n"})
    CHECK_FALSE_MESSAGE(is_valid_path(bad), bad);
  CHECK(parent_of("/a/b") == "/a");
  CHECK(parent_of("/a") == "/");
  CHECK(name_in("/a/b") == "b");
}

}  // namespace
}  // namespace zookeeper::test
