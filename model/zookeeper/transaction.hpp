// transaction.hpp - a change of the tree or the sessions, decided but not yet carried out.
// Here:  Transaction: what is logged, replicated and applied. Plain data that holds all that its effect depends on.
// Not:   deciding (preparer.hpp), carrying out (tree.hpp), files (transaction_log.hpp).
// Start: TransactionBody.
//
// The bytes are those of ZooKeeper's log (TxnHeader and the records of org.apache.zookeeper.txn), without the digest
// that newer servers add.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "model/zookeeper/jute.hpp"
#include "model/zookeeper/operations.hpp"
#include "model/zookeeper/types.hpp"

namespace zookeeper {

struct CreateTransaction {
  static constexpr OpCode op = OpCode::create;
  std::string path;  ///< with its sequence number
  Data data;
  std::vector<Acl> acl = {Acl{}};
  bool ephemeral = false;
  std::int32_t parent_creates = 0;  ///< how many children the parent has had then, this one included

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
    visit("data", self.data);
    visit("acl", self.acl);
    visit("ephemeral", self.ephemeral);
    visit("parentCVersion", self.parent_creates);
  }
  friend bool operator==(const CreateTransaction&, const CreateTransaction&) = default;
};

struct DeleteTransaction {
  static constexpr OpCode op = OpCode::remove;
  std::string path;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
  }
  friend bool operator==(const DeleteTransaction&, const DeleteTransaction&) = default;
};

struct SetDataTransaction {
  static constexpr OpCode op = OpCode::set_data;
  std::string path;
  Data data;
  std::int32_t version = 0;  ///< the new one

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
    visit("data", self.data);
    visit("version", self.version);
  }
  friend bool operator==(const SetDataTransaction&, const SetDataTransaction&) = default;
};

/// A check that held. ZooKeeper logs the version that the next setData would make.
struct CheckTransaction {
  static constexpr OpCode op = OpCode::check;
  std::string path;
  std::int32_t version = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("path", self.path);
    visit("version", self.version);
  }
  friend bool operator==(const CheckTransaction&, const CheckTransaction&) = default;
};

/// A write that was refused: it takes a zxid and changes nothing.
struct ErrorTransaction {
  static constexpr OpCode op = OpCode::error;
  Error error = Error::ok;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("err", self.error);
  }
  friend bool operator==(const ErrorTransaction&, const ErrorTransaction&) = default;
};

struct CreateSessionTransaction {
  static constexpr OpCode op = OpCode::create_session;
  std::int32_t timeout_ms = 0;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("timeOut", self.timeout_ms);
  }
  friend bool operator==(const CreateSessionTransaction&, const CreateSessionTransaction&) = default;
};

/// The session ends, and all its ephemeral nodes with it.
struct CloseSessionTransaction {
  static constexpr OpCode op = OpCode::close_session;
  std::vector<std::string> paths;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("paths2Delete", self.paths);
  }
  friend bool operator==(const CloseSessionTransaction&, const CloseSessionTransaction&) = default;
};

/// One step of a multi. If any of them is an ErrorTransaction, none is carried out.
using Step = std::variant<CreateTransaction, DeleteTransaction, SetDataTransaction, CheckTransaction, ErrorTransaction>;

struct MultiTransaction {
  static constexpr OpCode op = OpCode::multi;
  std::vector<Step> steps;

  bool failed() const;

  template <class Sink>
  void jute_put(Sink& sink) const;
  void jute_get(jute::Reader& reader);
  void jute_print(std::string& out) const;
  friend bool operator==(const MultiTransaction&, const MultiTransaction&) = default;
};

using TransactionBody = std::variant<CreateTransaction, DeleteTransaction, SetDataTransaction, ErrorTransaction,
                                     CreateSessionTransaction, CloseSessionTransaction, MultiTransaction>;

struct Transaction {
  SessionId session;
  Xid xid;
  Zxid zxid;
  std::int64_t time_ms = 0;  ///< since 1970, of the deciding server's wall clock
  TransactionBody body;

  friend bool operator==(const Transaction&, const Transaction&) = default;
};

void encode(const Transaction& transaction, std::vector<std::byte>& out);
/// Nothing if the bytes are malformed. Bytes behind the body are ignored: a digest may stand there.
std::optional<Transaction> decode_transaction(std::span<const std::byte> bytes);
/// "zxid=7 create{path=/a ...}"
std::string to_text(const Transaction& transaction);

}  // namespace zookeeper
