#include "model/protocol/print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace kafka::codec {

namespace {

constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:/";

bool is_plain(std::string_view text) {
  return !text.empty() && text.find_first_not_of(plain) == std::string_view::npos;
}

}  // namespace

void print_number(std::string& out, std::int64_t number) { fmt::format_to(std::back_inserter(out), "{}", number); }

void print_string(std::string& out, std::string_view text) {
  if (is_plain(text)) {
    out += text;
    return;
  }
  out += '"';
  for (const char character : text) {
    const auto code = static_cast<unsigned char>(character);
    if (character == '"' || character == '\\') {
      out += '\\';
      out += character;
    } else if (code < 0x20 || code == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", code);
    } else {
      out += character;  // UTF-8 stays as it is
    }
  }
  out += '"';
}

}  // namespace kafka::codec
