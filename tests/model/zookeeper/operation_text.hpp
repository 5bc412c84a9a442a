// operation_text.hpp - ZooKeeper's operations and answers as the words of the test scripts.
// Here:  parse_operation(), text of stats, data and answers, words_of(); Line, a command that is a line of a script.
// Not:   who runs the scripts (raw_client.hpp, session_user.hpp, story.hpp).
// Start: "create a /k hello ephemeral", "multi a create /m 1;check /k 0".
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/zookeeper/messages.hpp"
#include "sim/message.hpp"

namespace zookeeper::test {

std::vector<std::string> words_of(const std::string& line);

/// From the words behind the verb and the client's name. "create1" is create, "create" is create2 (whose answer has a
/// Stat); inside a multi both are create. Nothing if the verb is none of an operation.
std::optional<Operation> parse_operation(const std::string& verb, const std::vector<std::string>& words);

/// How a script calls the operation.
std::string verb_of(OpCode op, bool in_multi);

using OwnerName = std::function<std::string(SessionId)>;
/// "czxid=2 mzxid=2 ...", without times.
std::string text_of_stat(const Stat& stat, const OwnerName& owner);
std::string text_of_data(const Data& data);
/// What stands behind "OK zxid=7": the result; of a multi the lines below.
std::string text_of_result(const Result& result, const OwnerName& owner);

/// A line of a script on its way to a client.
struct Line {
  std::string text;

  std::string print() const { return text; }
  void encode(std::vector<std::byte>& out) const;
  static std::optional<Line> decode(std::span<const std::byte> bytes);
  friend bool operator==(const Line&, const Line&) = default;
  static const sim::MessageType type;
};
sim::MessagePtr make_line(std::string text);

}  // namespace zookeeper::test
