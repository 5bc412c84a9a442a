#include "model/zookeeper/messages.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "model/zookeeper/jute.hpp"
#include "sim/check.hpp"

namespace zookeeper {
namespace {

constexpr std::size_t operation_count = std::variant_size_v<Operation>;
constexpr std::uint16_t first_request_id = message_id_base + 10;
constexpr std::uint16_t first_response_id = first_request_id + operation_count;
static_assert(first_response_id + operation_count <= message_id_end);

/// What stands between the operations of a Multi and between its outcomes.
struct MultiHeader {
  OpCode op = OpCode::error;
  bool done = false;
  std::int32_t error = -1;

  template <class Self, class Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("type", self.op);
    visit("done", self.done);
    visit("err", self.error);
  }
};

constexpr MultiHeader multi_end{OpCode::error, true, -1};

template <class Variant, std::size_t... index>
Variant make_alternative(std::size_t wanted, std::index_sequence<index...>) {
  Variant result;
  ((index == wanted ? static_cast<void>(result.template emplace<index>()) : static_cast<void>(0)), ...);
  return result;
}

/// The empty operation with this code; nothing if there is none.
template <class Variant>
std::optional<Variant> operation_with(OpCode op) {
  for (std::size_t i = 0; i < std::variant_size_v<Variant>; ++i) {
    Variant operation = make_alternative<Variant>(i, std::make_index_sequence<std::variant_size_v<Variant>>{});
    if (op_of(operation) == op) return operation;
  }
  return std::nullopt;
}

std::size_t index_of(OpCode op) {
  const auto operation = operation_with<Operation>(op);
  SIM_CHECK(operation.has_value(), "no message carries {}", to_text(op));
  return operation->index();
}

}  // namespace

// --- Multi
// -------------------------------------------------------------------------------------------------------------

template <class Sink>
void Multi::jute_put(Sink& sink) const {
  for (const MultiOperation& operation : operations) {
    jute::put(sink, MultiHeader{op_of(operation), false, -1});
    std::visit([&](const auto& body) { jute::put(sink, body); }, operation);
  }
  jute::put(sink, multi_end);
}

void Multi::jute_get(jute::Reader& reader) {
  operations.clear();
  for (;;) {
    MultiHeader header;
    jute::get(reader, header);
    if (header.done || reader.failed()) return;
    auto operation = operation_with<MultiOperation>(header.op);
    if (!operation) {
      reader.fail();
      return;
    }
    std::visit([&](auto& body) { jute::get(reader, body); }, *operation);
    operations.push_back(std::move(*operation));
  }
}

void Multi::jute_print(std::string& out) const {
  out += '[';
  for (const MultiOperation& operation : operations) {
    if (out.back() != '[') out += ' ';
    out += to_text(op_of(operation));
    std::visit([&](const auto& body) { jute::print(out, body); }, operation);
  }
  out += ']';
}

template <class Sink>
void MultiResult::jute_put(Sink& sink) const {
  for (const MultiOutcome& outcome : outcomes) {
    jute::put(sink, MultiHeader{outcome.op, false, static_cast<std::int32_t>(outcome.error)});
    if (outcome.op == OpCode::error) jute::put(sink, outcome.error);
    if (outcome.op == OpCode::create) jute::put(sink, outcome.path);
    if (outcome.op == OpCode::set_data) jute::put(sink, outcome.stat);
  }
  jute::put(sink, multi_end);
}

void MultiResult::jute_get(jute::Reader& reader) {
  outcomes.clear();
  for (;;) {
    MultiHeader header;
    jute::get(reader, header);
    if (header.done || reader.failed()) return;
    MultiOutcome& outcome = outcomes.emplace_back();
    outcome.op = header.op;
    outcome.error = static_cast<Error>(header.error);
    if (outcome.op == OpCode::error) jute::get(reader, outcome.error);
    if (outcome.op == OpCode::create) jute::get(reader, outcome.path);
    if (outcome.op == OpCode::set_data) jute::get(reader, outcome.stat);
  }
}

void MultiResult::jute_print(std::string& out) const {
  out += '[';
  for (const MultiOutcome& outcome : outcomes) {
    if (out.back() != '[') out += ' ';
    out += outcome.op == OpCode::error ? to_text(outcome.error) : to_text(outcome.op);
    if (outcome.op == OpCode::create) (out += '=') += outcome.path;
  }
  out += ']';
}

Result result_for(OpCode op) {
  switch (op) {
    case OpCode::create:
    case OpCode::sync: return PathResult{};
    case OpCode::create2: return Create2Result{};
    case OpCode::exists:
    case OpCode::set_data: return StatResult{};
    case OpCode::get_data: return DataResult{};
    case OpCode::get_children: return ChildrenResult{};
    case OpCode::get_children2: return Children2Result{};
    case OpCode::multi: return MultiResult{};
    case OpCode::remove:
    case OpCode::ping:
    case OpCode::check:
    case OpCode::set_watches:
    case OpCode::create_session:
    case OpCode::close_session:
    case OpCode::error: return NoResult{};
  }
  return NoResult{};
}

