#include "model/protocol/offsets.hpp"

#include "model/protocol/envelope_codec.hpp"

namespace kafka {

template struct Request<ListOffsetsRequest>;
template struct Response<ListOffsetsResponse>;
template struct Request<OffsetForLeaderEpochRequest>;
template struct Response<OffsetForLeaderEpochResponse>;

}  // namespace kafka
