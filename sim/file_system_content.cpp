#include "sim/check.hpp"
#include "sim/digest.hpp"
#include "sim/file_system.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

namespace sim {

Unpaid& FileSystem::add_unpaid(DiskOperationKind kind, InodeId id, Interval when) {
  Unpaid& operation = unpaid_.emplace_back();
  operation.begin = when.begin;
  operation.end = when.end;
  operation.inode = id;
  operation.kind = kind;
  return operation;
}

/// To be called before the content changes. True if the write continues the last one.
bool FileSystem::note_write(Inode& file, std::uint64_t offset, std::uint64_t end) {
  if (!file.unsynced.read().empty()) {
    const Change& last = file.unsynced.read().back();
    if (last.kind == Change::Kind::write && last.end == offset) {
      file.unsynced.edit().back().end = end;
      return true;
    }
  }
  add_change(file, Change::Kind::write, offset, end);
  return false;
}

/// To be called before the content changes.
void FileSystem::add_change(Inode& file, Change::Kind kind, std::uint64_t offset, std::uint64_t end) {
  std::vector<Change>& changes = file.unsynced.edit();
  if (!changes.empty()) changes.back().after = file.content;
  Change change;
  change.offset = offset;
  change.end = end;
  change.kind = kind;
  changes.push_back(std::move(change));
  if (changes.size() <= unsynced_limit || !unpaid_.empty()) return;
  Change& first = changes[0];
  Change& second = changes[1];
  const std::uint64_t low = std::min({first.offset, second.offset, first.end, second.end});
  const std::uint64_t high = std::max({first.offset, second.offset, first.end, second.end});
  second.kind = Change::Kind::lump;
  second.offset = low;
  second.end = high;
  changes.erase(changes.begin());
}

/// The pieces, `length` bytes in all, which are not none.
void FileSystem::write(InodeId id, DiskOperationKind kind, std::uint64_t offset,
                       std::span<const std::span<const std::byte>> pieces, std::uint64_t length, Interval when,
                       std::int64_t wall_ns) {
  Inode& file = edit(id);
  const std::uint64_t old_size = file.content.size();
  const std::uint64_t old_stored = file.content.stored();
  const bool merged = note_write(file, offset, offset + length);

  Unpaid& operation = add_unpaid(kind, id, when);
  operation.offset = offset;
  operation.length = length;
  operation.old_size = old_size;
  operation.old_modified_wall_ns = file.modified_wall_ns;
  operation.merged = merged;

  if (offset == old_size) {
    for (const std::span<const std::byte> piece : pieces) file.content.append(piece);
  } else {
    if (offset < old_size) {
      // Copied, not sliced: a slice would pin the chunk, and the write would have to copy all of it.
      MutableBytes overwritten{static_cast<std::size_t>(std::min(length, old_size - offset))};
      file.content.read(offset, overwritten.span());
      operation.detail.edit().overwritten = std::move(overwritten).freeze();
    }
    for (const std::span<const std::byte> piece : pieces) {
      file.content.write_at(offset, piece);
      offset += piece.size();
    }
  }
  used_ += file.content.stored() - old_stored;
  file.modified_wall_ns = wall_ns;
  file.ready = when.end;
}

void FileSystem::resize(InodeId id, std::uint64_t size, Interval when, std::int64_t wall_ns) {
  Inode& file = edit(id);
  if (size == file.content.size()) return;
  const std::uint64_t old_stored = file.content.stored();
  add_change(file, Change::Kind::resize, file.content.size(), size);
  Unpaid& operation = add_unpaid(DiskOperationKind::truncate, id, when);
  operation.offset = size;
  operation.old_size = file.content.size();
  operation.old_modified_wall_ns = file.modified_wall_ns;
  operation.detail.edit().content = file.content;
  file.content.resize(size);
  used_ -= old_stored - file.content.stored();
  file.modified_wall_ns = wall_ns;
  file.ready = when.end;
}

void FileSystem::set_modified(InodeId id, std::int64_t wall_ns, Interval when) {
  Inode& changed = edit(id);
  add_unpaid(DiskOperationKind::set_modified, id, when).old_modified_wall_ns = changed.modified_wall_ns;
  changed.modified_wall_ns = wall_ns;
  changed.ready = when.end;
}

void FileSystem::sync_content(InodeId id, Interval when, bool lying) {
  if (lying) return;
  Inode& file = edit(id);
  file.synced = when.end;
  Unpaid& operation = add_unpaid(DiskOperationKind::sync, id, when);
  operation.length = file.dirty_bytes();
  UndoDetail& detail = operation.detail.edit();
  detail.content = std::exchange(file.platter, file.content);
  detail.unsynced = std::exchange(file.unsynced, {});
  detail.modified_wall_ns = std::exchange(file.platter_modified_wall_ns, file.modified_wall_ns);
}

// --- digest --------------------------------------------------------------------------------------------------------

namespace {

/// What a chunk holds up to its last byte that is not zero: the same whether the rest is a hole or written zeros.
std::span<const std::byte> without_last_zeros(std::span<const std::byte> bytes) {
  while (!bytes.empty() && bytes.back() == std::byte{0}) bytes = bytes.first(bytes.size() - 1);
  return bytes;
}

bool equal_bytes(std::span<const std::byte> a, std::span<const std::byte> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

/// `content`, chunk by chunk, shortly where it equals `reference`.
void add_content(RunningDigest& digest, const FileContent& content, const FileContent* reference) {
  digest.add(content.size());
  for (std::uint64_t number = 0; number < content.chunks(); ++number) {
    const std::span<const std::byte> bytes = without_last_zeros(content.stored_in_chunk(number));
    if (reference != nullptr && number < reference->chunks() &&
        (content.same_chunk(*reference, number) ||
         equal_bytes(bytes, without_last_zeros(reference->stored_in_chunk(number))))) {
      digest.add(UINT64_MAX);
      continue;
    }
    digest.add(bytes.size());
    digest.add_bytes(bytes);
  }
}

void add_changes(RunningDigest& digest, const std::vector<Change>& changes, const FileContent& content) {
  digest.add(changes.size());
  for (const Change& change : changes) {
    digest.add(static_cast<std::uint64_t>(change.kind), change.offset, change.end);
    if (&change != &changes.back()) add_content(digest, change.after, &content);
  }
}

void add_name_change(RunningDigest& digest, const NameChange& change) {
  digest.add(change.sequence, static_cast<std::uint64_t>(change.kind), change.directory.raw(), change.inode.raw(),
             change.to_directory.raw(), change.replaced.raw());
  digest.add_text(change.name);
  digest.add_text(change.to_name);
}

void add_model(RunningDigest& digest, const DiskModel& model) {
  const DiskCosts& costs = model.costs;
  for (const Duration cost :
       {costs.write_base, costs.write_per_kib, costs.read_base, costs.read_per_kib, costs.names_base, costs.lookup_base,
        costs.sync_base, costs.sync_per_kib, costs.sync_directory_base}) {
    digest.add(cost.nanoseconds());
  }
  digest.add(static_cast<std::uint64_t>(model.power_loss.data), static_cast<std::uint64_t>(model.power_loss.names),
             model.power_loss.torn_sectors ? 1 : 0, model.capacity, model.slow_percent, model.full ? 1 : 0,
             model.lying ? 1 : 0, model.failing.size());
  for (const FailDisk& rule : model.failing) {
    digest.add(static_cast<std::uint64_t>(rule.access), rule.operations);
    digest.add_text(rule.path_contains);
  }
}

void add_unpaid_operation(RunningDigest& digest, const Unpaid& operation) {
  digest.add(operation.begin.nanoseconds(), operation.end.nanoseconds(), static_cast<std::uint64_t>(operation.kind),
             operation.inode.raw(), operation.offset, operation.length, operation.old_size,
             operation.old_modified_wall_ns, operation.merged ? 1 : 0);
  if (operation.detail.untouched()) return;
  const UndoDetail& detail = operation.detail.read();
  digest.add(detail.overwritten.size());
  digest.add_bytes(detail.overwritten.span());
  add_content(digest, detail.content, nullptr);
  add_changes(digest, detail.unsynced.read(), detail.content);
  digest.add(detail.modified_wall_ns, detail.committed.size());
  for (const NameChange& change : detail.committed) add_name_change(digest, change);
}

}  // namespace

void FileSystem::add_to(RunningDigest& digest) const {
  add_model(digest, model_);
  digest.add(inodes_.size(), used_, name_sequence_, device_free_at_.nanoseconds(), free_inode_.raw(), free_handle_);
  for (std::size_t i = 0; i < inodes_.size(); ++i) {
    const Inode& at = inodes_.read(i);
    digest.add(at.in_use ? 1 : 0, at.generation, at.parent.raw());
    if (!at.in_use) continue;
    digest.add(at.directory ? 1 : 0, at.named ? 1 : 0, at.open_handles, at.mentions, at.ready.nanoseconds(),
               at.synced.nanoseconds(), at.modified_wall_ns, at.platter_modified_wall_ns, at.names.size());
    at.names.for_each([&](const NameTable::Entry& entry) {
      digest.add_text(entry.name);
      digest.add(entry.inode.raw());
    });
    if (at.directory) continue;
    add_content(digest, at.content, nullptr);
    add_content(digest, at.platter, &at.content);
    add_changes(digest, at.unsynced.read(), at.content);
  }
  digest.add(handles_.size());
  for (std::size_t i = 0; i < handles_.size(); ++i) {
    const OpenFile& opened = handles_.read(i);
    digest.add(opened.inode.raw(), opened.generation, opened.next_free, opened.writable ? 1 : 0);
    digest.add_text(opened.path.read());
  }
  digest.add(journal_.read().size());
  for (const NameChange& change : journal_.read()) add_name_change(digest, change);
  digest.add(unpaid_.size() - settled_);
  for (std::size_t i = settled_; i < unpaid_.size(); ++i) add_unpaid_operation(digest, unpaid_[i]);
  digest.add(condemned_.size());
  for (const Condemned& condemned : condemned_) {
    digest.add(condemned.when.nanoseconds(), condemned.inode.raw(), condemned.generation);
  }
}

}  // namespace sim
