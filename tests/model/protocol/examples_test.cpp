// The byte-exact examples of docs/reference/wire-protocol.md §13, in both directions.
#include "tests/model/protocol/all_messages.hpp"
#include "tests/model/protocol/hex.hpp"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace kafka;
using namespace kafka::testing;

namespace {

/// `bytes` says what `expected` says, and `expected` is written as `bytes`.
template <class Body>
void check_request(std::string_view bytes, const Request<Body>& expected) {
  const auto frame = framed(bytes);
  std::size_t left_over = 99;
  const auto decoded = Request<Body>::decode(frame, &left_over);
  REQUIRE(decoded.has_value());
  CHECK(left_over == 0);
  CHECK(decoded->version == expected.version);
  CHECK(decoded->correlation_id == expected.correlation_id);
  CHECK(decoded->client_id == expected.client_id);
  CHECK_MESSAGE(decoded->body == expected.body, decoded->print());
  std::vector<std::byte> encoded;
  CHECK(expected.encode(encoded) == "");
  CHECK(hex(encoded) == hex(frame));
}

template <class Body>
void check_response(std::string_view bytes, const Response<Body>& expected) {
  const auto frame = framed(bytes);
  std::size_t left_over = 99;
  const auto decoded = Response<Body>::decode(frame, expected.version, &left_over);
  REQUIRE(decoded.has_value());
  CHECK(left_over == 0);
  CHECK(decoded->correlation_id == expected.correlation_id);
  CHECK_MESSAGE(decoded->body == expected.body, decoded->print());
  std::vector<std::byte> encoded;
  CHECK(expected.encode(encoded) == "");
  CHECK(hex(encoded) == hex(frame));
}

sim::Bytes bytes_of(std::string_view text) { return sim::Bytes::copy_of(from_hex(text)); }

const Uuid topic_id{0xf1d52603cb6041e8, 0xad063e41b775b27f};

}  // namespace

TEST_CASE("example: ApiVersions v3 of librdkafka") {
  Request<ApiVersionsRequest> expected{3, CorrelationId{1}, "rdkafka", {}};
  expected.body.client_software_name = "librdkafka";
  expected.body.client_software_version = "2.0.2";
  check_request("0012 0003 00000001 0007 72646b61666b61 00 | 0b 6c696272646b61666b61 06 322e302e32 00", expected);
}

TEST_CASE("example: the answer to an ApiVersions version that we do not know") {
  // The request's body is of the future: only its header is read.
  const auto future = framed("0012 0005 00000001 0007 72646b61666b61 00 | ffffffffff");
  CHECK(!Request<ApiVersionsRequest>::decode(future).has_value());
  const auto header = peek_header(future);
  REQUIRE(header.has_value());
  CHECK(header->key == ApiKey::api_versions);
  CHECK(header->version == 5);
  check_response("00000001 | 0023 00000001 0012 0000 0004", unsupported_api_versions(header->correlation_id));
}

TEST_CASE("example: the ApiVersions v3 answer of a broker") {
  std::string bytes = "00000001 | 0000 3f ";
  for (const AdvertisedApi& api : advertised_apis()) {
    bytes += fmt::format("{:04x} {:04x} {:04x} 00 ", static_cast<int>(api.key), api.first_version, api.last_version);
  }
  bytes += "00000000 00";
  check_response(bytes, Response<ApiVersionsResponse>{3, CorrelationId{1}, supported_api_versions()});
}

TEST_CASE("example: Metadata v4") {
  Request<MetadataRequest> request{4, CorrelationId{2}, "rdkafka", {}};
  request.body.topics->push_back({{}, "t"});
  check_request("0003 0004 00000002 0007 72646b61666b61 | 00000001 0001 74 01", request);

  Response<MetadataResponse> response{4, CorrelationId{2}, {}};
  response.body.brokers.push_back({BrokerId{0}, "127.0.0.1", 19700, std::nullopt});
  response.body.cluster_id = "miniCluster0";
  response.body.controller_id = BrokerId{0};
  MetadataResponse::MetadataResponseTopic topic;
  topic.name = "t";
  topic.partitions.emplace_back();
  topic.partitions[0].replica_nodes = {BrokerId{0}};
  topic.partitions[0].isr_nodes = {BrokerId{0}};
  response.body.topics.push_back(topic);
  check_response(
      "00000002 | 00000000 00000001 00000000 0009 3132372e302e302e31 00004cf4 ffff 000c 6d696e69436c757374657230 "
      "00000000"
      "00000001 0000 0001 74 00 00000001 0000 00000000 00000000 00000001 00000000 00000001 00000000",
      response);
}

