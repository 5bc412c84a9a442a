// The rules of the codec one by one, on messages made up for it; and the pieces below it.
#include "model/protocol/envelope_codec.hpp"
#include "tests/model/protocol/all_messages.hpp"
#include "tests/model/protocol/hex.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

namespace kafka {  // not an unnamed one: comparison by table is found here only

struct CodecLeaf {
  std::int8_t number = 0;
  std::string note;

  static constexpr auto table() {
    using S = CodecLeaf;
    return StructTable{
        "CodecLeaf",
        field("Number", &S::number),
        field("Note", &S::note, since(2), tag(3)),
    };
  }
};

/// Flexible from version 2 on, with a field for every rule.
struct CodecSample {
  static constexpr Api api{ApiKey::produce, 5, 2};

  std::int16_t always = 0;
  std::int32_t kept = 7;
  std::int32_t dropped = 7;
  std::optional<std::string> text;
  std::optional<std::vector<CodecLeaf>> leaves{std::in_place};
  std::optional<CodecLeaf> leaf;
  std::optional<CodecLeaf> tagged_leaf;
  std::vector<std::int32_t> tagged_numbers;

  static constexpr auto table() {
    using S = CodecSample;
    return StructTable{
        "CodecSample",
        field("Always", &S::always),
        field("Kept", &S::kept, versions(1, 3)),
        field("Dropped", &S::dropped, versions(1, 3), ignorable),
        field("Text", &S::text, nullable_since(1)),
        field("Leaves", &S::leaves, nullable_since(1)),
        field("Leaf", &S::leaf, since(4)),
        field("TaggedLeaf", &S::tagged_leaf, since(4), tag(0)),
        field("TaggedNumbers", &S::tagged_numbers, since(4), tag(5)),
    };
  }
};

}  // namespace kafka

using namespace kafka;
using namespace kafka::testing;

namespace {

/// The body alone; "refused: <field>" if the version cannot carry it.
std::string body_hex(const CodecSample& sample, std::int16_t version) {
  const codec::Form form{version, CodecSample::api.is_flexible(version)};
  wire::Counter counter;
  codec::put_struct(counter, sample, form);
  if (!counter.problem().empty()) return "refused: " + std::string{counter.problem()};
  std::vector<std::byte> out(counter.bytes());
  wire::Writer writer{out};
  codec::put_struct(writer, sample, form);
  CHECK(writer.exact());
  return hex(out);
}

std::optional<CodecSample> read_body(std::string_view bytes, std::int16_t version) {
  const auto content = from_hex(bytes);
  wire::Reader reader{content};
  CodecSample sample;
  codec::get_struct(reader, sample, codec::Form{version, CodecSample::api.is_flexible(version)});
  if (reader.failed() || reader.remaining() != 0) return std::nullopt;
  return sample;
}

std::string spaceless(std::string_view text) { return hex(from_hex(text)); }

CodecSample with_text(std::string text) {
  CodecSample sample;
  sample.text = std::move(text);
  return sample;
}

}  // namespace

TEST_CASE("the old form: int16 lengths of strings, int32 counts, -1 for null, no tags") {
  CodecSample sample = with_text("hi");
  sample.leaves->push_back({5, ""});
  CHECK(body_hex(sample, 0) == spaceless("0000 | 0002 6869 | 00000001 05"));
  sample.text.reset();
  sample.leaves.reset();
  CHECK(body_hex(sample, 1) == spaceless("0000 | 00000007 00000007 | ffff | ffffffff"));
  CHECK(read_body("0000 | 00000007 00000007 | ffff | ffffffff", 1) == sample);
}

TEST_CASE("the flexible form: compact lengths, 0 for null, tags behind every struct") {
  CodecSample sample = with_text("hi");
  sample.leaves->push_back({5, ""});
  sample.leaves->push_back({6, "x"});
  CHECK(body_hex(sample, 2) == spaceless("0000 | 00000007 00000007 | 03 6869 | 03 05 00  06 01 03 02 0278 | 00"));
  CHECK(read_body("0000 | 00000007 00000007 | 03 6869 | 03 05 00  06 01 03 02 0278 | 00", 2) == sample);
  sample.text.reset();
  sample.leaves.reset();
  CHECK(body_hex(sample, 2) == spaceless("0000 | 00000007 00000007 | 00 | 00 | 00"));
  CHECK(read_body("0000 | 00000007 00000007 | 00 | 00 | 00", 2) == sample);
}

