// file_system_parts.hpp - what a simulated file system consists of, as plain values.
// Here:  Inode, Change (unsynced content), NameChange (unsynced name), OpenFile, Unpaid (undo record), DiskDiscard.
// Not:   what is done with them (file_system.hpp).
// Start: Inode.
#pragma once

#include "sim/append_log.hpp"
#include "sim/cow.hpp"
#include "sim/disk.hpp"
#include "sim/file_system_names.hpp"
#include "sim/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// The values appear in traces: add at the end.
enum class DiskOperationKind : std::uint8_t {
  open,
  create,  ///< an open that made the file
  close,
  append,
  write_at,
  read,
  truncate,
  sync,
  status,
  set_modified,
  rename,
  unlink,
  make_directory,
  remove_directory,
  list,
  sync_directory,
  free_space,
};
std::string_view to_text(DiskOperationKind kind);

using FileContent = AppendLog<std::byte>;

/// One step in a file's unsynced history. `after` is the content when the next step began; the last step needs none,
/// because that is the present content. Snapshots share their chunks, so a step costs some words.
struct Change {
  enum class Kind : std::uint8_t {
    write,   ///< bytes [offset, end) were written, in this order
    resize,  ///< from size `offset` to size `end`
    lump,    ///< several old steps in one, which survive together or not at all
  };
  std::uint64_t offset = 0;
  std::uint64_t end = 0;
  FileContent after;
  Kind kind = Kind::write;

  std::uint64_t bytes() const { return kind == Kind::resize ? 0 : end - offset; }
};

/// One change of names that no directory sync has made durable. `directory`/`name` is where the thing is or was.
struct NameChange {
  std::uint64_t sequence = 0;
  std::string name;
  std::string to_name;  ///< rename only, as are the next two
  InodeId to_directory = no_inode;
  InodeId replaced = no_inode;
  InodeId directory = no_inode;
  InodeId inode = no_inode;
  DiskOperationKind kind = DiskOperationKind::create;

  bool touches(InodeId which) const { return directory == which || to_directory == which; }
};

/// A file or directory. `content` and `names` are what programs see (the page cache), `platter` is what the last sync
/// wrote. Names have no platter of their own: the journal of NameChanges is turned back instead.
struct Inode {
  FileContent content;
  FileContent platter;
  Cow<std::vector<Change>> unsynced;
  NameTable names;
  std::int64_t modified_wall_ns = 0;
  std::int64_t platter_modified_wall_ns = 0;
  Time ready;                    ///< the end of the last operation that changed it; later ones begin after it
  Time synced;                   ///< the end of its last sync: another may not report success before that
  InodeId parent = no_inode;     ///< the directory of its name; of a free inode, the next free one
  std::uint32_t generation = 0;  ///< counts the lives of this number
  std::uint32_t open_handles = 0;
  std::uint32_t mentions = 0;  ///< in journalled name changes, which may be turned back
  bool in_use = false;
  bool directory = false;
  bool named = false;

  bool dead() const { return in_use && !named && open_handles == 0 && mentions == 0; }
  std::uint64_t dirty_bytes() const {
    std::uint64_t sum = 0;
    for (const Change& change : unsynced.read()) sum += change.bytes();
    return sum;
  }
};

/// The row of a handle's slot.
struct OpenFile {
  Cow<std::string> path;         ///< under which it was opened
  InodeId inode = no_inode;      ///< no_inode: the slot is free
  std::uint32_t generation = 1;  ///< counts the lives of this slot
  std::uint32_t next_free = 0;   ///< 1 + slot, 0: none
  bool writable = false;
};

/// Values that only the rarer kinds of undo need.
struct UndoDetail {
  Bytes overwritten;                  // write_at
  FileContent content;                // truncate: the content before; sync: the platter before
  Cow<std::vector<Change>> unsynced;  // sync
  std::int64_t modified_wall_ns = 0;  // sync: of the platter
  std::vector<NameChange> committed;  // sync_directory
};

/// An operation that has taken effect in memory, but counts as happened only at `end`. Until then a crash undoes it.
struct Unpaid {
  Time begin;  ///< when its work started, after any waiting
  Time end;
  std::uint64_t offset = 0;  ///< changes of names: the sequence number in the journal
  std::uint64_t length = 0;
  std::uint64_t old_size = 0;
  std::int64_t old_modified_wall_ns = 0;
  Cow<UndoDetail> detail;
  InodeId inode = no_inode;
  DiskOperationKind kind = DiskOperationKind::append;
  bool merged = false;  ///< the write made the last Change longer instead of adding one
};

/// What a crash or a power loss took away; for the trace.
struct DiskDiscard {
  enum class Why : std::uint8_t {
    unpaid,    ///< the operation would have begun later, or cannot happen in part
    torn,      ///< it was going on: `kept` of `length` bytes were written
    unsynced,  ///< the power went before a sync: `kept` of `length` dirty bytes are left
  };
  Why why = Why::unpaid;
  DiskOperationKind kind = DiskOperationKind::append;
  InodeId inode = no_inode;
  std::string path;  ///< empty when the file has no name any more
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  std::uint64_t kept = 0;
  Time begin;  ///< of the operation; zero for `unsynced`
  Time end;

  friend bool operator==(const DiskDiscard&, const DiskDiscard&) = default;
};

}  // namespace sim
