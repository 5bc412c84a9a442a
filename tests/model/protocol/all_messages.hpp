// all_messages.hpp - every message that the model speaks.
// Here:  for_each_request(), for_each_response().
// Not:   what is tested of them.
// Start: `for_each_request([]<class Body>(Of<Body> message) { ... });`
#pragma once

#include "model/protocol/alter_partition.hpp"
#include "model/protocol/api_versions.hpp"
#include "model/protocol/controller_requests.hpp"
#include "model/protocol/coordinators.hpp"
#include "model/protocol/fetch.hpp"
#include "model/protocol/metadata.hpp"
#include "model/protocol/offsets.hpp"
#include "model/protocol/produce.hpp"
#include "model/protocol/topics.hpp"

#include <string_view>

namespace kafka::testing {

/// A body's type as a value, with Kafka's name of the api.
template <class Body>
struct Of {
  std::string_view api;
};

template <class Visit>
void for_each_request(Visit&& visit) {
  visit(Of<ProduceRequest>{"Produce"});
  visit(Of<FetchRequest>{"Fetch"});
  visit(Of<ListOffsetsRequest>{"ListOffsets"});
  visit(Of<MetadataRequest>{"Metadata"});
  visit(Of<LeaderAndIsrRequest>{"LeaderAndIsr"});
  visit(Of<StopReplicaRequest>{"StopReplica"});
  visit(Of<UpdateMetadataRequest>{"UpdateMetadata"});
  visit(Of<ControlledShutdownRequest>{"ControlledShutdown"});
  visit(Of<FindCoordinatorRequest>{"FindCoordinator"});
  visit(Of<ApiVersionsRequest>{"ApiVersions"});
  visit(Of<CreateTopicsRequest>{"CreateTopics"});
  visit(Of<DeleteTopicsRequest>{"DeleteTopics"});
  visit(Of<InitProducerIdRequest>{"InitProducerId"});
  visit(Of<OffsetForLeaderEpochRequest>{"OffsetForLeaderEpoch"});
  visit(Of<AlterPartitionRequest>{"AlterPartition"});
  visit(Of<DescribeClusterRequest>{"DescribeCluster"});
}

template <class Visit>
void for_each_response(Visit&& visit) {
  visit(Of<ProduceResponse>{"Produce"});
  visit(Of<FetchResponse>{"Fetch"});
  visit(Of<ListOffsetsResponse>{"ListOffsets"});
  visit(Of<MetadataResponse>{"Metadata"});
  visit(Of<LeaderAndIsrResponse>{"LeaderAndIsr"});
  visit(Of<StopReplicaResponse>{"StopReplica"});
  visit(Of<UpdateMetadataResponse>{"UpdateMetadata"});
  visit(Of<ControlledShutdownResponse>{"ControlledShutdown"});
  visit(Of<FindCoordinatorResponse>{"FindCoordinator"});
  visit(Of<ApiVersionsResponse>{"ApiVersions"});
  visit(Of<CreateTopicsResponse>{"CreateTopics"});
  visit(Of<DeleteTopicsResponse>{"DeleteTopics"});
  visit(Of<InitProducerIdResponse>{"InitProducerId"});
  visit(Of<OffsetForLeaderEpochResponse>{"OffsetForLeaderEpoch"});
  visit(Of<AlterPartitionResponse>{"AlterPartition"});
  visit(Of<DescribeClusterResponse>{"DescribeCluster"});
}

}  // namespace kafka::testing
