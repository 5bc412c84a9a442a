#include "model/zookeeper/client_watches.hpp"

#include <type_traits>
#include <utility>
#include <variant>

namespace zookeeper {

void ClientWatches::registered(const Operation& operation, Error error) {
  std::visit(
      [&](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, Exists>) {
          if (!body.watch) return;
          if (error == Error::ok) data_.insert(body.path, {});
          if (error == Error::no_node) exist_.insert(body.path, {});
        } else if constexpr (std::is_same_v<Body, GetData>) {
          if (body.watch && error == Error::ok) data_.insert(body.path, {});
        } else if constexpr (std::is_same_v<Body, GetChildren> || std::is_same_v<Body, GetChildren2>) {
          if (body.watch && error == Error::ok) child_.insert(body.path, {});
        }
      },
      operation);
}

bool ClientWatches::fired(EventType type, const std::string& path) {
  bool found = false;
  const auto take = [&](Set& set) { found = set.erase(path) || found; };
  switch (type) {
    case EventType::node_created:
    case EventType::node_data_changed:
      take(data_);
      take(exist_);
      break;
    case EventType::node_children_changed: take(child_); break;
    case EventType::node_deleted:
      take(data_);
      take(exist_);
      take(child_);
      break;
  }
  return found;
}

std::vector<SetWatches> ClientWatches::to_set_again(Zxid last_zxid) const {
  constexpr std::size_t most_bytes = 128 * 1024;
  std::vector<SetWatches> requests;
  std::size_t bytes = 0;
  const auto add_all = [&](const Set& set, std::vector<std::string> SetWatches::*list) {
    set.for_each([&](const std::string& path, Nothing) {
      if (requests.empty() || bytes + path.size() > most_bytes) {
        requests.push_back(SetWatches{last_zxid, {}, {}, {}});
        bytes = 0;
      }
      (requests.back().*list).push_back(path);
      bytes += path.size() + 4;
    });
  };
  add_all(data_, &SetWatches::data);
  add_all(exist_, &SetWatches::exist);
  add_all(child_, &SetWatches::child);
  return requests;
}

void ClientWatches::clear() {
  data_.clear();
  exist_.clear();
  child_.clear();
}

}  // namespace zookeeper
