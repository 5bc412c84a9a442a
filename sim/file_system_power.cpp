#include "sim/check.hpp"
#include "sim/file_system.hpp"
#include "sim/random.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace sim {

namespace {

/// How many of `count` survive as a prefix. None and all come often, because both are interesting and a uniform draw
/// would hardly ever meet them.
std::uint64_t surviving_prefix(Random& random, std::uint64_t count) {
  const std::uint64_t kind = random.below(4);
  const std::uint64_t uniform = random.below(count + 1);
  if (kind == 0) return 0;
  if (kind == 1) return count;
  return uniform;
}

/// What a crash of the disk leaves of one file.
struct Survivor {
  FileContent content;
  std::uint64_t kept = 0;  // dirty bytes that survived
};

const FileContent& content_after(const Inode& file, std::size_t change) {
  const std::vector<Change>& changes = file.unsynced.read();
  return change + 1 == changes.size() ? file.content : changes[change].after;
}

void copy_range(FileContent& to, const FileContent& from, std::uint64_t begin, std::uint64_t end) {
  for (std::uint64_t at = begin; at < end;) {
    const std::size_t n = static_cast<std::size_t>(std::min<std::uint64_t>(end - at, 65'536));
    to.write_at(at, from.slice(at, n).span());
    at += n;
  }
}

/// The steps reached the disk in their order, up to some byte.
Survivor survive_in_order(const Inode& file, bool torn_sectors, Random& random) {
  const std::vector<Change>& changes = file.unsynced.read();
  std::uint64_t all = 0;
  for (const Change& change : changes) all += std::max<std::uint64_t>(change.bytes(), 1);
  std::uint64_t left = surviving_prefix(random, all);
  Survivor result{file.platter, 0};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    const std::uint64_t weight = std::max<std::uint64_t>(change.bytes(), 1);
    if (left >= weight) {
      left -= weight;
      result.content = content_after(file, i);
      result.kept += change.bytes();
      continue;
    }
    if (change.kind != Change::Kind::write) break;
    std::uint64_t end = change.offset + left;
    if (!torn_sectors) end = end / sector_size * sector_size;
    if (end > change.offset) {
      if (change.offset > result.content.size()) result.content.resize(change.offset);
      copy_range(result.content, content_after(file, i), change.offset, end);
      result.kept += end - change.offset;
    }
    break;
  }
  return result;
}

/// The ranges that any unsynced step has touched, joined, in order.
std::vector<std::pair<std::uint64_t, std::uint64_t>> dirty_ranges(const Inode& file) {
  std::map<std::uint64_t, std::uint64_t> ranges;
  std::uint64_t smallest = file.platter.size();  // what was once cut off and is there again was written, or is a hole
  for (std::size_t i = 0; i < file.unsynced.read().size(); ++i) {
    const Change& change = file.unsynced.read()[i];
    smallest = std::min(smallest, content_after(file, i).size());
    if (change.kind == Change::Kind::resize) continue;
    std::uint64_t& end = ranges[change.offset];
    end = std::max(end, change.end);
  }
  if (smallest < file.platter.size()) {
    std::uint64_t& end = ranges[smallest];
    end = std::max(end, file.platter.size());
  }
  std::vector<std::pair<std::uint64_t, std::uint64_t>> joined;
  for (const auto& [begin, end] : ranges) {
    if (!joined.empty() && begin <= joined.back().second) {
      joined.back().second = std::max(joined.back().second, end);
    } else {
      joined.emplace_back(begin, end);
    }
  }
  return joined;
}

/// Every dirty sector reached the disk or did not; the size is one that the file had on the way.
Survivor survive_out_of_order(const Inode& file, bool torn_sectors, Random& random) {
  const std::vector<Change>& changes = file.unsynced.read();
  const std::uint64_t step = random.below(changes.size() + 1);
  std::uint64_t size = step == 0 ? file.platter.size() : content_after(file, static_cast<std::size_t>(step - 1)).size();
  const std::uint64_t before =
      step <= 1 ? file.platter.size() : content_after(file, static_cast<std::size_t>(step - 2)).size();
  const bool between = random.below(2) == 0;
  const std::uint64_t cut = random.below(size > before ? size - before + 1 : 1);
  if (size > before && between) size = before + cut;  // a growing file has had all sizes between

  Survivor result{file.platter, 0};
  result.content.resize(size);
  for (const auto& [range_begin, range_end] : dirty_ranges(file)) {
    const std::uint64_t end = std::min({range_end, size, file.content.size()});
    std::uint64_t coins = 0;
    std::uint64_t coins_left = 0;
    for (std::uint64_t at = range_begin; at < end;) {
      const std::uint64_t next = std::min(end, (at / sector_size + 1) * sector_size);
      if (coins_left == 0) {
        coins = random.next();
        coins_left = 64;
      }
      const bool survives = (coins & 1) != 0;
      coins >>= 1;
      --coins_left;
      if (survives) {
        std::uint64_t written_end = next;
        if (torn_sectors && random.below(8) == 0) written_end = at + random.below(next - at + 1);
        copy_range(result.content, file.content, at, written_end);
        result.kept += written_end - at;
      }
      at = next;
    }
  }
  return result;
}

Survivor survive(const Inode& file, const PowerLossModel& model, Random& random) {
  switch (model.data) {
    case Survival::none: return {file.platter, 0};
    case Survival::all: return {file.content, file.dirty_bytes()};
    case Survival::prefix: return survive_in_order(file, model.torn_sectors, random);
    case Survival::reordered: return survive_out_of_order(file, model.torn_sectors, random);
  }
  SIM_CHECK(false, "no such survival");
}

}  // namespace

std::vector<DiskDiscard> FileSystem::power_off(Time now, Random& random) {
  std::vector<DiskDiscard> lost = crash(now);
  lose_names(random, lost);
  release_unreachable_inodes();
  for (std::uint32_t i = 0; i < inodes_.size(); ++i) {
    if (inodes_.read(i).in_use && !inodes_.read(i).unsynced.read().empty()) lose_content(InodeId{i}, random, lost);
  }
  count_used();
  return lost;
}

void FileSystem::lose_names(Random& random, std::vector<DiskDiscard>& lost) {
  const std::vector<NameChange> journal = std::exchange(journal_, {}).read();
  if (journal.empty()) return;
  for (const NameChange& change : journal) mention(change, -1);

  std::vector<bool> survives(journal.size(), true);
  const Survival model = model_.power_loss.names;
  if (model == Survival::none) survives.assign(journal.size(), false);
  if (model == Survival::prefix) {
    const std::uint64_t kept = surviving_prefix(random, journal.size());
    for (std::size_t i = static_cast<std::size_t>(kept); i < journal.size(); ++i) survives[i] = false;
  }
  if (model == Survival::reordered) {
    for (std::size_t i = 0; i < journal.size(); ++i) survives[i] = random.below(2) == 0;
  }

  // Back to the first that is lost, and forward again with those behind it that are not.
  std::size_t first_lost = 0;
  while (first_lost < journal.size() && survives[first_lost]) ++first_lost;
  std::vector<std::string> paths(journal.size());
  for (std::size_t i = journal.size(); i-- > first_lost;) {
    const NameChange& change = journal[i];
    const std::string directory = path_of(change.directory);
    paths[i] = directory.empty() ? change.name : directory + '/' + change.name;
    reverse_names(change);
  }
  for (std::size_t i = first_lost; i < journal.size(); ++i) {
    const NameChange& change = journal[i];
    if (survives[i] && can_apply_again(change)) {
      apply_names(change);
      continue;
    }
    DiskDiscard discard;
    discard.why = DiskDiscard::Why::unsynced;
    discard.kind = change.kind;
    discard.inode = change.inode;
    discard.path = std::move(paths[i]);
    lost.push_back(std::move(discard));
  }
}

/// A change whose ground is missing, because one before it was lost, is lost as well.
bool FileSystem::can_apply_again(const NameChange& change) const {
  if (!inside(change.directory, root_inode)) return false;
  const InodeId here = inode(change.directory).names.find(change.name);
  switch (change.kind) {
    case DiskOperationKind::create:
    case DiskOperationKind::make_directory: return here == no_inode && !inode(change.inode).named;
    case DiskOperationKind::unlink: return here == change.inode;
    case DiskOperationKind::remove_directory: return here == change.inode && inode(here).names.empty();
    default: break;
  }
  if (here != change.inode) return false;
  if (!inside(change.to_directory, root_inode)) return false;
  if (inside(change.to_directory, change.inode)) return false;
  const InodeId there = inode(change.to_directory).names.find(change.to_name);
  if (there != change.replaced) return false;
  return there == no_inode || inode(there).names.empty();
}

void FileSystem::release_unreachable_inodes() {
  std::vector<bool> reachable(inodes_.size(), false);
  reachable[root_inode.raw()] = true;
  std::vector<InodeId> open{root_inode};
  while (!open.empty()) {
    const InodeId directory = open.back();
    open.pop_back();
    inode(directory).names.for_each([&](const NameTable::Entry& entry) {
      reachable[entry.inode.raw()] = true;
      open.push_back(entry.inode);
    });
  }
  for (std::uint32_t i = 0; i < inodes_.size(); ++i) {
    if (inodes_.read(i).in_use && !reachable[i]) free_inode(InodeId{i});
  }
}

void FileSystem::lose_content(InodeId id, Random& random, std::vector<DiskDiscard>& lost) {
  Inode& file = edit(id);
  DiskDiscard discard;
  discard.why = DiskDiscard::Why::unsynced;
  discard.kind = DiskOperationKind::append;
  discard.inode = id;
  discard.path = path_of(id);
  discard.offset = UINT64_MAX;
  for (const Change& change : file.unsynced.read()) {
    discard.offset = std::min({discard.offset, change.offset, change.end});
  }
  discard.length = file.dirty_bytes();
  Survivor survivor = survive(file, model_.power_loss, random);
  discard.kept = std::min(survivor.kept, discard.length);
  const bool whole = discard.kept == discard.length && survivor.content.size() == file.content.size();
  file.content = survivor.content;
  file.platter = std::move(survivor.content);
  file.unsynced = {};
  if (discard.kept == 0) file.modified_wall_ns = file.platter_modified_wall_ns;
  file.platter_modified_wall_ns = file.modified_wall_ns;
  if (!whole) lost.push_back(std::move(discard));
}

}  // namespace sim
