#include "model/protocol/coordinators.hpp"

#include "model/protocol/envelope_codec.hpp"

namespace kafka {

template struct Request<FindCoordinatorRequest>;
template struct Response<FindCoordinatorResponse>;
template struct Request<InitProducerIdRequest>;
template struct Response<InitProducerIdResponse>;

}  // namespace kafka
