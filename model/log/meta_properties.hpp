// meta_properties.hpp - whose log directory this is.
// Here:  meta.properties (docs/reference/log-storage.md §2.4), versions 0 (ZooKeeper) and 1 (KRaft).
// Not:   comparing it with the cluster's id in ZooKeeper (the broker).
// Start: read_meta_properties().
#pragma once

#include "model/log/log_error.hpp"
#include "model/log/timestamp.hpp"
#include "model/types.hpp"
#include "sim/disk.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kafka {

inline constexpr std::string_view meta_properties_file = "meta.properties";

struct MetaProperties {
  std::int32_t version = 0;
  std::optional<BrokerId> broker_id;  ///< `broker.id`, in version 1 `node.id`
  std::optional<std::string> cluster_id;
  std::optional<Uuid> directory_id;

  friend bool operator==(const MetaProperties&, const MetaProperties&) = default;
};

/// A Java properties file; `written` goes into its second comment line.
std::string meta_properties_text(const MetaProperties& properties, Timestamp written);
/// Nothing for malformed content. Keys that nobody knows are ignored.
std::optional<MetaProperties> meta_properties_from_text(std::string_view text);

/// Nothing if there is no such file: the directory is new. Errors: KAFKA_STORAGE_ERROR, also for malformed content.
LogResult<std::optional<MetaProperties>> read_meta_properties(sim::Disk& disk, std::string_view directory);
/// Durable when it returns.
LogResult<void> write_meta_properties(sim::Disk& disk, std::string_view directory, const MetaProperties& properties,
                                      Timestamp written);

}  // namespace kafka
