#include "sim/file_system_disk.hpp"

#include "sim/check.hpp"

#include <algorithm>
#include <utility>

namespace sim {

// --- how an operation runs -----------------------------------------------------------------------------------------

SimulatedDisk::Running SimulatedDisk::begin(DiskOperationKind kind, std::string_view path) const {
  Running running;
  running.line.kind = kind;
  running.line.path = path;
  running.line.begin = context_.meter();
  running.ready = running.line.begin;
  return running;
}

SimulatedDisk::Running SimulatedDisk::begin(DiskOperationKind kind, File file) const {
  Running running = begin(kind, std::string_view{});
  running.line.file = file;
  return running;
}

FileSystem::Interval SimulatedDisk::interval(const Running& running, Duration cost) const {
  return {running.ready, running.ready + cost};
}

/// At the device: behind everything that waits there already.
FileSystem::Interval SimulatedDisk::queued(const Running& running, Duration cost) {
  const Time start = std::max(running.ready, files_.device_free_at_);
  files_.device_free_at_ = start + cost;
  return {start, start + cost};
}

void SimulatedDisk::finish(Running& running, Time end) {
  context_.advance_meter_to(end);
  running.line.end = end;
  context_.traced(running.line);
}

Failure<DiskError> SimulatedDisk::failed(Running& running, DiskError error) {
  return failed(running, error, running.ready + files_.model_.cost(files_.model_.costs.lookup_base));
}

Failure<DiskError> SimulatedDisk::failed(Running& running, DiskError error, Time end) {
  running.line.error = error;
  finish(running, end);
  return fail(error);
}

/// The open file of the operation; it waits until earlier operations on the same inode are over. Null: bad handle.
const OpenFile* SimulatedDisk::use(Running& running) const {
  const OpenFile* opened = files_.handle(running.line.file);
  if (opened == nullptr) return nullptr;
  running.line.path = opened->path.read();
  running.line.inode = opened->inode;
  running.ready = std::max(running.ready, files_.inode(opened->inode).ready);
  return opened;
}

/// Also a path that leads nowhere does so only when the directories on the way are done.
DiskResult<FileSystem::Place> SimulatedDisk::find(Running& running, std::string_view path) const {
  FileSystem::Place place = files_.find(path);
  running.ready = std::max(running.ready, place.ready);
  if (place.error != DiskError::none) return fail(place.error);
  if (place.inode == no_inode) return place;
  running.line.inode = place.inode;
  running.ready = std::max(running.ready, files_.inode(place.inode).ready);
  return place;
}

void SimulatedDisk::finish_names(Running& running, NameChange change) {
  const FileSystem::Interval when = interval(running, files_.model_.cost(files_.model_.costs.names_base));
  running.line.inode = change.inode;
  files_.change_names(std::move(change), when);
  finish(running, when.end);
}

FileStatus SimulatedDisk::status_of(InodeId id) const {
  const Inode& at = files_.inode(id);
  return {at.directory, at.content.size(), at.modified_wall_ns};
}

// --- files ---------------------------------------------------------------------------------------------------------

DiskError SimulatedDisk::refusal_to_open(const FileSystem::Place& place, OpenMode mode) const {
  if (place.inode == no_inode) {
    return mode == OpenMode::read || mode == OpenMode::read_write ? DiskError::not_found : DiskError::none;
  }
  if (mode == OpenMode::create_new) return DiskError::already_exists;
  return files_.inode(place.inode).directory ? DiskError::is_a_directory : DiskError::none;
}

DiskResult<File> SimulatedDisk::open(std::string_view path, OpenMode mode) {
  Running running = begin(DiskOperationKind::open, path);
  const DiskResult<FileSystem::Place> found = find(running, path);
  if (!found.ok()) return failed(running, found.error());
  const FileSystem::Place& place = found.value();
  const DiskError refusal = refusal_to_open(place, mode);
  if (refusal != DiskError::none) return failed(running, refusal);

  InodeId id = place.inode;
  if (id == no_inode) {
    running.line.kind = DiskOperationKind::create;
    if (fails(DiskAccess::write, running)) return failed(running, DiskError::io_error);
    id = files_.make_inode(false, context_.wall_clock_ns());
    NameChange change;
    change.kind = DiskOperationKind::create;
    change.directory = place.directory;
    change.name = std::string{place.name};
    change.inode = id;
    const File file = files_.open_handle(id, path, true);
    running.line.file = file;
    finish_names(running, std::move(change));
    return file;
  }
  Time end = running.ready + files_.model_.cost(files_.model_.costs.lookup_base);
  if (mode == OpenMode::replace && files_.inode(id).content.size() > 0) {
    if (fails(DiskAccess::write, running)) return failed(running, DiskError::io_error);
    const FileSystem::Interval when = interval(running, files_.model_.cost(files_.model_.costs.names_base));
    files_.resize(id, 0, when, context_.wall_clock_ns());
    end = when.end;
  }
  const File file = files_.open_handle(id, path, mode != OpenMode::read);
  running.line.file = file;
  finish(running, end);
  return file;
}

DiskResult<void> SimulatedDisk::close(File file) {
  Running running = begin(DiskOperationKind::close, file);
  const OpenFile* opened = use(running);
  if (opened == nullptr) return failed(running, DiskError::bad_handle);
  const Cow<std::string> path = opened->path;  // outlives the handle, for the trace
  running.line.path = path.read();
  files_.close_handle(file);
  finish(running, running.ready);
  return {};
}

DiskError SimulatedDisk::write(Running& running, const OpenFile& opened,
                               std::span<const std::span<const std::byte>> pieces) {
  const std::uint64_t length = running.line.length;
  const std::uint64_t offset = running.line.offset;
  if (length > maximum_file_size || offset > maximum_file_size - length) return DiskError::out_of_range;
  if (fails(DiskAccess::write, running)) return DiskError::io_error;
  if (length == 0) {
    finish(running, running.ready + files_.model_.cost(files_.model_.costs.write_base));
    return DiskError::none;
  }
  const FileSystem::Interval when =
      interval(running, files_.model_.cost(files_.model_.costs.write_base, files_.model_.costs.write_per_kib, length));
  const FileContent& content = files_.inode(opened.inode).content;
  const std::uint64_t has_room = std::min<std::uint64_t>(length, content.stored_run(offset).size());
  const std::uint64_t fits = std::min(length, has_room + files_.room());
  if (fits == length) {
    files_.write(opened.inode, running.line.kind, offset, pieces, length, when, context_.wall_clock_ns());
    finish(running, when.end);
    return DiskError::none;
  }
  if (fits > 0) {
    std::vector<std::span<const std::byte>> fitting;
    std::uint64_t left = fits;
    for (const std::span<const std::byte> piece : pieces) {
      fitting.push_back(piece.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, piece.size()))));
      left -= fitting.back().size();
    }
    files_.write(opened.inode, running.line.kind, offset, fitting, fits, when, context_.wall_clock_ns());
    running.ready = when.end;
  }
  return DiskError::disk_full;
}

