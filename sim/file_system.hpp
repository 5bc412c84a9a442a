// file_system.hpp - the disk of one simulated host, as a value.
// Here:  FileSystem: files, names, page cache and platter apart, what is not yet paid for, faults, crash, power loss.
// Not:   the operations of a program and their times (file_system_disk.hpp); costs, kinds of faults (disk_model.hpp).
// Start: crash(), power_off(); how a change travels is told below.
//
// Three stages of a change:
//   1. An operation takes effect in memory at once and leaves an Unpaid record: it counts as happened only when the
//      handler's meter reading at its end has come. A crash before that undoes it, or tears it.
//   2. Then it is in the page cache, which a crash of the program does not touch.
//   3. A sync puts it on the platter. What a power loss leaves of the rest is for the PowerLossModel to say.
//
// Two operations on the same inode never overlap in time: a later one waits until the earlier one is over
// (Inode::ready). Therefore undoing in reverse order is exact, also when several handlers ran side by side.
// A sync does not make later writes wait.
#pragma once

#include "sim/disk_model.hpp"
#include "sim/file_system_parts.hpp"
#include "sim/shared_table.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

class Random;
class RunningDigest;

/// Copying costs some words whatever the files hold. The kernel calls the public part; programs go through
/// SimulatedDisk.
class FileSystem {
 public:
  /// An empty root directory on a disk of this kind.
  explicit FileSystem(DiskModel model = {});

  const DiskModel& model() const { return model_; }

  /// A fault, from now on. RotBit can meet not_found, is_a_directory, out_of_range; no other fault fails.
  DiskResult<void> apply(const DiskFault& fault);

  /// The present is `now`: whatever ended until then has happened. Cheap; to be called often.
  void settle(Time now) {
    if (!unpaid_.empty() || !condemned_.empty()) settle_up_to(now);
  }

  /// The program dies at `now`: what would have happened later is undone, the newest first, a write that is going on
  /// keeps the part that fits the time it had, and all handles die. Returns what was lost, in the order of undoing.
  std::vector<DiskDiscard> crash(Time now);

  /// crash(), and the page cache is gone. `random` decides what survives; the same state and the same stream leave the
  /// same files.
  std::vector<DiskDiscard> power_off(Time now, Random& random);

  /// A freeze: whatever would end after `from` ends `by` later.
  void shift(Time from, Duration by);

  /// All handles die; files without a name go.
  void close_all();

  /// Adds everything that can make a difference later: names, contents, platter, handles, unpaid operations, faults.
  /// Says nothing of how chunks are shared. Reads all files.
  void add_to(RunningDigest& digest) const;

  /// The present path; empty for the root and for a file without a name. Looks through the directories: not for hot
  /// paths.
  std::string path_of(InodeId inode) const;

  /// Bytes that take room on the disk, by files with a name or a handle.
  std::uint64_t used() const { return used_; }

  /// Looks at a file from outside, free of charge and without leaving a trace.
  struct FileView {
    std::string_view path;
    FileStatus status;
    const FileContent& content;
    const FileContent& platter;
  };
  /// All files and directories, a directory before its entries, entries in the order of their names; the root itself
  /// is left out. `visit(const FileView&)`; the view dies with the call.
  template <class Visit>
  void for_each(Visit&& visit) const {
    std::string path;
    visit_directory(root_inode, path, visit);
  }

 private:
  friend class SimulatedDisk;

  /// When an operation works on its inodes.
  struct Interval {
    Time begin;
    Time end;
  };

  /// Where a path leads.
  struct Place {
    InodeId directory = no_inode;  ///< no_inode: the path is the root
    std::string_view name;
    InodeId inode = no_inode;           ///< no_inode: nothing there
    Time ready;                         ///< when all the directories on the way are done with what they are doing
    DiskError error = DiskError::none;  ///< why the path leads nowhere, not even to a free name
  };

  /// An inode that lost its last name or handle at `when`, to be looked at when that has happened.
  struct Condemned {
    Time when;
    InodeId inode;
    std::uint32_t generation = 0;
  };

