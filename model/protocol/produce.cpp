#include "model/protocol/produce.hpp"

#include "model/protocol/envelope_codec.hpp"

namespace kafka {

template struct Request<ProduceRequest>;
template struct Response<ProduceResponse>;

}  // namespace kafka