DiskResult<std::uint64_t> SimulatedDisk::append(File file, std::span<const std::byte> bytes) {
  return append_all(file, std::span{&bytes, 1});
}

DiskResult<std::uint64_t> SimulatedDisk::append_all(File file, std::span<const std::span<const std::byte>> pieces) {
  Running running = begin(DiskOperationKind::append, file);
  for (const std::span<const std::byte> piece : pieces) running.line.length += piece.size();
  const OpenFile* opened = use(running);
  if (opened == nullptr || !opened->writable) return failed(running, DiskError::bad_handle);
  const std::uint64_t offset = files_.inode(opened->inode).content.size();
  running.line.offset = offset;
  const DiskError error = write(running, *opened, pieces);
  if (error != DiskError::none) return failed(running, error);
  return offset;
}

DiskResult<void> SimulatedDisk::write_at(File file, std::uint64_t offset, std::span<const std::byte> bytes) {
  Running running = begin(DiskOperationKind::write_at, file);
  running.line.offset = offset;
  running.line.length = bytes.size();
  const OpenFile* opened = use(running);
  if (opened == nullptr || !opened->writable) return failed(running, DiskError::bad_handle);
  const DiskError error = write(running, *opened, std::span{&bytes, 1});
  if (error != DiskError::none) return failed(running, error);
  return {};
}

