#include "scenarios/verbs.hpp"

namespace scenarios {

std::span<const VerbInfo> all_verbs() {
  static const std::vector<VerbInfo> verbs{
      {Verb::start, "start", VerbForm::hosts, {}, false},
      {Verb::stop, "stop", VerbForm::hosts, {}, true},
      {Verb::restart, "restart", VerbForm::hosts, {}, false},
      {Verb::crash, "crash", VerbForm::hosts, {}, true},
      {Verb::power_off, "power-off", VerbForm::hosts, {}, true},
      {Verb::freeze, "freeze", VerbForm::hosts, {}, true},
      {Verb::thaw, "thaw", VerbForm::hosts, {}, false},
      {Verb::partition, "partition", VerbForm::groups, {}, true},
      {Verb::isolate, "isolate", VerbForm::hosts, {}, true},
      {Verb::one_way_cut, "one-way-cut", VerbForm::path, {}, true},
      {Verb::slow_link, "slow-link", VerbForm::path, {"latency", "jitter"}, true},
      {Verb::lossy_link, "lossy-link", VerbForm::path, {"lost"}, true},
      {Verb::change_cable, "change-cable", VerbForm::cable, {"cut", "latency", "bandwidth"}, true},
      {Verb::reset_connections, "reset-connections", VerbForm::pair, {}, false},
      {Verb::heal, "heal", VerbForm::heal, {}, false},
      {Verb::skew_clock, "skew-clock", VerbForm::host_details, {"by"}, true},
      {Verb::drift_clock, "drift-clock", VerbForm::host_details, {"parts-per-million"}, true},
      {Verb::slow_disk, "slow-disk", VerbForm::host_details, {"percent"}, true},
      {Verb::disk_full, "disk-full", VerbForm::hosts, {}, true},
      {Verb::disk_capacity, "disk-capacity", VerbForm::host_details, {"bytes"}, false},
      {Verb::disk_error, "disk-error", VerbForm::host_details, {"access", "operations", "path-contains"}, true},
      {Verb::lying_sync, "lying-sync", VerbForm::hosts, {}, true},
      {Verb::heal_disk, "heal-disk", VerbForm::hosts, {}, false},
      {Verb::power_loss_model, "power-loss-model", VerbForm::host_details, {"data", "names", "torn-sectors"}, false},
      {Verb::corrupt, "corrupt", VerbForm::host_details, {"file", "byte", "bit", "partition", "offset"}, false},
  };
  return verbs;
}

}  // namespace scenarios