OpCode op_of(const Operation& operation) {
  return std::visit([](const auto& body) { return std::decay_t<decltype(body)>::op; }, operation);
}

OpCode op_of(const MultiOperation& operation) {
  return std::visit([](const auto& body) { return std::decay_t<decltype(body)>::op; }, operation);
}

bool is_write(OpCode op) {
  switch (op) {
    case OpCode::create:
    case OpCode::create2:
    case OpCode::remove:
    case OpCode::set_data:
    case OpCode::multi:
    case OpCode::create_session:
    case OpCode::close_session: return true;
    default: return false;
  }
}

std::string_view path_of(const Operation& operation) {
  return std::visit(
      [](const auto& body) -> std::string_view {
        if constexpr (requires { body.path; }) return body.path;
        if constexpr (requires { body.create.path; }) return body.create.path;
        return {};
      },
      operation);
}

// --- frames
// ------------------------------------------------------------------------------------------------------------

namespace {

constexpr std::size_t length_size = 4;
constexpr std::size_t request_header_size = 8;
constexpr std::size_t response_header_size = 16;

/// The frame without its length; nothing if the length is not that of the rest.
std::optional<jute::Reader> open_frame(std::span<const std::byte> bytes) {
  jute::Reader reader{bytes};
  const auto length = reader.integer<std::int32_t>();
  if (reader.failed() || length < 0 || static_cast<std::size_t>(length) != reader.remaining()) return std::nullopt;
  return reader;
}

template <class Body>
sim::MessagePtr make_plain(Body body) {
  const std::size_t size = length_size + jute::size_of(body);
  return sim::make_message(std::move(body), static_cast<std::uint32_t>(size));
}

template <class Body>
constexpr sim::MessageType plain_type(std::uint16_t id, std::string_view name) {
  return sim::MessageType{
      id,
      name,
      [](const sim::Message& message) {
        std::string out;
        jute::print(out, sim::content_of<Body>(message));
        return out;
      },
      [](const sim::Message& a, const sim::Message& b) { return sim::content_of<Body>(a) == sim::content_of<Body>(b); },
      [](const sim::Message& message, std::vector<std::byte>& out) {
        jute::Writer writer{out};
        writer.integer(static_cast<std::int32_t>(message.size() - length_size));
        jute::put(writer, sim::content_of<Body>(message));
      },
      [](std::span<const std::byte> bytes, const sim::Message&) {
        auto reader = open_frame(bytes);
        if (!reader) return sim::MessagePtr{};
        Body body;
        jute::get(*reader, body);
        return reader->complete() ? make_plain(std::move(body)) : sim::MessagePtr{};
      }};
}

class RequestMessage final : public sim::Message {
 public:
  RequestMessage(const sim::MessageType& type, Request content, std::uint32_t size)
      : Message{type, size}, request{std::move(content)} {}
  const Request request;
};

class ResponseMessage final : public sim::Message {
 public:
  ResponseMessage(const sim::MessageType& type, Response content, std::uint32_t size)
      : Message{type, size}, response{std::move(content)} {}
  const Response response;
};

const Request& request_of(const sim::Message& message) { return static_cast<const RequestMessage&>(message).request; }
const Response& response_of(const sim::Message& message) {
  return static_cast<const ResponseMessage&>(message).response;
}

std::string print_request(const sim::Message& message) {
  const Request& request = request_of(message);
  std::string out = "xid=";
  jute::print(out, request.xid);
  out += ' ';
  std::visit([&](const auto& body) { jute::print(out, body); }, request.operation);
  return out;
}

void encode_request(const sim::Message& message, std::vector<std::byte>& out) {
  const Request& request = request_of(message);
  jute::Writer writer{out};
  writer.integer(static_cast<std::int32_t>(message.size() - length_size));
  jute::put(writer, request.xid);
  jute::put(writer, op_of(request.operation));
  std::visit([&](const auto& body) { jute::put(writer, body); }, request.operation);
}

sim::MessagePtr decode_request(std::span<const std::byte> bytes, const sim::Message&) {
  auto reader = open_frame(bytes);
  if (!reader) return {};
  Request request;
  OpCode op{};
  jute::get(*reader, request.xid);
  jute::get(*reader, op);
  auto operation = operation_with<Operation>(op);
  if (!operation) return {};
  request.operation = std::move(*operation);
  std::visit([&](auto& body) { jute::get(*reader, body); }, request.operation);
  return reader->complete() ? make_message(std::move(request)) : sim::MessagePtr{};
}

std::string print_response(const sim::Message& message) {
  const Response& response = response_of(message);
  std::string out = "xid=";
  jute::print(out, response.xid);
  out += " zxid=";
  jute::print(out, response.zxid);
  out += ' ';
  jute::print(out, response.error);
  out += ' ';
  std::visit([&](const auto& body) { jute::print(out, body); }, response.result);
  return out;
}

void encode_response(const sim::Message& message, std::vector<std::byte>& out) {
  const Response& response = response_of(message);
  jute::Writer writer{out};
  writer.integer(static_cast<std::int32_t>(message.size() - length_size));
  jute::put(writer, response.xid);
  jute::put(writer, response.zxid);
  jute::put(writer, response.error);
  std::visit([&](const auto& body) { jute::put(writer, body); }, response.result);
}

template <std::size_t index>
sim::MessagePtr decode_response(std::span<const std::byte> bytes, const sim::Message&) {
  constexpr OpCode op = std::variant_alternative_t<index, Operation>::op;
  auto reader = open_frame(bytes);
  if (!reader) return {};
  Response response;
  jute::get(*reader, response.xid);
  jute::get(*reader, response.zxid);
  jute::get(*reader, response.error);
  if (response.error == Error::ok) {
    response.result = result_for(op);
    std::visit([&](auto& body) { jute::get(*reader, body); }, response.result);
  }
  return reader->complete() ? make_message(std::move(response), op) : sim::MessagePtr{};
}

constexpr std::array<std::string_view, operation_count> request_names = {
    "CreateRequest",  "Create2Request",     "DeleteRequest",       "SetDataRequest", "ExistsRequest",
    "GetDataRequest", "GetChildrenRequest", "GetChildren2Request", "SyncRequest",    "PingRequest",
    "MultiRequest",   "SetWatchesRequest",  "CloseSessionRequest"};
constexpr std::array<std::string_view, operation_count> response_names = {
    "CreateResponse",  "Create2Response",     "DeleteResponse",       "SetDataResponse", "ExistsResponse",
    "GetDataResponse", "GetChildrenResponse", "GetChildren2Response", "SyncResponse",    "PingResponse",
    "MultiResponse",   "SetWatchesResponse",  "CloseSessionResponse"};

template <std::size_t... index>
constexpr std::array<sim::MessageType, operation_count> request_table(std::index_sequence<index...>) {
  return {sim::MessageType{static_cast<std::uint16_t>(first_request_id + index), request_names[index], print_request,
                           [](const sim::Message& a, const sim::Message& b) { return request_of(a) == request_of(b); },
                           encode_request, decode_request}...};
}

template <std::size_t... index>
constexpr std::array<sim::MessageType, operation_count> response_table(std::index_sequence<index...>) {
  return {
      sim::MessageType{static_cast<std::uint16_t>(first_response_id + index), response_names[index], print_response,
                       [](const sim::Message& a, const sim::Message& b) { return response_of(a) == response_of(b); },
                       encode_response, decode_response<index>}...};
}

constexpr auto request_types = request_table(std::make_index_sequence<operation_count>{});
constexpr auto response_types = response_table(std::make_index_sequence<operation_count>{});

bool belongs(const sim::MessageType& type, const std::array<sim::MessageType, operation_count>& table) {
  return type.id >= table.front().id && type.id <= table.back().id;
}

}  // namespace

