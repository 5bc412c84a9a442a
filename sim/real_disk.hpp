// real_disk.hpp - the Disk interface on the real file system, below one folder.
// Here:  RealDisk, over POSIX calls. It proves that the simulated disk behaves as real ones do, and serves tools.
// Not:   a part of any world: a world on a real disk would be no value.
// Start: `RealDisk disk{"/tmp/somewhere"};`
#pragma once

#include "sim/disk.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// Paths cannot climb out of the root; symbolic links below it are followed by nobody's promise. Moves nothing, copies
/// nothing: one object owns its open files and closes them at its end.
class RealDisk final : public Disk {
 public:
  /// `root` is an existing directory.
  explicit RealDisk(std::string root);
  ~RealDisk() override;
  RealDisk(const RealDisk&) = delete;
  RealDisk& operator=(const RealDisk&) = delete;

  DiskResult<File> open(std::string_view path, OpenMode mode) override;
  DiskResult<void> close(File file) override;
  DiskResult<std::uint64_t> append(File file, std::span<const std::byte> bytes) override;
  DiskResult<std::uint64_t> append_all(File file, std::span<const std::span<const std::byte>> pieces) override;
  DiskResult<void> write_at(File file, std::uint64_t offset, std::span<const std::byte> bytes) override;
  DiskResult<Bytes> read(File file, std::uint64_t offset, std::uint64_t length) override;
  DiskResult<void> truncate(File file, std::uint64_t size) override;
  DiskResult<void> sync(File file) override;
  DiskResult<FileStatus> status(File file) override;
  DiskResult<FileStatus> status(std::string_view path) override;
  DiskResult<bool> exists(std::string_view path) override;
  DiskResult<void> set_modified(std::string_view path, std::int64_t wall_ns) override;
  DiskResult<void> rename(std::string_view from, std::string_view to) override;
  DiskResult<void> unlink(std::string_view path) override;
  DiskResult<void> make_directory(std::string_view path) override;
  DiskResult<void> remove_directory(std::string_view path) override;
  DiskResult<std::vector<DirectoryEntry>> list(std::string_view directory) override;
  DiskResult<void> sync_directory(std::string_view directory) override;
  DiskResult<std::uint64_t> free_space() override;

 private:
  struct Slot {
    int descriptor = -1;  ///< -1: free
    std::uint32_t generation = 1;
    bool writable = false;
  };

  std::string real_path(std::string_view path) const;
  const Slot* slot(File file) const;
  DiskResult<std::uint64_t> size_of(int descriptor) const;
  DiskResult<void> write_all(int descriptor, std::uint64_t offset, std::span<const std::byte> bytes) const;

  std::string root_;
  std::vector<Slot> slots_;
};

}  // namespace sim
