#include "sim/disk_model.hpp"

#include "sim/check.hpp"

#include <fmt/format.h>

#include <type_traits>

namespace sim {

namespace {

std::string_view name_of(DiskAccess access) {
  switch (access) {
    case DiskAccess::read: return "read";
    case DiskAccess::write: return "write";
    case DiskAccess::sync: return "sync";
  }
  return "?";
}

std::string_view name_of(Survival survival) {
  switch (survival) {
    case Survival::prefix: return "prefix";
    case Survival::none: return "none";
    case Survival::all: return "all";
    case Survival::reordered: return "reordered";
  }
  return "?";
}

struct Printer {
  std::string operator()(const SlowDisk& f) const { return fmt::format("disk at {}% of its normal time", f.percent); }
  std::string operator()(const FillDisk& f) const { return f.full ? "disk full" : "disk not full"; }
  std::string operator()(const SetDiskCapacity& f) const { return fmt::format("disk capacity {} bytes", f.bytes); }
  std::string operator()(const FailDisk& f) const {
    const std::string when =
        f.operations == 0 ? "until healed" : fmt::format("for the next {} operations", f.operations);
    const std::string where = f.path_contains.empty() ? "" : fmt::format(" on paths with '{}'", f.path_contains);
    return fmt::format("{} fails {}{}", name_of(f.access), when, where);
  }
  std::string operator()(const LieOnSync& f) const { return f.lying ? "sync lies" : "sync tells the truth"; }
  std::string operator()(const HealDisk&) const { return "disk healed"; }
  std::string operator()(const SetPowerLossModel& f) const {
    return fmt::format("power loss leaves data {}, names {}, {} sectors", name_of(f.model.data), name_of(f.model.names),
                       f.model.torn_sectors ? "torn" : "whole");
  }
  std::string operator()(const RotBit& f) const {
    return fmt::format("bit {} of byte {} of {} flips", f.bit, f.offset, f.path);
  }
};

struct Applier {
  DiskModel& model;

  void operator()(const SlowDisk& f) const { model.slow_percent = f.percent; }
  void operator()(const FillDisk& f) const { model.full = f.full; }
  void operator()(const SetDiskCapacity& f) const { model.capacity = f.bytes; }
  void operator()(const FailDisk& f) const { model.failing.push_back(f); }
  void operator()(const LieOnSync& f) const { model.lying = f.lying; }
  void operator()(const HealDisk&) const {
    model.slow_percent = 100;
    model.full = false;
    model.lying = false;
    model.failing.clear();
  }
  void operator()(const SetPowerLossModel& f) const { model.power_loss = f.model; }
  void operator()(const RotBit&) const { SIM_CHECK(false, "bit rot needs the files"); }
};

}  // namespace

std::string to_text(const DiskFault& fault) { return std::visit(Printer{}, fault); }

bool DiskModel::fails(DiskAccess access, std::string_view path) {
  for (std::size_t i = 0; i < failing.size(); ++i) {
    FailDisk& rule = failing[i];
    if (rule.access != access) continue;
    if (path.find(rule.path_contains) == std::string_view::npos) continue;
    if (rule.operations > 0 && --rule.operations == 0) failing.erase(failing.begin() + static_cast<std::ptrdiff_t>(i));
    return true;
  }
  return false;
}

void DiskModel::apply(const DiskFault& fault) { std::visit(Applier{*this}, fault); }

}  // namespace sim
