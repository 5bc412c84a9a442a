// preparer.hpp - decides what a write will do, before earlier ones have been carried out.
// Here:  Preparer: validation against the tree plus all decided, not yet applied changes ("outstanding changes").
// Not:   carrying out (tree.hpp). Between the two stands what makes a transaction durable: a log, later an ensemble.
// Start: prepare(). Facts: docs/reference/replication-and-control.md §4.1, §4.5.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/zookeeper/operations.hpp"
#include "model/zookeeper/transaction.hpp"
#include "model/zookeeper/tree.hpp"
#include "model/zookeeper/types.hpp"

namespace zookeeper {

/// A value. Every write takes the next zxid, also one that is refused.
class Preparer {
 public:
  /// `last_zxid`: of the newest transaction in the history.
  void start_after(Zxid last_zxid) { last_zxid_ = last_zxid; }
  /// Of the newest transaction that was decided.
  Zxid last_zxid() const { return last_zxid_; }

  /// REQUIRES: is_write(op_of(operation)), and not a CloseSession.
  Transaction prepare(const DataTree& tree, const Operation& operation, SessionId session, Xid xid,
                      std::int64_t time_ms);
  Transaction create_session(SessionId session, std::int32_t timeout_ms, std::int64_t time_ms);
  Transaction close_session(const DataTree& tree, SessionId session, Xid xid, std::int64_t time_ms);

  /// Everything up to here is in the tree now.
  void applied(Zxid zxid);
  /// Nodes whose fate is decided and not yet in the tree.
  std::size_t outstanding() const { return records_.size(); }

 private:
  /// What will be known of a node once everything decided is applied.
  struct Record {
    Zxid zxid;  ///< of the change that decided it
    bool exists = false;
    std::int32_t version = 0;
    std::int32_t creates = 0;
    std::int32_t children = 0;
    SessionId owner;
  };
  /// A record before a step of a multi changed it; absent if there was none.
  struct Undo {
    std::string path;
    bool existed = false;
    Record before;
  };

  Transaction next(SessionId session, Xid xid, std::int64_t time_ms);
  Record look(const DataTree& tree, std::string_view path) const;
  void decide(const std::string& path, Record record);
  void roll_back(std::size_t changes_before);

  Step create(const DataTree& tree, const Create& operation, SessionId session);
  Step remove(const DataTree& tree, const Delete& operation);
  Step set_data(const DataTree& tree, const SetData& operation);
  Step check(const DataTree& tree, const Check& operation) const;
  MultiTransaction multi(const DataTree& tree, const Multi& operation, SessionId session);

  Zxid last_zxid_;
  std::map<std::string, Record, std::less<>> records_;
  std::deque<std::pair<Zxid, std::string>> changes_;  // which transaction decided about which node, in order
  std::vector<Undo> undo_;                            // of the present transaction; empty between handlers
};

}  // namespace zookeeper
