#include "model/zookeeper/preparer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/check.hpp"

namespace zookeeper {
namespace {

bool is_special(std::string_view path) {
  return path == "/" || path == "/zookeeper" || path == "/zookeeper/quota" || path == "/zookeeper/config";
}

bool version_fits(std::int32_t expected, std::int32_t version) {
  return expected == any_version || expected == version;
}

bool has_parent(std::string_view path) {
  return path.find('/') != std::string_view::npos && path.find('\0') == std::string_view::npos;
}

bool refused(const Step& step) { return std::holds_alternative<ErrorTransaction>(step); }

TransactionBody body_of(Step step) {
  return std::visit(
      [](auto&& body) -> TransactionBody {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, CheckTransaction>) {
          SIM_CHECK(false, "a check stands alone");
        } else {
          return std::move(body);
        }
      },
      std::move(step));
}

}  // namespace

Transaction Preparer::next(SessionId session, Xid xid, std::int64_t time_ms) {
  last_zxid_ = Zxid{last_zxid_.raw() + 1};
  undo_.clear();
  return Transaction{session, xid, last_zxid_, time_ms, {}};
}

Preparer::Record Preparer::look(const DataTree& tree, std::string_view path) const {
  if (const auto found = records_.find(path); found != records_.end()) return found->second;
  const Node* node = tree.find(path);
  if (node == nullptr) return Record{};
  return Record{last_zxid_, true, node->version, node->creates, node->children, node->owner};
}

void Preparer::decide(const std::string& path, Record record) {
  record.zxid = last_zxid_;
  const auto found = records_.find(path);
  const bool existed = found != records_.end();
  undo_.push_back(Undo{path, existed, existed ? found->second : Record{}});
  changes_.emplace_back(last_zxid_, path);
  records_.insert_or_assign(path, record);
}

void Preparer::roll_back(std::size_t changes_before) {
  for (auto undo = undo_.rbegin(); undo != undo_.rend(); ++undo) {
    if (undo->existed) {
      records_.insert_or_assign(undo->path, undo->before);
    } else {
      records_.erase(undo->path);
    }
  }
  undo_.clear();
  changes_.resize(changes_before);
}

void Preparer::applied(Zxid zxid) {
  while (!changes_.empty() && changes_.front().first <= zxid) {
    const auto found = records_.find(changes_.front().second);
    // A later transaction may have decided about the same node: then its record stays.
    if (found != records_.end() && found->second.zxid <= zxid) records_.erase(found);
    changes_.pop_front();
  }
}

// --- the rules
// ----------------------------------------------------------------------------------------------------------- In the
// order in which ZooKeeper looks, which decides between two errors (tests/golden/zookeeper/recorded_*.txt).

Step Preparer::create(const DataTree& tree, const Create& operation, SessionId session) {
  if (!has_parent(operation.path)) return ErrorTransaction{Error::bad_arguments};
  const std::string parent_path{parent_of(operation.path)};
  // "/a//b" has the parent "/a/", which is no node.
  Record parent = look(tree, parent_path);
  if (!parent.exists) return ErrorTransaction{Error::no_node};
  std::string path = operation.path;
  if (is_sequential(operation.mode)) path += fmt::format("{:010}", parent.creates);
  if (!is_valid_path(path)) return ErrorTransaction{Error::bad_arguments};
  if (look(tree, path).exists) return ErrorTransaction{Error::node_exists};
  if (parent.owner != no_session) return ErrorTransaction{Error::no_children_for_ephemerals};

  ++parent.creates;
  ++parent.children;
  decide(parent_path, parent);
  Record node;
  node.exists = true;
  node.owner = is_ephemeral(operation.mode) ? session : no_session;
  decide(path, node);
  return CreateTransaction{std::move(path), operation.data, operation.acl, is_ephemeral(operation.mode),
                           parent.creates};
}

Step Preparer::remove(const DataTree& tree, const Delete& operation) {
  if (!has_parent(operation.path) || is_special(operation.path)) return ErrorTransaction{Error::bad_arguments};
  const std::string parent_path{parent_of(operation.path)};
  Record parent = look(tree, parent_path);
  const Record node = look(tree, operation.path);
  if (!parent.exists || !node.exists) return ErrorTransaction{Error::no_node};
  if (!version_fits(operation.version, node.version)) return ErrorTransaction{Error::bad_version};
  if (node.children > 0) return ErrorTransaction{Error::not_empty};
  --parent.children;
  decide(parent_path, parent);
  decide(operation.path, Record{});
  return DeleteTransaction{operation.path};
}

