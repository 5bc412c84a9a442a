#include "model/types.hpp"

#include <fmt/format.h>

namespace kafka {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t text_length = 22;  // 21 characters carry 126 bits, the last one two bits and four zeros

}  // namespace

std::string to_text(const Uuid& uuid) {
  std::string text;
  std::uint64_t high = uuid.high;
  std::uint64_t low = uuid.low;
  for (std::size_t i = 0; i < text_length; ++i) {  // the 128 bits are shifted out to the left, six at a time
    text += alphabet[high >> 58];
    high = (high << 6) | (low >> 58);
    low <<= 6;
  }
  return text;
}

std::optional<Uuid> uuid_from_text(std::string_view text) {
  if (text.size() != text_length) return std::nullopt;
  Uuid uuid;
  for (std::size_t i = 0; i < text_length; ++i) {
    const auto digit = alphabet.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    const bool last = i + 1 == text_length;
    if (last && (digit & 15U) != 0) return std::nullopt;
    const unsigned bits = last ? 2 : 6;
    uuid.high = (uuid.high << bits) | (uuid.low >> (64 - bits));
    uuid.low = (uuid.low << bits) | (last ? digit >> 4 : digit);
  }
  return uuid;
}

std::string to_text(const TopicPartition& partition) {
  return fmt::format("{}-{}", partition.topic, partition.partition);
}

}  // namespace kafka
