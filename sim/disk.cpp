#include "sim/disk.hpp"

namespace sim {

std::string_view to_text(DiskError error) {
  switch (error) {
    case DiskError::none: return "none";
    case DiskError::not_found: return "not found";
    case DiskError::already_exists: return "already exists";
    case DiskError::disk_full: return "disk full";
    case DiskError::io_error: return "I/O error";
    case DiskError::not_a_directory: return "not a directory";
    case DiskError::is_a_directory: return "is a directory";
    case DiskError::directory_not_empty: return "directory not empty";
    case DiskError::bad_handle: return "bad handle";
    case DiskError::out_of_range: return "out of range";
    case DiskError::invalid_path: return "invalid path";
  }
  return "?";
}

bool is_valid_path(std::string_view path) {
  if (path.empty()) return true;
  if (path.size() > 4'000) return false;
  while (true) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name.empty()) return false;
    if (name.size() > 255) return false;
    if (name == "." || name == "..") return false;
    if (name.find('\0') != std::string_view::npos) return false;
    if (slash == std::string_view::npos) return true;
    path.remove_prefix(slash + 1);
  }
}

}  // namespace sim
