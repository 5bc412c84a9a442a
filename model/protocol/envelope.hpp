// envelope.hpp - a body with its header, as the network carries it.
// Here:  Request<Body>, Response<Body>, make_request(), make_response(), peek_header().
// Not:   the bodies (produce.hpp, fetch.hpp, ...); how they become bytes (envelope_codec.hpp, codec.hpp).
// Start: `env.send(connection, make_request(std::int16_t{11}, CorrelationId{7}, "shop", ProduceRequest{...}));`
#pragma once

#include "model/protocol/api_keys.hpp"
#include "sim/check.hpp"
#include "sim/message.hpp"
#include "sim/strong.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kafka {

/// The client's number of a request on its connection; the response repeats it.
using CorrelationId = sim::Strong<struct CorrelationIdTag, std::int32_t>;

/// The messages of Kafka have the ids message_id_base + 2 * api key, and one more for the response.
inline constexpr std::uint16_t message_id_base = 1000;

struct Measured {
  /// Exact size of the frame in bytes: the four bytes of its length, header and body.
  std::uint32_t bytes;
  /// Kafka's name of the first field whose value the version cannot carry; empty if the message can be encoded.
  std::string_view problem;
};

/// What a client sends. `version` is one of Body::api's.
template <class Body>
struct Request {
  std::int16_t version = 0;
  CorrelationId correlation_id;
  std::string client_id;  ///< `client.id`; null on the wire is read as ""
  Body body;

  Measured measure() const;
  /// Appends the frame, exactly measure().bytes long. Returns measure().problem: if that is not empty, nothing was
  /// appended.
  std::string_view encode(std::vector<std::byte>& out) const;
  /// Reads one whole frame. Nothing if it is malformed, of another api or of a version that does not exist. Bytes left
  /// over behind the body are ignored, as the broker does (wire-protocol.md §11 item 1); `left_over`, if given, counts
  /// them.
  static std::optional<Request> decode(std::span<const std::byte> frame, std::size_t* left_over = nullptr);
  /// True if both frames say the same to the receiver: fields that the version drops do not count.
  bool same_on_wire(const Request& other) const;
  std::string print() const;

  static const sim::MessageType type;
};

/// What a broker answers. `version` is that of the request and does not travel; the one exception is the answer to an
/// ApiVersions request that is too new, which has version 0 (unsupported_api_versions).
template <class Body>
struct Response {
  std::int16_t version = 0;
  CorrelationId correlation_id;
  Body body;

  Measured measure() const;
  /// As Request::encode.
  std::string_view encode(std::vector<std::byte>& out) const;
  /// As Request::decode; `sent_version` is the version of the request.
  static std::optional<Response> decode(std::span<const std::byte> frame, std::int16_t sent_version,
                                        std::size_t* left_over = nullptr);
  bool same_on_wire(const Response& other) const;
  std::string print() const;

  static const sim::MessageType type;
};

/// REQUIRES: Body::api has `version`, and the version can carry everything that `body` says.
template <class Body>
sim::MessagePtr make_request(std::int16_t version, CorrelationId correlation_id, std::string client_id, Body body) {
  Request<Body> request{version, correlation_id, std::move(client_id), std::move(body)};
  const Measured measured = request.measure();
  SIM_CHECK(measured.problem.empty(), "v{} cannot carry {}: {}", version, measured.problem, request.print());
  return sim::make_message(std::move(request), measured.bytes);
}

/// As make_request; `version` is that of the request.
template <class Body>
sim::MessagePtr make_response(std::int16_t version, CorrelationId correlation_id, Body body) {
  Response<Body> response{version, correlation_id, std::move(body)};
  const Measured measured = response.measure();
  SIM_CHECK(measured.problem.empty(), "v{} cannot carry {}: {}", version, measured.problem, response.print());
  return sim::make_message(std::move(response), measured.bytes);
}

/// The part of a request's header that every version has.
struct PeekedHeader {
  ApiKey key;  ///< may be one that does not exist
  std::int16_t version;
  CorrelationId correlation_id;
};

/// Nothing if `frame` (with the four bytes of its length) is too short.
std::optional<PeekedHeader> peek_header(std::span<const std::byte> frame);

}  // namespace kafka
