// Planted histories: each anomaly is found, and what is none is left alone.
#include "scenarios/judges/judge.hpp"

#include <doctest/doctest.h>

#include "model/client/workload_record.hpp"
#include "scenarios/loader.hpp"

using namespace scenarios;
using kafka::ClientFact;

namespace {

// A history and a final read, made line by line. Producer `shop` is host 4, consumer `billing` host 5.
class Planted {
 public:
  Planted() : setting_{make_setting()}, history_{setting_} {
    read_.partitions.resize(2);
    for (PartitionRead& partition : read_.partitions) {
      partition.complete = true;
      partition.end = 0;
      partition.leader_end = 0;
    }
  }

  std::uint64_t id(std::uint64_t number) const { return kafka::record_id(0, number).raw(); }
  Planted& sent(std::uint64_t number) { return note(4, ClientFact::record_sent, "orders", id(number), 100); }
  Planted& acknowledged(std::uint64_t number, std::int64_t offset, const char* partition = "orders-0") {
    return note(4, ClientFact::record_acknowledged, partition, id(number), offset);
  }
  Planted& retried(const char* partition = "orders-0") { return note(4, ClientFact::batch_retried, partition, 1, 2); }
  Planted& read(std::uint64_t number, std::int64_t offset) {
    return note(5, ClientFact::record_read, "orders-0", id(number), offset);
  }
  Planted& found(std::uint64_t number, std::int64_t offset, std::uint32_t partition = 0) {
    PartitionRead& there = read_.partitions[partition];
    there.records.push_back({offset, id(number)});
    there.end = std::max(there.end, offset + 1);
    there.leader_end = std::max(*there.leader_end, there.end);
    return *this;
  }
  PartitionRead& partition(std::uint32_t number) { return read_.partitions[number]; }

  Judgement judged() const { return judge(history_, read_, setting_); }
  std::int64_t count(Anomaly anomaly) const { return judged().count(anomaly); }
  bool clean() const {
    const Judgement result = judged();
    return result.findings.empty() && result.unknown == 0;
  }

 private:
  static Setting make_setting() {
    Loaded loaded = load_scenario(R"({"title": "t", "cluster": {"brokers": {"count": 3}},
      "topics": [{"name": "orders", "partitions": 2, "replication.factor": 3}],
      "clients": [{"name": "shop", "producer": {"topic": "orders"}},
                  {"name": "billing", "consumer": {"topics": ["orders"]}}]})",
                                  "f.json");
    REQUIRE(loaded.scenario.has_value());
    Cluster cluster;
    cluster.zookeepers = {sim::HostId{0}};
    cluster.brokers = {sim::HostId{1}, sim::HostId{2}, sim::HostId{3}};
    cluster.clients = {sim::HostId{4}, sim::HostId{5}};
    return Setting{std::move(*loaded.scenario), std::move(cluster)};
  }

  Planted& note(std::uint16_t host, ClientFact fact, const char* subject, std::uint64_t a, std::int64_t b) {
    sim::TraceRecord record;
    record.at = sim::Time{++now_ * 1'000'000};
    record.host = sim::HostId{host};
    record.subject = names_.id_of(subject);
    record.kind = static_cast<sim::EventKind>(static_cast<std::uint16_t>(sim::EventKind::first_fact) +
                                              kafka::first_client_fact + static_cast<std::uint16_t>(fact));
    record.a = a;
    record.b = static_cast<std::uint64_t>(b);
    history_.on_event(setting_, names_, record);
    return *this;
  }

  Setting setting_;
  History history_;
  sim::Names names_;
  FinalRead read_;
  std::int64_t now_ = 0;
};

}  // namespace

TEST_CASE("a kept promise is no anomaly, and is counted") {
  Planted planted;
  planted.sent(1).acknowledged(1, 0).read(1, 0).found(1, 0);
  CHECK(planted.clean());
  CHECK(planted.judged().promised == 1);
  CHECK(planted.judged().kept == 1);
}

