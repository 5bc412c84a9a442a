#include "model/protocol/metadata.hpp"

#include "model/protocol/envelope_codec.hpp"

namespace kafka {

template struct Request<MetadataRequest>;
template struct Response<MetadataResponse>;
template struct Request<DescribeClusterRequest>;
template struct Response<DescribeClusterResponse>;

}  // namespace kafka
