// envelope_codec.hpp - the definitions of envelope.hpp's members.
// Here:  frames and headers (docs/reference/wire-protocol.md §1, §2) around the body's codec.
// Not:   anything a user of messages needs. Included by the one .cpp that instantiates a message.
// Start: put_header().
#pragma once

#include "model/protocol/codec.hpp"
#include "model/protocol/envelope.hpp"
#include "model/protocol/print.hpp"
#include "model/protocol/wire.hpp"

#include <fmt/format.h>

namespace kafka {

namespace envelope_detail {

inline constexpr std::size_t length_bytes = 4;

template <class Body>
constexpr codec::Form form_of(std::int16_t version) {
  return {version, Body::api.is_flexible(version)};
}

/// ControlledShutdown v0 is the only request with header version 0.
template <class Body>
constexpr bool has_client_id(std::int16_t version) {
  return Body::api.key != ApiKey::controlled_shutdown || version > 0;
}

/// An ApiVersions response has header version 0 for ever: the client reads it before it knows what the server speaks.
template <class Body>
constexpr bool has_response_tags(std::int16_t version) {
  return Body::api.key != ApiKey::api_versions && Body::api.is_flexible(version);
}

template <class Sink, class Body>
void put_header(Sink& sink, const Request<Body>& request) {
  sink.integer(static_cast<std::int16_t>(Body::api.key));
  sink.integer(request.version);
  sink.integer(request.correlation_id.raw());
  if (!has_client_id<Body>(request.version)) return;
  codec::put_value(sink, request.client_id, codec::Form{request.version, false}, "client_id");  // compact in no version
  if (Body::api.is_flexible(request.version)) sink.uvarint(0);
}

template <class Sink, class Body>
void put_header(Sink& sink, const Response<Body>& response) {
  sink.integer(response.correlation_id.raw());
  if (has_response_tags<Body>(response.version)) sink.uvarint(0);
}

template <class Envelope>
Measured measure(const Envelope& envelope) {
  using Body = std::remove_cvref_t<decltype(envelope.body)>;
  wire::Counter counter;
  if (!Body::api.has_version(envelope.version)) counter.refuse("version");
  counter.skip(length_bytes);
  put_header(counter, envelope);
  codec::put_struct(counter, envelope.body, form_of<Body>(envelope.version));
  if (counter.bytes() > codec::longest_array) counter.refuse("size");
  return {static_cast<std::uint32_t>(counter.bytes()), counter.problem()};
}

template <class Envelope>
std::string_view encode(const Envelope& envelope, std::vector<std::byte>& out) {
  using Body = std::remove_cvref_t<decltype(envelope.body)>;
  const Measured measured = measure(envelope);
  if (!measured.problem.empty()) return measured.problem;
  const std::size_t start = out.size();
  out.resize(start + measured.bytes);
  wire::Writer writer{std::span{out}.subspan(start)};
  writer.integer(static_cast<std::int32_t>(measured.bytes - length_bytes));
  put_header(writer, envelope);
  codec::put_struct(writer, envelope.body, form_of<Body>(envelope.version));
  SIM_CHECK(writer.exact(), "{} measured {} bytes and wrote others", Envelope::type.name, measured.bytes);
  return {};
}

/// A reader behind the length of the frame; failed if that is not the length of `frame`.
inline wire::Reader open_frame(std::span<const std::byte> frame) {
  wire::Reader reader{frame};
  const auto length = reader.integer<std::int32_t>();
  if (length < 0 || static_cast<std::size_t>(length) != reader.remaining()) reader.fail();
  return reader;
}

inline void skip_tags(wire::Reader& reader) {
  const std::uint32_t count = reader.uvarint();
  for (std::uint32_t i = 0; i < count && !reader.failed(); ++i) {
    reader.uvarint();
    reader.raw(reader.uvarint());
  }
}

/// Reads the body; false if it or anything before it was malformed.
template <class Body>
bool get_body(wire::Reader& reader, Body& body, std::int16_t version, std::size_t* left_over) {
  if (reader.failed() || !Body::api.has_version(version)) return false;
  codec::get_struct(reader, body, form_of<Body>(version));
  if (left_over != nullptr) *left_over = reader.remaining();
  return !reader.failed();
}

template <class Body>
constexpr std::uint16_t message_id(bool response) {
  return static_cast<std::uint16_t>(message_id_base + 2 * static_cast<int>(Body::api.key) + (response ? 1 : 0));
}

/// For MessageType::decode, where a byte too many is an error.
template <class Envelope>
sim::MessagePtr whole(std::optional<Envelope> envelope, std::size_t left_over, std::size_t size) {
  if (!envelope || left_over != 0) return {};
  return sim::make_message(*std::move(envelope), static_cast<std::uint32_t>(size));
}

template <class Body>
sim::MessagePtr decode_request(std::span<const std::byte> bytes, const sim::Message&) {
  std::size_t left_over = 0;
  auto request = Request<Body>::decode(bytes, &left_over);
  return whole(std::move(request), left_over, bytes.size());
}

template <class Body>
sim::MessagePtr decode_response(std::span<const std::byte> bytes, const sim::Message& sent) {
  std::size_t left_over = 0;
  auto response = Response<Body>::decode(bytes, sim::content_of<Response<Body>>(sent).version, &left_over);
  return whole(std::move(response), left_over, bytes.size());
}

template <class Envelope>
std::string print_message(const sim::Message& message) {
  return sim::content_of<Envelope>(message).print();
}

template <class Envelope>
bool equal_messages(const sim::Message& a, const sim::Message& b) {
  return sim::content_of<Envelope>(a).same_on_wire(sim::content_of<Envelope>(b));
}

/// A message that cannot be encoded leaves no bytes, which the wire check sees.
template <class Envelope>
void encode_message(const sim::Message& message, std::vector<std::byte>& out) {
  sim::content_of<Envelope>(message).encode(out);
}

}  // namespace envelope_detail

template <class Body>
Measured Request<Body>::measure() const {
  return envelope_detail::measure(*this);
}

template <class Body>
std::string_view Request<Body>::encode(std::vector<std::byte>& out) const {
  return envelope_detail::encode(*this, out);
}

template <class Body>
std::optional<Request<Body>> Request<Body>::decode(std::span<const std::byte> frame, std::size_t* left_over) {
  wire::Reader reader = envelope_detail::open_frame(frame);
  Request request;
  const auto key = reader.integer<std::int16_t>();
  request.version = reader.integer<std::int16_t>();
  request.correlation_id = CorrelationId{reader.integer<std::int32_t>()};
  if (key != static_cast<std::int16_t>(Body::api.key)) return std::nullopt;
  if (envelope_detail::has_client_id<Body>(request.version)) {
    codec::get_value(reader, request.client_id, codec::Form{request.version, false});
    if (Body::api.is_flexible(request.version)) envelope_detail::skip_tags(reader);
  }
  if (!envelope_detail::get_body(reader, request.body, request.version, left_over)) return std::nullopt;
  return request;
}

template <class Body>
bool Request<Body>::same_on_wire(const Request& other) const {
  const bool same_client = client_id == other.client_id || !envelope_detail::has_client_id<Body>(version);
  return version == other.version && correlation_id == other.correlation_id && same_client &&
         codec::same(body, other.body, version);
}

template <class Body>
std::string Request<Body>::print() const {
  std::string text = fmt::format("{} v{} #{} from ", type.name, version, correlation_id.raw());
  codec::print_string(text, client_id);
  text += ' ';
  codec::print_value(text, body, version);
  return text;
}

template <class Body>
constinit const sim::MessageType Request<Body>::type{
    envelope_detail::message_id<Body>(false),        table_of<Body>.name,
    &envelope_detail::print_message<Request<Body>>,  &envelope_detail::equal_messages<Request<Body>>,
    &envelope_detail::encode_message<Request<Body>>, &envelope_detail::decode_request<Body>};

template <class Body>
Measured Response<Body>::measure() const {
  return envelope_detail::measure(*this);
}

template <class Body>
std::string_view Response<Body>::encode(std::vector<std::byte>& out) const {
  return envelope_detail::encode(*this, out);
}

template <class Body>
std::optional<Response<Body>> Response<Body>::decode(std::span<const std::byte> frame, std::int16_t sent_version,
                                                     std::size_t* left_over) {
  wire::Reader reader = envelope_detail::open_frame(frame);
  Response response;
  response.version = sent_version;
  response.correlation_id = CorrelationId{reader.integer<std::int32_t>()};
  if (envelope_detail::has_response_tags<Body>(sent_version)) envelope_detail::skip_tags(reader);
  if (!envelope_detail::get_body(reader, response.body, sent_version, left_over)) return std::nullopt;
  return response;
}

template <class Body>
bool Response<Body>::same_on_wire(const Response& other) const {
  return version == other.version && correlation_id == other.correlation_id && codec::same(body, other.body, version);
}

template <class Body>
std::string Response<Body>::print() const {
  std::string text = fmt::format("{} v{} #{} ", type.name, version, correlation_id.raw());
  codec::print_value(text, body, version);
  return text;
}

template <class Body>
constinit const sim::MessageType Response<Body>::type{
    envelope_detail::message_id<Body>(true),          table_of<Body>.name,
    &envelope_detail::print_message<Response<Body>>,  &envelope_detail::equal_messages<Response<Body>>,
    &envelope_detail::encode_message<Response<Body>>, &envelope_detail::decode_response<Body>};

}  // namespace kafka