DiskResult<Bytes> SimulatedDisk::read(File file, std::uint64_t offset, std::uint64_t length) {
  Running running = begin(DiskOperationKind::read, file);
  running.line.offset = offset;
  running.line.length = length;
  const OpenFile* opened = use(running);
  if (opened == nullptr) return failed(running, DiskError::bad_handle);
  if (fails(DiskAccess::read, running)) return failed(running, DiskError::io_error);
  const FileContent& content = files_.inode(opened->inode).content;
  const std::uint64_t from = std::min(offset, content.size());
  const std::uint64_t n = std::min(length, content.size() - from);
  Bytes bytes = content.slice(from, static_cast<std::size_t>(n));
  running.line.content = std::span{bytes.data(), bytes.size()};
  const DiskCosts& costs = files_.model_.costs;
  finish(running, running.ready + files_.model_.cost(costs.read_base, costs.read_per_kib, n));
  return bytes;
}

DiskResult<void> SimulatedDisk::truncate(File file, std::uint64_t size) {
  Running running = begin(DiskOperationKind::truncate, file);
  running.line.length = size;
  const OpenFile* opened = use(running);
  if (opened == nullptr || !opened->writable) return failed(running, DiskError::bad_handle);
  if (size > maximum_file_size) return failed(running, DiskError::out_of_range);
  if (fails(DiskAccess::write, running)) return failed(running, DiskError::io_error);
  const FileSystem::Interval when = interval(running, files_.model_.cost(files_.model_.costs.names_base));
  files_.resize(opened->inode, size, when, context_.wall_clock_ns());
  finish(running, when.end);
  return {};
}

DiskResult<void> SimulatedDisk::sync(File file) {
  Running running = begin(DiskOperationKind::sync, file);
  const OpenFile* opened = use(running);
  if (opened == nullptr) return failed(running, DiskError::bad_handle);
  const Inode& syncing = files_.inode(opened->inode);
  running.ready = std::max(running.ready, syncing.synced);
  const DiskCosts& costs = files_.model_.costs;
  running.line.length = syncing.dirty_bytes();
  const bool fail_now = fails(DiskAccess::sync, running);
  if (!fail_now && syncing.unsynced.read().empty()) {
    finish(running, running.ready + files_.model_.cost(costs.lookup_base));
    return {};
  }
  const FileSystem::Interval when =
      queued(running, files_.model_.cost(costs.sync_base, costs.sync_per_kib, running.line.length));
  if (fail_now) return failed(running, DiskError::io_error, when.end);
  files_.sync_content(opened->inode, when, files_.model_.lying);
  finish(running, when.end);
  return {};
}

DiskResult<FileStatus> SimulatedDisk::status(File file) {
  Running running = begin(DiskOperationKind::status, file);
  const OpenFile* opened = use(running);
  if (opened == nullptr) return failed(running, DiskError::bad_handle);
  finish(running, running.ready + files_.model_.cost(files_.model_.costs.lookup_base));
  return status_of(opened->inode);
}

// --- names ---------------------------------------------------------------------------------------------------------

DiskResult<FileStatus> SimulatedDisk::status(std::string_view path) {
  Running running = begin(DiskOperationKind::status, path);
  const DiskResult<FileSystem::Place> place = find(running, path);
  if (!place.ok()) return failed(running, place.error());
  if (place.value().inode == no_inode) return failed(running, DiskError::not_found);
  finish(running, running.ready + files_.model_.cost(files_.model_.costs.lookup_base));
  return status_of(place.value().inode);
}

