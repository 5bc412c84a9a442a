// What every Disk must do: the same cases for the simulated and the real one, and for the dumb model that the random
// cases compare them with.
#include "sim/disk.hpp"

#include "sim/real_disk.hpp"
#include "tests/sim/disk_driver.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using sim::Bytes;
using sim::Disk;
using sim::DiskError;
using sim::File;
using sim::OpenMode;
using namespace sim_test;

/// A simulated disk that is always at the latest moment.
class Simulated {
 public:
  Disk& disk() { return disk_; }

 private:
  TestHost host_;
  sim::SimulatedDisk disk_ = host_.disk();
};

/// A fresh folder of the real file system, removed at the end.
class Real {
 public:
  Real() : root_{made()}, disk_{root_} {}
  ~Real() { std::filesystem::remove_all(root_); }
  Real(const Real&) = delete;
  Real& operator=(const Real&) = delete;
  Disk& disk() { return disk_; }

 private:
  static std::string made() {
    std::string name = (std::filesystem::temp_directory_path() / "kafkasim-disk-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    return name;
  }
  std::string root_;
  sim::RealDisk disk_;
};

class Dumb {
 public:
  Disk& disk() { return disk_; }

 private:
  DumbDisk disk_;
};

File opened(Disk& disk, std::string_view path, OpenMode mode = OpenMode::create) {
  const sim::DiskResult<File> file = disk.open(path, mode);
  REQUIRE(file.ok());
  return file.value();
}

void append(Disk& disk, File file, std::string_view text) { REQUIRE(disk.append(file, sim::as_bytes(text)).ok()); }

void write_file(Disk& disk, std::string_view path, std::string_view text) {
  const File file = opened(disk, path, OpenMode::replace);
  append(disk, file, text);
  REQUIRE(disk.close(file).ok());
}

std::string content(Disk& disk, std::string_view path) {
  const sim::DiskResult<File> file = disk.open(path, OpenMode::read);
  if (!file.ok()) return "(" + std::string{to_text(file.error())} + ")";
  const sim::DiskResult<Bytes> bytes = disk.read(file.value(), 0, 1'000'000);
  REQUIRE(bytes.ok());
  REQUIRE(disk.close(file.value()).ok());
  return std::string{bytes.value().view()};
}

template <class T>
DiskError error_of(const sim::DiskResult<T>& result) {
  return result.ok() ? DiskError::none : result.error();
}

#define DISKS Simulated, Real, Dumb

TEST_CASE_TEMPLATE("what is appended is read back, and the offset says where it went", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  const File file = opened(disk, "log");
  CHECK(disk.append(file, sim::as_bytes("hello ")).value() == 0);
  CHECK(disk.append(file, sim::as_bytes("world")).value() == 6);
  CHECK(disk.read(file, 3, 5).value().view() == "lo wo");
  CHECK(disk.status(file).value().size == 11);
}

TEST_CASE_TEMPLATE("several pieces are one append", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  const File file = opened(disk, "log");
  const std::array<std::span<const std::byte>, 3> pieces{sim::as_bytes("a"), sim::as_bytes(""), sim::as_bytes("bc")};
  CHECK(disk.append_all(file, pieces).value() == 0);
  CHECK(disk.append_all(file, pieces).value() == 3);
  CHECK(content(disk, "log") == "abcabc");
}

TEST_CASE_TEMPLATE("a read at the end is short and behind it empty", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  write_file(disk, "log", "12345");
  const File file = opened(disk, "log", OpenMode::read);
  CHECK(disk.read(file, 3, 100).value().view() == "45");
  CHECK(disk.read(file, 5, 1).value().empty());
  CHECK(disk.read(file, 99, 1).value().empty());
  CHECK(disk.read(file, 0, UINT64_MAX).value().size() == 5);
}

TEST_CASE_TEMPLATE("writing overwrites, extends, and leaves zeros in a gap", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  const File file = opened(disk, "index");
  append(disk, file, "0123456789");
  REQUIRE(disk.write_at(file, 2, sim::as_bytes("ab")).ok());
  REQUIRE(disk.write_at(file, 9, sim::as_bytes("xyz")).ok());
  REQUIRE(disk.write_at(file, 14, sim::as_bytes("!")).ok());
  CHECK(content(disk, "index") == std::string("01ab45678xyz\0\0!", 15));
}

TEST_CASE_TEMPLATE("a file can be cut and extended with zeros", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  const File file = opened(disk, "index");
  append(disk, file, "0123456789");
  REQUIRE(disk.truncate(file, 4).ok());
  CHECK(content(disk, "index") == "0123");
  REQUIRE(disk.truncate(file, 7).ok());
  CHECK(content(disk, "index") == std::string("0123\0\0\0", 7));
  append(disk, file, "end");
  CHECK(content(disk, "index") == std::string("0123\0\0\0end", 10));
}

TEST_CASE_TEMPLATE("what was read does not change when the file does", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  const File file = opened(disk, "log");
  append(disk, file, "0123456789");
  const Bytes bytes = disk.read(file, 2, 6).value();
  REQUIRE(disk.write_at(file, 0, sim::as_bytes("xxxxxxxxxx")).ok());
  REQUIRE(disk.truncate(file, 1).ok());
  append(disk, file, "yyyyyyyyyyy");
  CHECK(bytes.view() == "234567");
}

TEST_CASE_TEMPLATE("opening modes", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  CHECK(error_of(disk.open("log", OpenMode::read)) == DiskError::not_found);
  CHECK(error_of(disk.open("log", OpenMode::read_write)) == DiskError::not_found);
  append(disk, opened(disk, "log", OpenMode::create_new), "content");
  CHECK(error_of(disk.open("log", OpenMode::create_new)) == DiskError::already_exists);
  append(disk, opened(disk, "log", OpenMode::create), "+");
  CHECK(content(disk, "log") == "content+");
  append(disk, opened(disk, "log", OpenMode::replace), "new");
  CHECK(content(disk, "log") == "new");
  CHECK(error_of(disk.append(opened(disk, "log", OpenMode::read), sim::as_bytes("no"))) == DiskError::bad_handle);
  CHECK(error_of(disk.open("no/such", OpenMode::create)) == DiskError::not_found);
  CHECK(error_of(disk.open("log/inside", OpenMode::create)) == DiskError::not_a_directory);
}

TEST_CASE_TEMPLATE("a closed handle is refused, also when its number is in use again", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  const File old = opened(disk, "log");
  REQUIRE(disk.close(old).ok());
  const File fresh = opened(disk, "log");
  CHECK(fresh != old);
  CHECK(error_of(disk.append(old, sim::as_bytes("x"))) == DiskError::bad_handle);
  CHECK(error_of(disk.read(old, 0, 1)) == DiskError::bad_handle);
  CHECK(error_of(disk.write_at(old, 0, sim::as_bytes("x"))) == DiskError::bad_handle);
  CHECK(error_of(disk.truncate(old, 0)) == DiskError::bad_handle);
  CHECK(error_of(disk.sync(old)) == DiskError::bad_handle);
  CHECK(error_of(disk.status(old)) == DiskError::bad_handle);
  CHECK(error_of(disk.close(old)) == DiskError::bad_handle);
  CHECK(error_of(disk.close(File{})) == DiskError::bad_handle);
  CHECK(disk.append(fresh, sim::as_bytes("x")).ok());
}

TEST_CASE_TEMPLATE("directories are made, listed in order and removed when empty", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  REQUIRE(disk.make_directory("b").ok());
  REQUIRE(disk.make_directory("b/inner").ok());
  write_file(disk, "c", "");
  write_file(disk, "a", "");
  write_file(disk, "B", "");
  const std::vector<sim::DirectoryEntry> root = disk.list("").value();
  CHECK(root == std::vector<sim::DirectoryEntry>{{"B", false}, {"a", false}, {"b", true}, {"c", false}});
  CHECK(disk.list("b/inner").value().empty());
  CHECK(error_of(disk.make_directory("b")) == DiskError::already_exists);
  CHECK(error_of(disk.make_directory("x/y")) == DiskError::not_found);
  CHECK(error_of(disk.make_directory("a/y")) == DiskError::not_a_directory);
  CHECK(error_of(disk.remove_directory("b")) == DiskError::directory_not_empty);
  CHECK(error_of(disk.remove_directory("a")) == DiskError::not_a_directory);
  CHECK(error_of(disk.remove_directory("x")) == DiskError::not_found);
  CHECK(error_of(disk.list("a")) == DiskError::not_a_directory);
  CHECK(error_of(disk.list("x")) == DiskError::not_found);
  REQUIRE(disk.remove_directory("b/inner").ok());
  REQUIRE(disk.remove_directory("b").ok());
  CHECK(disk.list("").value().size() == 3);
  CHECK(disk.sync_directory("").ok());
  CHECK(error_of(disk.sync_directory("a")) == DiskError::not_a_directory);
}

TEST_CASE_TEMPLATE("a rename replaces an existing file, and handles follow their files", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  const File fresh = opened(disk, "new");
  const File old = opened(disk, "old");
  append(disk, fresh, "new");
  append(disk, old, "old");
  REQUIRE(disk.rename("new", "old").ok());
  append(disk, fresh, "er");
  CHECK(content(disk, "old") == "newer");
  CHECK(content(disk, "new") == "(not found)");
  CHECK(disk.read(old, 0, 10).value().view() == "old");
  REQUIRE(disk.rename("old", "old").ok());
  CHECK(error_of(disk.rename("none", "old")) == DiskError::not_found);
}

TEST_CASE_TEMPLATE("a whole directory is renamed with all that is in it", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  REQUIRE(disk.make_directory("orders").ok());
  write_file(disk, "orders/log", "content");
  const File file = opened(disk, "orders/log");
  REQUIRE(disk.make_directory("empty").ok());
  REQUIRE(disk.make_directory("full").ok());
  write_file(disk, "full/x", "");
  CHECK(error_of(disk.rename("orders", "full")) == DiskError::directory_not_empty);
  CHECK(error_of(disk.rename("orders", "full/x")) == DiskError::not_a_directory);
  CHECK(error_of(disk.rename("full/x", "orders")) == DiskError::is_a_directory);
  CHECK(error_of(disk.rename("orders", "orders/inside")) == DiskError::invalid_path);
  REQUIRE(disk.rename("orders", "empty").ok());
  append(disk, file, "+");
  CHECK(content(disk, "empty/log") == "content+");
  REQUIRE(disk.rename("empty", "full/moved").ok());
  CHECK(content(disk, "full/moved/log") == "content+");
  CHECK_FALSE(disk.exists("orders").value());
}

TEST_CASE_TEMPLATE("an unlinked file lives on in its handles", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  const File file = opened(disk, "log");
  append(disk, file, "content");
  REQUIRE(disk.unlink("log").ok());
  CHECK_FALSE(disk.exists("log").value());
  append(disk, file, "+");
  CHECK(disk.read(file, 0, 100).value().view() == "content+");
  CHECK(error_of(disk.unlink("log")) == DiskError::not_found);
  write_file(disk, "log", "another");
  CHECK(disk.read(file, 0, 100).value().view() == "content+");
  REQUIRE(disk.make_directory("d").ok());
  CHECK(error_of(disk.unlink("d")) == DiskError::is_a_directory);
}

TEST_CASE_TEMPLATE("paths that climb out, or are none, are refused everywhere", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  const std::string long_name(256, 'x');
  for (const std::string& path :
       {std::string{".."}, std::string{"../x"}, std::string{"a/../../x"}, std::string{"/etc"}, std::string{"a//b"},
        std::string{"a/"}, std::string{"."}, std::string("a\0b", 3), long_name}) {
    CAPTURE(path);
    CHECK(error_of(disk.open(path, OpenMode::create)) == DiskError::invalid_path);
    CHECK(error_of(disk.unlink(path)) == DiskError::invalid_path);
    CHECK(error_of(disk.make_directory(path)) == DiskError::invalid_path);
    CHECK(error_of(disk.remove_directory(path)) == DiskError::invalid_path);
    CHECK(error_of(disk.rename(path, "x")) == DiskError::invalid_path);
    CHECK(error_of(disk.rename("x", path)) == DiskError::invalid_path);
    CHECK(error_of(disk.list(path)) == DiskError::invalid_path);
    CHECK(error_of(disk.sync_directory(path)) == DiskError::invalid_path);
    CHECK(error_of(disk.exists(path)) == DiskError::invalid_path);
    CHECK(error_of(disk.status(path)) == DiskError::invalid_path);
    CHECK(error_of(disk.set_modified(path, 0)) == DiskError::invalid_path);
  }
}

TEST_CASE_TEMPLATE("the root is a directory that cannot be moved or removed", Kind, DISKS) {
  Kind kind;
  Disk& disk = kind.disk();
  REQUIRE(disk.make_directory("d").ok());
  CHECK(disk.exists("").value());
  CHECK(disk.status("").value().directory);
  CHECK(error_of(disk.open("", OpenMode::read)) == DiskError::is_a_directory);
  CHECK(error_of(disk.unlink("")) == DiskError::is_a_directory);
  CHECK(error_of(disk.make_directory("")) == DiskError::already_exists);
  CHECK(error_of(disk.remove_directory("")) == DiskError::invalid_path);
  CHECK(error_of(disk.rename("", "d/x")) == DiskError::invalid_path);
  CHECK(error_of(disk.rename("d", "")) == DiskError::invalid_path);
}

TEST_CASE_TEMPLATE("a path through a file leads nowhere", Kind, Simulated, Real) {
  Kind kind;
  Disk& disk = kind.disk();
  write_file(disk, "f", "x");
  CHECK(error_of(disk.status("f/x")) == DiskError::not_a_directory);
  CHECK_FALSE(disk.exists("f/x").value());
  CHECK(error_of(disk.unlink("f/x")) == DiskError::not_a_directory);
  CHECK(error_of(disk.rename("f/x", "y")) == DiskError::not_a_directory);
}

TEST_CASE_TEMPLATE("a file's time is that of its last change, or the one that was set", Kind, Simulated, Real) {
  Kind kind;
  Disk& disk = kind.disk();
  write_file(disk, "log", "x");
  const std::int64_t written = disk.status("log").value().modified_wall_ns;
  CHECK(written > 1'600'000'000'000'000'000);
  REQUIRE(disk.set_modified("log", 1'500'000'000'123'456'789).ok());
  CHECK(disk.status("log").value().modified_wall_ns == 1'500'000'000'123'456'789);
  append(disk, opened(disk, "log"), "y");
  CHECK(disk.status("log").value().modified_wall_ns >= written);
}

TEST_CASE_TEMPLATE("no file grows without limit", Kind, Simulated, Real) {
  Kind kind;
  Disk& disk = kind.disk();
  const File file = opened(disk, "log");
  CHECK(error_of(disk.truncate(file, sim::maximum_file_size + 1)) == DiskError::out_of_range);
  CHECK(error_of(disk.write_at(file, sim::maximum_file_size, sim::as_bytes("x"))) == DiskError::out_of_range);
  CHECK(error_of(disk.write_at(file, UINT64_MAX, sim::as_bytes("x"))) == DiskError::out_of_range);
}

TEST_CASE_TEMPLATE("holes take no room", Kind, Simulated, Real) {
  Kind kind;
  Disk& disk = kind.disk();
  const std::uint64_t free_before = disk.free_space().value();
  REQUIRE(disk.truncate(opened(disk, "index"), std::uint64_t{1} << 36).ok());
  const std::uint64_t free_after = disk.free_space().value();
  CHECK(free_before < free_after + (std::uint64_t{1} << 35));
}

/// Runs the same random steps on two disks. Returns how many steps succeeded.
int compare(Disk& disk, Disk& model, std::uint64_t seed, int steps) {
  sim::Random random{sim::Seed{seed}};
  Handles handles{};
  Handles model_handles{};
  int succeeded = 0;
  for (int i = 0; i < steps; ++i) {
    const DiskStep step = random_step(random);
    const std::string expected = run_step(step, model, model_handles);
    const std::string found = run_step(step, disk, handles);
    CAPTURE(i);
    REQUIRE(found == expected);
    if (expected.find("ok") != std::string::npos) ++succeeded;
  }
  return succeeded;
}

TEST_CASE("random operations: the simulated disk does what the model does") {
  int succeeded = 0;
  for (std::uint64_t seed = 0; seed < 150; ++seed) {
    CAPTURE(seed);
    Simulated simulated;
    Dumb dumb;
    succeeded += compare(simulated.disk(), dumb.disk(), seed, 300);
  }
  CHECK(succeeded > 150 * 30);  // otherwise the test would be about errors only
}

TEST_CASE("random operations: the real disk does what the model does") {
  int succeeded = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    CAPTURE(seed);
    Real real;
    Dumb dumb;
    succeeded += compare(real.disk(), dumb.disk(), seed, 300);
  }
  CHECK(succeeded > 10 * 30);
}

}  // namespace