TEST_CASE("lost-write: acknowledged, and not there at the end") {
  Planted planted;
  planted.sent(1).acknowledged(1, 0).sent(2).acknowledged(2, 1).found(2, 1);
  CHECK(planted.count(Anomaly::lost_write) == 1);
  const Judgement judged = planted.judged();
  REQUIRE(judged.findings.size() == 1);
  CHECK(judged.findings[0].sentence ==
        "record 1 of shop was acknowledged at 0.002s with offset 0 of orders-0, but is not there at the end (read up "
        "to 2)");
}

TEST_CASE("lost-write: a log that ends below the acknowledged offset has lost it, too") {
  Planted planted;
  planted.sent(1).acknowledged(1, 7);
  CHECK(planted.count(Anomaly::lost_write) == 1);
}

TEST_CASE("a record elsewhere than acknowledged is not lost") {
  Planted planted;
  planted.sent(1).acknowledged(1, 0).found(1, 5);
  CHECK(planted.count(Anomaly::lost_write) == 0);
}

TEST_CASE("what cannot be read is unknown, not lost") {
  Planted planted;
  planted.sent(1).acknowledged(1, 0);
  planted.partition(0).complete = false;
  CHECK(planted.count(Anomaly::lost_write) == 0);
  CHECK(planted.judged().unknown == 1);
}

TEST_CASE("a record above the high watermark is unknown") {
  Planted planted;
  planted.sent(1).acknowledged(1, 3);
  planted.partition(0).leader_end = 4;
  CHECK(planted.count(Anomaly::lost_write) == 0);
  CHECK(planted.judged().unknown == 1);
}

TEST_CASE("with acks=0 nothing was promised; a record without an answer was not promised either") {
  Planted planted;
  planted.sent(1).acknowledged(1, -1).sent(2);
  CHECK(planted.clean());
  CHECK(planted.judged().promised == 0);
}

TEST_CASE("duplicate: two copies without a reason") {
  Planted planted;
  planted.sent(1).acknowledged(1, 0).found(1, 0).found(1, 1);
  CHECK(planted.count(Anomaly::duplicate) == 1);
}

TEST_CASE("duplicate: each own retry excuses one copy, and no more") {
  Planted planted;
  planted.sent(1).retried().acknowledged(1, 1).found(1, 0).found(1, 1);
  CHECK(planted.clean());
  CHECK(planted.judged().excused_duplicates == 1);
  planted.found(1, 2);
  CHECK(planted.count(Anomaly::duplicate) == 1);
}

TEST_CASE("duplicate: retries of another partition, or of another time, excuse nothing") {
  Planted elsewhere;
  elsewhere.sent(1).retried("orders-1").acknowledged(1, 0).found(1, 0).found(1, 1);
  CHECK(elsewhere.count(Anomaly::duplicate) == 1);
  Planted later;
  later.sent(1).acknowledged(1, 0).retried().found(1, 0).found(1, 1);
  CHECK(later.count(Anomaly::duplicate) == 1);
  Planted two_partitions;
  two_partitions.sent(1).retried().acknowledged(1, 0).found(1, 0).found(1, 0, 1);
  CHECK(two_partitions.count(Anomaly::duplicate) == 1);
}

TEST_CASE("inconsistent-offsets: an offset that was one record and is another") {
  Planted planted;
  planted.sent(1).sent(2).read(1, 0).found(2, 0);
  CHECK(planted.count(Anomaly::inconsistent_offsets) == 1);
  Planted between_reads;
  between_reads.read(1, 0).read(1, 0).read(2, 0).read(2, 0).found(2, 0);
  CHECK(between_reads.count(Anomaly::inconsistent_offsets) == 1);  // one change, one finding
}

TEST_CASE("corrupt-record: broken bytes are found once, and are no lost write") {
  Planted planted;
  planted.sent(1).acknowledged(1, 0);
  planted.partition(0).corrupt.emplace_back(0, 1);
  CHECK(planted.count(Anomaly::corrupt_record) == 1);
  CHECK(planted.count(Anomaly::lost_write) == 0);
}
