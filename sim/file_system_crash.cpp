#include "sim/check.hpp"
#include "sim/file_system.hpp"

#include <algorithm>
#include <utility>

namespace sim {

namespace {

/// How many of the bytes were written when the work was cut at `now`: in proportion, to 1/1024 of the time.
std::uint64_t written_until(const Unpaid& operation, Time now) {
  if (operation.kind != DiskOperationKind::append && operation.kind != DiskOperationKind::write_at) return 0;
  if (now <= operation.begin) return 0;
  const std::int64_t worked = (now - operation.begin).nanoseconds();
  const std::int64_t whole = (operation.end - operation.begin).nanoseconds();
  const std::uint64_t share = static_cast<std::uint64_t>(worked * 1'024 / whole);
  return operation.length / 1'024 * share + operation.length % 1'024 * share / 1'024;
}

}  // namespace

std::vector<DiskDiscard> FileSystem::crash(Time now) {
  std::vector<DiskDiscard> lost;
  for (std::size_t i = unpaid_.size(); i-- > settled_;) {
    const Unpaid& operation = unpaid_[i];
    if (operation.end <= now) continue;
    DiskDiscard discard;
    discard.kind = operation.kind;
    discard.inode = operation.inode;
    discard.path = path_of(operation.inode);
    discard.offset = operation.offset;
    discard.length = operation.length;
    discard.kept = written_until(operation, now);
    discard.why = discard.kept > 0 ? DiskDiscard::Why::torn : DiskDiscard::Why::unpaid;
    discard.begin = operation.begin;
    discard.end = operation.end;
    undo(operation, discard.kept);
    if (discard.path.empty()) discard.path = path_of(operation.inode);  // an unlink has given the name back
    lost.push_back(std::move(discard));
  }
  unpaid_.clear();
  settled_ = 0;
  for (std::size_t i = 0; i < inodes_.size(); ++i) {
    if (inodes_.read(i).ready > now) inodes_.edit(i).ready = now;
    if (inodes_.read(i).synced > now) inodes_.edit(i).synced = now;
  }
  device_free_at_ = std::min(device_free_at_, now);
  close_all();
  release_dead_inodes();
  count_used();
  return lost;
}

void FileSystem::undo(const Unpaid& operation, std::uint64_t kept) {
  switch (operation.kind) {
    case DiskOperationKind::append:
    case DiskOperationKind::write_at: return undo_write(operation, kept);
    case DiskOperationKind::sync: return undo_sync(operation);
    case DiskOperationKind::sync_directory: return undo_sync_names(operation);
    case DiskOperationKind::set_modified:
      edit(operation.inode).modified_wall_ns = operation.old_modified_wall_ns;
      return;
    case DiskOperationKind::truncate: {
      Inode& file = edit(operation.inode);
      file.content = operation.detail.read().content;
      file.modified_wall_ns = operation.old_modified_wall_ns;
      drop_last_change(file);
      return;
    }
    default: break;
  }
  std::vector<NameChange>& journal = journal_.edit();
  auto at = journal.end();
  while (at != journal.begin() && (at - 1)->sequence > operation.offset) --at;
  SIM_CHECK(at != journal.begin() && (at - 1)->sequence == operation.offset, "change {} of names is not in the journal",
            operation.offset);
  const NameChange change = std::move(*(at - 1));
  journal.erase(at - 1);
  mention(change, -1);
  reverse_names(change);
}

void FileSystem::drop_last_change(Inode& file) {
  std::vector<Change>& changes = file.unsynced.edit();
  SIM_CHECK(!changes.empty(), "an operation that changed a file is not in its history");
  changes.pop_back();
  if (!changes.empty()) changes.back().after = FileContent{};  // from now on the present content
}

/// All but the first `kept` bytes were not written.
void FileSystem::undo_write(const Unpaid& operation, std::uint64_t kept) {
  Inode& file = edit(operation.inode);
  const Bytes& overwritten = operation.detail.read().overwritten;
  if (kept < overwritten.size()) {
    const Bytes rest = overwritten.slice_from(static_cast<std::size_t>(kept));
    file.content.write_at(operation.offset + kept, rest.span());
  }
  const std::uint64_t reached = kept == 0 ? 0 : operation.offset + kept;
  file.content.resize(std::max(operation.old_size, reached));
  if (kept == 0) file.modified_wall_ns = operation.old_modified_wall_ns;
  if (kept == 0 && !operation.merged) {
    drop_last_change(file);
  } else {
    file.unsynced.edit().back().end = operation.offset + kept;
  }
}

/// What was unsynced then is unsynced again; what was written during or after the sync follows it.
void FileSystem::undo_sync(const Unpaid& operation) {
  Inode& file = edit(operation.inode);
  const UndoDetail& detail = operation.detail.read();
  std::vector<Change> changes = detail.unsynced.read();
  const std::vector<Change>& later = file.unsynced.read();
  if (!changes.empty() && !later.empty()) changes.back().after = file.platter;
  changes.insert(changes.end(), later.begin(), later.end());
  file.unsynced = Cow<std::vector<Change>>{std::move(changes)};
  file.platter = detail.content;
  file.platter_modified_wall_ns = detail.modified_wall_ns;
}

void FileSystem::undo_sync_names(const Unpaid& operation) {
  std::vector<NameChange>& journal = journal_.edit();
  for (const NameChange& change : operation.detail.read().committed) {
    mention(change, 1);
    journal.push_back(change);
  }
  std::sort(journal.begin(), journal.end(),
            [](const NameChange& a, const NameChange& b) { return a.sequence < b.sequence; });
}

void FileSystem::release_dead_inodes() {
  condemned_.clear();
  for (std::uint32_t i = 0; i < inodes_.size(); ++i) {
    if (inodes_.read(i).dead()) free_inode(InodeId{i});
  }
}

void FileSystem::count_used() {
  used_ = 0;
  for (std::size_t i = 0; i < inodes_.size(); ++i) {
    const Inode& at = inodes_.read(i);
    if (at.named || at.open_handles > 0) used_ += at.content.stored();
  }
}

}  // namespace sim