DiskResult<bool> SimulatedDisk::exists(std::string_view path) {
  Running running = begin(DiskOperationKind::status, path);
  const DiskResult<FileSystem::Place> place = find(running, path);
  if (!place.ok() && place.error() == DiskError::invalid_path) return failed(running, place.error());
  finish(running, running.ready + files_.model_.cost(files_.model_.costs.lookup_base));
  return place.ok() && place.value().inode != no_inode;
}

DiskResult<void> SimulatedDisk::set_modified(std::string_view path, std::int64_t wall_ns) {
  Running running = begin(DiskOperationKind::set_modified, path);
  const DiskResult<FileSystem::Place> place = find(running, path);
  if (!place.ok()) return failed(running, place.error());
  if (place.value().inode == no_inode) return failed(running, DiskError::not_found);
  if (fails(DiskAccess::write, running)) return failed(running, DiskError::io_error);
  const FileSystem::Interval when = interval(running, files_.model_.cost(files_.model_.costs.names_base));
  files_.set_modified(place.value().inode, wall_ns, when);
  finish(running, when.end);
  return {};
}

DiskError SimulatedDisk::refusal_to_move(const FileSystem::Place& from, const FileSystem::Place& to) const {
  if (from.directory == no_inode || to.directory == no_inode) return DiskError::invalid_path;
  if (from.inode == no_inode) return DiskError::not_found;
  const bool moves_directory = files_.inode(from.inode).directory;
  if (moves_directory && files_.inside(to.directory, from.inode)) return DiskError::invalid_path;
  if (to.inode == no_inode || to.inode == from.inode) return DiskError::none;
  const Inode& replaced = files_.inode(to.inode);
  if (replaced.directory && !moves_directory) return DiskError::is_a_directory;
  if (!replaced.directory && moves_directory) return DiskError::not_a_directory;
  return replaced.names.empty() ? DiskError::none : DiskError::directory_not_empty;
}

DiskResult<void> SimulatedDisk::rename(std::string_view from, std::string_view to) {
  Running running = begin(DiskOperationKind::rename, to);
  const DiskResult<FileSystem::Place> target = find(running, to);
  running.line.path = from;
  const DiskResult<FileSystem::Place> source = find(running, from);
  if (!source.ok()) return failed(running, source.error());
  if (!target.ok()) return failed(running, target.error());
  const DiskError refusal = refusal_to_move(source.value(), target.value());
  if (refusal != DiskError::none) return failed(running, refusal);
  if (fails(DiskAccess::write, running)) return failed(running, DiskError::io_error);
  if (source.value().inode == target.value().inode) {
    finish(running, running.ready + files_.model_.cost(files_.model_.costs.lookup_base));
    return {};
  }
  NameChange change;
  change.kind = DiskOperationKind::rename;
  change.directory = source.value().directory;
  change.name = std::string{source.value().name};
  change.inode = source.value().inode;
  change.to_directory = target.value().directory;
  change.to_name = std::string{target.value().name};
  change.replaced = target.value().inode;
  finish_names(running, std::move(change));
  return {};
}

DiskResult<void> SimulatedDisk::unlink(std::string_view path) {
  Running running = begin(DiskOperationKind::unlink, path);
  const DiskResult<FileSystem::Place> place = find(running, path);
  if (!place.ok()) return failed(running, place.error());
  if (place.value().inode == no_inode) return failed(running, DiskError::not_found);
  if (files_.inode(place.value().inode).directory) return failed(running, DiskError::is_a_directory);
  if (fails(DiskAccess::write, running)) return failed(running, DiskError::io_error);
  NameChange change;
  change.kind = DiskOperationKind::unlink;
  change.directory = place.value().directory;
  change.name = std::string{place.value().name};
  change.inode = place.value().inode;
  finish_names(running, std::move(change));
  return {};
}