constexpr sim::MessageType ConnectRequest::type = plain_type<ConnectRequest>(message_id_base, "ConnectRequest");
constexpr sim::MessageType ConnectResponse::type = plain_type<ConnectResponse>(message_id_base + 1, "ConnectResponse");
constexpr sim::MessageType WatcherEvent::type = plain_type<WatcherEvent>(message_id_base + 2, "WatcherEvent");

sim::MessagePtr make_message(ConnectRequest body) { return make_plain(std::move(body)); }
sim::MessagePtr make_message(ConnectResponse body) { return make_plain(std::move(body)); }
sim::MessagePtr make_message(WatcherEvent body) { return make_plain(std::move(body)); }

sim::MessagePtr make_message(Request body) {
  const std::size_t size = length_size + request_header_size +
                           std::visit([](const auto& operation) { return jute::size_of(operation); }, body.operation);
  const sim::MessageType& type = request_types[body.operation.index()];
  return sim::MessagePtr{new RequestMessage{type, std::move(body), static_cast<std::uint32_t>(size)}};
}

sim::MessagePtr make_message(Response body, OpCode op) {
  const bool right = body.error == Error::ok ? body.result.index() == result_for(op).index() : body.result.index() == 0;
  SIM_CHECK(right, "the answer to {} has another one's form", to_text(op));
  const std::size_t size = length_size + response_header_size +
                           std::visit([](const auto& result) { return jute::size_of(result); }, body.result);
  const sim::MessageType& type = response_types[index_of(op)];
  return sim::MessagePtr{new ResponseMessage{type, std::move(body), static_cast<std::uint32_t>(size)}};
}

const Request* request_in(const sim::Message& message) {
  return belongs(message.type(), request_types) ? &request_of(message) : nullptr;
}

const Response* response_in(const sim::Message& message) {
  return belongs(message.type(), response_types) ? &response_of(message) : nullptr;
}

}  // namespace zookeeper
