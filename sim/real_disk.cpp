#include "sim/real_disk.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace sim {

namespace {

DiskError error_of(int number) {
  switch (number) {
    case ENOENT: return DiskError::not_found;
    case EEXIST: return DiskError::already_exists;
    case ENOSPC:
    case EDQUOT: return DiskError::disk_full;
    case ENOTDIR: return DiskError::not_a_directory;
    case EISDIR: return DiskError::is_a_directory;
    case ENOTEMPTY: return DiskError::directory_not_empty;
    case EBADF: return DiskError::bad_handle;
    case EFBIG: return DiskError::out_of_range;
    case EINVAL:
    case EBUSY:
    case ENAMETOOLONG: return DiskError::invalid_path;
    default: return DiskError::io_error;
  }
}

Failure<DiskError> last_error() { return fail(error_of(errno)); }

FileStatus status_from(const struct stat& found) {
  FileStatus status;
  status.directory = S_ISDIR(found.st_mode);
  status.size = status.directory ? 0 : static_cast<std::uint64_t>(found.st_size);
  status.modified_wall_ns = static_cast<std::int64_t>(found.st_mtim.tv_sec) * 1'000'000'000 + found.st_mtim.tv_nsec;
  return status;
}

int flags_of(OpenMode mode) {
  switch (mode) {
    case OpenMode::read: return O_RDONLY;
    case OpenMode::read_write: return O_RDWR;
    case OpenMode::create: return O_RDWR | O_CREAT;
    case OpenMode::create_new: return O_RDWR | O_CREAT | O_EXCL;
    case OpenMode::replace: return O_RDWR | O_CREAT | O_TRUNC;
  }
  return O_RDONLY;
}

}  // namespace

RealDisk::RealDisk(std::string root) : root_{std::move(root)} {}

RealDisk::~RealDisk() {
  for (const Slot& slot : slots_) {
    if (slot.descriptor >= 0) ::close(slot.descriptor);
  }
}

std::string RealDisk::real_path(std::string_view path) const {
  return path.empty() ? root_ : root_ + '/' + std::string{path};
}

const RealDisk::Slot* RealDisk::slot(File file) const {
  const std::uint64_t number = file.raw() & UINT32_MAX;
  if (number == 0 || number > slots_.size()) return nullptr;
  const Slot& found = slots_[static_cast<std::size_t>(number - 1)];
  return found.descriptor >= 0 && found.generation == file.raw() >> 32 ? &found : nullptr;
}

DiskResult<std::uint64_t> RealDisk::size_of(int descriptor) const {
  struct stat found;
  if (::fstat(descriptor, &found) != 0) return last_error();
  return static_cast<std::uint64_t>(found.st_size);
}

