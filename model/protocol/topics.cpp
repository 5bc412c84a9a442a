#include "model/protocol/topics.hpp"

#include "model/protocol/envelope_codec.hpp"

namespace kafka {

template struct Request<CreateTopicsRequest>;
template struct Response<CreateTopicsResponse>;
template struct Request<DeleteTopicsRequest>;
template struct Response<DeleteTopicsResponse>;

}  // namespace kafka
