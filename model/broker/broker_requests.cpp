// What each request means (class KafkaApis). wire-protocol.md §7 says what is answered when.
#include "model/broker/broker.hpp"
#include "model/protocol/api_versions.hpp"
#include "model/protocol/metadata.hpp"

#include <algorithm>

namespace kafka {
namespace {

template <class Body>
ReplyTo reply_to(sim::ConnectionId connection, const Request<Body>& request) {
  return ReplyTo{connection, request.correlation_id, request.version};
}

}  // namespace

void Broker::handle_request(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  BrokerContext now = context(env);
  env.work(options_.costs.request);
  const auto controlling = [&](auto&& call) {
    ControllerContext at_controller = controller_context(env);
    call(at_controller);
    send_replies(now, at_controller);
  };
  const auto key = static_cast<ApiKey>((message.type().id - message_id_base) / 2);
  switch (key) {
    case ApiKey::produce: {
      const auto& request = sim::content_of<Request<ProduceRequest>>(message);
      replicas_.produce(now, reply_to(connection, request), request.body);
      break;
    }
    case ApiKey::fetch: {
      const auto& request = sim::content_of<Request<FetchRequest>>(message);
      replicas_.fetch(now, reply_to(connection, request), message);
      break;
    }
    case ApiKey::list_offsets: {
      const auto& request = sim::content_of<Request<ListOffsetsRequest>>(message);
      now.reply(reply_to(connection, request), replicas_.list_offsets(now, request.body, request.version));
      break;
    }
    case ApiKey::offset_for_leader_epoch: {
      const auto& request = sim::content_of<Request<OffsetForLeaderEpochRequest>>(message);
      now.reply(reply_to(connection, request), replicas_.offset_for_leader_epoch(now, request.body));
      break;
    }
    case ApiKey::metadata:
      handle_metadata(now, reply_to(connection, sim::content_of<Request<MetadataRequest>>(message)), message);
      break;
    case ApiKey::api_versions: {
      const auto& request = sim::content_of<Request<ApiVersionsRequest>>(message);
      now.reply(reply_to(connection, request), supported_api_versions());
      break;
    }
    case ApiKey::describe_cluster:
      handle_describe_cluster(now, reply_to(connection, sim::content_of<Request<DescribeClusterRequest>>(message)));
      break;
    case ApiKey::leader_and_isr:
      handle_leader_and_isr(now, reply_to(connection, sim::content_of<Request<LeaderAndIsrRequest>>(message)), message);
      break;
    case ApiKey::stop_replica: {
      const auto& request = sim::content_of<Request<StopReplicaRequest>>(message);
      handle_stop_replica(now, reply_to(connection, request), request.body);
      break;
    }
    case ApiKey::update_metadata: {
      const auto& request = sim::content_of<Request<UpdateMetadataRequest>>(message);
      handle_update_metadata(now, reply_to(connection, request), request.body);
      break;
    }
    case ApiKey::alter_partition: {
      const auto& request = sim::content_of<Request<AlterPartitionRequest>>(message);
      controlling(
          [&](ControllerContext& at) { controller_.alter_partition(at, reply_to(connection, request), request.body); });
      break;
    }
    case ApiKey::controlled_shutdown: {
      const auto& request = sim::content_of<Request<ControlledShutdownRequest>>(message);
      controlling([&](ControllerContext& at) {
        controller_.controlled_shutdown(at, reply_to(connection, request), request.body);
      });
      break;
    }
    case ApiKey::create_topics: {
      const auto& request = sim::content_of<Request<CreateTopicsRequest>>(message);
      controlling(
          [&](ControllerContext& at) { controller_.create_topics(at, reply_to(connection, request), request.body); });
      break;
    }
    default:
      // A request that we do not know: the broker closes the connection and says nothing (wire-protocol.md §1).
      env.close(connection);
      channel_.ended(connection);
      break;
  }
  after(now);
}

// --- from the controller
// -------------------------------------------------------------------------------------------------

// Requests for an earlier life of this broker, or from a controller of an earlier term, do not count (§3.9).
ErrorCode Broker::check_control_request(BrokerEpoch epoch, ControllerEpoch controller_epoch) {
  if (epoch != no_broker_epoch && epoch < epoch_) return ErrorCode::stale_broker_epoch;
  if (controller_epoch < controller_epoch_) return ErrorCode::stale_controller_epoch;
  controller_epoch_ = controller_epoch;
  return ErrorCode::none;
}

void Broker::handle_leader_and_isr(BrokerContext& context, const ReplyTo& to, const sim::Message& message) {
  const LeaderAndIsrRequest& request = sim::content_of<Request<LeaderAndIsrRequest>>(message).body;
  const ErrorCode stale = check_control_request(request.broker_epoch, request.controller_epoch);
  if (stale != ErrorCode::none) {
    LeaderAndIsrResponse response;
    response.error_code = stale;
    return context.reply(to, std::move(response));
  }
  // A log is made with its topic's settings: those of new topics are read first.
  bool unknown = false;
  for (const auto& topic : request.topic_states) {
    if (configs_known_.contains(topic.topic_name)) continue;
    unknown = true;
    want_topic_config(context.env, topic.topic_name);
  }
  if (unknown) {
    parked_.push_back(ParkedRequest{to.connection, sim::MessagePtr{&message}});
    return;
  }
  context.reply(to, replicas_.handle_leader_and_isr(context, request));
}

void Broker::handle_stop_replica(BrokerContext& context, const ReplyTo& to, const StopReplicaRequest& request) {
  StopReplicaResponse response;
  response.error_code = check_control_request(request.broker_epoch, request.controller_epoch);
  if (response.error_code == ErrorCode::none) response = replicas_.handle_stop_replica(context, request);
  context.reply(to, std::move(response));
}

void Broker::handle_update_metadata(BrokerContext& context, const ReplyTo& to, const UpdateMetadataRequest& request) {
  UpdateMetadataResponse response;
  response.error_code = check_control_request(request.broker_epoch, request.controller_epoch);
  if (response.error_code == ErrorCode::none) {
    for (const TopicPartition& gone : metadata_.update(request)) {
      if (metadata_.topic(gone.topic) == nullptr) configs_known_.erase(gone.topic);
    }
  }
  context.reply(to, std::move(response));
}

// --- what clients ask about the cluster
// ----------------------------------------------------------------------------------

void Broker::handle_metadata(BrokerContext& context, const ReplyTo& to, const sim::Message& message) {
  const MetadataRequest& request = sim::content_of<Request<MetadataRequest>>(message).body;
  MetadataResponse response;
  response.cluster_id = cluster_id_;
  response.controller_id = metadata_.is_alive(metadata_.controller()) ? metadata_.controller() : no_broker;
  for (const BrokerEndpoint& broker : metadata_.live_brokers()) {
    response.brokers.push_back({broker.id, broker.host, broker.port, broker.rack});
  }
  const auto describe = [&](const std::string& name, const MetadataCache::Topic& topic) {
    MetadataResponse::MetadataResponseTopic answer;
    answer.name = name;
    answer.topic_id = topic.id;
    for (const auto& [number, partition] : topic.partitions) {
      MetadataResponse::MetadataResponsePartition part;
      part.partition_index = number;
      part.leader_id = metadata_.is_alive(partition.leader) ? partition.leader : no_broker;
      if (part.leader_id == no_broker) part.error_code = ErrorCode::leader_not_available;
      part.leader_epoch = partition.leader_epoch;
      part.replica_nodes = partition.replicas;
      part.isr_nodes = partition.isr;
      part.offline_replicas = partition.offline_replicas;
      answer.partitions.push_back(std::move(part));
    }
    response.topics.push_back(std::move(answer));
  };
  const bool all = !request.topics || (to.version == 0 && request.topics->empty());
  if (all) {
    for (const auto& [name, topic] : metadata_.topics()) describe(name, topic);
  } else {
    for (const auto& asked : *request.topics) {
      const std::optional<std::string> name = asked.name ? asked.name : metadata_.name_of(asked.topic_id);
      const MetadataCache::Topic* topic = name ? metadata_.topic(*name) : nullptr;
      if (topic != nullptr) {
        describe(*name, *topic);
        continue;
      }
      MetadataResponse::MetadataResponseTopic unknown;
      unknown.name = asked.name;
      unknown.topic_id = asked.topic_id;
      unknown.error_code = asked.name ? ErrorCode::unknown_topic_or_partition : ErrorCode::unknown_topic_id;
      response.topics.push_back(std::move(unknown));
    }
  }
  context.reply(to, std::move(response));
}

void Broker::handle_describe_cluster(BrokerContext& context, const ReplyTo& to) {
  DescribeClusterResponse response;
  response.cluster_id = cluster_id_;
  response.controller_id = metadata_.controller();
  for (const BrokerEndpoint& broker : metadata_.live_brokers()) {
    response.brokers.push_back({broker.id, broker.host, broker.port, broker.rack});
  }
  context.reply(to, std::move(response));
}

}  // namespace kafka