  static constexpr std::size_t inodes_in_page = 32;
  /// A file keeps no more unsynced steps than this (when nothing is unpaid): older ones become one lump.
  static constexpr std::size_t unsynced_limit = 64;
  /// The journal of names is finite: beyond this, the oldest changes become durable by themselves.
  static constexpr std::size_t journal_limit = 4'096;

  const Inode& inode(InodeId id) const { return inodes_.read(id.raw()); }
  Inode& edit(InodeId id) { return inodes_.edit(id.raw()); }

  // file_system.cpp: inodes, names, handles
  Place find(std::string_view path) const;
  bool inside(InodeId directory, InodeId of) const;
  InodeId make_inode(bool directory, std::int64_t wall_ns);
  void free_inode(InodeId id);
  void condemn(InodeId id, Time when);
  void attach(InodeId directory, std::string_view name, InodeId inode);
  void detach(InodeId directory, std::string_view name);
  void apply_names(const NameChange& change);
  void reverse_names(const NameChange& change);
  void mention(const NameChange& change, std::int32_t by);
  void change_names(NameChange change, Interval when);
  void commit_names(const std::vector<NameChange>& changes, Time when);
  void sync_names(InodeId directory, Interval when, bool lying);
  bool has_unsynced_names(InodeId directory) const;
  File open_handle(InodeId inode, std::string_view path, bool writable);
  const OpenFile* handle(File file) const;
  void close_handle(File file);
  std::uint64_t room() const { return model_.full || used_ >= model_.capacity ? 0 : model_.capacity - used_; }
  void settle_up_to(Time now);

  // file_system_content.cpp: what is in a file
  void write(InodeId id, DiskOperationKind kind, std::uint64_t offset,
             std::span<const std::span<const std::byte>> pieces, std::uint64_t length, Interval when,
             std::int64_t wall_ns);
  void resize(InodeId id, std::uint64_t size, Interval when, std::int64_t wall_ns);
  void set_modified(InodeId id, std::int64_t wall_ns, Interval when);
  void sync_content(InodeId id, Interval when, bool lying);
  bool note_write(Inode& inode, std::uint64_t offset, std::uint64_t end);
  void add_change(Inode& inode, Change::Kind kind, std::uint64_t offset, std::uint64_t end);
  Unpaid& add_unpaid(DiskOperationKind kind, InodeId id, Interval when);

  // file_system_crash.cpp
  void undo(const Unpaid& operation, std::uint64_t kept);
  void undo_write(const Unpaid& operation, std::uint64_t kept);
  void undo_sync(const Unpaid& operation);
  void undo_sync_names(const Unpaid& operation);
  void drop_last_change(Inode& inode);
  void release_dead_inodes();
  void count_used();

  // file_system_power.cpp
  void lose_names(Random& random, std::vector<DiskDiscard>& lost);
  bool can_apply_again(const NameChange& change) const;
  void release_unreachable_inodes();
  void lose_content(InodeId id, Random& random, std::vector<DiskDiscard>& lost);

  template <class Visit>
  void visit_directory(InodeId directory, std::string& path, Visit& visit) const {
    const std::size_t length = path.size();
    inode(directory).names.for_each([&](const NameTable::Entry& entry) {
      if (length > 0) path += '/';
      path += entry.name;
      const Inode& found = inode(entry.inode);
      const FileStatus status{found.directory, found.content.size(), found.modified_wall_ns};
      visit(FileView{path, status, found.content, found.platter});
      if (found.directory) visit_directory(entry.inode, path, visit);
      path.resize(length);
    });
  }

  DiskModel model_;
  SharedTable<Inode, inodes_in_page> inodes_;
  SharedTable<OpenFile> handles_;
  Cow<std::vector<NameChange>> journal_;  ///< in the order of sequence
  std::vector<Unpaid> unpaid_;            ///< in the order of execution; the first settled_ of them have happened
  std::vector<Condemned> condemned_;
  std::size_t settled_ = 0;
  std::uint64_t used_ = 0;
  std::uint64_t name_sequence_ = 0;
  Time device_free_at_;            ///< the device's queue: when it can take the next sync
  InodeId free_inode_ = no_inode;  ///< head of the list through Inode::parent
  std::uint32_t free_handle_ = 0;  ///< 1 + slot; head of the list through OpenFile::next_free
};

}  // namespace sim
