#include "model/zookeeper/types.hpp"

#include <cstddef>

#include "sim/check.hpp"

namespace zookeeper {

std::string_view to_text(Error error) {
  switch (error) {
    case Error::ok: return "OK";
    case Error::system_error: return "SYSTEMERROR";
    case Error::runtime_inconsistency: return "RUNTIMEINCONSISTENCY";
    case Error::connection_loss: return "CONNECTIONLOSS";
    case Error::marshalling_error: return "MARSHALLINGERROR";
    case Error::unimplemented: return "UNIMPLEMENTED";
    case Error::bad_arguments: return "BADARGUMENTS";
    case Error::no_node: return "NONODE";
    case Error::bad_version: return "BADVERSION";
    case Error::no_children_for_ephemerals: return "NOCHILDRENFOREPHEMERALS";
    case Error::node_exists: return "NODEEXISTS";
    case Error::not_empty: return "NOTEMPTY";
    case Error::session_expired: return "SESSIONEXPIRED";
    case Error::session_moved: return "SESSIONMOVED";
  }
  return "UNKNOWN";
}

std::string_view to_text(OpCode op) {
  switch (op) {
    case OpCode::create: return "create";
    case OpCode::remove: return "delete";
    case OpCode::exists: return "exists";
    case OpCode::get_data: return "getData";
    case OpCode::set_data: return "setData";
    case OpCode::get_children: return "getChildren";
    case OpCode::sync: return "sync";
    case OpCode::ping: return "ping";
    case OpCode::get_children2: return "getChildren2";
    case OpCode::check: return "check";
    case OpCode::multi: return "multi";
    case OpCode::create2: return "create2";
    case OpCode::set_watches: return "setWatches";
    case OpCode::create_session: return "createSession";
    case OpCode::close_session: return "closeSession";
    case OpCode::error: return "error";
  }
  return "unknown";
}

std::string_view to_text(EventType type) {
  switch (type) {
    case EventType::node_created: return "NodeCreated";
    case EventType::node_deleted: return "NodeDeleted";
    case EventType::node_data_changed: return "NodeDataChanged";
    case EventType::node_children_changed: return "NodeChildrenChanged";
  }
  return "Unknown";
}

Data data_of(std::string_view text) { return sim::Bytes::copy_of(text); }

std::string_view text_of(const Data& data) { return data ? data->view() : std::string_view{}; }

bool is_valid_path(std::string_view path) {
  if (path.empty() || path.front() != '/') return false;
  if (path.size() == 1) return true;
  std::size_t begin = 1;
  while (begin <= path.size()) {
    std::size_t end = path.find('/', begin);
    if (end == std::string_view::npos) end = path.size();
    const std::string_view name = path.substr(begin, end - begin);
    if (name.empty() || name == "." || name == "..") return false;
    for (const char character : name) {
      const auto code = static_cast<unsigned char>(character);
      if (code < 0x20 || code == 0x7f) return false;
    }
    begin = end + 1;
  }
  return true;
}

std::string_view parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  SIM_CHECK(slash != std::string_view::npos, "'{}' has no parent", path);
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string_view name_in(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace zookeeper
