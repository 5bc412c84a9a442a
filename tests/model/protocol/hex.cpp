#include "tests/model/protocol/hex.hpp"

namespace kafka::testing {

namespace {
constexpr std::string_view digits = "0123456789abcdef";
}

std::vector<std::byte> from_hex(std::string_view text) {
  std::vector<std::byte> bytes;
  bool half = false;
  for (const char character : text) {
    const auto digit = digits.find(character);
    if (digit == std::string_view::npos) continue;
    if (half) {
      bytes.back() = static_cast<std::byte>((std::to_integer<unsigned>(bytes.back()) << 4) | digit);
    } else {
      bytes.push_back(static_cast<std::byte>(digit));
    }
    half = !half;
  }
  return bytes;
}

std::string hex(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<std::size_t>(byte) >> 4];
    text += digits[std::to_integer<std::size_t>(byte) & 15U];
  }
  return text;
}

std::vector<std::byte> framed(std::string_view text) {
  std::vector<std::byte> frame(4);
  const auto content = from_hex(text);
  frame.insert(frame.end(), content.begin(), content.end());
  fix_length(frame);
  return frame;
}

void fix_length(std::vector<std::byte>& frame) {
  const std::size_t length = frame.size() - 4;
  for (std::size_t i = 0; i < 4; ++i) frame[i] = static_cast<std::byte>((length >> (8 * (3 - i))) & 0xffU);
}

}  // namespace kafka::testing
