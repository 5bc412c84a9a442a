#include "tests/sim/disk_driver.hpp"

#include "sim/check.hpp"
#include "sim/digest.hpp"

#include <algorithm>

namespace sim_test {

using sim::Bytes;
using sim::DirectoryEntry;
using sim::Disk;
using sim::DiskError;
using sim::DiskResult;
using sim::fail;
using sim::File;
using sim::FileStatus;
using sim::OpenMode;

void TestContext::advance_meter_to(sim::Time reading) {
  SIM_CHECK(reading >= now);
  now = reading;
}

void TestContext::traced(const sim::DiskOperation& operation) {
  operations.push_back(operation);
  operations.back().path = {};
}

// --- DumbDisk ------------------------------------------------------------------------------------------------------

namespace {

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

/// Why a path has no directory to be in; none if it has.
DiskError DumbDisk::missing(std::string_view path) const {
  if (!sim::is_valid_path(path)) return DiskError::invalid_path;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/', slash + 1)) {
    const auto at = tree_.find(std::string{path.substr(0, slash)});
    if (at == tree_.end()) return DiskError::not_found;
    if (at->second != nullptr) return DiskError::not_a_directory;
  }
  return DiskError::none;
}

bool DumbDisk::has_children(const std::string& path) const {
  return std::any_of(tree_.begin(), tree_.end(),
                     [&](const auto& entry) { return !entry.first.empty() && parent_of(entry.first) == path; });
}

DumbDisk::Handle* DumbDisk::handle(File file) {
  const auto at = handles_.find(file.raw());
  return at == handles_.end() ? nullptr : &at->second;
}

DiskResult<File> DumbDisk::open(std::string_view view, OpenMode mode) {
  const std::string path{view};
  if (missing(path) != DiskError::none) return fail(missing(path));
  if (tree_.count(path) == 0) {
    if (mode == OpenMode::read || mode == OpenMode::read_write) return fail(DiskError::not_found);
    tree_[path] = std::make_shared<std::string>();
  } else if (mode == OpenMode::create_new) {
    return fail(DiskError::already_exists);
  }
  if (tree_[path] == nullptr) return fail(DiskError::is_a_directory);
  if (mode == OpenMode::replace) tree_[path]->clear();
  handles_[++last_handle_] = Handle{tree_[path], mode != OpenMode::read};
  return File{last_handle_};
}

DiskResult<void> DumbDisk::close(File file) {
  if (handles_.erase(file.raw()) == 0) return fail(DiskError::bad_handle);
  return {};
}

DiskResult<std::uint64_t> DumbDisk::append(File file, std::span<const std::byte> bytes) {
  return append_all(file, std::span{&bytes, 1});
}

DiskResult<std::uint64_t> DumbDisk::append_all(File file, std::span<const std::span<const std::byte>> pieces) {
  Handle* opened = handle(file);
  if (opened == nullptr || !opened->writable) return fail(DiskError::bad_handle);
  const std::uint64_t offset = opened->content->size();
  for (const std::span<const std::byte> piece : pieces) *opened->content += Bytes::copy_of(piece).view();
  return offset;
}

DiskResult<void> DumbDisk::write_at(File file, std::uint64_t offset, std::span<const std::byte> bytes) {
  Handle* opened = handle(file);
  if (opened == nullptr || !opened->writable) return fail(DiskError::bad_handle);
  std::string& content = *opened->content;
  if (!bytes.empty() && content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
  if (!bytes.empty()) content.replace(offset, bytes.size(), Bytes::copy_of(bytes).view());
  return {};
}

DiskResult<Bytes> DumbDisk::read(File file, std::uint64_t offset, std::uint64_t length) {
  Handle* opened = handle(file);
  if (opened == nullptr) return fail(DiskError::bad_handle);
  if (offset >= opened->content->size()) return Bytes{};
  return Bytes::copy_of(std::string_view{*opened->content}.substr(offset, length));
}

DiskResult<void> DumbDisk::truncate(File file, std::uint64_t size) {
  Handle* opened = handle(file);
  if (opened == nullptr || !opened->writable) return fail(DiskError::bad_handle);
  opened->content->resize(size, '\0');
  return {};
}

DiskResult<void> DumbDisk::sync(File file) {
  if (handle(file) == nullptr) return fail(DiskError::bad_handle);
  return {};
}

DiskResult<FileStatus> DumbDisk::status(File file) {
  if (handle(file) == nullptr) return fail(DiskError::bad_handle);
  return FileStatus{false, handle(file)->content->size(), 0};
}

DiskResult<FileStatus> DumbDisk::status(std::string_view path) {
  if (missing(path) != DiskError::none) return fail(missing(path));
  const auto at = tree_.find(std::string{path});
  if (at == tree_.end()) return fail(DiskError::not_found);
  return FileStatus{at->second == nullptr, at->second == nullptr ? 0 : at->second->size(), 0};
}

DiskResult<bool> DumbDisk::exists(std::string_view path) {
  if (missing(path) == DiskError::invalid_path) return fail(DiskError::invalid_path);
  return missing(path) == DiskError::none && tree_.count(std::string{path}) == 1;
}

DiskResult<void> DumbDisk::set_modified(std::string_view path, std::int64_t) {
  const DiskResult<FileStatus> found = status(path);
  if (!found.ok()) return fail(found.error());
  return {};
}

DiskResult<void> DumbDisk::rename(std::string_view from_view, std::string_view to_view) {
  const std::string from{from_view};
  const std::string to{to_view};
  if (missing(from) != DiskError::none) return fail(missing(from));
  if (missing(to) != DiskError::none) return fail(missing(to));
  if (from.empty() || to.empty()) return fail(DiskError::invalid_path);
  if (tree_.count(from) == 0) return fail(DiskError::not_found);
  const bool moves_directory = tree_[from] == nullptr;
  if (moves_directory && to.rfind(from + '/', 0) == 0) return fail(DiskError::invalid_path);
  if (from == to) return {};
  if (tree_.count(to) == 1) {
    if (tree_[to] == nullptr && !moves_directory) return fail(DiskError::is_a_directory);
    if (tree_[to] != nullptr && moves_directory) return fail(DiskError::not_a_directory);
    if (has_children(to)) return fail(DiskError::directory_not_empty);
  }
  std::map<std::string, std::shared_ptr<std::string>> moved;
  for (const auto& [path, content] : tree_) {
    const bool concerned = path == from || path.rfind(from + '/', 0) == 0;
    if (path != to || concerned) moved[concerned ? to + path.substr(from.size()) : path] = content;
  }
  tree_ = std::move(moved);
  return {};
}

DiskResult<void> DumbDisk::unlink(std::string_view path) {
  const DiskResult<FileStatus> found = status(path);
  if (!found.ok()) return fail(found.error());
  if (found.value().directory) return fail(DiskError::is_a_directory);
  tree_.erase(std::string{path});
  return {};
}

DiskResult<void> DumbDisk::make_directory(std::string_view path) {
  if (missing(path) != DiskError::none) return fail(missing(path));
  if (tree_.count(std::string{path}) == 1) return fail(DiskError::already_exists);
  tree_[std::string{path}] = nullptr;
  return {};
}

DiskResult<void> DumbDisk::remove_directory(std::string_view path) {
  if (path.empty()) return fail(DiskError::invalid_path);
  const DiskResult<FileStatus> found = status(path);
  if (!found.ok()) return fail(found.error());
  if (!found.value().directory) return fail(DiskError::not_a_directory);
  if (has_children(std::string{path})) return fail(DiskError::directory_not_empty);
  tree_.erase(std::string{path});
  return {};
}

DiskResult<std::vector<DirectoryEntry>> DumbDisk::list(std::string_view directory) {
  const DiskResult<FileStatus> found = status(directory);
  if (!found.ok()) return fail(found.error());
  if (!found.value().directory) return fail(DiskError::not_a_directory);
  std::vector<DirectoryEntry> entries;
  for (const auto& [path, content] : tree_) {
    if (path.empty() || parent_of(path) != directory) continue;
    entries.push_back({path.substr(directory.empty() ? 0 : directory.size() + 1), content == nullptr});
  }
  return entries;
}

DiskResult<void> DumbDisk::sync_directory(std::string_view directory) {
  const auto listed = list(directory);
  if (!listed.ok()) return fail(listed.error());
  return {};
}

// --- random operations ---------------------------------------------------------------------------------------------

std::string pattern(std::uint64_t fill, std::uint64_t length) {
  std::string bytes(static_cast<std::size_t>(length), '\0');
  for (std::uint64_t i = 0; i < length; ++i) bytes[i] = static_cast<char>(1 + (fill * 37 + i * 11 + i / 251) % 255);
  return bytes;
}

namespace {

std::string random_path(sim::Random& random) {
  static constexpr std::array<std::string_view, 4> folders{"", "a/", "b/", "a/c/"};
  static constexpr std::array<std::string_view, 6> names{"x", "y", "z", "a", "b", "c"};
  std::string path{folders[random.index(folders.size())]};
  path += names[random.index(names.size())];
  return path;
}

std::uint64_t random_length(sim::Random& random) {
  const std::uint64_t kind = random.below(100);
  if (kind < 70) return random.below(600);
  if (kind < 96) return random.below(5'000);
  return random.below(150'000);
}

template <class T>
std::string error_text(const DiskResult<T>& result) {
  return result.ok() ? std::string{"ok"} : std::string{to_text(result.error())};
}

}  // namespace

DiskStep random_step(sim::Random& random) {
  static constexpr std::array<OpenMode, 8> modes{OpenMode::create,     OpenMode::create,     OpenMode::create,
                                                 OpenMode::create_new, OpenMode::read_write, OpenMode::replace,
                                                 OpenMode::read,       OpenMode::create};
  using Kind = DiskStep::Kind;
  static constexpr std::array<Kind, 26> kinds{
      Kind::open,           Kind::open,          Kind::open,   Kind::open,     Kind::close,  Kind::append,
      Kind::append,         Kind::append,        Kind::append, Kind::append,   Kind::append, Kind::write_at,
      Kind::write_at,       Kind::read,          Kind::read,   Kind::truncate, Kind::sync,   Kind::sync,
      Kind::status,         Kind::rename,        Kind::rename, Kind::unlink,   Kind::list,   Kind::make_directory,
      Kind::make_directory, Kind::sync_directory};
  DiskStep step;
  step.kind = kinds[random.index(kinds.size())];
  if (random.below(40) == 0) step.kind = Kind::remove_directory;
  step.mode = modes[random.index(modes.size())];
  step.path = random_path(random);
  step.to = random_path(random);
  step.slot = random.index(handle_slots);
  step.offset = random_length(random);
  step.length = random_length(random);
  step.fill = random.below(1'000);
  if (step.kind == Kind::list || step.kind == Kind::sync_directory) {
    static constexpr std::array<std::string_view, 4> folders{"", "a", "b", "a/c"};
    step.path = folders[random.index(folders.size())];
  }
  return step;
}

std::string run_step(const DiskStep& step, Disk& disk, Handles& handles) {
  using Kind = DiskStep::Kind;
  File& file = handles[step.slot];
  switch (step.kind) {
    case Kind::open: {
      const DiskResult<File> opened = disk.open(step.path, step.mode);
      if (opened.ok()) file = opened.value();  // the one in the slot stays open, for ever unused
      return "open " + step.path + ": " + error_text(opened);
    }
    case Kind::close: return "close: " + error_text(disk.close(file));
    case Kind::append: {
      const std::string bytes = pattern(step.fill, step.length);
      const auto first = sim::as_bytes(std::string_view{bytes}.substr(0, bytes.size() / 3));
      const auto second = sim::as_bytes(std::string_view{bytes}.substr(bytes.size() / 3));
      const std::array<std::span<const std::byte>, 2> pieces{first, second};
      const DiskResult<std::uint64_t> at = disk.append_all(file, pieces);
      return "append: " + (at.ok() ? std::to_string(at.value()) : error_text(at));
    }
    case Kind::write_at: {
      const std::string bytes = pattern(step.fill, step.length);
      return "write: " + error_text(disk.write_at(file, step.offset, sim::as_bytes(bytes)));
    }
    case Kind::read: {
      const DiskResult<Bytes> bytes = disk.read(file, step.offset, step.length);
      return "read: " + (bytes.ok() ? std::string{bytes.value().view()} : error_text(bytes));
    }
    case Kind::truncate: return "truncate: " + error_text(disk.truncate(file, step.length));
    case Kind::sync: return "sync: " + error_text(disk.sync(file));
    case Kind::status: {
      const DiskResult<FileStatus> found = disk.status(step.path);
      const DiskResult<FileStatus> opened = disk.status(file);
      const DiskResult<bool> exists = disk.exists(step.path);
      return "status: " + error_text(found) + (found.ok() ? std::to_string(found.value().size) : "") + ' ' +
             error_text(opened) + (opened.ok() ? std::to_string(opened.value().size) : "") + ' ' +
             (exists.ok() && exists.value() ? "exists" : "exists not");
    }
    case Kind::rename:
      return "rename " + step.path + " " + step.to + ": " + error_text(disk.rename(step.path, step.to));
    case Kind::unlink: return "unlink " + step.path + ": " + error_text(disk.unlink(step.path));
    case Kind::make_directory: return "make directory " + step.path + ": " + error_text(disk.make_directory(step.path));
    case Kind::remove_directory:
      return "remove directory " + step.path + ": " + error_text(disk.remove_directory(step.path));
    case Kind::list: {
      const auto entries = disk.list(step.path);
      std::string text = "list " + step.path + ": " + error_text(entries);
      if (!entries.ok()) return text;
      for (const DirectoryEntry& entry : entries.value()) text += ' ' + entry.name + (entry.directory ? "/" : "");
      return text;
    }
    case Kind::sync_directory: return "sync directory " + step.path + ": " + error_text(disk.sync_directory(step.path));
  }
  return "?";
}

// --- looking at a whole disk ---------------------------------------------------------------------------------------

std::string text_of(const sim::FileContent& content) {
  return std::string{content.slice(0, static_cast<std::size_t>(content.size())).view()};
}

std::string listing(const sim::FileSystem& files) {
  std::string text;
  files.for_each([&](const sim::FileSystem::FileView& view) {
    text += std::string{view.path} + (view.status.directory ? "/" : " = " + text_of(view.content)) + '\n';
  });
  return text;
}

std::string platter_listing(const sim::FileSystem& files) {
  std::string text;
  files.for_each([&](const sim::FileSystem::FileView& view) {
    text += std::string{view.path} + (view.status.directory ? "/" : " = " + text_of(view.platter)) + '\n';
  });
  return text;
}

std::string digest_of(const sim::FileSystem& files) {
  sim::RunningDigest digest;
  files.add_to(digest);
  return to_text(digest.value());
}

}  // namespace sim_test
