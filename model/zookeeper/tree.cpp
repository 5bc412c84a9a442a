#include "model/zookeeper/tree.hpp"

#include <algorithm>
#include <utility>

#include "sim/check.hpp"

namespace zookeeper {
namespace {

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace

Stat Node::stat() const {
  Stat stat;
  stat.czxid = czxid;
  stat.mzxid = mzxid;
  stat.pzxid = pzxid;
  stat.ctime = ctime_ms;
  stat.mtime = mtime_ms;
  stat.version = version;
  stat.cversion =
      creates * 2 - children;  // every child was created once, and those that are not there were deleted once
  stat.ephemeral_owner = owner;
  stat.data_length = data ? static_cast<std::int32_t>(data->size()) : 0;
  stat.num_children = children;
  return stat;
}

bool ByParent::operator()(std::string_view a, std::string_view b) const {
  // The root has no parent: it comes first.
  if (a == "/" || b == "/") return a == "/" && b != "/";
  const std::size_t slash_a = a.rfind('/');  // npos + 1 is 0: what has no slash is all name
  const std::size_t slash_b = b.rfind('/');
  const int parents = a.substr(0, slash_a + 1).compare(b.substr(0, slash_b + 1));
  return parents != 0 ? parents < 0 : a.substr(slash_a + 1) < b.substr(slash_b + 1);
}

DataTree::DataTree() {
  for (const char* path : {"/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota"}) {
    Node node;
    node.data = sim::Bytes{};
    SIM_CHECK(restore_node(path, node));
  }
}

DataTree DataTree::restore_begin(Zxid last_zxid) {
  DataTree tree{Empty{}};
  tree.last_zxid_ = last_zxid;
  return tree;
}

void DataTree::restore_session(SessionId session, std::int32_t timeout_ms) { sessions_.edit()[session] = timeout_ms; }

bool DataTree::restore_node(std::string path, Node node) {
  node.children = 0;
  if (path != "/") {
    Node* parent = nodes_.edit(parent_of(path));
    if (parent == nullptr || nodes_.contains(path)) return false;
    ++parent->children;
  }
  if (node.owner != no_session) ephemerals_.edit()[node.owner].insert(path);
  nodes_.insert(std::move(path), std::move(node));
  return true;
}

std::vector<std::string> DataTree::children(std::string_view path) const {
  std::vector<std::string> names;
  const std::string prefix = path == "/" ? std::string{path} : std::string{path} + "/";
  nodes_.for_each_from(prefix, [&](const std::string& child, const Node&) {
    if (child == "/") return true;  // not before "/", but not a child of it either
    if (child.compare(0, prefix.size(), prefix) != 0 || child.find('/', prefix.size()) != std::string::npos)
      return false;
    names.push_back(child.substr(prefix.size()));
    return true;
  });
  return names;
}

std::vector<std::string> DataTree::ephemerals_of(SessionId session) const {
  const auto found = ephemerals_.read().find(session);
  if (found == ephemerals_.read().end()) return {};
  return {found->second.begin(), found->second.end()};
}

Applied DataTree::apply(const Transaction& transaction) {
  SIM_CHECK(transaction.zxid > last_zxid_, "zxid {} after {}", transaction.zxid.raw(), last_zxid_.raw());
  last_zxid_ = transaction.zxid;
  Applied applied;
  std::visit(Overloaded{
                 [&](const CreateTransaction& body) { create(body, transaction, applied); },
                 [&](const DeleteTransaction& body) { remove(body.path, transaction.zxid, applied); },
                 [&](const SetDataTransaction& body) { set_data(body, transaction, applied); },
                 [&](const ErrorTransaction& body) { applied.error = body.error; },
                 [&](const CreateSessionTransaction& body) { restore_session(transaction.session, body.timeout_ms); },
                 [&](const CloseSessionTransaction& body) {
                   for (const std::string& path : body.paths) remove(path, transaction.zxid, applied);
                   sessions_.edit().erase(transaction.session);
                 },
                 [&](const MultiTransaction& body) { apply_multi(body, transaction, applied); },
             },
             transaction.body);
  return applied;
}

void DataTree::create(const CreateTransaction& body, const Transaction& in, Applied& applied) {
  Node* parent = nodes_.edit(parent_of(body.path));
  SIM_CHECK(parent != nullptr, "{} is created without a parent", body.path);
  SIM_CHECK(!nodes_.contains(body.path), "{} is created twice", body.path);
  parent->creates = std::max(parent->creates, body.parent_creates);
  parent->pzxid = in.zxid;
  ++parent->children;

  Node node;
  node.data = body.data;
  node.czxid = node.mzxid = node.pzxid = in.zxid;
  node.ctime_ms = node.mtime_ms = in.time_ms;
  node.owner = body.ephemeral ? in.session : no_session;
  if (body.ephemeral) ephemerals_.edit()[in.session].insert(body.path);
  applied.stat = node.stat();
  applied.changes.push_back({Change::Kind::created, body.path, node.owner, 0});
  nodes_.insert(body.path, std::move(node));
}

void DataTree::remove(std::string_view path, Zxid zxid, Applied& applied) {
  const Node* node = nodes_.find(path);
  SIM_CHECK(node != nullptr, "{} is deleted and is not there", path);
  SIM_CHECK(node->children == 0, "{} is deleted with its children", path);
  applied.changes.push_back({Change::Kind::deleted, std::string{path}, node->owner, node->version});
  if (node->owner != no_session) {
    auto& all = ephemerals_.edit();
    const auto of_owner = all.find(node->owner);
    of_owner->second.erase(std::string{path});
    if (of_owner->second.empty()) all.erase(of_owner);
  }
  nodes_.erase(path);
  Node* parent = nodes_.edit(parent_of(path));
  parent->pzxid = zxid;
  --parent->children;
}

void DataTree::set_data(const SetDataTransaction& body, const Transaction& in, Applied& applied) {
  Node* node = nodes_.edit(body.path);
  SIM_CHECK(node != nullptr, "{} is changed and is not there", body.path);
  node->data = body.data;
  node->version = body.version;
  node->mzxid = in.zxid;
  node->mtime_ms = in.time_ms;
  applied.stat = node->stat();
  applied.changes.push_back({Change::Kind::data_changed, body.path, node->owner, node->version});
}

void DataTree::apply_multi(const MultiTransaction& body, const Transaction& in, Applied& applied) {
  if (body.failed()) {
    for (const Step& step : body.steps) {
      const auto* error = std::get_if<ErrorTransaction>(&step);
      applied.outcomes.push_back(MultiOutcome{OpCode::error, error != nullptr ? error->error : Error::ok, {}, {}});
    }
    return;
  }
  for (const Step& step : body.steps) {
    MultiOutcome outcome;
    std::visit(Overloaded{
                   [&](const CreateTransaction& create_step) {
                     create(create_step, in, applied);
                     outcome.op = OpCode::create;
                     outcome.path = create_step.path;
                   },
                   [&](const DeleteTransaction& delete_step) {
                     remove(delete_step.path, in.zxid, applied);
                     outcome.op = OpCode::remove;
                   },
                   [&](const SetDataTransaction& set_step) {
                     set_data(set_step, in, applied);
                     outcome.op = OpCode::set_data;
                     outcome.stat = applied.stat;
                   },
                   [&](const CheckTransaction&) { outcome.op = OpCode::check; },
                   [&](const ErrorTransaction&) { SIM_CHECK(false, "half a multi"); },
               },
               step);
    applied.outcomes.push_back(std::move(outcome));
  }
}

}  // namespace zookeeper
