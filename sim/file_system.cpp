#include "sim/file_system.hpp"

#include "sim/check.hpp"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

namespace sim {

std::string_view to_text(DiskOperationKind kind) {
  switch (kind) {
    case DiskOperationKind::open: return "open";
    case DiskOperationKind::create: return "create";
    case DiskOperationKind::close: return "close";
    case DiskOperationKind::append: return "append";
    case DiskOperationKind::write_at: return "write at";
    case DiskOperationKind::read: return "read";
    case DiskOperationKind::truncate: return "truncate";
    case DiskOperationKind::sync: return "sync";
    case DiskOperationKind::status: return "status";
    case DiskOperationKind::set_modified: return "set modified";
    case DiskOperationKind::rename: return "rename";
    case DiskOperationKind::unlink: return "unlink";
    case DiskOperationKind::make_directory: return "make directory";
    case DiskOperationKind::remove_directory: return "remove directory";
    case DiskOperationKind::list: return "list";
    case DiskOperationKind::sync_directory: return "sync directory";
    case DiskOperationKind::free_space: return "free space";
  }
  return "?";
}

FileSystem::FileSystem(DiskModel model) : model_{std::move(model)} {
  Inode root;
  root.in_use = true;
  root.directory = true;
  root.named = true;
  inodes_.push_back(std::move(root));
}

DiskResult<void> FileSystem::apply(const DiskFault& fault) {
  const RotBit* rot = std::get_if<RotBit>(&fault);
  if (rot == nullptr) {
    model_.apply(fault);
    return {};
  }
  const Place place = find(rot->path);
  if (place.error != DiskError::none) return fail(place.error);
  if (place.inode == no_inode) return fail(DiskError::not_found);
  if (inode(place.inode).directory) return fail(DiskError::is_a_directory);
  if (rot->bit >= 8) return fail(DiskError::out_of_range);
  Inode& file = edit(place.inode);
  if (rot->offset >= file.content.size()) return fail(DiskError::out_of_range);
  file.content.flip_bit(rot->offset, rot->bit);
  if (rot->offset < file.platter.size()) file.platter.flip_bit(rot->offset, rot->bit);
  return {};
}

// --- inodes --------------------------------------------------------------------------------------------------------

FileSystem::Place FileSystem::find(std::string_view path) const {
  Place place;
  if (!is_valid_path(path)) {
    place.error = DiskError::invalid_path;
    return place;
  }
  if (path.empty()) {
    place.inode = root_inode;
    return place;
  }
  place.directory = root_inode;
  while (true) {
    const Inode& directory = inode(place.directory);
    place.ready = std::max(place.ready, directory.ready);
    const std::size_t slash = path.find('/');
    place.name = path.substr(0, slash);
    place.inode = directory.names.find(place.name);
    if (slash == std::string_view::npos) return place;
    if (place.inode == no_inode || !inode(place.inode).directory) {
      place.error = place.inode == no_inode ? DiskError::not_found : DiskError::not_a_directory;
      place.inode = no_inode;
      return place;
    }
    place.directory = place.inode;
    path.remove_prefix(slash + 1);
  }
}

/// Whether `directory` is `of` or lies somewhere in it.
bool FileSystem::inside(InodeId directory, InodeId of) const {
  for (InodeId at = directory; at != no_inode; at = inode(at).parent) {
    if (at == of) return true;
  }
  return false;
}

std::string FileSystem::path_of(InodeId id) const {
  std::string path;
  for (InodeId at = id; at != root_inode; at = inode(at).parent) {
    if (!inode(at).in_use || !inode(at).named) return {};
    const std::string_view name = inode(inode(at).parent).names.name_of(at);
    path.insert(0, path.empty() ? std::string{name} : std::string{name} + '/');
  }
  return path;
}

InodeId FileSystem::make_inode(bool directory, std::int64_t wall_ns) {
  InodeId id = free_inode_;
  if (id == no_inode) {
    id = InodeId{static_cast<std::uint32_t>(inodes_.size())};
    inodes_.push_back(Inode{});
  } else {
    free_inode_ = inode(id).parent;
  }
  Inode& made = edit(id);
  made.parent = no_inode;
  made.in_use = true;
  made.directory = directory;
  made.modified_wall_ns = wall_ns;
  made.platter_modified_wall_ns = wall_ns;
  return id;
}

void FileSystem::free_inode(InodeId id) {
  SIM_CHECK(id != root_inode, "the root directory lives for ever");
  const std::uint32_t generation = inode(id).generation;
  Inode& freed = edit(id);
  freed = Inode{};
  freed.generation = generation + 1;
  freed.parent = free_inode_;
  free_inode_ = id;
}

/// REQUIRES: the inode has just lost its last name, handle or mention. It stays as long as a crash could still undo
/// anything that is known now.
void FileSystem::condemn(InodeId id, Time when) {
  for (std::size_t i = settled_; i < unpaid_.size(); ++i) when = std::max(when, unpaid_[i].end);
  condemned_.push_back({when, id, inode(id).generation});
}

// --- names ---------------------------------------------------------------------------------------------------------

void FileSystem::attach(InodeId directory, std::string_view name, InodeId id) {
  edit(directory).names.insert(name, id);
  Inode& named = edit(id);
  SIM_CHECK(!named.named, "inode {} gets a second name, {}", id.raw(), name);
  named.named = true;
  named.parent = directory;
}

void FileSystem::detach(InodeId directory, std::string_view name) {
  const InodeId id = inode(directory).names.find(name);
  SIM_CHECK(id != no_inode, "no {} in inode {}", name, directory.raw());
  edit(directory).names.erase(name);
  Inode& unnamed = edit(id);
  unnamed.named = false;
  unnamed.parent = no_inode;
}

void FileSystem::apply_names(const NameChange& change) {
  switch (change.kind) {
    case DiskOperationKind::create:
    case DiskOperationKind::make_directory: return attach(change.directory, change.name, change.inode);
    case DiskOperationKind::unlink:
    case DiskOperationKind::remove_directory: return detach(change.directory, change.name);
    default: break;
  }
  SIM_CHECK(change.kind == DiskOperationKind::rename, "{} changes no names", to_text(change.kind));
  if (change.replaced != no_inode) detach(change.to_directory, change.to_name);
  detach(change.directory, change.name);
  attach(change.to_directory, change.to_name, change.inode);
}

void FileSystem::reverse_names(const NameChange& change) {
  switch (change.kind) {
    case DiskOperationKind::create:
    case DiskOperationKind::make_directory: return detach(change.directory, change.name);
    case DiskOperationKind::unlink:
    case DiskOperationKind::remove_directory: return attach(change.directory, change.name, change.inode);
    default: break;
  }
  SIM_CHECK(change.kind == DiskOperationKind::rename, "{} changes no names", to_text(change.kind));
  detach(change.to_directory, change.to_name);
  attach(change.directory, change.name, change.inode);
  if (change.replaced != no_inode) attach(change.to_directory, change.to_name, change.replaced);
}

/// Whatever the journal mentions stays, because the change may be turned back.
void FileSystem::mention(const NameChange& change, std::int32_t by) {
  for (const InodeId id : {change.directory, change.inode, change.to_directory, change.replaced}) {
    if (id == no_inode) continue;
    Inode& mentioned = edit(id);
    mentioned.mentions = static_cast<std::uint32_t>(static_cast<std::int32_t>(mentioned.mentions) + by);
  }
}

void FileSystem::change_names(NameChange change, Interval when) {
  change.sequence = ++name_sequence_;
  apply_names(change);
  mention(change, 1);
  for (const InodeId id : {change.directory, change.inode, change.to_directory, change.replaced}) {
    if (id == no_inode) continue;
    Inode& touched = edit(id);
    touched.ready = when.end;
    if (!touched.named && touched.open_handles == 0) used_ -= touched.content.stored();
  }
  add_unpaid(change.kind, change.inode, when).offset = change.sequence;
  journal_.edit().push_back(std::move(change));
}

/// These changes, already out of the journal, are durable.
void FileSystem::commit_names(const std::vector<NameChange>& changes, Time when) {
  for (const NameChange& change : changes) {
    mention(change, -1);
    for (const InodeId id : {change.directory, change.inode, change.to_directory, change.replaced}) {
      if (id != no_inode && inode(id).dead()) condemn(id, when);
    }
  }
}

bool FileSystem::has_unsynced_names(InodeId directory) const {
  for (const NameChange& change : journal_.read()) {
    if (change.touches(directory)) return true;
  }
  return false;
}

/// Makes this directory's changes durable, and those of others that a move ties to them: a move between two
/// directories is one change of both.
void FileSystem::sync_names(InodeId directory, Interval when, bool lying) {
  if (lying) return;
  std::vector<NameChange>& journal = journal_.edit();
  std::vector<InodeId> directories{directory};
  std::vector<bool> durable(journal.size(), false);
  const auto concerned = [&](InodeId id) {
    return std::find(directories.begin(), directories.end(), id) != directories.end();
  };
  for (std::size_t i = journal.size(); i-- > 0;) {
    const NameChange& change = journal[i];
    const bool moves = change.to_directory != no_inode;
    if (!concerned(change.directory) && !(moves && concerned(change.to_directory))) continue;
    durable[i] = true;
    if (!concerned(change.directory)) directories.push_back(change.directory);
    if (moves && !concerned(change.to_directory)) directories.push_back(change.to_directory);
  }
  std::vector<NameChange> committed;
  std::vector<NameChange> left;
  for (std::size_t i = 0; i < journal.size(); ++i) {
    (durable[i] ? committed : left).push_back(std::move(journal[i]));
  }
  journal = std::move(left);
  for (const InodeId id : directories) edit(id).synced = when.end;
  commit_names(committed, when.end);
  add_unpaid(DiskOperationKind::sync_directory, directory, when).detail.edit().committed = std::move(committed);
}

// --- handles -------------------------------------------------------------------------------------------------------

File FileSystem::open_handle(InodeId id, std::string_view path, bool writable) {
  if (free_handle_ == 0) {
    handles_.push_back(OpenFile{});
    free_handle_ = static_cast<std::uint32_t>(handles_.size());
  }
  const std::uint32_t slot = free_handle_ - 1;
  OpenFile& opened = handles_.edit(slot);
  free_handle_ = std::exchange(opened.next_free, 0);
  opened.inode = id;
  opened.path = Cow<std::string>{std::string{path}};
  opened.writable = writable;
  ++edit(id).open_handles;
  return File{(std::uint64_t{opened.generation} << 32) | (slot + 1)};
}

const OpenFile* FileSystem::handle(File file) const {
  const std::uint64_t slot = file.raw() & UINT32_MAX;
  if (slot == 0 || slot > handles_.size()) return nullptr;
  const OpenFile& opened = handles_.read(static_cast<std::size_t>(slot - 1));
  if (opened.inode == no_inode || opened.generation != file.raw() >> 32) return nullptr;
  return &opened;
}

/// REQUIRES: the handle is good.
void FileSystem::close_handle(File file) {
  const std::uint32_t slot = static_cast<std::uint32_t>(file.raw() & UINT32_MAX) - 1;
  OpenFile& closing = handles_.edit(slot);
  const InodeId id = std::exchange(closing.inode, no_inode);
  closing.path = {};
  ++closing.generation;
  closing.next_free = std::exchange(free_handle_, slot + 1);
  Inode& closed = edit(id);
  --closed.open_handles;
  if (closed.named || closed.open_handles > 0) return;
  used_ -= closed.content.stored();
  if (closed.dead()) condemn(id, closed.ready);
}

void FileSystem::close_all() {
  for (std::uint32_t slot = 0; slot < handles_.size(); ++slot) {
    const OpenFile& opened = handles_.read(slot);
    if (opened.inode == no_inode) continue;
    close_handle(File{(std::uint64_t{opened.generation} << 32) | (slot + 1)});
  }
}

// --- time ----------------------------------------------------------------------------------------------------------

void FileSystem::settle_up_to(Time now) {
  while (settled_ < unpaid_.size() && unpaid_[settled_].end <= now) ++settled_;
  if (settled_ == unpaid_.size()) {
    unpaid_.clear();
    settled_ = 0;
  } else if (settled_ >= 64 && settled_ * 2 >= unpaid_.size()) {
    unpaid_.erase(unpaid_.begin(), unpaid_.begin() + static_cast<std::ptrdiff_t>(settled_));
    settled_ = 0;
  }

  std::size_t waiting = 0;
  for (const Condemned& condemned : condemned_) {
    if (condemned.when > now) {
      condemned_[waiting++] = condemned;
    } else if (inode(condemned.inode).generation == condemned.generation && inode(condemned.inode).dead()) {
      free_inode(condemned.inode);
    }
  }
  condemned_.resize(waiting);

  if (unpaid_.empty() && journal_.read().size() > journal_limit) {
    std::vector<NameChange>& journal = journal_.edit();
    const auto behind = journal.begin() + static_cast<std::ptrdiff_t>(journal.size() - journal_limit / 2);
    std::vector<NameChange> committed(std::make_move_iterator(journal.begin()), std::make_move_iterator(behind));
    journal.erase(journal.begin(), behind);
    commit_names(committed, now);
  }
}

void FileSystem::shift(Time from, Duration by) {
  for (std::size_t i = settled_; i < unpaid_.size(); ++i) {
    Unpaid& operation = unpaid_[i];
    if (operation.end <= from) continue;
    operation.end += by;
    if (operation.begin >= from) operation.begin += by;
  }
  for (Condemned& condemned : condemned_) {
    if (condemned.when > from) condemned.when += by;
  }
  for (std::size_t i = 0; i < inodes_.size(); ++i) {
    if (inodes_.read(i).ready > from) inodes_.edit(i).ready += by;
    if (inodes_.read(i).synced > from) inodes_.edit(i).synced += by;
  }
  if (device_free_at_ > from) device_free_at_ += by;
}

}  // namespace sim
