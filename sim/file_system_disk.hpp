// file_system_disk.hpp - the simulated disk as one handler of a program uses it.
// Here:  SimulatedDisk (Disk over a FileSystem), DiskContext (its needs of the world), DiskOperation (trace record).
// Not:   the state itself, crash and power loss (file_system.hpp).
// Start: `SimulatedDisk disk{files, context};`: it holds nothing of its own and is made for each handler.
#pragma once

#include "sim/disk.hpp"
#include "sim/file_system.hpp"
#include "sim/time.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sim {

/// One finished operation, for the trace.
struct DiskOperation {
  DiskOperationKind kind = DiskOperationKind::open;
  DiskError error = DiskError::none;
  InodeId inode = no_inode;  ///< no_inode when none was found
  File file;                 ///< zero for operations on paths
  std::string_view path;     ///< for a handle, the one it was opened under; valid during the call only
  std::uint64_t offset = 0;
  std::uint64_t length = 0;            ///< bytes asked for; of a sync, the dirty ones; truncate: the new size
  std::span<const std::byte> content;  ///< of a read: what it returned; valid during the call only
  Time begin;                          ///< meter reading at the call
  Time end;                            ///< meter reading afterwards: when the operation counts as happened
};

/// What a disk needs of the handler that it serves. It draws no randomness: chance comes in at a power loss only.
class DiskContext {
 public:
  /// The handler's present reading: never decreases within a handler.
  virtual Time meter() const = 0;
  /// `reading` is not before meter().
  virtual void advance_meter_to(Time reading) = 0;
  /// The host's wall clock, in nanoseconds since 1970; for modification times.
  virtual std::int64_t wall_clock_ns() const = 0;
  /// Every operation, also a failed one, after the meter was advanced.
  virtual void traced(const DiskOperation& operation) = 0;

 protected:
  ~DiskContext() = default;
};

/// Every operation takes effect at once and moves the meter; see file_system.hpp for what a crash makes of it.
class SimulatedDisk final : public Disk {
 public:
  /// Both must outlive this object.
  SimulatedDisk(FileSystem& files, DiskContext& context) : files_{files}, context_{context} {}

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
  /// An operation on its way: its trace record, and the time before which it cannot begin.
  struct Running {
    DiskOperation line;
    Time ready;
  };

  Running begin(DiskOperationKind kind, std::string_view path) const;
  Running begin(DiskOperationKind kind, File file) const;
  FileSystem::Interval interval(const Running& running, Duration cost) const;
  FileSystem::Interval queued(const Running& running, Duration cost);
  void finish(Running& running, Time end);
  Failure<DiskError> failed(Running& running, DiskError error);
  Failure<DiskError> failed(Running& running, DiskError error, Time end);
  bool fails(DiskAccess access, const Running& running) {
    return files_.model_.can_fail() && files_.model_.fails(access, running.line.path);
  }

  const OpenFile* use(Running& running) const;
  DiskResult<FileSystem::Place> find(Running& running, std::string_view path) const;
  void finish_names(Running& running, NameChange change);
  DiskError write(Running& running, const OpenFile& opened, std::span<const std::span<const std::byte>> pieces);
  DiskError refusal_to_open(const FileSystem::Place& place, OpenMode mode) const;
  DiskError refusal_to_move(const FileSystem::Place& from, const FileSystem::Place& to) const;
  FileStatus status_of(InodeId id) const;

  FileSystem& files_;
  DiskContext& context_;
};

}  // namespace sim
