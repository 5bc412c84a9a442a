#include "model/protocol/fetch.hpp"

#include "model/protocol/envelope_codec.hpp"

namespace kafka {

template struct Request<FetchRequest>;
template struct Response<FetchResponse>;

}  // namespace kafka
