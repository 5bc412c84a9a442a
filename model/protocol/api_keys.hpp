// api_keys.hpp - which requests there are.
// Here:  ApiKey, Api (what a message needs to know of its api), and the ranges a broker advertises
//        (docs/reference/wire-protocol.md §6).
// Not:   the messages themselves (produce.hpp, fetch.hpp, ...).
// Start: advertised_apis().
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace kafka {

/// Every key that a 3.9 broker in ZooKeeper mode advertises.
enum class ApiKey : std::int16_t {
  produce = 0,
  fetch = 1,
  list_offsets = 2,
  metadata = 3,
  leader_and_isr = 4,
  stop_replica = 5,
  update_metadata = 6,
  controlled_shutdown = 7,
  offset_commit = 8,
  offset_fetch = 9,
  find_coordinator = 10,
  join_group = 11,
  heartbeat = 12,
  leave_group = 13,
  sync_group = 14,
  describe_groups = 15,
  list_groups = 16,
  sasl_handshake = 17,
  api_versions = 18,
  create_topics = 19,
  delete_topics = 20,
  delete_records = 21,
  init_producer_id = 22,
  offset_for_leader_epoch = 23,
  add_partitions_to_txn = 24,
  add_offsets_to_txn = 25,
  end_txn = 26,
  write_txn_markers = 27,
  txn_offset_commit = 28,
  describe_acls = 29,
  create_acls = 30,
  delete_acls = 31,
  describe_configs = 32,
  alter_configs = 33,
  alter_replica_log_dirs = 34,
  describe_log_dirs = 35,
  sasl_authenticate = 36,
  create_partitions = 37,
  create_delegation_token = 38,
  renew_delegation_token = 39,
  expire_delegation_token = 40,
  describe_delegation_token = 41,
  delete_groups = 42,
  elect_leaders = 43,
  incremental_alter_configs = 44,
  alter_partition_reassignments = 45,
  list_partition_reassignments = 46,
  offset_delete = 47,
  describe_client_quotas = 48,
  alter_client_quotas = 49,
  describe_user_scram_credentials = 50,
  alter_user_scram_credentials = 51,
  alter_partition = 56,
  update_features = 57,
  envelope = 58,
  describe_cluster = 60,
  describe_producers = 61,
  describe_transactions = 65,
  list_transactions = 66,
  allocate_producer_ids = 67,
  consumer_group_heartbeat = 68,
  consumer_group_describe = 69,
};

/// What a message knows of its api. The lowest version of every message here is 0.
struct Api {
  ApiKey key;
  std::int16_t last_version;
  std::int16_t flexible_from;  ///< first version with compact forms and tagged fields

  constexpr bool is_flexible(std::int16_t version) const { return version >= flexible_from; }
  constexpr bool has_version(std::int16_t version) const { return version >= 0 && version <= last_version; }
};

struct AdvertisedApi {
  ApiKey key;
  std::string_view name;  ///< "Produce"
  std::int16_t first_version;
  std::int16_t last_version;
};

/// By rising key. The minimum is 0 even where the oldest versions are refused afterwards: clients infer features from
/// an overlap with old versions (§11, items 3-5).
std::span<const AdvertisedApi> advertised_apis();

}  // namespace kafka