TEST_CASE("a nullable struct has a byte in front: in its place -1 or 1, in a tag 0 or 1") {
  CodecSample sample = with_text("");
  CHECK(body_hex(sample, 4) == spaceless("0000 | 01 | 01 | ff | 00"));
  CHECK(read_body("0000 | 01 | 01 | ff | 00", 4) == sample);
  sample.leaf = CodecLeaf{5, ""};
  sample.tagged_leaf = CodecLeaf{6, ""};
  sample.tagged_numbers = {1};
  const std::string_view bytes = "0000 | 01 | 01 | 01 05 00 | 02  00 03 01 06 00  05 05 02 00000001";
  CHECK(body_hex(sample, 4) == spaceless(bytes));
  CHECK(read_body(bytes, 4) == sample);
  sample.leaf.reset();
  sample.tagged_leaf.reset();
  sample.tagged_numbers.clear();
  CHECK(read_body("0000 | 01 | 01 | ff | 01  00 01 00", 4) == sample);  // a null may also be said with a tag
}

TEST_CASE("a field that the version does not have: dropped if ignorable, refused otherwise, its default when read") {
  CodecSample sample = with_text("");
  sample.dropped = 8;
  CHECK(body_hex(sample, 0) == spaceless("0000 | 0000 | 00000000"));
  CHECK(read_body("0000 | 0000 | 00000000", 0)->dropped == 7);
  sample.kept = 8;
  CHECK(body_hex(sample, 0) == "refused: Kept");
  CHECK(body_hex(sample, 4) == "refused: Kept");
  CHECK(body_hex(sample, 3) == spaceless("0000 | 00000008 00000008 | 01 | 01 | 00"));
  sample.kept = 7;
  sample.tagged_numbers = {1};
  CHECK(body_hex(sample, 3) == "refused: TaggedNumbers");
  sample.tagged_numbers.clear();
  sample.leaves->push_back({0, "x"});
  CHECK(body_hex(sample, 1) == "refused: Note");
}

TEST_CASE("null where a version does not allow it is neither written nor read") {
  CodecSample sample = with_text("");
  sample.leaves.reset();
  CHECK(body_hex(sample, 0) == "refused: Leaves");
  CHECK(!read_body("0000 | 0000 | ffffffff", 0));
  CHECK(read_body("0000 | 0000 | 00000000", 0));
  CHECK(!read_body("0000 | ffff | 00000000", 0));
  CHECK(read_body("0000 | 00000007 00000007 | ffff | 00000000", 1));
}

TEST_CASE("strings end at 32767 bytes in both forms") {
  const std::string longest(32767, 'x');
  CHECK(body_hex(with_text(longest), 0).size() == 2 * (2 + 2 + 32767 + 4));
  CHECK(body_hex(with_text(longest), 2).size() == 2 * (10 + 3 + 32767 + 1 + 1));
  CHECK(body_hex(with_text(longest + "x"), 0) == "refused: Text");
  CHECK(body_hex(with_text(longest + "x"), 2) == "refused: Text");
  const std::string head = "0000 00000007 00000007";
  std::string digits;
  for (int i = 0; i < 32768; ++i) digits += "78";
  CHECK(read_body(head + "808002" + digits.substr(2) + "01 00", 2));
  CHECK(!read_body(head + "818002" + digits + "01 00", 2));
}

TEST_CASE("lengths and counts that lie are refused before anything is allocated for them") {
  CHECK(!read_body("0000 | fffe | 00000000", 0));                                 // -2
  CHECK(!read_body("0000 | 0003 6869", 0));                                       // one byte more than there is
  CHECK(!read_body("0000 | 0000 | 7fffffff 00", 0));                              // 2 billion elements in one byte
  CHECK(!read_body("0000 | 0000 | fffffffe", 0));                                 // -2
  CHECK(!read_body("0000 | 00000007 00000007 | 01 | ffffffff0f 00", 2));          // 4 billion
  CHECK(!read_body("0000 | 00000007 00000007 | 01 | 01 | ffffffff0f", 2));        // 4 billion tags
  CHECK(!read_body("0000 | 00000007 00000007 | 01 | 01 | 01 63 ffffffff0f", 2));  // a tag of 4 billion bytes
  CHECK(!read_body("0000 | 00000007 00000007 | 01 | ffffffff1f", 2));             // 33 bits
  CHECK(!read_body("0000 | 00000007 00000007 | 01 | ffffffffff01", 2));           // six bytes
}

TEST_CASE("unknown tags are skipped, known ones must have the size that they say") {
  const CodecSample plain = with_text("");
  CHECK(read_body("0000 | 01 | 01 | ff | 01  09 02 ffff", 4) == plain);
  CHECK(read_body("0000 | 00000007 00000007 | 01 | 01 | 01  00 02 0100", 2) == plain);  // tag 0 exists from 4 on
  CodecSample numbers = plain;
  numbers.tagged_numbers = {1};
  CHECK(read_body("0000 | 01 | 01 | ff | 02  05 05 02 00000001  09 00", 4) == numbers);
  CHECK(!read_body("0000 | 01 | 01 | ff | 01  05 06 02 00000001 00", 4));
  CHECK(!read_body("0000 | 01 | 01 | ff | 01  05 04 02 00000001", 4));
  CodecSample nested = plain;
  nested.leaves->push_back({5, ""});
  CHECK(read_body("0000 | 00000007 00000007 | 01 | 02 05 01 09 01 ff | 00", 2) == nested);
}

