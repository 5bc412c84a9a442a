#include "tests/model/zookeeper/plain_tree.hpp"

#include <cstdio>
#include <utility>

namespace zookeeper::test {

PlainTree::PlainTree() {
  for (const char* path : {"/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota"})
    nodes_[path].data = sim::Bytes{};
}

namespace {
std::string above(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}
}  // namespace

std::vector<std::string> PlainTree::children(const std::string& path) const {
  std::vector<std::string> names;
  for (const auto& [other, node] : nodes_) {
    if (other != "/" && above(other) == path) names.push_back(other.substr(other.rfind('/') + 1));
  }
  return names;
}

Stat PlainTree::stat(const std::string& path) const {
  const Plain& node = nodes_.at(path);
  Stat stat;
  stat.czxid = Zxid{node.czxid};
  stat.mzxid = Zxid{node.mzxid};
  stat.pzxid = Zxid{node.pzxid};
  stat.version = node.version;
  stat.cversion = node.born + node.died;
  stat.ephemeral_owner = node.owner;
  stat.data_length = node.data ? static_cast<std::int32_t>(node.data->size()) : 0;
  stat.num_children = static_cast<std::int32_t>(children(path).size());
  return stat;
}

Error PlainTree::create(const Create& create, SessionId session, std::int64_t zxid, std::string& path) {
  const std::string parent = above(create.path);
  if (nodes_.count(parent) == 0) return Error::no_node;
  path = create.path;
  if (is_sequential(create.mode)) {
    char number[16];
    std::snprintf(number, sizeof number, "%010d", nodes_[parent].born);
    path += number;
  }
  if (nodes_.count(path) > 0) return Error::node_exists;
  if (nodes_[parent].owner != no_session) return Error::no_children_for_ephemerals;
  ++nodes_[parent].born;
  nodes_[parent].pzxid = zxid;
  Plain& node = nodes_[path];
  node.data = create.data;
  node.czxid = node.mzxid = node.pzxid = zxid;
  if (is_ephemeral(create.mode)) node.owner = session;
  return Error::ok;
}

Error PlainTree::remove(const Delete& remove, std::int64_t zxid) {
  if (nodes_.count(remove.path) == 0) return Error::no_node;
  if (remove.version != -1 && remove.version != nodes_[remove.path].version) return Error::bad_version;
  if (!children(remove.path).empty()) return Error::not_empty;
  nodes_.erase(remove.path);
  ++nodes_[above(remove.path)].died;
  nodes_[above(remove.path)].pzxid = zxid;
  return Error::ok;
}

Error PlainTree::set(const SetData& set, std::int64_t zxid) {
  if (nodes_.count(set.path) == 0) return Error::no_node;
  Plain& node = nodes_[set.path];
  if (set.version != -1 && set.version != node.version) return Error::bad_version;
  ++node.version;
  node.mzxid = zxid;
  node.data = set.data;
  return Error::ok;
}

Answer PlainTree::write(const Operation& operation, SessionId session, std::int64_t zxid) {
  Answer answer;
  if (const auto* plain = std::get_if<Create>(&operation)) {
    answer.error = create(*plain, session, zxid, answer.created);
  } else if (const auto* with_stat = std::get_if<Create2>(&operation)) {
    answer.error = create(with_stat->create, session, zxid, answer.created);
    if (answer.error == Error::ok) answer.stat = stat(answer.created);
  } else if (const auto* gone = std::get_if<Delete>(&operation)) {
    answer.error = remove(*gone, zxid);
  } else if (const auto* changed = std::get_if<SetData>(&operation)) {
    answer.error = set(*changed, zxid);
    if (answer.error == Error::ok) answer.stat = stat(changed->path);
  } else if (const auto* multi = std::get_if<Multi>(&operation)) {
    const Nodes before = nodes_;
    bool failed = false;
    for (const MultiOperation& step : multi->operations) {
      MultiOutcome outcome;
      if (failed) {
        outcome.error = Error::runtime_inconsistency;
      } else if (const auto* a = std::get_if<Create>(&step)) {
        outcome.op = OpCode::create;
        outcome.error = create(*a, session, zxid, outcome.path);
      } else if (const auto* b = std::get_if<Delete>(&step)) {
        outcome.op = OpCode::remove;
        outcome.error = remove(*b, zxid);
      } else if (const auto* c = std::get_if<SetData>(&step)) {
        outcome.op = OpCode::set_data;
        outcome.error = set(*c, zxid);
        if (outcome.error == Error::ok) outcome.stat = stat(c->path);
      } else if (const auto* d = std::get_if<Check>(&step)) {
        outcome.op = OpCode::check;
        if (nodes_.count(d->path) == 0) {
          outcome.error = Error::no_node;
        } else if (d->version != -1 && d->version != nodes_[d->path].version) {
          outcome.error = Error::bad_version;
        }
      }
      if (!failed && outcome.error != Error::ok) {
        failed = true;
        nodes_ = before;
        for (MultiOutcome& earlier : answer.outcomes) earlier = MultiOutcome{};
      }
      if (failed) outcome = MultiOutcome{OpCode::error, outcome.error, {}, {}};
      answer.outcomes.push_back(outcome);
    }
  }
  if (answer.error != Error::ok) answer.created.clear();
  return answer;
}

Answer PlainTree::read(const Operation& operation) const {
  Answer answer;
  const std::string path{path_of(operation)};
  if (nodes_.count(path) == 0) {
    answer.error = Error::no_node;
    return answer;
  }
  answer.stat = stat(path);
  if (op_of(operation) == OpCode::get_data) answer.data = nodes_.at(path).data;
  if (op_of(operation) == OpCode::get_children2) answer.children = children(path);
  return answer;
}

bool same_answer(Answer a, Answer b) {
  const auto timeless = [](Stat& stat) { stat.ctime = stat.mtime = 0; };
  for (Answer* each : {&a, &b}) {
    timeless(each->stat);
    for (MultiOutcome& outcome : each->outcomes) timeless(outcome.stat);
  }
  return a.error == b.error && a.created == b.created && a.stat == b.stat && a.data == b.data &&
         a.children == b.children && a.outcomes == b.outcomes;
}

}  // namespace zookeeper::test
