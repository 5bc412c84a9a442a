// plain_tree.hpp - ZooKeeper's tree as simply as it can be said.
// Here:  PlainTree: a map that carries out one write after the other, to compare the server with.
// Not:   anything of model/zookeeper but its words: not one rule is shared.
// Start: write(), read().
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "model/zookeeper/client_events.hpp"
#include "model/zookeeper/messages.hpp"

namespace zookeeper::test {

class PlainTree {
 public:
  PlainTree();
  /// What the write answers as transaction `zxid` of `session`.
  Answer write(const Operation& operation, SessionId session, std::int64_t zxid);
  Answer read(const Operation& operation) const;

 private:
  struct Plain {
    Data data;
    std::int64_t czxid = 0, mzxid = 0, pzxid = 0;
    std::int32_t version = 0, born = 0, died = 0;  // children ever
    SessionId owner;
  };
  using Nodes = std::map<std::string, Plain>;

  Error create(const Create& create, SessionId session, std::int64_t zxid, std::string& path);
  Error remove(const Delete& remove, std::int64_t zxid);
  Error set(const SetData& set, std::int64_t zxid);
  std::vector<std::string> children(const std::string& path) const;
  Stat stat(const std::string& path) const;

  Nodes nodes_;
};

/// Equal in everything but times and tags.
bool same_answer(Answer a, Answer b);

}  // namespace zookeeper::test
