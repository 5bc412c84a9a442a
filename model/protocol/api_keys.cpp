#include "model/protocol/api_keys.hpp"

#include <array>

namespace kafka {

namespace {

constexpr auto table = std::to_array<AdvertisedApi>({
    {ApiKey::produce, "Produce", 0, 11},
    {ApiKey::fetch, "Fetch", 0, 17},
    {ApiKey::list_offsets, "ListOffsets", 0, 9},
    {ApiKey::metadata, "Metadata", 0, 12},
    {ApiKey::leader_and_isr, "LeaderAndIsr", 0, 7},
    {ApiKey::stop_replica, "StopReplica", 0, 4},
    {ApiKey::update_metadata, "UpdateMetadata", 0, 8},
    {ApiKey::controlled_shutdown, "ControlledShutdown", 0, 3},
    {ApiKey::offset_commit, "OffsetCommit", 0, 9},
    {ApiKey::offset_fetch, "OffsetFetch", 0, 9},
    {ApiKey::find_coordinator, "FindCoordinator", 0, 6},
    {ApiKey::join_group, "JoinGroup", 0, 9},
    {ApiKey::heartbeat, "Heartbeat", 0, 4},
    {ApiKey::leave_group, "LeaveGroup", 0, 5},
    {ApiKey::sync_group, "SyncGroup", 0, 5},
    {ApiKey::describe_groups, "DescribeGroups", 0, 5},
    {ApiKey::list_groups, "ListGroups", 0, 5},
    {ApiKey::sasl_handshake, "SaslHandshake", 0, 1},
    {ApiKey::api_versions, "ApiVersions", 0, 4},
    {ApiKey::create_topics, "CreateTopics", 0, 7},
    {ApiKey::delete_topics, "DeleteTopics", 0, 6},
    {ApiKey::delete_records, "DeleteRecords", 0, 2},
    {ApiKey::init_producer_id, "InitProducerId", 0, 5},
    {ApiKey::offset_for_leader_epoch, "OffsetForLeaderEpoch", 0, 4},
    {ApiKey::add_partitions_to_txn, "AddPartitionsToTxn", 0, 5},
    {ApiKey::add_offsets_to_txn, "AddOffsetsToTxn", 0, 4},
    {ApiKey::end_txn, "EndTxn", 0, 4},
    {ApiKey::write_txn_markers, "WriteTxnMarkers", 0, 1},
    {ApiKey::txn_offset_commit, "TxnOffsetCommit", 0, 4},
    {ApiKey::describe_acls, "DescribeAcls", 0, 3},
    {ApiKey::create_acls, "CreateAcls", 0, 3},
    {ApiKey::delete_acls, "DeleteAcls", 0, 3},
    {ApiKey::describe_configs, "DescribeConfigs", 0, 4},
    {ApiKey::alter_configs, "AlterConfigs", 0, 2},
    {ApiKey::alter_replica_log_dirs, "AlterReplicaLogDirs", 0, 2},
    {ApiKey::describe_log_dirs, "DescribeLogDirs", 0, 4},
    {ApiKey::sasl_authenticate, "SaslAuthenticate", 0, 2},
    {ApiKey::create_partitions, "CreatePartitions", 0, 3},
    {ApiKey::create_delegation_token, "CreateDelegationToken", 0, 3},
    {ApiKey::renew_delegation_token, "RenewDelegationToken", 0, 2},
    {ApiKey::expire_delegation_token, "ExpireDelegationToken", 0, 2},
    {ApiKey::describe_delegation_token, "DescribeDelegationToken", 0, 3},
    {ApiKey::delete_groups, "DeleteGroups", 0, 2},
    {ApiKey::elect_leaders, "ElectLeaders", 0, 2},
    {ApiKey::incremental_alter_configs, "IncrementalAlterConfigs", 0, 1},
    {ApiKey::alter_partition_reassignments, "AlterPartitionReassignments", 0, 0},
    {ApiKey::list_partition_reassignments, "ListPartitionReassignments", 0, 0},
    {ApiKey::offset_delete, "OffsetDelete", 0, 0},
    {ApiKey::describe_client_quotas, "DescribeClientQuotas", 0, 1},
    {ApiKey::alter_client_quotas, "AlterClientQuotas", 0, 1},
    {ApiKey::describe_user_scram_credentials, "DescribeUserScramCredentials", 0, 0},
    {ApiKey::alter_user_scram_credentials, "AlterUserScramCredentials", 0, 0},
    {ApiKey::alter_partition, "AlterPartition", 0, 3},
    {ApiKey::update_features, "UpdateFeatures", 0, 1},
    {ApiKey::envelope, "Envelope", 0, 0},
    {ApiKey::describe_cluster, "DescribeCluster", 0, 1},
    {ApiKey::describe_producers, "DescribeProducers", 0, 0},
    {ApiKey::describe_transactions, "DescribeTransactions", 0, 0},
    {ApiKey::list_transactions, "ListTransactions", 0, 1},
    {ApiKey::allocate_producer_ids, "AllocateProducerIds", 0, 0},
    {ApiKey::consumer_group_heartbeat, "ConsumerGroupHeartbeat", 0, 0},
    {ApiKey::consumer_group_describe, "ConsumerGroupDescribe", 0, 0},
});

}  // namespace

std::span<const AdvertisedApi> advertised_apis() { return table; }

}  // namespace kafka
