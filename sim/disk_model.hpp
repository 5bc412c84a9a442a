// disk_model.hpp - what a simulated disk costs and how it fails.
// Here:  DiskModel (costs, capacity, what a power loss does to unsynced data), DiskFault, the faults in force.
// Not:   the files themselves (file_system.hpp).
// Start: `DiskModel{}` is a healthy local SSD; `file_system.apply(DiskFault{FailDisk{...}})` breaks it.
#pragma once

#include "sim/time.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sim {

/// Bytes in a sector: what the medium writes whole, unless sectors may be torn.
inline constexpr std::uint64_t sector_size = 512;

/// How long operations take on a healthy disk. Writes and reads meet the page cache; only a sync meets the device,
/// whose queue all programs of the host share.
struct DiskCosts {
  Duration write_base = 2'000_ns;
  Duration write_per_kib = 100_ns;
  Duration read_base = 1'500_ns;
  Duration read_per_kib = 80_ns;
  Duration names_base = 8'000_ns;   ///< create, rename, unlink, make and remove directory, truncate
  Duration lookup_base = 1'000_ns;  ///< open, status, list, and whatever fails
  Duration sync_base = 400'000_ns;
  Duration sync_per_kib = 500_ns;
  Duration sync_directory_base = 400'000_ns;
};

/// Which part of the unsynced changes a power loss leaves.
enum class Survival : std::uint8_t {
  prefix,  ///< the oldest ones, up to a random byte: writes and names reach the disk in their order
  none,
  all,
  reordered,  ///< every dirty sector, or every change of a name, for itself
};

struct PowerLossModel {
  Survival data = Survival::prefix;   ///< per file
  Survival names = Survival::prefix;  ///< over all directories: one journal
  bool torn_sectors = true;           ///< a sector may be written in part; otherwise data survives in whole sectors
};

// Faults are plain data; the kernel's Fault embeds DiskFault.

/// All operations take `percent` / 100 of their normal time; 100 is healthy.
struct SlowDisk {
  std::uint32_t percent = 100;
};
/// Every write that needs room fails with disk_full, whatever the capacity.
struct FillDisk {
  bool full = true;
};
struct SetDiskCapacity {
  std::uint64_t bytes = 0;
};
enum class DiskAccess : std::uint8_t { read, write, sync };
/// I/O errors. `write` means whatever changes content or names; `sync` files and directories.
struct FailDisk {
  DiskAccess access = DiskAccess::write;
  std::uint64_t operations = 0;  ///< the next so many that match; 0: until HealDisk
  std::string path_contains;     ///< empty: all paths
};
/// A sync answers success and writes nothing.
struct LieOnSync {
  bool lying = true;
};
/// Ends SlowDisk, FillDisk, FailDisk and LieOnSync; capacity and power-loss model stay.
struct HealDisk {};
struct SetPowerLossModel {
  PowerLossModel model;
};
/// Flips one bit of a file at rest, in the page cache and on the platter.
struct RotBit {
  std::string path;
  std::uint64_t offset = 0;
  std::uint32_t bit = 0;  ///< 0 to 7
};
using DiskFault =
    std::variant<SlowDisk, FillDisk, SetDiskCapacity, FailDisk, LieOnSync, HealDisk, SetPowerLossModel, RotBit>;

/// One line for the trace: "write fails for the next 3 operations on paths with 'orders'".
std::string to_text(const DiskFault& fault);

/// Everything about a disk that is no file: configuration and the faults in force.
struct DiskModel {
  DiskCosts costs;
  PowerLossModel power_loss;
  std::uint64_t capacity = std::uint64_t{1} << 40;  ///< bytes; holes take no room

  std::uint32_t slow_percent = 100;
  bool full = false;
  bool lying = false;
  std::vector<FailDisk> failing;

  /// The cost of `base` plus `bytes` at `per_kib`, stretched by SlowDisk.
  Duration cost(Duration base, Duration per_kib, std::uint64_t bytes) const {
    const Duration healthy = base + per_kib * static_cast<std::int64_t>(bytes) / 1'024;
    return slow_percent == 100 ? healthy : healthy * slow_percent / 100;
  }
  Duration cost(Duration base) const { return cost(base, Duration{}, 0); }

  bool can_fail() const { return !failing.empty(); }
  /// Whether this access fails; counts it against the faults that match.
  bool fails(DiskAccess access, std::string_view path);

  /// All faults but RotBit, which needs the files.
  void apply(const DiskFault& fault);
};

}  // namespace sim
