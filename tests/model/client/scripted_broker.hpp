// scripted_broker.hpp - a broker that does as it is told, for tests of clients.
// Here:  ScriptedBroker: answers ApiVersions, Metadata, Produce, Fetch, ListOffsets and OffsetForLeaderEpoch from a
//        small table; can err, be slow, be silent and hang up. Knows no replication: the test moves logs.
// Not:   a real broker (model/broker/); the language of stories (client_story.hpp).
// Start: obey() says what it can be told.
#pragma once

#include "model/facts.hpp"
#include "model/protocol/api_keys.hpp"
#include "model/protocol/envelope.hpp"
#include "model/protocol/errors.hpp"
#include "model/protocol/fetch.hpp"
#include "model/protocol/metadata.hpp"
#include "model/protocol/offsets.hpp"
#include "model/protocol/produce.hpp"
#include "model/types.hpp"
#include "sim/bytes.hpp"
#include "sim/env.hpp"
#include "sim/process.hpp"
#include "sim/ring.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace client_test {

/// What a scripted broker notes; numbered behind the model's facts.
enum class ScriptFact : std::uint16_t {
  metadata_asked,   ///< subject: the client. a: topics
  appended,         ///< subject: partition. a: records, b: offset of the first
  produce_refused,  ///< subject: partition. a: records, b: error
  fetch_asked,      ///< subject: partition. a: offset, b: leader epoch
  fetch_answered,   ///< subject: partition. a: bytes, b: high watermark, or minus the error
  offsets_asked,    ///< subject: partition. a: what for (-1 latest, -2 earliest), b: offset or minus the error
  epoch_asked,      ///< subject: partition. a: epoch, b: its end offset
  hung_up,
  kept_silent,
  count_,
};

/// The model's facts and those above.
std::span<const sim::FactType> fact_types();

/// A command: lines for obey(), or a log to take over.
struct Script {
  std::string text;

  bool operator==(const Script&) const = default;
  std::string print() const { return text; }
  void encode(std::vector<std::byte>&) const {}
  static std::optional<Script> decode(std::span<const std::byte>) { return Script{}; }
  static const sim::MessageType type;
};

struct StoredBatch {
  kafka::Offset base;
  kafka::Offset last;
  sim::Bytes bytes;
};
using Log = std::vector<StoredBatch>;

struct TakeLog {
  kafka::TopicPartition partition;
  Log log;

  bool operator==(const TakeLog&) const { return true; }
  std::string print() const { return "log"; }
  void encode(std::vector<std::byte>&) const {}
  static std::optional<TakeLog> decode(std::span<const std::byte>) { return TakeLog{}; }
  static const sim::MessageType type;
};

struct Leader {
  kafka::BrokerId id;
  kafka::LeaderEpoch epoch;
};

/// What every scripted broker begins with.
struct Cluster {
  std::vector<std::string> hosts;  ///< broker i + 1 is on host i
  std::map<std::string, std::vector<Leader>> topics;
};

class ScriptedBroker final : public sim::Cloned<ScriptedBroker> {
 public:
  ScriptedBroker(kafka::BrokerId id, Cluster cluster) : id_{id}, cluster_{std::move(cluster)} {}

  void start(sim::Env& env) override { env.listen(); }
  void on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) override;
  void on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) override;
  void on_timer(sim::Env& env, sim::Timer timer) override;
  void on_command(sim::Env& env, const sim::Message& command) override;
  void on_stop(sim::Env& env) override { env.exit(); }

  /// The log of a partition as this broker has it.
  const Log& log(const kafka::TopicPartition& partition) const;
  kafka::Offset log_end(const kafka::TopicPartition& partition) const;
  /// Who leads, as far as this broker knows; null if there is no such partition.
  const Leader* leader(const kafka::TopicPartition& partition) const;

 private:
  struct Trouble {
    enum class Kind { answer, delay, swallow, hang_up };
    Kind kind = Kind::answer;
    kafka::ApiKey api = kafka::ApiKey::produce;
    kafka::ErrorCode error = kafka::ErrorCode::none;
    bool after_append = false;
    sim::Duration delay;
    std::int64_t times = 1;
  };
  struct Client {
    sim::HostId host;
    bool busy = false;
    sim::Ring<sim::MessagePtr> waiting;
    sim::MessagePtr delayed;  // an answer
    sim::MessagePtr fetch;    // a long poll
    sim::TimerId fetch_deadline;
  };

  /// Lines: `answer API ERROR [times N] [after-append]`, `delay API 10ms [times N]`, `swallow API [times N]`,
  /// `hang-up API [times N]`, `hold P N`, `release P`, `leader P BROKER EPOCH`, `hints on|off`, `cut P N`, `corrupt P
  /// N`, `largest-batch BYTES`, `api-versions at-most N`, `start-at P N`.
  void obey(sim::Env& env, const std::string& line);
  std::optional<Trouble> trouble(kafka::ApiKey api, Trouble::Kind kind);
  void handle(sim::Env& env, sim::ConnectionId connection, const sim::Message& message);
  void reply(sim::Env& env, sim::ConnectionId connection, kafka::ApiKey api, sim::MessagePtr answer);
  void finish(sim::Env& env, sim::ConnectionId connection, sim::MessagePtr answer);
  void next(sim::Env& env, sim::ConnectionId connection);
  kafka::MetadataResponse metadata(sim::Env& env, const kafka::Request<kafka::MetadataRequest>& request);
  kafka::ProduceResponse produce(sim::Env& env, const kafka::ProduceRequest& request);
  kafka::ErrorCode append(sim::Env& env, const kafka::TopicPartition& partition, const sim::Bytes& bytes,
                          kafka::Offset& base);
  bool try_fetch(sim::Env& env, sim::ConnectionId connection, const sim::Message& message, bool at_last);
  void wake_fetches(sim::Env& env);
  kafka::ListOffsetsResponse list_offsets(sim::Env& env, const kafka::ListOffsetsRequest& request);
  kafka::OffsetForLeaderEpochResponse epochs(sim::Env& env, const kafka::OffsetForLeaderEpochRequest& request);
  kafka::ErrorCode check_leader(const kafka::TopicPartition& partition, kafka::LeaderEpoch asked) const;
  kafka::Offset high_watermark(const kafka::TopicPartition& partition) const;
  std::string topic_of(const kafka::Uuid& id) const;

  kafka::BrokerId id_;
  Cluster cluster_;
  std::map<kafka::TopicPartition, Log> logs_;
  std::map<kafka::TopicPartition, kafka::Offset> held_;
  std::map<kafka::TopicPartition, kafka::Offset> starts_;
  std::map<std::uint64_t, Client> clients_;
  std::vector<Trouble> troubles_;
  bool hints_ = false;
  std::size_t largest_batch_ = 1'048'588;
  std::int16_t api_versions_at_most_ = 4;
};

kafka::Uuid topic_id(std::string_view name);
void note(sim::Env& env, ScriptFact fact, std::string_view subject, std::int64_t a = 0, std::int64_t b = 0);

}  // namespace client_test
