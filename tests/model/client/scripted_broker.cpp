#include "tests/model/client/scripted_broker.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <sstream>

#include "model/client/client_facts.hpp"
#include "model/log/record_batch.hpp"
#include "model/protocol/api_versions.hpp"
#include "tests/model/client/words.hpp"

namespace client_test {

using namespace kafka;

const sim::MessageType Script::type = sim::message_type_of<Script>(9001, "Script");
const sim::MessageType TakeLog::type = sim::message_type_of<TakeLog>(9002, "TakeLog");

namespace {

constexpr std::array<sim::FactType, static_cast<std::size_t>(ScriptFact::count_)> script_facts{{
    {"metadata-asked", "topics", ""},
    {"appended", "records", "at"},
    {"produce-refused", "records", "error"},
    {"fetch-asked", "at", "epoch"},
    {"fetch-answered", "bytes", "high-watermark"},
    {"offsets-asked", "which", "offset"},
    {"epoch-asked", "epoch", "end"},
    {"hung-up", "", ""},
    {"kept-silent", "", ""},
}};

ApiKey api_named(std::string_view name) {
  if (name == "produce") return ApiKey::produce;
  if (name == "fetch") return ApiKey::fetch;
  if (name == "metadata") return ApiKey::metadata;
  if (name == "list-offsets") return ApiKey::list_offsets;
  if (name == "epochs") return ApiKey::offset_for_leader_epoch;
  SIM_CHECK(name == "api-versions", "no api is called {}", name);
  return ApiKey::api_versions;
}

ErrorCode error_named(std::string_view name) {
  for (const ErrorInfo& info : all_errors()) {
    if (info.name == name) return ErrorCode{info.code};
  }
  SIM_CHECK(false, "no error is called {}", name);
}

}  // namespace

std::span<const sim::FactType> fact_types() {
  static const auto table = [] {
    std::vector<sim::FactType> facts(end_of_facts + script_facts.size());
    std::copy(client_fact_types.begin(), client_fact_types.end(), facts.begin() + first_client_fact);
    std::copy(script_facts.begin(), script_facts.end(), facts.begin() + end_of_facts);
    return facts;
  }();
  return table;
}

void note(sim::Env& env, ScriptFact fact, std::string_view subject, std::int64_t a, std::int64_t b) {
  env.note(sim::Fact{static_cast<std::uint16_t>(end_of_facts + static_cast<std::uint16_t>(fact)), env.subject(subject),
                     static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)});
}

