// Start, registration, loss of the session, shutdown (replication-and-control.md §3.2, §3.14; class KafkaServer).
//
//   connecting -> preparing -> loading -> registering -> running -> shutting_down -> closing -> (ended)
//
// ZooKeeper comes first: without it a broker knows neither its cluster nor its topics' settings. The log is loaded
// before the broker registers, since the controller gives work to whoever is registered.
#include "model/broker/broker.hpp"
#include "model/broker/znodes.hpp"
#include "model/log/meta_properties.hpp"

namespace kafka {
namespace {

constexpr std::int32_t plaintext_port = 9092;
constexpr std::string_view log_directory = "kafka-logs";

}  // namespace

void Broker::start(sim::Env& env) {
  zookeeper::ClientConfig config;
  for (const std::string& server : options_.zookeeper_servers) {
    const auto host = env.find_host(server);
    SIM_CHECK(host.has_value(), "zookeeper.connect names {}, which is no host", server);
    config.servers.push_back(*host);
  }
  config.session_timeout = options_.config.zookeeper_session_timeout;
  config.max_in_flight = static_cast<std::size_t>(options_.config.zookeeper_max_in_flight_requests);
  config.first_timer_kind = static_cast<std::uint32_t>(BrokerTimer::zookeeper_first);
  zookeeper_.emplace(std::move(config));
  zookeeper_->start(env);
}

// --- ZooKeeper
// ---------------------------------------------------------------------------------------------------------

void Broker::handle_zookeeper(sim::Env& env, const std::vector<zookeeper::ClientEvent>& events) {
  for (const zookeeper::ClientEvent& event : events) {
    if (const auto* session = std::get_if<zookeeper::SessionEvent>(&event)) {
      session_event(env, *session);
      continue;
    }
    const auto* answer = std::get_if<zookeeper::Answer>(&event);
    if (answer != nullptr && answer->tag.kind < Controller::first_tag) {
      own_answer(env, *answer);
      continue;
    }
    BrokerContext now = context(env);
    ControllerContext controlling = controller_context(env);
    controller_.on_zookeeper(controlling, event);
    send_replies(now, controlling);
    after(now);
  }
}

void Broker::session_event(sim::Env& env, const zookeeper::SessionEvent& event) {
  switch (event.kind) {
    case zookeeper::SessionEvent::Kind::connected:
      if (!event.new_session) break;
      if (phase_ == Phase::connecting) {
        prepare(env);
      } else if (was_registered_ && phase_ == Phase::registering) {
        register_self(env);
      }
      break;
    case zookeeper::SessionEvent::Kind::disconnected: break;  // the session may live on; requests wait
    case zookeeper::SessionEvent::Kind::expired: {
      note(env, BrokerFact::session_expired, env.subject(env.host_name(env.host())), options_.id.raw());
      if (phase_ == Phase::closing) return env.exit(0);
      BrokerContext now = context(env);
      ControllerContext controlling = controller_context(env);
      if (was_registered_) controller_.on_session_expired(controlling);
      send_replies(now, controlling);
      if (phase_ == Phase::running) phase_ = Phase::registering;
      if (phase_ == Phase::preparing || phase_ == Phase::loading) phase_ = Phase::connecting;
      configs_wanted_.clear();
      zookeeper_->start(env);
      break;
    }
    case zookeeper::SessionEvent::Kind::closed: env.exit(0); break;
  }
}

// Everything that every broker makes sure of, whoever comes first.
void Broker::prepare(sim::Env& env) {
  phase_ = Phase::preparing;
  parents_left_ = static_cast<std::uint32_t>(znode::persistent_paths().size());
  for (const std::string& path : znode::persistent_paths()) {
    zookeeper_->create(env, {static_cast<std::uint32_t>(Tag::parents), 0}, path, {});
  }
}

void Broker::own_answer(sim::Env& env, const zookeeper::Answer& answer) {
  using zookeeper::Error;
  if (answer.error == Error::session_expired || answer.error == Error::connection_loss)
    return;  // started anew, all of it
  switch (static_cast<Tag>(answer.tag.kind)) {
    case Tag::parents:
      if (--parents_left_ == 0) {
        zookeeper_->get_data(env, {static_cast<std::uint32_t>(Tag::cluster_id), 0},
                             std::string{znode::cluster_id_path});
      }
      break;
    case Tag::cluster_id:
      if (answer.error == Error::no_node) {
        sim::Random& random = env.random("cluster id");
        const std::uint64_t high = random.next();
        const Uuid id{high, random.next()};
        zookeeper_->create(env, {static_cast<std::uint32_t>(Tag::make_cluster_id), 0},
                           std::string{znode::cluster_id_path}, znode::encode_cluster_id(to_text(id)));
      } else {
        got_cluster_id(env, znode::decode_cluster_id(answer.data).value_or(std::string{}));
      }
      break;
    case Tag::make_cluster_id:
      // Made by us or, a moment earlier, by another broker: it is read again either way.
      zookeeper_->get_data(env, {static_cast<std::uint32_t>(Tag::cluster_id), 0}, std::string{znode::cluster_id_path});
      break;
    case Tag::topic_config: got_topic_config(env, answer); break;
    case Tag::register_self:
      if (!answer.failed()) {
        registered(env, BrokerEpoch{answer.outcomes.back().stat.czxid.raw()});
      } else {
        zookeeper_->exists(env, {static_cast<std::uint32_t>(Tag::read_self), 0}, znode::broker_path(options_.id));
      }
      break;
    case Tag::read_self:
      if (answer.error == Error::no_node) {
        register_self(env);
      } else if (answer.stat.ephemeral_owner == zookeeper_->session()) {
        registered(env, BrokerEpoch{answer.stat.czxid.raw()});  // our create succeeded, its answer was lost
      } else if (was_registered_) {
        // Our own, of the session that has just expired (KAFKA-7165).
        zookeeper_->remove(env, {static_cast<std::uint32_t>(Tag::remove_self), 0}, znode::broker_path(options_.id));
      } else {
        note(env, BrokerFact::registration_refused, env.subject(env.host_name(env.host())), options_.id.raw());
        abort_start(env);
      }
      break;
    case Tag::remove_self: register_self(env); break;
  }
}

// --- start
// -------------------------------------------------------------------------------------------------------------

void Broker::got_cluster_id(sim::Env& env, const std::string& id) {
  cluster_id_ = id;
  sim::Disk& disk = env.disk();
  const auto there = disk.exists(log_directory);
  if (there.ok() && there.value()) {
    const auto properties = read_meta_properties(disk, log_directory);
    const bool foreign = properties.ok() && properties.value() &&
                         ((properties.value()->broker_id && *properties.value()->broker_id != options_.id) ||
                          (properties.value()->cluster_id && *properties.value()->cluster_id != id));
    if (!properties.ok() || foreign) return abort_start(env);
  }
  phase_ = Phase::loading;
  BrokerContext now = context(env);
  if (!replicas_.open(now)) return after(now);
  MetaProperties properties;
  properties.broker_id = options_.id;
  properties.cluster_id = cluster_id_;
  if (!write_meta_properties(disk, log_directory, properties, now.now_ms()).ok()) return abort_start(env);
  for (const std::string& topic : replicas_.topics_to_load()) want_topic_config(env, topic);
  if (configs_wanted_.empty()) load_logs(env);
}

void Broker::want_topic_config(sim::Env& env, const std::string& topic) {
  if (configs_known_.contains(topic) || !configs_wanted_.insert(topic).second) return;
  zookeeper_->get_data(env, {static_cast<std::uint32_t>(Tag::topic_config), 0}, znode::topic_config_path(topic));
}

void Broker::got_topic_config(sim::Env& env, const zookeeper::Answer& answer) {
  const std::string prefix = znode::topic_config_path("");
  const std::string topic = answer.path.substr(prefix.size());
  if (configs_wanted_.erase(topic) == 0) return;
  configs_known_.insert(topic);
  TopicConfig config = options_.config.topic_defaults;
  if (const auto values = znode::decode_config(answer.data)) {
    for (const auto& [name, value] : *values) set_config(topic_config_table(), config, name, value);
  }
  BrokerContext now = context(env);
  replicas_.set_topic_config(now, topic, config);
  if (!configs_wanted_.empty()) return;
  if (phase_ == Phase::loading) return load_logs(env);
  std::vector<ParkedRequest> waiting = std::move(parked_);
  parked_.clear();
  for (const ParkedRequest& parked : waiting) handle_request(env, parked.connection, *parked.request);
}

// One log a slice: loading is long work, and the machine does other things in between.
void Broker::load_logs(sim::Env& env) {
  BrokerContext now = context(env);
  if (replicas_.load_next(now)) {
    env.post(BrokerStation::background, timer_of(BrokerTimer::load_next_log));
    return;
  }
  if (now.halt) return after(now);
  phase_ = Phase::registering;
  env.listen();
  register_self(env);
}

void Broker::register_self(sim::Env& env) {
  if (!zookeeper_->connected() && zookeeper_->session() == zookeeper::no_session) return;  // the next session does it
  const BrokerEndpoint self{options_.id, std::string{env.host_name(env.host())}, plaintext_port, options_.rack};
  const std::string path = znode::broker_path(options_.id);
  zookeeper::Create create;
  create.path = path;
  create.data = znode::encode_broker(self, Timestamp{env.wall_clock().milliseconds()});
  create.mode = zookeeper::CreateMode::ephemeral;
  // Kafka asks for the node and its Stat in one: the second operation brings the czxid, which is the broker epoch.
  zookeeper::SetData touch;
  touch.path = path;
  touch.data = create.data;
  touch.version = 0;
  zookeeper_->multi(env, {static_cast<std::uint32_t>(Tag::register_self), 0}, {create, touch});
}

void Broker::registered(sim::Env& env, BrokerEpoch epoch) {
  epoch_ = epoch;
  note(env, BrokerFact::registered, env.subject(env.host_name(env.host())), options_.id.raw(), epoch.raw());
  BrokerContext now = context(env);
  ControllerContext controlling = controller_context(env);
  if (phase_ == Phase::registering) phase_ = Phase::running;
  if (was_registered_) {
    controller_.on_registered_again(controlling);
  } else {
    was_registered_ = true;
    controller_.start(controlling);
  }
  send_replies(now, controlling);
  after(now);
}

void Broker::abort_start(sim::Env& env) { env.exit(1); }

// --- shutdown
// ----------------------------------------------------------------------------------------------------------

void Broker::on_stop(sim::Env& env) {
  if (phase_ == Phase::shutting_down || phase_ == Phase::closing) return;
  note(env, BrokerFact::shutdown_began, env.subject(env.host_name(env.host())), options_.id.raw());
  const bool was_running = phase_ == Phase::running || (was_registered_ && phase_ == Phase::registering);
  if (!was_running) return env.exit(0);  // nothing to hand over; what was loaded was not changed
  phase_ = Phase::shutting_down;
  shutdown_attempts_ = 0;
  if (options_.config.controlled_shutdown) {
    try_controlled_shutdown(env);
  } else {
    finish_shutdown(env);
  }
}

void Broker::try_controlled_shutdown(sim::Env& env) {
  if (phase_ != Phase::shutting_down) return;
  if (shutdown_attempts_++ >= options_.config.controlled_shutdown_max_retries) return finish_shutdown(env);
  link_.request_shutdown(env, isr_changes_, metadata_, epoch_);
}

void Broker::controlled_shutdown_answered(sim::Env& env, const ControllerLinkOutcome& outcome) {
  if (phase_ != Phase::shutting_down || (!outcome.shutdown && !outcome.shutdown_failed)) return;
  const bool moved = outcome.shutdown && outcome.shutdown->error_code == ErrorCode::none &&
                     outcome.shutdown->remaining_partitions.empty();
  if (moved) return finish_shutdown(env);
  env.arm(options_.config.controlled_shutdown_retry_backoff, timer_of(BrokerTimer::shutdown_retry));
}

void Broker::finish_shutdown(sim::Env& env) {
  phase_ = Phase::closing;
  env.listen(false);
  BrokerContext now = context(env);
  replicas_.shut_down(now);
  if (now.halt) return env.exit(1);
  std::vector<zookeeper::ClientEvent> events;
  zookeeper_->close(env, events);
  handle_zookeeper(env, events);
}

}  // namespace kafka
