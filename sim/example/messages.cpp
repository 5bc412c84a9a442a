#include "sim/example/messages.hpp"

#include <fmt/format.h>

namespace sim::example {

#define SIM_EXAMPLE_CODEC(Name, number)                                                                                \
  const MessageType Name::type = message_type_of<Name>(number, #Name);                                                 \
  void Name::encode(std::vector<std::byte>& out) const { Writer{out}.put(*this); }                                     \
  std::optional<Name> Name::decode(std::span<const std::byte> bytes) { return decode_fields<Name>(bytes); }

SIM_EXAMPLE_CODEC(Increment, 1)
SIM_EXAMPLE_CODEC(Incremented, 2)
SIM_EXAMPLE_CODEC(NotPrimary, 3)
SIM_EXAMPLE_CODEC(LeaseRequest, 4)
SIM_EXAMPLE_CODEC(LeaseReply, 5)
SIM_EXAMPLE_CODEC(Snapshot, 6)
SIM_EXAMPLE_CODEC(Replicate, 7)
SIM_EXAMPLE_CODEC(Replicated, 8)
SIM_EXAMPLE_CODEC(Burst, 9)
SIM_EXAMPLE_CODEC(TakeCheckpoint, 10)

#undef SIM_EXAMPLE_CODEC

std::string Increment::print() const {
  return fmt::format("client={} sequence={} note={} bytes", client, sequence, note.size());
}
std::string Incremented::print() const { return fmt::format("sequence={} value={}", sequence, value); }
std::string NotPrimary::print() const { return fmt::format("sequence={} primary={}", sequence, primary); }
std::string LeaseRequest::print() const {
  return fmt::format("server={} number={} epoch={} members={:b} release={}", server, number, epoch, members, release);
}
std::string LeaseReply::print() const {
  return fmt::format("number={} granted={} epoch={} members={:b} holder={}", number, granted, epoch, members, holder);
}
std::string Snapshot::print() const { return fmt::format("epoch={} value={}", state.epoch, state.value); }
std::string Replicate::print() const { return fmt::format("epoch={} value={}", entry.epoch, entry.value); }
std::string Replicated::print() const { return fmt::format("epoch={} value={}", epoch, value); }
std::string Burst::print() const { return fmt::format("increments={}", increments); }
std::string TakeCheckpoint::print() const { return fmt::format("reason={}", reason); }

}  // namespace sim::example
