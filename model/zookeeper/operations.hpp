// operations.hpp - what can be asked of ZooKeeper, and what it answers.
// Here:  one struct per operation and per kind of answer, with their fields in the order in which they travel.
// Not:   headers, sessions and frames (messages.hpp).
// Start: Operation and Result at the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/zookeeper/jute.hpp"
#include "model/zookeeper/types.hpp"

namespace zookeeper {

/// Who may do what. Travels as in ZooKeeper; nobody checks it.
struct Acl {
  std::int32_t permissions = 31;  ///< all
  std::string scheme = "world";
  std::string id = "anyone";

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("perms", self.permissions);
    visit("scheme", self.scheme);
    visit("id", self.id);
  }
  friend bool operator==(const Acl&, const Acl&) = default;
};

/// Bit 0: ephemeral, bit 1: sequential.
enum class CreateMode : std::int32_t {
  persistent = 0,
  ephemeral = 1,
  persistent_sequential = 2,
  ephemeral_sequential = 3
};
constexpr bool is_ephemeral(CreateMode mode) { return (static_cast<std::int32_t>(mode) & 1) != 0; }
constexpr bool is_sequential(CreateMode mode) { return (static_cast<std::int32_t>(mode) & 2) != 0; }

/// Expected version: any.
inline constexpr std::int32_t any_version = -1;

struct Create {
  static constexpr OpCode op = OpCode::create;
  std::string path;
  Data data;
  std::vector<Acl> acl = {Acl{}};
  CreateMode mode = CreateMode::persistent;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
    visit("data", self.data);
    visit("acl", self.acl);
    visit("flags", self.mode);
  }
  friend bool operator==(const Create&, const Create&) = default;
};

/// The same, answered with the Stat too.
struct Create2 {
  static constexpr OpCode op = OpCode::create2;
  Create create;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("create", self.create);
  }
  friend bool operator==(const Create2&, const Create2&) = default;
};

struct Delete {
  static constexpr OpCode op = OpCode::remove;
  std::string path;
  std::int32_t version = any_version;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
    visit("version", self.version);
  }
  friend bool operator==(const Delete&, const Delete&) = default;
};

struct SetData {
  static constexpr OpCode op = OpCode::set_data;
  std::string path;
  Data data;
  std::int32_t version = any_version;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
    visit("data", self.data);
    visit("version", self.version);
  }
  friend bool operator==(const SetData&, const SetData&) = default;
};

/// Only inside Multi.
struct Check {
  static constexpr OpCode op = OpCode::check;
  std::string path;
  std::int32_t version = any_version;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
    visit("version", self.version);
  }
  friend bool operator==(const Check&, const Check&) = default;
};

/// A read with an optional watch. The four differ in what they answer.
template <OpCode code>
struct Read {
  static constexpr OpCode op = code;
  std::string path;
  bool watch = false;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
    visit("watch", self.watch);
  }
  friend bool operator==(const Read&, const Read&) = default;
};
using Exists = Read<OpCode::exists>;
using GetData = Read<OpCode::get_data>;
using GetChildren = Read<OpCode::get_children>;
using GetChildren2 = Read<OpCode::get_children2>;

struct Sync {
  static constexpr OpCode op = OpCode::sync;
  std::string path;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
  }
  friend bool operator==(const Sync&, const Sync&) = default;
};

struct Ping {
  static constexpr OpCode op = OpCode::ping;
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
  friend bool operator==(const Ping&, const Ping&) = default;
};

struct CloseSession {
  static constexpr OpCode op = OpCode::close_session;
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
  friend bool operator==(const CloseSession&, const CloseSession&) = default;
};

/// Watches that a client still wants after a reconnect, and the newest zxid it had seen when it lost the connection.
struct SetWatches {
  static constexpr OpCode op = OpCode::set_watches;
  Zxid relative_zxid;
  std::vector<std::string> data;
  std::vector<std::string> exist;
  std::vector<std::string> child;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("relativeZxid", self.relative_zxid);
    visit("dataWatches", self.data);
    visit("existWatches", self.exist);
    visit("childWatches", self.child);
  }
  friend bool operator==(const SetWatches&, const SetWatches&) = default;
};

using MultiOperation = std::variant<Create, Delete, SetData, Check>;

/// All or nothing, in one transaction.
struct Multi {
  static constexpr OpCode op = OpCode::multi;
  std::vector<MultiOperation> operations;

  template <class Sink>
  void jute_put(Sink& sink) const;
  void jute_get(jute::Reader& reader);
  void jute_print(std::string& out) const;
  friend bool operator==(const Multi&, const Multi&) = default;
};

using Operation = std::variant<Create, Create2, Delete, SetData, Exists, GetData, GetChildren, GetChildren2, Sync, Ping,
                               Multi, SetWatches, CloseSession>;

// --- answers ---------------------------------------------------------------------------------------------------------

/// What became of one operation of a Multi.
struct MultiOutcome {
  OpCode op = OpCode::error;  ///< `error` for every one if the Multi failed
  Error error = Error::ok;    ///< the failing one's own; ok before it, runtime_inconsistency after it
  std::string path;           ///< of a create
  Stat stat;                  ///< of a setData

  friend bool operator==(const MultiOutcome&, const MultiOutcome&) = default;
};

struct NoResult {
  template <class Self, class Visit>
  static void fields(Self&, Visit&&) {}
  friend bool operator==(const NoResult&, const NoResult&) = default;
};

/// Of create (with the sequence number, if any) and sync.
struct PathResult {
  std::string path;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
  }
  friend bool operator==(const PathResult&, const PathResult&) = default;
};

struct Create2Result {
  std::string path;
  Stat stat;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
    visit("stat", self.stat);
  }
  friend bool operator==(const Create2Result&, const Create2Result&) = default;
};

/// Of exists and setData.
struct StatResult {
  Stat stat;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("stat", self.stat);
  }
  friend bool operator==(const StatResult&, const StatResult&) = default;
};

struct DataResult {
  Data data;
  Stat stat;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("data", self.data);
    visit("stat", self.stat);
  }
  friend bool operator==(const DataResult&, const DataResult&) = default;
};

/// Names, not paths, in order of their bytes (ZooKeeper promises no order).
struct ChildrenResult {
  std::vector<std::string> children;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("children", self.children);
  }
  friend bool operator==(const ChildrenResult&, const ChildrenResult&) = default;
};

struct Children2Result {
  std::vector<std::string> children;
  Stat stat;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("children", self.children);
    visit("stat", self.stat);
  }
  friend bool operator==(const Children2Result&, const Children2Result&) = default;
};

struct MultiResult {
  std::vector<MultiOutcome> outcomes;

  template <class Sink>
  void jute_put(Sink& sink) const;
  void jute_get(jute::Reader& reader);
  void jute_print(std::string& out) const;
  friend bool operator==(const MultiResult&, const MultiResult&) = default;
};

/// NoResult also stands for every failure.
using Result = std::variant<NoResult, PathResult, Create2Result, StatResult, DataResult, ChildrenResult,
                            Children2Result, MultiResult>;

/// An empty result of the kind that answers this operation.
Result result_for(OpCode op);

}  // namespace zookeeper