DiskResult<void> SimulatedDisk::make_directory(std::string_view path) {
  Running running = begin(DiskOperationKind::make_directory, path);
  const DiskResult<FileSystem::Place> place = find(running, path);
  if (!place.ok()) return failed(running, place.error());
  if (place.value().inode != no_inode) return failed(running, DiskError::already_exists);
  if (fails(DiskAccess::write, running)) return failed(running, DiskError::io_error);
  NameChange change;
  change.kind = DiskOperationKind::make_directory;
  change.directory = place.value().directory;
  change.name = std::string{place.value().name};
  change.inode = files_.make_inode(true, context_.wall_clock_ns());
  finish_names(running, std::move(change));
  return {};
}

DiskResult<void> SimulatedDisk::remove_directory(std::string_view path) {
  Running running = begin(DiskOperationKind::remove_directory, path);
  const DiskResult<FileSystem::Place> place = find(running, path);
  if (!place.ok()) return failed(running, place.error());
  if (place.value().directory == no_inode) return failed(running, DiskError::invalid_path);
  if (place.value().inode == no_inode) return failed(running, DiskError::not_found);
  const Inode& removed = files_.inode(place.value().inode);
  if (!removed.directory) return failed(running, DiskError::not_a_directory);
  if (!removed.names.empty()) return failed(running, DiskError::directory_not_empty);
  if (fails(DiskAccess::write, running)) return failed(running, DiskError::io_error);
  NameChange change;
  change.kind = DiskOperationKind::remove_directory;
  change.directory = place.value().directory;
  change.name = std::string{place.value().name};
  change.inode = place.value().inode;
  finish_names(running, std::move(change));
  return {};
}

DiskResult<std::vector<DirectoryEntry>> SimulatedDisk::list(std::string_view directory) {
  Running running = begin(DiskOperationKind::list, directory);
  const DiskResult<FileSystem::Place> place = find(running, directory);
  if (!place.ok()) return failed(running, place.error());
  if (place.value().inode == no_inode) return failed(running, DiskError::not_found);
  if (!files_.inode(place.value().inode).directory) return failed(running, DiskError::not_a_directory);
  if (fails(DiskAccess::read, running)) return failed(running, DiskError::io_error);
  std::vector<DirectoryEntry> entries;
  files_.inode(place.value().inode).names.for_each([&](const NameTable::Entry& entry) {
    entries.push_back({entry.name, files_.inode(entry.inode).directory});
  });
  finish(running, running.ready + files_.model_.cost(files_.model_.costs.lookup_base));
  return entries;
}

DiskResult<void> SimulatedDisk::sync_directory(std::string_view directory) {
  Running running = begin(DiskOperationKind::sync_directory, directory);
  const DiskResult<FileSystem::Place> place = find(running, directory);
  if (!place.ok()) return failed(running, place.error());
  if (place.value().inode == no_inode) return failed(running, DiskError::not_found);
  if (!files_.inode(place.value().inode).directory) return failed(running, DiskError::not_a_directory);
  running.ready = std::max(running.ready, files_.inode(place.value().inode).synced);
  const bool fail_now = fails(DiskAccess::sync, running);
  if (!fail_now && !files_.has_unsynced_names(place.value().inode)) {
    finish(running, running.ready + files_.model_.cost(files_.model_.costs.lookup_base));
    return {};
  }
  const FileSystem::Interval when = queued(running, files_.model_.cost(files_.model_.costs.sync_directory_base));
  if (fail_now) return failed(running, DiskError::io_error, when.end);
  files_.sync_names(place.value().inode, when, files_.model_.lying);
  finish(running, when.end);
  return {};
}

DiskResult<std::uint64_t> SimulatedDisk::free_space() {
  Running running = begin(DiskOperationKind::free_space, std::string_view{});
  finish(running, running.ready + files_.model_.cost(files_.model_.costs.lookup_base));
  return files_.room();
}

}  // namespace sim
