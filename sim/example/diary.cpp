#include "sim/example/diary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace sim::example {
namespace {

constexpr std::uint64_t lines_a_page = 12;
constexpr std::size_t pages_kept = 3;
constexpr std::string_view folder = "diary";

std::string page_path(std::uint64_t number) { return fmt::format("diary/{:06}", number); }

// For those who do not care whether it worked.
template <class Result>
void shrug(const Result&) {}

}  // namespace

void Diary::open(Env& env) {
  Disk& disk = env.disk();
  shrug(disk.make_directory(folder));
  const auto pages = disk.list(folder);
  if (!pages.ok()) return;
  for (const DirectoryEntry& entry : pages.value()) {
    const std::string path = fmt::format("{}/{}", folder, entry.name);
    if (entry.directory) {
      shrug(disk.remove_directory(path));
      continue;
    }
    const auto page = disk.open(path, OpenMode::read);
    if (!page.ok()) continue;
    const auto status = disk.status(page.value());
    if (status.ok()) shrug(disk.read(page.value(), 0, status.value().size));
    shrug(disk.close(page.value()));
  }
  number_ = static_cast<std::uint64_t>(pages.value().size());
  turn_page(env);
}

void Diary::write(Env& env, std::uint64_t sequence, std::uint64_t value) {
  Disk& disk = env.disk();
  Random& mood = env.random("diary");
  if (page_ == File{} || lines_ >= lines_a_page) turn_page(env);
  if (page_ == File{}) return;
  const std::string line = fmt::format("{} {} {}\n", sequence, value, std::string(mood.index(700), '.'));
  shrug(disk.append(page_, as_bytes(line)));
  ++lines_;
  if (mood.bernoulli(1, 3)) shrug(disk.write_at(page_, mood.below(2'000), as_bytes(fmt::format("<{}>", value))));
  if (mood.bernoulli(1, 12)) shrug(disk.truncate(page_, mood.below(6'000)));
  if (mood.bernoulli(1, 10)) shrug(disk.sync(page_));
  if (mood.bernoulli(1, 20)) shrug(disk.sync_directory(folder));
}

void Diary::turn_page(Env& env) {
  Disk& disk = env.disk();
  Random& mood = env.random("diary");
  if (page_ != File{}) {
    shrug(disk.close(page_));
    shrug(disk.set_modified(page_path(number_), env.wall_clock().nanoseconds() / 2));
    // Put into a folder of its own and back again, or only half of the way.
    const std::string bound = fmt::format("bound-{}", number_ % 2);
    shrug(disk.make_directory(bound));
    shrug(disk.rename(page_path(number_), bound + "/page"));
    if (mood.bernoulli(1, 2)) shrug(disk.rename(bound + "/page", page_path(number_)));
    if (mood.bernoulli(1, 4)) shrug(disk.remove_directory(bound));
  }
  lines_ = 0;
  page_ = {};
  const auto room = disk.free_space();
  if (room.ok() && room.value() < 1'024) return;
  const auto opened = disk.open(page_path(++number_), mood.bernoulli(1, 4) ? OpenMode::create_new : OpenMode::replace);
  if (opened.ok()) page_ = opened.value();
  const auto pages = disk.list(folder);
  if (!pages.ok() || pages.value().size() <= pages_kept) return;
  shrug(disk.unlink(fmt::format("{}/{}", folder, pages.value().front().name)));
}

}  // namespace sim::example