TEST_CASE("example: Metadata v12") {
  Request<MetadataRequest> request{12, CorrelationId{2}, "p", {}};
  request.body.topics->push_back({{}, "t"});
  check_request("0003 000c 00000002 0001 70 00 | 02 00000000000000000000000000000000 02 74 00 01 00 00", request);

  Response<MetadataResponse> response{12, CorrelationId{2}, {}};
  response.body.brokers.push_back({BrokerId{0}, "127.0.0.1", 19710, std::nullopt});
  response.body.cluster_id = "miniCluster0";
  response.body.controller_id = BrokerId{0};
  MetadataResponse::MetadataResponseTopic topic;
  topic.name = "t";
  topic.topic_id = topic_id;
  topic.partitions.emplace_back();
  topic.partitions[0].leader_epoch = LeaderEpoch{0};
  topic.partitions[0].replica_nodes = {BrokerId{0}};
  topic.partitions[0].isr_nodes = {BrokerId{0}};
  response.body.topics.push_back(topic);
  check_response(
      "00000002 00 | 00000000 02 00000000 0a 3132372e302e302e31 00004cfe 00 00 0d 6d696e69436c757374657230 00000000"
      "02 0000 02 74 f1d52603cb6041e8ad063e41b775b27f 00 02 0000 00000000 00000000 00000000 02 00000000 02 00000000 01 "
      "00 "
      "80000000 00 00",
      response);
}

TEST_CASE("example: Metadata v12 for all topics with three stray bytes behind it") {
  const auto frame = framed("0003 000c 00000003 0003 636a73 00 | 00 00 00 00 | 01 00 00");
  std::size_t left_over = 0;
  const auto decoded = Request<MetadataRequest>::decode(frame, &left_over);
  REQUIRE(decoded.has_value());
  CHECK(left_over == 3);
  CHECK(decoded->client_id == "cjs");
  CHECK(!decoded->body.topics.has_value());
  CHECK(!decoded->body.allow_auto_topic_creation);
  // The kernel's wire check takes no byte too many: none of us sends any.
  const auto sent = make_request(12, CorrelationId{3}, "cjs", MetadataRequest{});
  CHECK(!sent->type().decode(frame, *sent));
}

TEST_CASE("example: Produce v7 and its answer") {
  const std::string_view batch =
      "0000000000000000 00000043 00000000 02 4ea0405a 0000 00000000 000001a1f6e5d8ae 000001a1f6e5d8ae ffffffffffffffff "
      "ffff "
      "ffffffff 00000001"
      "22 00 00 00 04 6b31 0a 68656c6c6f 02 02 68 02 78";
  Request<ProduceRequest> request{7, CorrelationId{3}, "rdkafka", {}};
  request.body.acks = -1;
  request.body.timeout_ms = 30000;
  request.body.topic_data.push_back({"t", {{0, bytes_of(batch)}}});
  check_request(
      "0000 0007 00000003 0007 72646b61666b61 | ffff ffff 00007530 00000001 0001 74 00000001 00000000 0000004f" +
          std::string{batch},
      request);

  Response<ProduceResponse> response{7, CorrelationId{3}, {}};
  response.body.responses.push_back({"t", {ProduceResponse::PartitionProduceResponse{}}});
  response.body.responses[0].partition_responses[0].log_start_offset = Offset{0};
  check_response(
      "00000003 | 00000001 0001 74 00000001 00000000 0000 0000000000000000 ffffffffffffffff 0000000000000000 00000000",
      response);
}

TEST_CASE("example: Produce v11") {
  const std::string_view batch =
      "0000000000000000 00000043 00000000 02 03bcb329 0000 00000000"
      "000001a1f6e5e477 000001a1f6e5e477 ffffffffffffffff 0000 00000000 00000001 22000000046b310a68656c6c6f0202680278";
  Request<ProduceRequest> request{11, CorrelationId{3}, "p", {}};
  request.body.acks = 1;
  request.body.timeout_ms = 5000;
  request.body.topic_data.push_back({"t", {{0, bytes_of(batch)}}});
  check_request(
      "0000 000b 00000003 0001 70 00 | 00 0001 00001388 02 02 74 02 00000000 50 " + std::string{batch} + " 00 00 00",
      request);
}

