#include "model/zookeeper/watches.hpp"

#include <algorithm>
#include <utility>

namespace zookeeper {

void Watches::add(Kind kind, std::string_view path, sim::ConnectionId connection, sim::EventId registered_by) {
  Table& table = kind == Kind::data ? data_ : child_;
  const auto same = [&](const Watcher& watcher) { return watcher.connection == connection; };
  if (const auto* present = table.find(path); present != nullptr) {
    if (std::any_of(present->begin(), present->end(), same)) return;
  } else {
    table.insert(std::string{path}, {});
  }
  std::vector<Watcher>& all = *table.edit(path);
  const auto place =
      std::upper_bound(all.begin(), all.end(), connection,
                       [](sim::ConnectionId id, const Watcher& watcher) { return id < watcher.connection; });
  all.insert(place, Watcher{connection, registered_by});
}

void Watches::forget(sim::ConnectionId connection) {
  forget_in(data_, connection);
  forget_in(child_, connection);
}

void Watches::forget_in(Table& table, sim::ConnectionId connection) {
  const auto same = [&](const Watcher& watcher) { return watcher.connection == connection; };
  std::vector<std::string> paths;
  table.for_each([&](const std::string& path, const std::vector<Watcher>& all) {
    if (std::any_of(all.begin(), all.end(), same)) paths.push_back(path);
  });
  for (const std::string& path : paths) {
    std::vector<Watcher>& all = *table.edit(path);
    all.erase(std::remove_if(all.begin(), all.end(), same), all.end());
    if (all.empty()) table.erase(path);
  }
}

std::vector<Watches::Watcher> Watches::take(Table& table, std::string_view path) {
  std::vector<Watcher>* all = table.edit(path);
  if (all == nullptr) return {};
  std::vector<Watcher> taken = std::move(*all);
  table.erase(path);
  return taken;
}

std::vector<Fired> Watches::fire(const Change& change) {
  std::vector<Fired> fired;
  const auto tell = [&](const std::vector<Watcher>& watchers, EventType event, std::string_view path) {
    for (const Watcher& watcher : watchers) {
      fired.push_back(Fired{watcher.connection, event, std::string{path}, watcher.registered_by});
    }
  };
  switch (change.kind) {
    case Change::Kind::data_changed: tell(take(data_, change.path), EventType::node_data_changed, change.path); break;
    case Change::Kind::created:
      tell(take(data_, change.path), EventType::node_created, change.path);
      tell(take(child_, parent_of(change.path)), EventType::node_children_changed, parent_of(change.path));
      break;
    case Change::Kind::deleted: {
      const std::vector<Watcher> data = take(data_, change.path);
      std::vector<Watcher> child = take(child_, change.path);
      const auto already_told = [&](const Watcher& watcher) {
        return std::any_of(data.begin(), data.end(),
                           [&](const Watcher& told) { return told.connection == watcher.connection; });
      };
      child.erase(std::remove_if(child.begin(), child.end(), already_told), child.end());
      tell(data, EventType::node_deleted, change.path);
      tell(child, EventType::node_deleted, change.path);
      tell(take(child_, parent_of(change.path)), EventType::node_children_changed, parent_of(change.path));
      break;
    }
  }
  return fired;
}

std::vector<Fired> Watches::rearm(const DataTree& tree, const SetWatches& wanted, sim::ConnectionId connection,
                                  sim::EventId registered_by) {
  std::vector<Fired> fired;
  const auto tell = [&](EventType event, const std::string& path) {
    fired.push_back(Fired{connection, event, path, registered_by});
  };
  for (const std::string& path : wanted.data) {
    const Node* node = tree.find(path);
    if (node == nullptr) {
      tell(EventType::node_deleted, path);
    } else if (node->mzxid > wanted.relative_zxid) {
      tell(EventType::node_data_changed, path);
    } else {
      add(Kind::data, path, connection, registered_by);
    }
  }
  for (const std::string& path : wanted.exist) {
    if (tree.find(path) != nullptr) {
      tell(EventType::node_created, path);
    } else {
      add(Kind::data, path, connection, registered_by);
    }
  }
  for (const std::string& path : wanted.child) {
    const Node* node = tree.find(path);
    if (node == nullptr) {
      tell(EventType::node_deleted, path);
    } else if (node->pzxid > wanted.relative_zxid) {
      tell(EventType::node_children_changed, path);
    } else {
      add(Kind::child, path, connection, registered_by);
    }
  }
  return fired;
}

}  // namespace zookeeper