DiskResult<void> RealDisk::write_all(int descriptor, std::uint64_t offset, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

DiskResult<File> RealDisk::open(std::string_view path, OpenMode mode) {
  if (!is_valid_path(path)) return fail(DiskError::invalid_path);
  const int descriptor = ::open(real_path(path).c_str(), flags_of(mode) | O_CLOEXEC, 0644);
  if (descriptor < 0) return last_error();
  struct stat found;
  if (::fstat(descriptor, &found) != 0 || S_ISDIR(found.st_mode)) {
    ::close(descriptor);
    return fail(DiskError::is_a_directory);
  }
  const auto free = std::find_if(slots_.begin(), slots_.end(), [](const Slot& slot) { return slot.descriptor < 0; });
  Slot& opened = free == slots_.end() ? slots_.emplace_back() : *free;
  opened.descriptor = descriptor;
  opened.writable = mode != OpenMode::read;
  return File{(std::uint64_t{opened.generation} << 32) | static_cast<std::uint64_t>(&opened - slots_.data() + 1)};
}

DiskResult<void> RealDisk::close(File file) {
  const Slot* opened = slot(file);
  if (opened == nullptr) return fail(DiskError::bad_handle);
  Slot& closing = slots_[static_cast<std::size_t>(opened - slots_.data())];
  ::close(std::exchange(closing.descriptor, -1));
  ++closing.generation;
  return {};
}

DiskResult<std::uint64_t> RealDisk::append(File file, std::span<const std::byte> bytes) {
  return append_all(file, std::span{&bytes, 1});
}

DiskResult<std::uint64_t> RealDisk::append_all(File file, std::span<const std::span<const std::byte>> pieces) {
  const Slot* opened = slot(file);
  if (opened == nullptr || !opened->writable) return fail(DiskError::bad_handle);
  const DiskResult<std::uint64_t> size = size_of(opened->descriptor);
  if (!size.ok()) return size;
  std::uint64_t length = 0;
  for (const std::span<const std::byte> piece : pieces) length += piece.size();
  if (length > maximum_file_size || size.value() > maximum_file_size - length) return fail(DiskError::out_of_range);
  std::uint64_t at = size.value();
  for (const std::span<const std::byte> piece : pieces) {
    const DiskResult<void> written = write_all(opened->descriptor, at, piece);
    if (!written.ok()) return fail(written.error());
    at += piece.size();
  }
  return size;
}

DiskResult<void> RealDisk::write_at(File file, std::uint64_t offset, std::span<const std::byte> bytes) {
  const Slot* opened = slot(file);
  if (opened == nullptr || !opened->writable) return fail(DiskError::bad_handle);
  const std::uint64_t length = bytes.size();
  if (length > maximum_file_size || offset > maximum_file_size - length) return fail(DiskError::out_of_range);
  return write_all(opened->descriptor, offset, bytes);
}

DiskResult<Bytes> RealDisk::read(File file, std::uint64_t offset, std::uint64_t length) {
  const Slot* opened = slot(file);
  if (opened == nullptr) return fail(DiskError::bad_handle);
  const DiskResult<std::uint64_t> size = size_of(opened->descriptor);
  if (!size.ok()) return fail(size.error());
  const std::uint64_t from = std::min(offset, size.value());
  MutableBytes bytes{static_cast<std::size_t>(std::min(length, size.value() - from))};
  std::size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t n =
        ::pread(opened->descriptor, bytes.data() + have, bytes.size() - have, static_cast<off_t>(from + have));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return last_error();
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  return std::move(bytes).freeze().slice(0, have);
}

DiskResult<void> RealDisk::truncate(File file, std::uint64_t size) {
  const Slot* opened = slot(file);
  if (opened == nullptr || !opened->writable) return fail(DiskError::bad_handle);
  if (size > maximum_file_size) return fail(DiskError::out_of_range);
  if (::ftruncate(opened->descriptor, static_cast<off_t>(size)) != 0) return last_error();
  return {};
}

DiskResult<void> RealDisk::sync(File file) {
  const Slot* opened = slot(file);
  if (opened == nullptr) return fail(DiskError::bad_handle);
  if (::fsync(opened->descriptor) != 0) return last_error();
  return {};
}

DiskResult<FileStatus> RealDisk::status(File file) {
  const Slot* opened = slot(file);
  if (opened == nullptr) return fail(DiskError::bad_handle);
  struct stat found;
  if (::fstat(opened->descriptor, &found) != 0) return last_error();
  return status_from(found);
}

DiskResult<FileStatus> RealDisk::status(std::string_view path) {
  if (!is_valid_path(path)) return fail(DiskError::invalid_path);
  struct stat found;
  if (::stat(real_path(path).c_str(), &found) != 0) return last_error();
  return status_from(found);
}

DiskResult<bool> RealDisk::exists(std::string_view path) {
  const DiskResult<FileStatus> found = status(path);
  if (found.ok()) return true;
  if (found.error() == DiskError::not_found || found.error() == DiskError::not_a_directory) return false;
  return fail(found.error());
}

DiskResult<void> RealDisk::set_modified(std::string_view path, std::int64_t wall_ns) {
  if (!is_valid_path(path)) return fail(DiskError::invalid_path);
  std::int64_t seconds = wall_ns / 1'000'000'000;
  std::int64_t rest = wall_ns % 1'000'000'000;
  if (rest < 0) {
    rest += 1'000'000'000;
    --seconds;
  }
  std::array<struct timespec, 2> times{};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = static_cast<time_t>(seconds);
  times[1].tv_nsec = static_cast<long>(rest);
  if (::utimensat(AT_FDCWD, real_path(path).c_str(), times.data(), 0) != 0) return last_error();
  return {};
}

DiskResult<void> RealDisk::rename(std::string_view from, std::string_view to) {
  if (!is_valid_path(from) || !is_valid_path(to)) return fail(DiskError::invalid_path);
  if (from.empty() || to.empty()) return fail(DiskError::invalid_path);
  if (::rename(real_path(from).c_str(), real_path(to).c_str()) == 0) return {};
  // EEXIST is another word for "not empty" here.
  return errno == EEXIST ? fail(DiskError::directory_not_empty) : last_error();
}

DiskResult<void> RealDisk::unlink(std::string_view path) {
  if (!is_valid_path(path)) return fail(DiskError::invalid_path);
  if (::unlink(real_path(path).c_str()) == 0) return {};
  if (errno != EPERM) return last_error();  // what POSIX says of a directory; Linux says EISDIR
  return fail(DiskError::is_a_directory);
}

DiskResult<void> RealDisk::make_directory(std::string_view path) {
  if (!is_valid_path(path)) return fail(DiskError::invalid_path);
  if (::mkdir(real_path(path).c_str(), 0755) != 0) return last_error();
  return {};
}

DiskResult<void> RealDisk::remove_directory(std::string_view path) {
  if (!is_valid_path(path) || path.empty()) return fail(DiskError::invalid_path);
  if (::rmdir(real_path(path).c_str()) == 0) return {};
  return errno == EEXIST ? fail(DiskError::directory_not_empty) : last_error();
}

DiskResult<std::vector<DirectoryEntry>> RealDisk::list(std::string_view directory) {
  if (!is_valid_path(directory)) return fail(DiskError::invalid_path);
  const std::string path = real_path(directory);
  DIR* stream = ::opendir(path.c_str());
  if (stream == nullptr) return last_error();
  std::vector<DirectoryEntry> entries;
  while (const dirent* found = ::readdir(stream)) {
    std::string name = found->d_name;
    if (name == "." || name == "..") continue;
    struct stat status;
    const bool is_directory = ::stat((path + '/' + name).c_str(), &status) == 0 && S_ISDIR(status.st_mode);
    entries.push_back({std::move(name), is_directory});
  }
  ::closedir(stream);
  std::sort(entries.begin(), entries.end(),
            [](const DirectoryEntry& a, const DirectoryEntry& b) { return a.name < b.name; });
  return entries;
}

DiskResult<void> RealDisk::sync_directory(std::string_view directory) {
  if (!is_valid_path(directory)) return fail(DiskError::invalid_path);
  const int descriptor = ::open(real_path(directory).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return last_error();
  const int result = ::fsync(descriptor);
  const int number = errno;
  ::close(descriptor);
  if (result != 0) return fail(error_of(number));
  return {};
}

DiskResult<std::uint64_t> RealDisk::free_space() {
  struct statvfs found;
  if (::statvfs(root_.c_str(), &found) != 0) return last_error();
  return static_cast<std::uint64_t>(found.f_bavail) * found.f_frsize;
}

}  // namespace sim
