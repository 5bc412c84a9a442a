// costs.hpp - what a broker's work costs in processor time.
// Here:  one struct of numbers, all in one place. They shape queues and overload, not outcomes: golden outcomes hold no
//        times (design, decision 4).
// Not:   disks (sim/disk_model.hpp) and sockets (sim/host.hpp), which charge for themselves.
// Start: BrokerCosts. Orders of magnitude of a 3.9 broker on a server of 2020.
#pragma once

#include "sim/time.hpp"

#include <cstdint>

namespace kafka {

struct BrokerCosts {
  sim::Duration request{8'000};              ///< parsing, queues, dispatch of any request
  sim::Duration produce_batch{4'000};        ///< validation and bookkeeping of a batch
  sim::Duration per_kibibyte_appended{900};  ///< checksum and copy
  sim::Duration fetch_partition{1'500};      ///< looking at one partition
  sim::Duration replicate_partition{3'000};  ///< a follower's bookkeeping for one partition with data
  sim::Duration controller_event{20'000};    ///< the controller's bookkeeping
  sim::Duration leader_and_isr_partition{30'000};
  sim::Duration recover_per_kibibyte{900};  ///< checksums of a log that was not shut down cleanly
  sim::Duration load_log{200'000};

  static sim::Duration per_kibibyte(sim::Duration cost, std::uint64_t bytes) {
    return cost * static_cast<std::int64_t>(bytes) / 1024;
  }
};

}  // namespace kafka
