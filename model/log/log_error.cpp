#include "model/log/log_error.hpp"

#include <fmt/format.h>

namespace kafka {

sim::Failure<LogError> storage_error(std::string_view what, std::string_view path, sim::DiskError error) {
  return refuse(ErrorCode::kafka_storage_error, fmt::format("{} {}: {}", what, path, sim::to_text(error)));
}

sim::Failure<LogError> malformed_file(std::string_view path, std::string_view what) {
  return refuse(ErrorCode::kafka_storage_error, fmt::format("{}: {}", path, what));
}

}  // namespace kafka