TEST_CASE("a message that its version cannot carry is our own broken truth") {
  MetadataRequest all_topics;
  all_topics.topics.reset();
  CHECK(make_request(1, CorrelationId{1}, "shop", all_topics)->size() == 4 + 8 + 2 + 4 + 4);
  CHECK_THROWS_AS(make_request(0, CorrelationId{1}, "shop", all_topics), sim::BrokenTruth);
  CHECK_THROWS_AS(make_request(13, CorrelationId{1}, "shop", MetadataRequest{}), sim::BrokenTruth);
  FetchResponse response;
  response.session_id = 5;
  CHECK(make_response(7, CorrelationId{1}, response)->size() > 0);
  CHECK_THROWS_AS(make_response(6, CorrelationId{1}, response), sim::BrokenTruth);
  Request<MetadataRequest> request{0, CorrelationId{1}, std::string(40000, 'x'), {}};
  CHECK(request.measure().problem == "client_id");
}

TEST_CASE("only ControlledShutdown v0 has no client id, so it does not count there") {
  const auto a = make_request(0, CorrelationId{1}, "one", ControlledShutdownRequest{});
  const auto b = make_request(0, CorrelationId{1}, "two", ControlledShutdownRequest{});
  CHECK(a->size() == 4 + 8 + 4);
  CHECK(a->type().equal(*a, *b));
  const auto c = make_request(1, CorrelationId{1}, "one", ControlledShutdownRequest{});
  const auto d = make_request(1, CorrelationId{1}, "two", ControlledShutdownRequest{});
  CHECK(c->size() == 4 + 8 + 2 + 3 + 4);
  CHECK(!c->type().equal(*c, *d));
}

TEST_CASE("a null client id is read as an empty one") {
  const auto request = Request<MetadataRequest>::decode(framed("0003 0004 00000002 ffff | 00000000 01"));
  REQUIRE(request.has_value());
  CHECK(request->client_id.empty());
}

TEST_CASE("tags in a header are skipped") {
  const auto request =
      Request<InitProducerIdRequest>::decode(framed("0016 0002 00000003 0001 70 01 07 02 abcd | 03 5431 0000ea60 00"));
  REQUIRE(request.has_value());
  CHECK(request->body.transactional_id == "T1");
  CHECK(!Request<InitProducerIdRequest>::decode(framed("0016 0002 00000003 0001 70 01 07 7f abcd | 03 5431")));
}

TEST_CASE("messages differ by version, correlation id and client") {
  const auto a = make_request(4, CorrelationId{1}, "shop", MetadataRequest{});
  CHECK(a->type().equal(*a, *make_request(4, CorrelationId{1}, "shop", MetadataRequest{})));
  CHECK(!a->type().equal(*a, *make_request(5, CorrelationId{1}, "shop", MetadataRequest{})));
  CHECK(!a->type().equal(*a, *make_request(4, CorrelationId{2}, "shop", MetadataRequest{})));
  CHECK(!a->type().equal(*a, *make_request(4, CorrelationId{1}, "ship", MetadataRequest{})));
  const auto b = make_response(4, CorrelationId{1}, MetadataResponse{});
  CHECK(b->type().equal(*b, *make_response(4, CorrelationId{1}, MetadataResponse{})));
  CHECK(!b->type().equal(*b, *make_response(5, CorrelationId{1}, MetadataResponse{})));
  CHECK(!b->type().equal(*b, *make_response(4, CorrelationId{2}, MetadataResponse{})));
}

TEST_CASE("unsigned varints") {
  const auto written = [](std::uint32_t value) {
    std::vector<std::byte> out(wire::uvarint_size(value));
    wire::Writer writer{out};
    writer.uvarint(value);
    CHECK(writer.exact());
    wire::Reader reader{out};
    CHECK(reader.uvarint() == value);
    CHECK(!reader.failed());
    return hex(out);
  };
  CHECK(written(0) == "00");
  CHECK(written(127) == "7f");
  CHECK(written(128) == "8001");
  CHECK(written(300) == "ac02");
  CHECK(written(0xffffffff) == "ffffffff0f");
}

TEST_CASE("a writer never writes behind its end") {
  std::vector<std::byte> out(3, std::byte{0x55});
  wire::Writer writer{std::span{out}.first(2)};
  writer.integer(std::int32_t{-1});
  CHECK(!writer.exact());
  CHECK(hex(out) == "555555");
  writer.integer(std::int16_t{1});
  CHECK(hex(out) == "000155");
  CHECK(!writer.exact());  // full now, but something is missing
}