Uuid topic_id(std::string_view name) { return Uuid{0x746f'7069'6300'0000, sim::random_detail::hash_text(name)}; }

std::string ScriptedBroker::topic_of(const Uuid& id) const {
  for (const auto& [name, leaders] : cluster_.topics) {
    if (topic_id(name) == id) return name;
  }
  return {};
}

const Log& ScriptedBroker::log(const TopicPartition& partition) const {
  static const Log none;
  const auto found = logs_.find(partition);
  return found == logs_.end() ? none : found->second;
}

Offset ScriptedBroker::log_end(const TopicPartition& partition) const {
  const Log& batches = log(partition);
  if (!batches.empty()) return batches.back().last + 1;
  const auto start = starts_.find(partition);
  return start == starts_.end() ? Offset{0} : start->second;
}

Offset ScriptedBroker::high_watermark(const TopicPartition& partition) const {
  const auto held = held_.find(partition);
  return held == held_.end() ? log_end(partition) : std::min(held->second, log_end(partition));
}

const Leader* ScriptedBroker::leader(const TopicPartition& partition) const {
  const auto topic = cluster_.topics.find(partition.topic);
  if (topic == cluster_.topics.end() || partition.partition < 0) return nullptr;
  const auto number = static_cast<std::size_t>(partition.partition);
  return number < topic->second.size() ? &topic->second[number] : nullptr;
}

ErrorCode ScriptedBroker::check_leader(const TopicPartition& partition, LeaderEpoch asked) const {
  const Leader* known = leader(partition);
  if (known == nullptr) return ErrorCode::unknown_topic_or_partition;
  if (asked != no_leader_epoch && asked < known->epoch) return ErrorCode::fenced_leader_epoch;
  if (asked > known->epoch) return ErrorCode::unknown_leader_epoch;
  return known->id == id_ ? ErrorCode::none : ErrorCode::not_leader_or_follower;
}

// --- what it is told
// ---------------------------------------------------------------------------------------------------

void ScriptedBroker::on_command(sim::Env& env, const sim::Message& command) {
  if (const auto* taken = sim::content<TakeLog>(command)) {
    logs_[taken->partition] = taken->log;
  } else {
    std::istringstream lines{sim::content_of<Script>(command).text};
    for (std::string line; std::getline(lines, line, ';');) obey(env, line);
  }
  wake_fetches(env);
}

void ScriptedBroker::obey(sim::Env&, const std::string& line) {
  const std::vector<std::string> words = words_of(line);
  const std::string& verb = words.at(0);
  if (verb == "leader") {
    const TopicPartition partition = partition_named(words.at(1));
    Leader& known = cluster_.topics.at(partition.topic).at(static_cast<std::size_t>(partition.partition));
    known = Leader{BrokerId{static_cast<std::int32_t>(number_of(words.at(2)))},
                   LeaderEpoch{static_cast<std::int32_t>(number_of(words.at(3)))}};
  } else if (verb == "hold") {
    held_[partition_named(words.at(1))] = Offset{number_of(words.at(2))};
  } else if (verb == "release") {
    held_.erase(partition_named(words.at(1)));
  } else if (verb == "start-at") {
    starts_[partition_named(words.at(1))] = Offset{number_of(words.at(2))};
    logs_[partition_named(words.at(1))].clear();
  } else if (verb == "cut") {
    Log& batches = logs_[partition_named(words.at(1))];
    while (!batches.empty() && batches.back().last >= Offset{number_of(words.at(2))}) batches.pop_back();
  } else if (verb == "corrupt") {
    for (StoredBatch& batch : logs_[partition_named(words.at(1))]) {
      if (batch.last < Offset{number_of(words.at(2))} || batch.base > Offset{number_of(words.at(2))}) continue;
      std::vector<std::byte> bytes{batch.bytes.begin(), batch.bytes.end()};
      bytes[bytes.size() - 6] ^= std::byte{4};  // within the value of the last record
      batch.bytes = sim::Bytes::copy_of(bytes);
    }
  } else if (verb == "hints") {
    hints_ = words.at(1) == "on";
  } else if (verb == "largest-batch") {
    largest_batch_ = static_cast<std::size_t>(number_of(words.at(1)));
  } else if (verb == "api-versions") {
    api_versions_at_most_ = static_cast<std::int16_t>(number_of(words.at(2)));
  } else {
    Trouble trouble;
    trouble.api = api_named(words.at(1));
    if (verb == "answer") trouble.error = error_named(words.at(2));
    if (verb == "delay") trouble.kind = Trouble::Kind::delay, trouble.delay = duration_of(words.at(2));
    if (verb == "swallow") trouble.kind = Trouble::Kind::swallow;
    if (verb == "hang-up") trouble.kind = Trouble::Kind::hang_up;
    SIM_CHECK(verb == "answer" || verb == "delay" || verb == "swallow" || verb == "hang-up", "what is '{}'?", line);
    for (std::size_t i = 2; i < words.size(); ++i) {
      if (words[i] == "times") trouble.times = number_of(words.at(i + 1));
      if (words[i] == "after-append") trouble.after_append = true;
    }
    troubles_.push_back(trouble);
  }
}

std::optional<ScriptedBroker::Trouble> ScriptedBroker::trouble(ApiKey api, Trouble::Kind kind) {
  for (Trouble& candidate : troubles_) {
    if (candidate.api != api || candidate.kind != kind || candidate.times == 0) continue;
    --candidate.times;
    return candidate;
  }
  return std::nullopt;
}

// --- one request at a time per connection
// ------------------------------------------------------------------------------

void ScriptedBroker::on_connection(sim::Env&, sim::ConnectionId connection, sim::ConnectionEvent event) {
  if (event.change == sim::ConnectionChange::accepted) {
    clients_[connection.raw()].host = event.peer;
  } else if (event.change != sim::ConnectionChange::writable) {
    clients_.erase(connection.raw());
  }
}

void ScriptedBroker::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  const auto found = clients_.find(connection.raw());
  if (found == clients_.end()) return;
  if (found->second.busy) return found->second.waiting.push_back(sim::MessagePtr{&message});
  found->second.busy = true;
  handle(env, connection, message);
}

void ScriptedBroker::reply(sim::Env& env, sim::ConnectionId connection, ApiKey api, sim::MessagePtr answer) {
  if (trouble(api, Trouble::Kind::hang_up)) {
    note(env, ScriptFact::hung_up, env.host_name(clients_[connection.raw()].host));
    env.close(connection);
    clients_.erase(connection.raw());
    return;
  }
  if (trouble(api, Trouble::Kind::swallow)) {
    note(env, ScriptFact::kept_silent, env.host_name(clients_[connection.raw()].host));
    return;  // and nothing more is read from this connection
  }
  if (const auto slow = trouble(api, Trouble::Kind::delay)) {
    clients_[connection.raw()].delayed = std::move(answer);
    env.arm(slow->delay, sim::Timer{1, connection.raw()});
    return;
  }
  finish(env, connection, std::move(answer));
}

void ScriptedBroker::finish(sim::Env& env, sim::ConnectionId connection, sim::MessagePtr answer) {
  const sim::SendResult result = env.send(connection, std::move(answer));
  SIM_CHECK(result != sim::SendResult::full, "tests read their answers");
  next(env, connection);
}

void ScriptedBroker::next(sim::Env& env, sim::ConnectionId connection) {
  const auto found = clients_.find(connection.raw());
  if (found == clients_.end()) return;
  found->second.busy = false;
  if (found->second.waiting.empty()) return;
  found->second.busy = true;
  const sim::MessagePtr message = found->second.waiting.pop_front();
  handle(env, connection, *message);
}

void ScriptedBroker::on_timer(sim::Env& env, sim::Timer timer) {
  const auto found = clients_.find(timer.key);
  if (found == clients_.end()) return;
  const sim::ConnectionId connection{timer.key};
  if (timer.kind == 1) {
    finish(env, connection, std::exchange(found->second.delayed, {}));
  } else if (found->second.fetch) {
    const sim::MessagePtr fetch = std::exchange(found->second.fetch, {});
    try_fetch(env, connection, *fetch, true);
  }
}

void ScriptedBroker::handle(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  const auto answer = [&](const auto& request, auto body, ApiKey api) {
    reply(env, connection, api, make_response(request.version, request.correlation_id, std::move(body)));
  };
  if (const auto* versions = sim::content<Request<ApiVersionsRequest>>(message)) {
    ApiVersionsResponse body = supported_api_versions();
    if (versions->version > api_versions_at_most_) {
      body = ApiVersionsResponse{};
      body.error_code = ErrorCode::unsupported_version;
      body.api_keys.push_back({18, 0, api_versions_at_most_});
      return reply(env, connection, ApiKey::api_versions, make_response(0, versions->correlation_id, std::move(body)));
    }
    answer(*versions, std::move(body), ApiKey::api_versions);
  } else if (const auto* asked = sim::content<Request<MetadataRequest>>(message)) {
    answer(*asked, metadata(env, *asked), ApiKey::metadata);
  } else if (const auto* produced = sim::content<Request<ProduceRequest>>(message)) {
    ProduceResponse body = produce(env, produced->body);
    if (produced->body.acks == 0) {
      next(env, connection);
    } else {
      answer(*produced, std::move(body), ApiKey::produce);
    }
    wake_fetches(env);
  } else if (const auto* fetch = sim::content<Request<FetchRequest>>(message)) {
    for (const auto& topic : fetch->body.topics) {
      for (const auto& p : topic.partitions) {
        note(env, ScriptFact::fetch_asked, to_text(TopicPartition{topic_of(topic.topic_id), p.partition}),
             p.fetch_offset.raw(), p.current_leader_epoch.raw());
      }
    }
    if (try_fetch(env, connection, message, false)) return;
    Client& client = clients_[connection.raw()];
    client.fetch = sim::MessagePtr{&message};
    const auto wait = sim::Duration{std::int64_t{fetch->body.max_wait_ms} * 1'000'000};
    client.fetch_deadline = env.arm(wait, sim::Timer{2, connection.raw()});
  } else if (const auto* offsets = sim::content<Request<ListOffsetsRequest>>(message)) {
    answer(*offsets, list_offsets(env, offsets->body), ApiKey::list_offsets);
  } else {
    const auto& epoch = sim::content_of<Request<OffsetForLeaderEpochRequest>>(message);
    answer(epoch, epochs(env, epoch.body), ApiKey::offset_for_leader_epoch);
  }
}

// --- answers
// -----------------------------------------------------------------------------------------------------------

MetadataResponse ScriptedBroker::metadata(sim::Env& env, const Request<MetadataRequest>& request) {
  note(env, ScriptFact::metadata_asked, request.client_id, static_cast<std::int64_t>(request.body.topics->size()));
  MetadataResponse body;
  for (std::size_t i = 0; i < cluster_.hosts.size(); ++i) {
    body.brokers.push_back({BrokerId{static_cast<std::int32_t>(i + 1)}, cluster_.hosts[i], 9092, {}});
  }
  const auto wrong = trouble(ApiKey::metadata, Trouble::Kind::answer);
  for (const auto& asked : *request.body.topics) {
    MetadataResponse::MetadataResponseTopic topic;
    topic.name = asked.name;
    const auto known = cluster_.topics.find(*asked.name);
    if (wrong) topic.error_code = wrong->error;
    if (!wrong && known == cluster_.topics.end()) topic.error_code = ErrorCode::unknown_topic_or_partition;
    if (topic.error_code == ErrorCode::none) {
      topic.topic_id = topic_id(*asked.name);
      for (std::size_t i = 0; i < known->second.size(); ++i) {
        MetadataResponse::MetadataResponsePartition partition;
        partition.partition_index = static_cast<std::int32_t>(i);
        partition.leader_id = known->second[i].id;
        partition.leader_epoch = known->second[i].epoch;
        if (partition.leader_id == no_broker) partition.error_code = ErrorCode::leader_not_available;
        topic.partitions.push_back(std::move(partition));
      }
    }
    body.topics.push_back(std::move(topic));
  }
  return body;
}

ErrorCode ScriptedBroker::append(sim::Env&, const TopicPartition& partition, const sim::Bytes& bytes, Offset& base) {
  const RecordBatchView view{bytes.span()};
  if (!view.valid()) return ErrorCode::corrupt_message;
  base = log_end(partition);
  const EncodedHeader header =
      rewritten_header(view, base, leader(partition)->epoch, TimestampType::create_time, view.max_timestamp());
  std::vector<std::byte> stored{header.begin(), header.end()};
  stored.insert(stored.end(), view.records().begin(), view.records().end());
  logs_[partition].push_back(StoredBatch{base, base + view.last_offset_delta(), sim::Bytes::copy_of(stored)});
  return ErrorCode::none;
}

ProduceResponse ScriptedBroker::produce(sim::Env& env, const ProduceRequest& request) {
  ProduceResponse body;
  for (const auto& topic : request.topic_data) {
    auto& answers = body.responses.emplace_back();
    answers.name = topic.name;
    for (const auto& data : topic.partition_data) {
      const TopicPartition partition{topic.name, data.index};
      ProduceResponse::PartitionProduceResponse answer;
      answer.index = data.index;
      answer.base_offset = no_offset;
      const std::int64_t records = RecordBatchView{data.records->span()}.record_count();
      const auto wrong = trouble(ApiKey::produce, Trouble::Kind::answer);
      answer.error_code = check_leader(partition, no_leader_epoch);
      if (data.records->size() > largest_batch_) answer.error_code = ErrorCode::message_too_large;
      if (wrong && !wrong->after_append) answer.error_code = wrong->error;
      Offset base = no_offset;
      if (answer.error_code == ErrorCode::none) answer.error_code = append(env, partition, *data.records, base);
      if (answer.error_code == ErrorCode::none) {
        note(env, ScriptFact::appended, to_text(partition), records, base.raw());
        answer.base_offset = base;
        if (wrong) answer = {data.index, wrong->error, no_offset, -1, no_offset, {}, {}, {}};
      } else {
        note(env, ScriptFact::produce_refused, to_text(partition), records,
             static_cast<std::int64_t>(answer.error_code));
      }
      if (hints_ && answer.error_code == ErrorCode::not_leader_or_follower) {
        answer.current_leader = {leader(partition)->id, leader(partition)->epoch};
      }
      answers.partition_responses.push_back(std::move(answer));
    }
  }
  return body;
}

// True if it was answered: there is something to say, or nothing more to wait for.
bool ScriptedBroker::try_fetch(sim::Env& env, sim::ConnectionId connection, const sim::Message& message, bool at_last) {
  const auto& request = sim::content_of<Request<FetchRequest>>(message);
  FetchResponse body;
  std::int64_t bytes = 0;
  bool urgent = at_last;
  const auto wrong = trouble(ApiKey::fetch, Trouble::Kind::answer);
  for (const auto& topic : request.body.topics) {
    auto& answers = body.responses.emplace_back();
    answers.topic_id = topic.topic_id;
    for (const auto& asked : topic.partitions) {
      const TopicPartition partition{topic_of(topic.topic_id), asked.partition};
      FetchResponse::PartitionData data;
      data.partition_index = asked.partition;
      data.error_code = wrong ? wrong->error : check_leader(partition, asked.current_leader_epoch);
      const Offset end = high_watermark(partition);
      data.high_watermark = end;
      const auto first = starts_.find(partition);
      if (data.error_code == ErrorCode::none &&
          (asked.fetch_offset > log_end(partition) || (first != starts_.end() && asked.fetch_offset < first->second))) {
        data.error_code = ErrorCode::offset_out_of_range;
      }
      std::vector<std::byte> records;
      if (data.error_code == ErrorCode::none) {
        for (const StoredBatch& batch : log(partition)) {
          if (batch.last < asked.fetch_offset || batch.last >= end) continue;
          if (!records.empty() &&
              records.size() + batch.bytes.size() > static_cast<std::size_t>(asked.partition_max_bytes))
            break;
          records.insert(records.end(), batch.bytes.begin(), batch.bytes.end());
        }
      } else {
        data.high_watermark = no_offset;
        urgent = true;
        if (hints_ && data.error_code == ErrorCode::not_leader_or_follower) {
          data.current_leader = {leader(partition)->id, leader(partition)->epoch};
        }
      }
      bytes += static_cast<std::int64_t>(records.size());
      data.records = sim::Bytes::copy_of(records);
      answers.partitions.push_back(std::move(data));
    }
  }
  if (!urgent && bytes < request.body.min_bytes) return false;
  for (std::size_t t = 0; t < body.responses.size(); ++t) {
    for (const auto& data : body.responses[t].partitions) {
      const std::int64_t outcome =
          data.error_code == ErrorCode::none ? data.high_watermark.raw() : -static_cast<std::int64_t>(data.error_code);
      note(env, ScriptFact::fetch_answered,
           to_text(TopicPartition{topic_of(body.responses[t].topic_id), data.partition_index}),
           static_cast<std::int64_t>(data.records->size()), outcome);
    }
  }
  reply(env, connection, ApiKey::fetch, make_response(request.version, request.correlation_id, std::move(body)));
  return true;
}

void ScriptedBroker::wake_fetches(sim::Env& env) {
  std::vector<std::uint64_t> polls;
  for (const auto& [connection, client] : clients_) {
    if (client.fetch) polls.push_back(connection);
  }
  for (const std::uint64_t connection : polls) {
    const sim::MessagePtr fetch = std::exchange(clients_[connection].fetch, {});
    if (try_fetch(env, sim::ConnectionId{connection}, *fetch, false)) {
      const auto client = clients_.find(connection);
      if (client != clients_.end()) env.cancel(client->second.fetch_deadline);
    } else {
      clients_[connection].fetch = fetch;
    }
  }
}

ListOffsetsResponse ScriptedBroker::list_offsets(sim::Env& env, const ListOffsetsRequest& request) {
  ListOffsetsResponse body;
  for (const auto& topic : request.topics) {
    auto& answers = body.topics.emplace_back();
    answers.name = topic.name;
    for (const auto& asked : topic.partitions) {
      const TopicPartition partition{topic.name, asked.partition_index};
      auto& answer = answers.partitions.emplace_back();
      answer.partition_index = asked.partition_index;
      answer.error_code = check_leader(partition, asked.current_leader_epoch);
      if (const auto wrong = trouble(ApiKey::list_offsets, Trouble::Kind::answer)) answer.error_code = wrong->error;
      if (answer.error_code == ErrorCode::none) {
        const auto first = starts_.find(partition);
        answer.offset = asked.timestamp == -1    ? high_watermark(partition)
                        : first == starts_.end() ? Offset{0}
                                                 : first->second;
        answer.leader_epoch = leader(partition)->epoch;
      }
      note(env, ScriptFact::offsets_asked, to_text(partition), asked.timestamp,
           answer.error_code == ErrorCode::none ? answer.offset.raw() : -static_cast<std::int64_t>(answer.error_code));
    }
  }
  return body;
}

OffsetForLeaderEpochResponse ScriptedBroker::epochs(sim::Env& env, const OffsetForLeaderEpochRequest& request) {
  OffsetForLeaderEpochResponse body;
  for (const auto& topic : request.topics) {
    auto& answers = body.topics.emplace_back();
    answers.topic = topic.topic;
    for (const auto& asked : topic.partitions) {
      const TopicPartition partition{topic.topic, asked.partition};
      auto& answer = answers.partitions.emplace_back();
      answer.partition = asked.partition;
      answer.error_code = check_leader(partition, asked.current_leader_epoch);
      if (answer.error_code == ErrorCode::none) {
        // The end of the largest epoch that is not above the one asked for.
        for (const StoredBatch& batch : log(partition)) {
          const LeaderEpoch epoch = RecordBatchView{batch.bytes.span()}.leader_epoch();
          if (epoch > asked.leader_epoch) break;
          answer.leader_epoch = epoch;
          answer.end_offset = batch.last + 1;
        }
      }
      note(env, ScriptFact::epoch_asked, to_text(partition), asked.leader_epoch.raw(), answer.end_offset.raw());
    }
  }
  return body;
}

}  // namespace client_test
