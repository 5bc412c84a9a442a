#include "model/broker/znodes.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <charconv>

namespace kafka::znode {
namespace {

using Json = nlohmann::ordered_json;

Data data_of(const std::string& text) { return sim::Bytes::copy_of(text); }

std::string text_of(const Data& data) {
  if (!data) return {};
  const auto bytes = data->span();
  return std::string{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// An object, or nothing: exceptions are switched off, a payload from elsewhere must not end the world.
std::optional<Json> object_of(const Data& data) {
  Json json = Json::parse(text_of(data), nullptr, false);
  if (json.is_discarded() || !json.is_object()) return std::nullopt;
  return json;
}

template <class Integer>
std::optional<Integer> integer(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<Integer>();
}

std::optional<std::string> text(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

Json ids_of(const std::vector<BrokerId>& brokers) {
  Json list = Json::array();
  for (const BrokerId broker : brokers) list.push_back(broker.raw());
  return list;
}

std::optional<std::vector<BrokerId>> brokers_of(const Json& list) {
  if (!list.is_array()) return std::nullopt;
  std::vector<BrokerId> brokers;
  for (const Json& id : list) {
    if (!id.is_number_integer()) return std::nullopt;
    brokers.emplace_back(id.get<std::int32_t>());
  }
  return brokers;
}

using Replicas = std::map<std::int32_t, std::vector<BrokerId>>;

Json partitions_of(const Replicas& partitions) {
  Json object = Json::object();
  for (const auto& [partition, brokers] : partitions) object[std::to_string(partition)] = ids_of(brokers);
  return object;
}

std::optional<Replicas> replicas_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return Replicas{};
  if (!found->is_object()) return std::nullopt;
  Replicas partitions;
  for (const auto& [name, list] : found->items()) {
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    auto brokers = brokers_of(list);
    if (error != std::errc{} || end != name.data() + name.size() || !brokers) return std::nullopt;
    partitions.emplace(number, std::move(*brokers));
  }
  return partitions;
}

}  // namespace

// --- paths
// -------------------------------------------------------------------------------------------------------------

std::string broker_path(BrokerId broker) { return fmt::format("{}/{}", brokers_path, broker.raw()); }
std::string topic_path(std::string_view topic) { return fmt::format("{}/{}", topics_path, topic); }
std::string partitions_path(std::string_view topic) { return topic_path(topic) + "/partitions"; }
std::string partition_path(const TopicPartition& partition) {
  return fmt::format("{}/{}", partitions_path(partition.topic), partition.partition);
}
std::string state_path(const TopicPartition& partition) { return partition_path(partition) + "/state"; }
std::string topic_config_path(std::string_view topic) { return fmt::format("/config/topics/{}", topic); }
std::string delete_topic_path(std::string_view topic) { return fmt::format("{}/{}", delete_topics_path, topic); }

const std::vector<std::string>& persistent_paths() {
  static const std::vector<std::string> paths = {"/consumers",
                                                 "/brokers",
                                                 "/brokers/ids",
                                                 "/brokers/topics",
                                                 "/config",
                                                 "/config/changes",
                                                 "/config/topics",
                                                 "/config/clients",
                                                 "/config/users",
                                                 "/config/brokers",
                                                 "/config/ips",
                                                 "/admin",
                                                 "/admin/delete_topics",
                                                 "/brokers/seqid",
                                                 "/isr_change_notification",
                                                 "/latest_producer_id_block",
                                                 "/log_dir_event_notification",
                                                 "/cluster"};
  return paths;
}

// --- payloads
// ----------------------------------------------------------------------------------------------------------

Data encode_controller(BrokerId broker, Timestamp now) {
  return data_of(Json{
      {"version", 2},
      {"brokerid", broker.raw()},
      {"timestamp", std::to_string(now.raw())},
      {"kraftControllerEpoch",
       -1}}.dump());
}

std::optional<BrokerId> decode_controller(const Data& data) {
  const auto json = object_of(data);
  const auto id = json ? integer<std::int32_t>(*json, "brokerid") : std::nullopt;
  if (!id) return std::nullopt;
  return BrokerId{*id};
}

Data encode_controller_epoch(ControllerEpoch epoch) { return data_of(std::to_string(epoch.raw())); }

std::optional<ControllerEpoch> decode_controller_epoch(const Data& data) {
  const std::string digits = text_of(data);
  std::int32_t epoch = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), epoch);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return ControllerEpoch{epoch};
}

Data encode_cluster_id(std::string_view id) { return data_of(Json{{"version", "1"}, {"id", std::string{id}}}.dump()); }

std::optional<std::string> decode_cluster_id(const Data& data) {
  const auto json = object_of(data);
  return json ? text(*json, "id") : std::nullopt;
}

Data encode_broker(const BrokerEndpoint& broker, Timestamp now) {
  Json json{{"version", 5},
            {"host", broker.host},
            {"port", broker.port},
            {"endpoints", Json::array({fmt::format("PLAINTEXT://{}:{}", broker.host, broker.port)})},
            {"listener_security_protocol_map", Json{{"PLAINTEXT", "PLAINTEXT"}}},
            {"jmx_port", -1},
            {"timestamp", std::to_string(now.raw())},
            {"features", Json::object()}};
  if (broker.rack) json["rack"] = *broker.rack;
  return data_of(json.dump());
}

std::optional<BrokerEndpoint> decode_broker(BrokerId id, const Data& data) {
  const auto json = object_of(data);
  if (!json) return std::nullopt;
  const auto host = text(*json, "host");
  const auto port = integer<std::int32_t>(*json, "port");
  if (!host || !port) return std::nullopt;
  return BrokerEndpoint{id, *host, *port, text(*json, "rack")};
}

Data encode_topic(const TopicAssignment& assignment) {
  return data_of(Json{{"version", 3},
                      {"topic_id", to_text(assignment.topic_id)},
                      {"partitions", partitions_of(assignment.partitions)},
                      {"adding_replicas", partitions_of(assignment.adding)},
                      {"removing_replicas", partitions_of(assignment.removing)}}
                     .dump());
}

std::optional<TopicAssignment> decode_topic(const Data& data) {
  const auto json = object_of(data);
  if (!json) return std::nullopt;
  auto partitions = replicas_of(*json, "partitions");
  auto adding = replicas_of(*json, "adding_replicas");
  auto removing = replicas_of(*json, "removing_replicas");
  if (!partitions || !adding || !removing) return std::nullopt;
  TopicAssignment assignment;
  if (const auto id = text(*json, "topic_id")) assignment.topic_id = uuid_from_text(*id).value_or(Uuid{});
  assignment.partitions = std::move(*partitions);
  assignment.adding = std::move(*adding);
  assignment.removing = std::move(*removing);
  return assignment;
}

Data encode_state(const PartitionState& state) {
  Json json{{"version", 1},
            {"leader", state.leader.raw()},
            {"leader_epoch", state.leader_epoch.raw()},
            {"controller_epoch", state.controller_epoch.raw()},
            {"isr", ids_of(state.isr)}};
  if (state.recovering) json["leader_recovery_state"] = 1;
  return data_of(json.dump());
}

std::optional<PartitionState> decode_state(const Data& data) {
  const auto json = object_of(data);
  if (!json) return std::nullopt;
  const auto leader = integer<std::int32_t>(*json, "leader");
  const auto leader_epoch = integer<std::int32_t>(*json, "leader_epoch");
  const auto controller_epoch = integer<std::int32_t>(*json, "controller_epoch");
  const auto isr = json->contains("isr") ? brokers_of((*json)["isr"]) : std::nullopt;
  if (!leader || !leader_epoch || !controller_epoch || !isr) return std::nullopt;
  return PartitionState{BrokerId{*leader}, LeaderEpoch{*leader_epoch}, ControllerEpoch{*controller_epoch}, *isr,
                        integer<int>(*json, "leader_recovery_state").value_or(0) == 1};
}

Data encode_config(const std::map<std::string, std::string>& config) {
  Json values = Json::object();
  for (const auto& [name, value] : config) values[name] = value;
  return data_of(Json{{"version", 1}, {"config", values}}.dump());
}

std::optional<std::map<std::string, std::string>> decode_config(const Data& data) {
  const auto json = object_of(data);
  if (!json || !json->contains("config") || !(*json)["config"].is_object()) return std::nullopt;
  std::map<std::string, std::string> config;
  for (const auto& [name, value] : (*json)["config"].items()) {
    if (!value.is_string()) return std::nullopt;
    config.emplace(name, value.get<std::string>());
  }
  return config;
}

}  // namespace kafka::znode
