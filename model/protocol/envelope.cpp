#include "model/protocol/envelope.hpp"

#include "model/protocol/wire.hpp"

namespace kafka {

std::optional<PeekedHeader> peek_header(std::span<const std::byte> frame) {
  wire::Reader reader{frame};
  reader.integer<std::int32_t>();
  PeekedHeader header{};
  header.key = ApiKey{reader.integer<std::int16_t>()};
  header.version = reader.integer<std::int16_t>();
  header.correlation_id = CorrelationId{reader.integer<std::int32_t>()};
  if (reader.failed()) return std::nullopt;
  return header;
}

}  // namespace kafka
