// messages.hpp - everything that the example's programs say to each other.
// Here:  one plain struct a message, with its fields, its static type and nothing else; message().
// Not:   how fields become bytes (wire.hpp).
// Start: Increment; `env.send(connection, message(Increment{...}))`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "sim/example/counter.hpp"
#include "sim/example/wire.hpp"
#include "sim/message.hpp"

namespace sim::example {

/// What message_type_of() asks of a message, the same for all of ours.
#define SIM_EXAMPLE_MESSAGE(Name, ...)                                                                                 \
  static const MessageType type;                                                                                       \
  auto fields() const { return std::tie(__VA_ARGS__); }                                                                \
  auto fields() { return std::tie(__VA_ARGS__); }                                                                      \
  std::string print() const;                                                                                           \
  void encode(std::vector<std::byte>& out) const;                                                                      \
  static std::optional<Name> decode(std::span<const std::byte> bytes);                                                 \
  friend bool operator==(const Name&, const Name&) = default

// --- client and server -----------------------------------------------------------------------------------------------

struct Increment {
  std::uint32_t client = 0;
  std::uint64_t sequence = 0;  ///< a repeated request has the number of the first
  Bytes note;
  SIM_EXAMPLE_MESSAGE(Increment, client, sequence, note);
};

/// The promise.
struct Incremented {
  std::uint64_t sequence = 0;
  std::uint64_t value = 0;
  SIM_EXAMPLE_MESSAGE(Incremented, sequence, value);
};

struct NotPrimary {
  std::uint64_t sequence = 0;
  std::uint32_t primary = UINT32_MAX;  ///< number of the server that may know more
  SIM_EXAMPLE_MESSAGE(NotPrimary, sequence, primary);
};

// --- server and arbiter ----------------------------------------------------------------------------------------------

struct LeaseRequest {
  std::uint32_t server = 0;
  std::uint64_t number = 0;  ///< grows from request to request, so that a late one is recognised
  std::uint64_t epoch = 0;   ///< of the lease to be renewed; 0: a new one
  Members members = 0;       ///< of the renewed lease, from now on
  bool release = false;      ///< the primary stops
  SIM_EXAMPLE_MESSAGE(LeaseRequest, server, number, epoch, members, release);
};

struct LeaseReply {
  std::uint64_t number = 0;
  bool granted = false;
  std::uint64_t epoch = 0;
  Members members = 0;
  std::uint32_t holder = UINT32_MAX;
  SIM_EXAMPLE_MESSAGE(LeaseReply, number, granted, epoch, members, holder);
};

// --- primary and backup ----------------------------------------------------------------------------------------------

/// Replaces all that the backup has. First on every connection of a primary.
struct Snapshot {
  CounterState state;
  SIM_EXAMPLE_MESSAGE(Snapshot, state);
};

struct Replicate {
  Entry entry;
  SIM_EXAMPLE_MESSAGE(Replicate, entry);
};

/// The backup has everything up to `value` on its platter; or refuses, by telling of a higher epoch.
struct Replicated {
  std::uint64_t epoch = 0;
  std::uint64_t value = 0;
  SIM_EXAMPLE_MESSAGE(Replicated, epoch, value);
};

// --- commands from outside -------------------------------------------------------------------------------------------

/// To a client: so many increments without pause.
struct Burst {
  std::uint32_t increments = 0;
  SIM_EXAMPLE_MESSAGE(Burst, increments);
};

/// To a server.
struct TakeCheckpoint {
  std::uint8_t reason = 0;
  SIM_EXAMPLE_MESSAGE(TakeCheckpoint, reason);
};

#undef SIM_EXAMPLE_MESSAGE

template <class Body>
MessagePtr message(Body body) {
  const std::uint32_t size = encoded_size(body);
  return make_message(std::move(body), size);
}

}  // namespace sim::example
