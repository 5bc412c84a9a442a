// log_error.hpp - why the log refused or failed.
// Here:  LogError and LogResult, the error type of everything in model/log; storage errors made from disk errors.
// Not:   the codes themselves (model/protocol/errors.hpp).
// Start: `if (!appended.ok()) answer(appended.error().code);`
#pragma once

#include "model/protocol/errors.hpp"
#include "sim/disk.hpp"
#include "sim/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace kafka {

/// One refused record of a refused batch: the index in the batch, and why.
struct RecordError {
  std::int32_t index = 0;
  std::string message;

  friend bool operator==(const RecordError&, const RecordError&) = default;
};

/// kafka_storage_error means that the disk failed (or that a checkpoint is malformed): the caller marks the whole log
/// directory offline. All other codes are for the one who asked.
struct LogError {
  ErrorCode code = ErrorCode::unknown_server_error;
  std::string message;               ///< a sentence for people
  std::vector<RecordError> records;  ///< only when single records were the reason
};

template <class T>
using LogResult = sim::Result<T, LogError>;

inline sim::Failure<LogError> refuse(ErrorCode code, std::string message) {
  return sim::fail(LogError{code, std::move(message), {}});
}

/// KAFKA_STORAGE_ERROR: "append to orders-0/00000000000000000000.log: I/O error".
sim::Failure<LogError> storage_error(std::string_view what, std::string_view path, sim::DiskError error);
/// KAFKA_STORAGE_ERROR: "<path>: <what is wrong with its content>".
sim::Failure<LogError> malformed_file(std::string_view path, std::string_view what);

}  // namespace kafka
