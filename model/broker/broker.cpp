#include "model/broker/broker.hpp"

#include "model/zookeeper/client.hpp"

namespace kafka {
namespace {

bool is_zookeeper_timer(std::uint32_t kind) {
  const auto first = static_cast<std::uint32_t>(BrokerTimer::zookeeper_first);
  return kind >= first && kind < first + zookeeper::Client::timer_kinds;
}

bool is_controller_timer(std::uint32_t kind) {
  return kind >= static_cast<std::uint32_t>(BrokerTimer::controller_first);
}

}  // namespace

Broker::Broker(BrokerOptions options)
    : options_{std::move(options)},
      link_{options_.id, "broker-" + std::to_string(options_.id.raw()), timer_of(BrokerTimer::controller_link_timeout),
            timer_of(BrokerTimer::controller_link_retry), options_.config.controller_socket_timeout} {
  const auto threads = [](std::int64_t n) { return static_cast<int>(n); };
  // In the order of BrokerStation. A follower has a thread per leader and fetcher; 16 is more than any cluster here
  // needs.
  stations_ = {{"background", threads(options_.config.background_threads)},
               {"io", threads(options_.config.num_io_threads)},
               {"replica-fetcher", 16},
               {"controller", 1},
               {"zookeeper", 1}};
}

Broker::Broker(const Broker&) = default;
Broker::~Broker() = default;

std::unique_ptr<sim::Process> Broker::clone() const { return std::make_unique<Broker>(*this); }

BrokerContext Broker::context(sim::Env& env) {
  return BrokerContext{env, options_.config, options_.costs, options_.id, epoch_, metadata_, channel_, isr_changes_};
}

ControllerContext Broker::controller_context(sim::Env& env) {
  return ControllerContext{env, *zookeeper_, options_.config, options_.id, {}};
}

// The end of every handler: what it set in motion goes on its way.
void Broker::after(BrokerContext& done) {
  if (done.halt) {
    done.env.exit(1);  // Kafka halts when its last log directory is gone
    return;
  }
  link_.poke(done.env, isr_changes_, metadata_, epoch_);
}

void Broker::send_replies(BrokerContext& context, ControllerContext& done) {
  for (ControllerContext::Reply& reply : done.replies) {
    if (context.channel.answer(context.env, reply.to.connection, std::move(reply.response))) {
      context.env.post(BrokerStation::io, timer_of(BrokerTimer::next_request, reply.to.connection.raw()));
    }
  }
}

// --- the door
// ----------------------------------------------------------------------------------------------------------

sim::Station Broker::route(const sim::Input& input) const {
  switch (input.kind) {
    case sim::Input::Kind::start:
    case sim::Input::Kind::stop:
    case sim::Input::Kind::command: return BrokerStation::background;
    case sim::Input::Kind::message:
    case sim::Input::Kind::connection: {
      if (input.kind == sim::Input::Kind::connection && input.event.change == sim::ConnectionChange::accepted) {
        return BrokerStation::io;
      }
      if (channel_.knows(input.connection)) return BrokerStation::io;
      if (replicas_.owns(input.connection) || link_.owns(input.connection)) return BrokerStation::fetcher;
      if (controller_.owns(input.connection)) return BrokerStation::controller;
      return BrokerStation::zookeeper;
    }
    case sim::Input::Kind::timer: break;
  }
  if (is_zookeeper_timer(input.timer.kind)) return BrokerStation::zookeeper;
  if (is_controller_timer(input.timer.kind)) return BrokerStation::controller;
  switch (static_cast<BrokerTimer>(input.timer.kind)) {
    case BrokerTimer::next_request:
    case BrokerTimer::delayed_produce:
    case BrokerTimer::delayed_fetch: return BrokerStation::io;
    case BrokerTimer::fetcher_timeout:
    case BrokerTimer::fetcher_backoff:
    case BrokerTimer::controller_link_timeout:
    case BrokerTimer::controller_link_retry: return BrokerStation::fetcher;
    default: return BrokerStation::background;
  }
}

void Broker::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  BrokerContext now = context(env);
  if (channel_.knows(connection)) {
    if (channel_.take(connection, message)) handle_request(env, connection, message);
    return;
  }
  if (replicas_.owns(connection)) {
    replicas_.on_fetcher_message(now, connection, message);
    after(now);
  } else if (link_.owns(connection)) {
    link_outcome(env, link_.on_message(env, message, isr_changes_, metadata_, epoch_));
  } else if (controller_.owns(connection)) {
    ControllerContext controlling = controller_context(env);
    controller_.on_message(controlling, connection, message);
    send_replies(now, controlling);
  } else {
    std::vector<zookeeper::ClientEvent> events;
    if (zookeeper_->on_message(env, connection, message, events)) handle_zookeeper(env, events);
  }
}

void Broker::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  BrokerContext now = context(env);
  if (event.change == sim::ConnectionChange::accepted) {
    channel_.opened(connection);
  } else if (channel_.knows(connection)) {
    if (event.change == sim::ConnectionChange::writable) {
      if (channel_.writable(env, connection)) {
        env.post(BrokerStation::io, timer_of(BrokerTimer::next_request, connection.raw()));
      }
    } else {
      channel_.ended(connection);
    }
  } else if (replicas_.owns(connection)) {
    replicas_.on_fetcher_connection(now, connection, event);
    after(now);
  } else if (link_.owns(connection)) {
    link_outcome(env, link_.on_connection(env, event, isr_changes_, metadata_, epoch_));
  } else if (controller_.owns(connection)) {
    ControllerContext controlling = controller_context(env);
    controller_.on_connection(controlling, connection, event);
    send_replies(now, controlling);
  } else {
    std::vector<zookeeper::ClientEvent> events;
    if (zookeeper_->on_connection(env, connection, event, events)) handle_zookeeper(env, events);
  }
}

void Broker::on_timer(sim::Env& env, sim::Timer timer) {
  BrokerContext now = context(env);
  if (is_zookeeper_timer(timer.kind)) {
    std::vector<zookeeper::ClientEvent> events;
    if (zookeeper_->on_timer(env, timer, events)) handle_zookeeper(env, events);
    return;
  }
  if (is_controller_timer(timer.kind)) {
    ControllerContext controlling = controller_context(env);
    controller_.on_timer(controlling, timer.kind - static_cast<std::uint32_t>(BrokerTimer::controller_first),
                         timer.key);
    send_replies(now, controlling);
    return;
  }
  switch (const auto kind = static_cast<BrokerTimer>(timer.kind)) {
    case BrokerTimer::load_next_log: load_logs(env); break;
    case BrokerTimer::next_request:
      if (const sim::MessagePtr request = channel_.next(sim::ConnectionId{timer.key})) {
        handle_request(env, sim::ConnectionId{timer.key}, *request);
      }
      break;
    case BrokerTimer::controller_link_timeout:
      link_outcome(env, link_.on_timeout(env, isr_changes_, metadata_, epoch_));
      break;
    case BrokerTimer::controller_link_retry: link_.on_retry(env, isr_changes_, metadata_, epoch_); break;
    case BrokerTimer::shutdown_retry: try_controlled_shutdown(env); break;
    default:
      replicas_.on_timer(now, kind, timer.key);
      after(now);
      break;
  }
}

void Broker::on_command(sim::Env&, const sim::Message&) {}

void Broker::link_outcome(sim::Env& env, const ControllerLinkOutcome& outcome) {
  BrokerContext now = context(env);
  replicas_.handle_isr_answers(now, outcome.isr_answers);
  controlled_shutdown_answered(env, outcome);
  after(now);
}

}  // namespace kafka
