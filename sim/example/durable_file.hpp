// durable_file.hpp - a small file that is replaced as a whole or not at all.
// Here:  replace_file, read_file: temporary file, sync, rename, directory sync; a checksum in front.
// Not:   files that grow (counter_log.hpp).
// Start: `replace_file(env.disk(), "lease", bytes)`.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "sim/disk.hpp"

namespace sim::example {

/// After success the new content survives a power loss; after an error or a death on the way the file has its old
/// content or the new one.
DiskResult<void> replace_file(Disk& disk, std::string_view path, std::span<const std::byte> content);

/// Nothing if there is no such file. A content that does not have its checksum is an io_error.
DiskResult<std::optional<Bytes>> read_file(Disk& disk, std::string_view path);

}  // namespace sim::example
