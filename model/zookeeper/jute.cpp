#include "model/zookeeper/jute.hpp"

#include <fmt/format.h>

#include <iterator>

namespace zookeeper::jute {

void print_number(std::string& out, std::int64_t number) { fmt::format_to(std::back_inserter(out), "{}", number); }

void print_text(std::string& out, std::string_view text) {
  const auto plain = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"/._-:"}.find(c) != std::string_view::npos;
  };
  bool all_plain = !text.empty();
  for (const char c : text) all_plain = all_plain && plain(c);
  if (all_plain) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (code < 0x20 || code >= 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", code);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace zookeeper::jute
