#include "model/protocol/controller_requests.hpp"

#include "model/protocol/envelope_codec.hpp"

namespace kafka {

template struct Request<LeaderAndIsrRequest>;
template struct Response<LeaderAndIsrResponse>;
template struct Request<StopReplicaRequest>;
template struct Response<StopReplicaResponse>;
template struct Request<UpdateMetadataRequest>;
template struct Response<UpdateMetadataResponse>;
template struct Request<ControlledShutdownRequest>;
template struct Response<ControlledShutdownResponse>;

}  // namespace kafka