Step Preparer::set_data(const DataTree& tree, const SetData& operation) {
  if (!is_valid_path(operation.path)) return ErrorTransaction{Error::bad_arguments};
  Record node = look(tree, operation.path);
  if (!node.exists) return ErrorTransaction{Error::no_node};
  if (!version_fits(operation.version, node.version)) return ErrorTransaction{Error::bad_version};
  ++node.version;
  decide(operation.path, node);
  return SetDataTransaction{operation.path, operation.data, node.version};
}

Step Preparer::check(const DataTree& tree, const Check& operation) const {
  if (!is_valid_path(operation.path)) return ErrorTransaction{Error::bad_arguments};
  const Record node = look(tree, operation.path);
  if (!node.exists) return ErrorTransaction{Error::no_node};
  if (!version_fits(operation.version, node.version)) return ErrorTransaction{Error::bad_version};
  return CheckTransaction{operation.path, node.version + 1};
}

MultiTransaction Preparer::multi(const DataTree& tree, const Multi& operation, SessionId session) {
  const std::size_t changes_before = changes_.size();
  MultiTransaction result;
  bool failed = false;
  for (const MultiOperation& each : operation.operations) {
    if (failed) {
      result.steps.emplace_back(ErrorTransaction{Error::runtime_inconsistency});
      continue;
    }
    Step step = std::visit(
        [&](const auto& body) -> Step {
          using Body = std::decay_t<decltype(body)>;
          if constexpr (std::is_same_v<Body, Create>) return create(tree, body, session);
          if constexpr (std::is_same_v<Body, Delete>) return remove(tree, body);
          if constexpr (std::is_same_v<Body, SetData>) return set_data(tree, body);
          if constexpr (std::is_same_v<Body, Check>) return check(tree, body);
        },
        each);
    if (refused(step)) {
      failed = true;
      roll_back(changes_before);
    }
    result.steps.push_back(std::move(step));
  }
  return result;
}

// --- transactions
// --------------------------------------------------------------------------------------------------------

Transaction Preparer::prepare(const DataTree& tree, const Operation& operation, SessionId session, Xid xid,
                              std::int64_t time_ms) {
  Transaction transaction = next(session, xid, time_ms);
  transaction.body = std::visit(
      [&](const auto& body) -> TransactionBody {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, Create>) return body_of(create(tree, body, session));
        if constexpr (std::is_same_v<Body, Create2>) return body_of(create(tree, body.create, session));
        if constexpr (std::is_same_v<Body, Delete>) return body_of(remove(tree, body));
        if constexpr (std::is_same_v<Body, SetData>) return body_of(set_data(tree, body));
        if constexpr (std::is_same_v<Body, Multi>) return multi(tree, body, session);
        SIM_CHECK(false, "{} is not a write of nodes", to_text(Body::op));
        return ErrorTransaction{Error::unimplemented};
      },
      operation);
  undo_.clear();
  return transaction;
}

Transaction Preparer::create_session(SessionId session, std::int32_t timeout_ms, std::int64_t time_ms) {
  Transaction transaction = next(session, Xid{}, time_ms);
  transaction.body = CreateSessionTransaction{timeout_ms};
  return transaction;
}

Transaction Preparer::close_session(const DataTree& tree, SessionId session, Xid xid, std::int64_t time_ms) {
  Transaction transaction = next(session, xid, time_ms);
  std::set<std::string> paths;
  for (std::string& path : tree.ephemerals_of(session)) paths.insert(std::move(path));
  for (const auto& [path, record] : records_) {
    if (record.exists && record.owner == session) paths.insert(path);
    if (!record.exists || record.owner != session) paths.erase(path);
  }
  CloseSessionTransaction body;
  for (const std::string& path : paths) {
    const std::string parent_path{parent_of(path)};
    Record parent = look(tree, parent_path);
    --parent.children;
    decide(parent_path, parent);
    decide(path, Record{});
    body.paths.push_back(path);
  }
  undo_.clear();
  transaction.body = std::move(body);
  return transaction;
}

}  // namespace zookeeper
