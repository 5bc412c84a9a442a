// hex.hpp - bytes as the reference text writes them.
// Here:  hex(), from_hex(), framed().
// Not:   what the bytes mean.
// Start: `framed("0003 0004 00000002")`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kafka::testing {

/// Everything that is not a hexadecimal digit is ignored. REQUIRES: an even number of digits.
std::vector<std::byte> from_hex(std::string_view text);

/// Lower case, without spaces.
std::string hex(std::span<const std::byte> bytes);

/// from_hex(), with the four bytes of its length in front.
std::vector<std::byte> framed(std::string_view text);

/// Writes the right length into the first four bytes. REQUIRES: at least four bytes.
void fix_length(std::vector<std::byte>& frame);

}  // namespace kafka::testing
