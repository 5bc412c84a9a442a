#include "model/protocol/alter_partition.hpp"

#include "model/protocol/envelope_codec.hpp"

namespace kafka {

template struct Request<AlterPartitionRequest>;
template struct Response<AlterPartitionResponse>;

}  // namespace kafka