TEST_CASE("example: Fetch v11 without a session, and its empty answer") {
  Request<FetchRequest> request{11, CorrelationId{5}, "rdkafka", {}};
  request.body.max_wait_ms = 500;
  request.body.min_bytes = 1;
  request.body.max_bytes = 0x03200000;
  request.body.isolation_level = 1;
  FetchRequest::FetchPartition partition;
  partition.partition_max_bytes = 0x00100000;
  request.body.topics.push_back({"t", {}, {partition}});
  check_request(
      "0001 000b 00000005 0007 72646b61666b61 | ffffffff 000001f4 00000001 03200000 01 00000000 ffffffff 00000001 0001 "
      "74"
      "00000001 00000000 ffffffff 0000000000000000 ffffffffffffffff 00100000 00000000 0000",
      request);

  Response<FetchResponse> response{11, CorrelationId{8}, {}};
  FetchResponse::PartitionData data;
  data.high_watermark = Offset{3};
  data.last_stable_offset = Offset{3};
  data.log_start_offset = Offset{0};
  data.aborted_transactions = std::nullopt;
  data.records = sim::Bytes{};
  response.body.responses.push_back({"t", {}, {data}});
  check_response(
      "00000008 | 00000000 0000 00000000 00000001 0001 74 00000001 00000000 0000 0000000000000003 0000000000000003 "
      "0000000000000000 ffffffff ffffffff 00000000",
      response);

  response.body.responses[0].partitions[0].aborted_transactions.emplace();  // for read_committed: none, but not null
  check_response(
      "00000008 | 00000000 0000 00000000 00000001 0001 74 00000001 00000000 0000 0000000000000003 0000000000000003 "
      "0000000000000000 00000000 ffffffff 00000000",
      response);
}

TEST_CASE("example: Fetch v17 by topic id") {
  Request<FetchRequest> request{17, CorrelationId{1}, "p", {}};
  request.body.max_wait_ms = 5000;
  request.body.min_bytes = 1;
  request.body.max_bytes = 0x00a00000;
  request.body.isolation_level = 1;
  request.body.session_epoch = 0;
  FetchRequest::FetchPartition partition;
  partition.partition_max_bytes = 0x00a00000;
  request.body.topics.push_back({"", topic_id, {partition}});
  check_request(
      "0001 0011 00000001 0001 70 00 | 00001388 00000001 00a00000 01 00000000 00000000 02 "
      "f1d52603cb6041e8ad063e41b775b27f"
      "02 00000000 ffffffff 0000000000000000 ffffffff ffffffffffffffff 00a00000 00 00 01 01 00",
      request);
}

TEST_CASE("example: FindCoordinator v6 and its answer") {
  Request<FindCoordinatorRequest> request{6, CorrelationId{2}, "p", {}};
  request.body.coordinator_keys = {"g1"};
  check_request("000a 0006 00000002 0001 70 00 | 00 02 03 6731 00", request);

  Response<FindCoordinatorResponse> response{6, CorrelationId{2}, {}};
  FindCoordinatorResponse::Coordinator coordinator;
  coordinator.key = "g1";
  coordinator.host = "127.0.0.1";
  coordinator.port = 19710;
  coordinator.error_message = "";  // not null
  response.body.coordinators.push_back(coordinator);
  check_response("00000002 00 | 00000000 02 03 6731 00000000 0a 3132372e302e302e31 00004cfe 0000 01 00 00", response);
}

TEST_CASE("example: InitProducerId v4 and its answer") {
  Request<InitProducerIdRequest> request{4, CorrelationId{3}, "rdkafka", {}};
  request.body.transactional_id = "T1";
  request.body.transaction_timeout_ms = 60000;
  check_request("0016 0004 00000003 0007 72646b61666b61 00 | 03 5431 0000ea60 ffffffffffffffff ffff 00", request);

  Response<InitProducerIdResponse> response{4, CorrelationId{3}, {}};
  response.body.producer_id = ProducerId{1001};
  response.body.producer_epoch = ProducerEpoch{0};
  check_response("00000003 00 | 00000000 0000 00000000000003e9 0000 00", response);
}
