// message.hpp - what travels between processes: immutable, counted, typed values.
// Here:  Message, MessagePtr, MessageType (the static table that lets the kernel print, compare and encode a message
//        whose meaning it does not know), MessageOf<Body> and make_message().
// Not:   connections and delivery (network.hpp); any particular message (they live with their users).
// Start: `struct Ping { ... static const MessageType type; };  env.send(connection, make_message(Ping{...}, 12));`
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/check.hpp"

namespace sim {

class Message;
class MessagePtr;

/// What the kernel may do with messages of one type. One static object per type; compared by address within a process,
/// but only `id` ever reaches a trace or a digest.
struct MessageType {
  /// Unique in the program and the same in every build of it.
  std::uint16_t id;
  /// As the trace shows it: "FetchRequest".
  std::string_view name;
  /// One line for people.
  std::string (*print)(const Message&);
  /// True if both (of this type) carry the same content.
  bool (*equal)(const Message&, const Message&);
  /// Appends exactly `size()` bytes, or what the wire check then reports.
  void (*encode)(const Message&, std::vector<std::byte>& out);
  /// The reverse of encode for a whole encoded message that is like `sent` in what does not travel (a response does not
  /// carry its own version). Null if the bytes are malformed.
  MessagePtr (*decode)(std::span<const std::byte> bytes, const Message& sent);
};

/// An immutable message. Shared between the sender, the network, the receiver and every copy of the world, all of which
/// live on one thread: the count is a plain integer.
class Message {
 public:
  Message(const Message&) = delete;
  Message& operator=(const Message&) = delete;
  virtual ~Message() = default;

  const MessageType& type() const { return *type_; }
  /// Exact encoded size in bytes, as it counts against bandwidth and windows.
  std::uint32_t size() const { return size_; }

 protected:
  Message(const MessageType& type, std::uint32_t size) : type_{&type}, size_{size} {}

 private:
  friend class MessagePtr;
  const MessageType* type_;
  std::uint32_t size_;
  mutable std::uint32_t references_ = 0;
};

/// Shared ownership of a message; may be empty.
class MessagePtr {
 public:
  MessagePtr() = default;
  explicit MessagePtr(const Message* message) : message_{message} { acquire(); }
  MessagePtr(const MessagePtr& other) : message_{other.message_} { acquire(); }
  MessagePtr(MessagePtr&& other) noexcept : message_{std::exchange(other.message_, nullptr)} {}
  MessagePtr& operator=(MessagePtr other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~MessagePtr() {
    if (message_ != nullptr && --message_->references_ == 0) delete message_;
  }

  explicit operator bool() const { return message_ != nullptr; }
  const Message& operator*() const { return *message_; }
  const Message* operator->() const { return message_; }
  const Message* get() const { return message_; }

 private:
  void acquire() {
    if (message_ != nullptr) ++message_->references_;
  }
  const Message* message_ = nullptr;
};

/// A message with content `Body`. A Body is a plain struct with a static member `type` (see message_type_of).
template <class Body>
class MessageOf final : public Message {
 public:
  MessageOf(Body content, std::uint32_t size) : Message{Body::type, size}, body{std::move(content)} {}
  const Body body;
};

/// `size`: exact encoded size in bytes.
template <class Body>
MessagePtr make_message(Body body, std::uint32_t size) {
  return MessagePtr{new MessageOf<Body>{std::move(body), size}};
}

/// The content if the message has type `Body`, else null.
template <class Body>
const Body* content(const Message& message) {
  return &message.type() == &Body::type ? &static_cast<const MessageOf<Body>&>(message).body : nullptr;
}

/// The content. REQUIRES: the message has type `Body`.
template <class Body>
const Body& content_of(const Message& message) {
  SIM_CHECK(&message.type() == &Body::type, "{} where {} was expected", message.type().name, Body::type.name);
  return static_cast<const MessageOf<Body>&>(message).body;
}

/// Builds the table of a Body that has operator==, `std::string print() const`, `void encode(std::vector<std::byte>&)
/// const` and `static std::optional<Body> decode(std::span<const std::byte>)`.
template <class Body>
constexpr MessageType message_type_of(std::uint16_t id, std::string_view name) {
  return MessageType{id,
                     name,
                     [](const Message& message) { return content_of<Body>(message).print(); },
                     [](const Message& a, const Message& b) { return content_of<Body>(a) == content_of<Body>(b); },
                     [](const Message& message, std::vector<std::byte>& out) { content_of<Body>(message).encode(out); },
                     [](std::span<const std::byte> bytes, const Message&) {
                       auto body = Body::decode(bytes);
                       return body ? make_message(*std::move(body), static_cast<std::uint32_t>(bytes.size()))
                                   : MessagePtr{};
                     }};
}

}  // namespace sim
