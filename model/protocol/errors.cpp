#include "model/protocol/errors.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace kafka {

namespace {

constexpr std::int16_t lowest = -1;

constexpr auto table = std::to_array<ErrorInfo>({
    {-1, "UNKNOWN_SERVER_ERROR", false, "The server met an error that it did not expect."},
    {0, "NONE", false, "No error."},
    {1, "OFFSET_OUT_OF_RANGE", false, "The requested offset is not within the range of offsets kept by the server."},
    {2, "CORRUPT_MESSAGE", true,
     "The message failed its CRC check, has a bad size, a null key in a compacted topic, or is corrupt otherwise."},
    {3, "UNKNOWN_TOPIC_OR_PARTITION", true, "This server does not host this topic-partition."},
    {4, "INVALID_FETCH_SIZE", false, "The requested fetch size is invalid."},
    {5, "LEADER_NOT_AVAILABLE", true, "There is no leader for this topic-partition, as an election is under way."},
    {6, "NOT_LEADER_OR_FOLLOWER", true,
     "This broker is not the leader, or for follower reads not a replica, of this topic-partition."},
    {7, "REQUEST_TIMED_OUT", true, "The request timed out."},
    {8, "BROKER_NOT_AVAILABLE", false, "The broker is not available."},
    {9, "REPLICA_NOT_AVAILABLE", true, "The replica is not available for the requested topic-partition."},
    {10, "MESSAGE_TOO_LARGE", false, "The request holds a message larger than the server accepts."},
    {11, "STALE_CONTROLLER_EPOCH", false, "The controller moved to another broker."},
    {12, "OFFSET_METADATA_TOO_LARGE", false, "The metadata of the committed offset is too large."},
    {13, "NETWORK_EXCEPTION", true, "The connection was lost before a response was received."},
    {14, "COORDINATOR_LOAD_IN_PROGRESS", true, "The coordinator is loading and cannot serve requests yet."},
    {15, "COORDINATOR_NOT_AVAILABLE", true, "The coordinator is not available."},
    {16, "NOT_COORDINATOR", true, "This is not the correct coordinator."},
    {17, "INVALID_TOPIC_EXCEPTION", false, "The request tried an operation on an invalid topic."},
    {18, "RECORD_LIST_TOO_LARGE", false, "The request holds a batch larger than the configured segment size."},
    {19, "NOT_ENOUGH_REPLICAS", true, "Rejected: there are fewer in-sync replicas than required."},
    {20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", true, "Written to the log, but to fewer in-sync replicas than required."},
    {21, "INVALID_REQUIRED_ACKS", false, "The produce request asked for an invalid number of acknowledgements."},
    {22, "ILLEGAL_GENERATION", false, "The given generation id of the group is not valid."},
    {23, "INCONSISTENT_GROUP_PROTOCOL", false,
     "The protocol type or the protocols of the member do not fit those of the group."},
    {24, "INVALID_GROUP_ID", false, "The configured group id is invalid."},
    {25, "UNKNOWN_MEMBER_ID", false, "The coordinator does not know this member."},
    {26, "INVALID_SESSION_TIMEOUT", false, "The session timeout is outside the range that the broker allows."},
    {27, "REBALANCE_IN_PROGRESS", false, "The group is rebalancing, so a rejoin is needed."},
    {28, "INVALID_COMMIT_OFFSET_SIZE", false, "The size of the committed offset data is not valid."},
    {29, "TOPIC_AUTHORIZATION_FAILED", false, "Topic authorization failed."},
    {30, "GROUP_AUTHORIZATION_FAILED", false, "Group authorization failed."},
    {31, "CLUSTER_AUTHORIZATION_FAILED", false, "Cluster authorization failed."},
    {32, "INVALID_TIMESTAMP", false, "The timestamp of the message is out of the acceptable range."},
    {33, "UNSUPPORTED_SASL_MECHANISM", false, "The broker does not support the requested SASL mechanism."},
    {34, "ILLEGAL_SASL_STATE", false, "The request is not valid in the current SASL state."},
    {35, "UNSUPPORTED_VERSION", false, "The version of the API is not supported."},
    {36, "TOPIC_ALREADY_EXISTS", false, "A topic with this name already exists."},
    {37, "INVALID_PARTITIONS", false, "The number of partitions is below 1, or not larger than now."},
    {38, "INVALID_REPLICATION_FACTOR", false,
     "The replication factor is below 1 or larger than the number of available brokers."},
    {39, "INVALID_REPLICA_ASSIGNMENT", false, "The replica assignment is invalid."},
    {40, "INVALID_CONFIG", false, "The configuration is invalid."},
    {41, "NOT_CONTROLLER", true, "This is not the correct controller for this cluster."},
    {42, "INVALID_REQUEST", false, "The request is malformed, or contradicts itself."},
    {43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", false,
     "The message format version on the broker does not support the request."},
    {44, "POLICY_VIOLATION", false, "The request parameters do not satisfy the configured policy."},
    {45, "OUT_OF_ORDER_SEQUENCE_NUMBER", false, "The broker received a sequence number out of order."},
    {46, "DUPLICATE_SEQUENCE_NUMBER", false, "The broker received a duplicate sequence number."},
    {47, "INVALID_PRODUCER_EPOCH", false, "The producer tried to produce with an old epoch."},
    {48, "INVALID_TXN_STATE", false, "The producer tried a transactional operation in an invalid state."},
    {49, "INVALID_PRODUCER_ID_MAPPING", false,
     "The producer's id is not the one now assigned to its transactional id."},
    {50, "INVALID_TRANSACTION_TIMEOUT", false, "The transaction timeout is larger than transaction.max.timeout.ms."},
    {51, "CONCURRENT_TRANSACTIONS", true, "The producer has another transaction in progress."},
    {52, "TRANSACTION_COORDINATOR_FENCED", false,
     "The transaction coordinator that sent this marker is not the current one."},
    {53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", false, "Transactional id authorization failed."},
    {54, "SECURITY_DISABLED", false, "Security features are disabled."},
    {55, "OPERATION_NOT_ATTEMPTED", false,
     "The broker did not attempt the operation, since another of the request failed."},
    {56, "KAFKA_STORAGE_ERROR", true, "Disk error when accessing the log file on the disk."},
    {57, "LOG_DIR_NOT_FOUND", false, "The given log directory is not found in the broker's configuration."},
    {58, "SASL_AUTHENTICATION_FAILED", false, "SASL authentication failed."},
    {59, "UNKNOWN_PRODUCER_ID", false, "The broker knows no metadata for this producer id."},
    {60, "REASSIGNMENT_IN_PROGRESS", false, "A reassignment of partitions is in progress."},
    {61, "DELEGATION_TOKEN_AUTH_DISABLED", false, "Delegation tokens are not enabled."},
    {62, "DELEGATION_TOKEN_NOT_FOUND", false, "The delegation token is not found on the server."},
    {63, "DELEGATION_TOKEN_OWNER_MISMATCH", false,
     "The principal is not the owner or renewer of the delegation token."},
    {64, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", false,
     "Delegation token requests are not allowed on this connection."},
    {65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", false, "Delegation token authorization failed."},
    {66, "DELEGATION_TOKEN_EXPIRED", false, "The delegation token is expired."},
    {67, "INVALID_PRINCIPAL_TYPE", false, "The given principal type is not supported."},
    {68, "NON_EMPTY_GROUP", false, "The group is not empty."},
    {69, "GROUP_ID_NOT_FOUND", false, "The group id does not exist."},
    {70, "FETCH_SESSION_ID_NOT_FOUND", true, "The fetch session id was not found."},
    {71, "INVALID_FETCH_SESSION_EPOCH", true, "The fetch session epoch is invalid."},
    {72, "LISTENER_NOT_FOUND", true, "The leader has no listener that fits the one on which the request came."},
    {73, "TOPIC_DELETION_DISABLED", false, "Topic deletion is disabled."},
    {74, "FENCED_LEADER_EPOCH", true, "The leader epoch of the request is older than the broker's."},
    {75, "UNKNOWN_LEADER_EPOCH", true, "The leader epoch of the request is newer than the broker's."},
    {76, "UNSUPPORTED_COMPRESSION_TYPE", false,
     "The client does not support the compression type of the requested partition."},
    {77, "STALE_BROKER_EPOCH", false, "The broker epoch has changed."},
    {78, "OFFSET_NOT_AVAILABLE", true,
     "The leader's high watermark has not caught up after an election, so the offset cannot be told yet."},
    {79, "MEMBER_ID_REQUIRED", false, "The member must rejoin with the member id that it was given."},
    {80, "PREFERRED_LEADER_NOT_AVAILABLE", true, "The preferred leader is not available."},
    {81, "GROUP_MAX_SIZE_REACHED", false, "The group has reached its maximum size."},
    {82, "FENCED_INSTANCE_ID", false, "Another member with the same group instance id fenced this one."},
    {83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", true, "No eligible leader is available."},
    {84, "ELECTION_NOT_NEEDED", true, "A leader election is not needed."},
    {85, "NO_REASSIGNMENT_IN_PROGRESS", false, "No partition reassignment is in progress."},
    {86, "GROUP_SUBSCRIBED_TO_TOPIC", false, "The group is actively subscribed to the topic."},
    {87, "INVALID_RECORD", false, "The record failed the validation on the broker and was rejected."},
    {88, "UNSTABLE_OFFSET_COMMIT", true, "There are offsets of a transaction that has not completed."},
    {89, "THROTTLING_QUOTA_EXCEEDED", true, "The throttling quota is exceeded."},
    {90, "PRODUCER_FENCED", false, "Another producer with the same transactional id fenced this one."},
    {91, "RESOURCE_NOT_FOUND", false, "The request names a resource that does not exist."},
    {92, "DUPLICATE_RESOURCE", false, "The request names the same resource twice."},
    {93, "UNACCEPTABLE_CREDENTIAL", false, "The credential does not satisfy the criteria of acceptability."},
    {94, "INCONSISTENT_VOTER_SET", false, "The voters named do not match those that are known."},
    {95, "INVALID_UPDATE_VERSION", false, "The given update version is invalid."},
    {96, "FEATURE_UPDATE_FAILED", false, "Unable to update finalized features."},
    {97, "PRINCIPAL_DESERIALIZATION_FAILURE", false, "The principal in the request could not be deserialized."},
    {98, "SNAPSHOT_NOT_FOUND", false, "The requested snapshot was not found."},
    {99, "POSITION_OUT_OF_RANGE", false, "The requested position is not within the range of the snapshot."},
    {100, "UNKNOWN_TOPIC_ID", true, "This server does not host this topic id."},
    {101, "DUPLICATE_BROKER_REGISTRATION", false, "This broker id is already in use."},
    {102, "BROKER_ID_NOT_REGISTERED", false, "The given broker id is not registered."},
    {103, "INCONSISTENT_TOPIC_ID", true, "The topic id of the log does not match the one in the request."},
    {104, "INCONSISTENT_CLUSTER_ID", false, "The cluster id in the request does not match the server's."},
    {105, "TRANSACTIONAL_ID_NOT_FOUND", false, "The transactional id was not found."},
    {106, "FETCH_SESSION_TOPIC_ID_ERROR", true, "The fetch session was opened with another kind of topic names."},
    {107, "INELIGIBLE_REPLICA", false, "A replica of the new ISR is not eligible to join it."},
    {108, "NEW_LEADER_ELECTED", false, "The partition changed and the controller elected a new leader."},
    {109, "OFFSET_MOVED_TO_TIERED_STORAGE", false, "The requested offset has moved to the tiered storage."},
    {110, "FENCED_MEMBER_EPOCH", false, "The member epoch is fenced by the group coordinator."},
    {111, "UNRELEASED_INSTANCE_ID", false, "The instance id is still used by another member."},
    {112, "UNSUPPORTED_ASSIGNOR", false, "The assignor is not supported."},
    {113, "STALE_MEMBER_EPOCH", false, "The member epoch is stale."},
    {114, "MISMATCHED_ENDPOINT_TYPE", false, "The request was sent to an endpoint of the wrong type."},
    {115, "UNSUPPORTED_ENDPOINT_TYPE", false, "This type of endpoint is not supported."},
    {116, "UNKNOWN_CONTROLLER_ID", false, "This controller id is not known."},
    {117, "UNKNOWN_SUBSCRIPTION_ID", false, "The subscription id of the client is not known."},
    {118, "TELEMETRY_TOO_LARGE", false, "The client sent a telemetry payload larger than accepted."},
    {119, "INVALID_REGISTRATION", false, "The controller considers the broker registration invalid."},
    {120, "TRANSACTION_ABORTABLE", false, "The server failed the transaction, which the client can abort and go on."},
    {121, "INVALID_RECORD_STATE", false, "The record is not in the state that the acknowledgement needs."},
    {122, "SHARE_SESSION_NOT_FOUND", true, "The share session was not found."},
    {123, "INVALID_SHARE_SESSION_EPOCH", true, "The share session epoch is invalid."},
    {124, "FENCED_STATE_EPOCH", false, "The state epoch of the request does not match the coordinator's."},
    {125, "INVALID_VOTER_KEY", false, "The voter key does not match the receiving replica's."},
    {126, "DUPLICATE_VOTER", false, "The voter is already part of the set of voters."},
    {127, "VOTER_NOT_FOUND", false, "The voter is not part of the set of voters."},
});

/// error_info() takes the code as an index.
constexpr bool without_gaps() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (table[i].code != lowest + static_cast<std::int16_t>(i)) return false;
  }
  return true;
}
static_assert(without_gaps());

}  // namespace

std::span<const ErrorInfo> all_errors() { return table; }

const ErrorInfo* error_info(ErrorCode code) {
  const auto index = static_cast<int>(code) - lowest;
  return index >= 0 && index < static_cast<int>(table.size()) ? &table[static_cast<std::size_t>(index)] : nullptr;
}

std::string name(ErrorCode code) {
  const ErrorInfo* info = error_info(code);
  return info != nullptr ? std::string{info->name} : fmt::format("ERROR_{}", static_cast<std::int16_t>(code));
}

bool is_retriable(ErrorCode code) {
  const ErrorInfo* info = error_info(code);
  return info != nullptr && info->retriable;
}

}  // namespace kafka
