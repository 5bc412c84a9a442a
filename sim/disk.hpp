// disk.hpp - a file system as a program sees it.
// Here:  Disk, the interface that a log is written against; its errors, handles and path rules.
// Not:   the simulated disk (file_system_disk.hpp) and the real one (real_disk.hpp); costs and faults (disk_model.hpp).
// Start: `disk.open("orders-0/00000000000000000000.log", OpenMode::create)`, then append, read, sync.
//
// Synchronous; errors are values. What is durable: the content of a file after sync(file); its name, and every other
// change of a directory, after sync_directory(directory). A crash of the program loses neither; a power loss may lose
// all that was not synced.
#pragma once

#include "sim/bytes.hpp"
#include "sim/result.hpp"
#include "sim/strong.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// What a disk operation can meet.
enum class DiskError : std::uint8_t {
  none,  ///< only in trace records; no Result carries it
  not_found,
  already_exists,
  disk_full,
  io_error,
  not_a_directory,
  is_a_directory,
  directory_not_empty,
  bad_handle,    ///< closed, from an earlier life of the process, or opened for reading only
  out_of_range,  ///< beyond maximum_file_size
  invalid_path,  ///< breaks the path rules, or moves a directory into itself
};
std::string_view to_text(DiskError error);

template <class T>
using DiskResult = Result<T, DiskError>;

/// An open file. Dies with close() and with the process; a dead one is answered with bad_handle, even when its number
/// was given out again.
using File = Strong<struct FileTag, std::uint64_t>;

enum class OpenMode : std::uint8_t {
  read,        ///< must exist; writing through the handle is bad_handle
  read_write,  ///< must exist
  create,      ///< made when it does not exist
  create_new,  ///< must not exist
  replace,     ///< made, or emptied when it exists
};

struct FileStatus {
  bool directory = false;
  std::uint64_t size = 0;             ///< bytes; 0 for a directory
  std::int64_t modified_wall_ns = 0;  ///< wall clock of the host, nanoseconds since 1970

  friend bool operator==(const FileStatus&, const FileStatus&) = default;
};

struct DirectoryEntry {
  std::string name;
  bool directory = false;

  friend bool operator==(const DirectoryEntry&, const DirectoryEntry&) = default;
};

inline constexpr std::uint64_t maximum_file_size = std::uint64_t{1} << 40;

/// Paths are relative to the host's root: names of 1 to 255 bytes with "/" between them, none of them "." or "..", no
/// zero byte, at most 4000 bytes. The empty path is the root and is allowed where a directory is meant.
bool is_valid_path(std::string_view path);

/// Offsets, lengths and sizes are bytes. An operation that fails has changed nothing, except that a write which met
/// disk_full may have written the part that fitted.
class Disk {
 public:
  virtual ~Disk() = default;

  /// Errors: not_found (the file or its directory), already_exists, is_a_directory, not_a_directory, io_error,
  /// invalid_path.
  virtual DiskResult<File> open(std::string_view path, OpenMode mode) = 0;
  virtual DiskResult<void> close(File file) = 0;

  /// Writes at the end; returns the offset of the first byte. Errors: bad_handle, disk_full, io_error, out_of_range.
  virtual DiskResult<std::uint64_t> append(File file, std::span<const std::byte> bytes) = 0;
  /// The pieces one after the other, as one operation.
  virtual DiskResult<std::uint64_t> append_all(File file, std::span<const std::span<const std::byte>> pieces) = 0;
  /// Overwrites, and extends past the end; a gap reads as zero.
  virtual DiskResult<void> write_at(File file, std::uint64_t offset, std::span<const std::byte> bytes) = 0;
  /// Fewer bytes than asked for at the end of the file, none behind it. The bytes never change afterwards.
  virtual DiskResult<Bytes> read(File file, std::uint64_t offset, std::uint64_t length) = 0;
  /// Cuts, or extends with zeros that take no room.
  virtual DiskResult<void> truncate(File file, std::uint64_t size) = 0;
  /// Makes the content durable, not the name.
  virtual DiskResult<void> sync(File file) = 0;
  virtual DiskResult<FileStatus> status(File file) = 0;

  virtual DiskResult<FileStatus> status(std::string_view path) = 0;
  /// False also for what cannot exist (a path through a file).
  virtual DiskResult<bool> exists(std::string_view path) = 0;
  virtual DiskResult<void> set_modified(std::string_view path, std::int64_t wall_ns) = 0;

  /// Moves a file or a whole directory, atomically; an existing file, or empty directory, at `to` is replaced. Open
  /// handles stay good. Errors: not_found, is_a_directory (file over directory), not_a_directory (directory over
  /// file), directory_not_empty, invalid_path (into itself).
  virtual DiskResult<void> rename(std::string_view from, std::string_view to) = 0;
  /// Removes the name of a file; open handles stay good. Errors: not_found, is_a_directory.
  virtual DiskResult<void> unlink(std::string_view path) = 0;
  /// Errors: already_exists, not_found (the parent).
  virtual DiskResult<void> make_directory(std::string_view path) = 0;
  /// Errors: not_found, not_a_directory, directory_not_empty, invalid_path (the root).
  virtual DiskResult<void> remove_directory(std::string_view path) = 0;
  /// Sorted by the bytes of the name.
  virtual DiskResult<std::vector<DirectoryEntry>> list(std::string_view directory) = 0;
  /// Makes every change of this directory's names durable.
  virtual DiskResult<void> sync_directory(std::string_view directory) = 0;

  virtual DiskResult<std::uint64_t> free_space() = 0;
};

}  // namespace sim
