#include "scenarios/evaluate.hpp"

#include <algorithm>

#include "model/zookeeper/server.hpp"

namespace scenarios {
namespace {

const zookeeper::DataTree* zookeeper_tree(const sim::World& world, const Cluster& cluster) {
  for (const sim::HostId host : cluster.zookeepers) {
    const auto* server = dynamic_cast<const zookeeper::Server*>(world.process(host));
    if (server != nullptr) return &server->tree();
  }
  return nullptr;
}

// The newest that any running broker was told of a partition; its topic's id does not matter here.
const kafka::MetadataCache::Partition* best_informed(const sim::World& world, const Cluster& cluster,
                                                     const kafka::TopicPartition& partition) {
  const kafka::MetadataCache::Partition* best = nullptr;
  for (const sim::HostId host : cluster.brokers) {
    const kafka::Broker* broker = broker_at(world, host);
    if (broker == nullptr) continue;
    const auto* known = broker->metadata().partition(partition.topic, partition.partition);
    if (known == nullptr) continue;
    const bool newer = best == nullptr || known->leader_epoch > best->leader_epoch ||
                       (known->leader_epoch == best->leader_epoch && known->partition_epoch > best->partition_epoch);
    if (newer) best = known;
  }
  return best;
}

std::vector<sim::HostId> hosts_of(const std::vector<kafka::BrokerId>& brokers, const Cluster& cluster) {
  std::vector<sim::HostId> hosts;
  for (const kafka::BrokerId broker : brokers) {
    if (broker.raw() >= 1 && broker.raw() <= static_cast<std::int32_t>(cluster.brokers.size())) {
      hosts.push_back(cluster.broker(broker.raw()));
    }
  }
  std::sort(hosts.begin(), hosts.end());
  return hosts;
}

const kafka::Log* log_of(const sim::World& world, sim::HostId host, const kafka::TopicPartition& partition) {
  const kafka::Broker* broker = broker_at(world, host);
  if (broker == nullptr) return nullptr;
  const kafka::Partition* found = broker->replicas().find(partition);
  return found == nullptr || !found->log ? nullptr : &*found->log;
}

std::vector<std::int64_t> numbers(const std::vector<kafka::BrokerId>& brokers) {
  std::vector<std::int64_t> all;
  for (const kafka::BrokerId broker : brokers) all.push_back(broker.raw());
  std::sort(all.begin(), all.end());
  return all;
}

std::string state_of(const sim::World& world, sim::HostId host) {
  switch (world.host(host).state) {
    case sim::HostState::off: return "off";
    case sim::HostState::idle: return "stopped";
    case sim::HostState::running: return "running";
    case sim::HostState::frozen: return "frozen";
  }
  return "?";
}

}  // namespace

const kafka::Broker* broker_at(const sim::World& world, sim::HostId host) {
  return dynamic_cast<const kafka::Broker*>(world.process(host));
}

std::optional<kafka::znode::PartitionState> partition_state(const sim::World& world, const Cluster& cluster,
                                                            const kafka::TopicPartition& partition) {
  if (const zookeeper::DataTree* tree = zookeeper_tree(world, cluster)) {
    const zookeeper::Node* node = tree->find(kafka::znode::state_path(partition));
    return node == nullptr ? std::nullopt : kafka::znode::decode_state(node->data);
  }
  const auto* known = best_informed(world, cluster, partition);
  if (known == nullptr) return std::nullopt;
  kafka::znode::PartitionState state;
  state.leader = known->leader;
  state.leader_epoch = known->leader_epoch;
  state.isr = known->isr;
  return state;
}

std::vector<kafka::BrokerId> replicas_of(const sim::World& world, const Cluster& cluster,
                                         const kafka::TopicPartition& partition) {
  if (const zookeeper::DataTree* tree = zookeeper_tree(world, cluster)) {
    const zookeeper::Node* node = tree->find(kafka::znode::topic_path(partition.topic));
    if (node == nullptr) return {};
    const auto assignment = kafka::znode::decode_topic(node->data);
    if (!assignment) return {};
    const auto found = assignment->partitions.find(partition.partition);
    return found == assignment->partitions.end() ? std::vector<kafka::BrokerId>{} : found->second;
  }
  const auto* known = best_informed(world, cluster, partition);
  return known == nullptr ? std::vector<kafka::BrokerId>{} : known->replicas;
}

std::optional<kafka::BrokerId> controller_of(const sim::World& world, const Cluster& cluster) {
  if (const zookeeper::DataTree* tree = zookeeper_tree(world, cluster)) {
    const zookeeper::Node* node = tree->find(kafka::znode::controller_path);
    return node == nullptr ? std::nullopt : kafka::znode::decode_controller(node->data);
  }
  std::optional<kafka::BrokerId> best;
  kafka::ControllerEpoch epoch;
  for (const sim::HostId host : cluster.brokers) {
    const kafka::Broker* broker = broker_at(world, host);
    if (broker == nullptr || !broker->controller().is_active() || (best && broker->controller().epoch() <= epoch))
      continue;
    best = broker->id();
    epoch = broker->controller().epoch();
  }
  return best;
}

std::vector<sim::HostId> hosts_of(const HostTerm& term, const sim::World& world, const Cluster& cluster,
                                  const Scenario& scenario, sim::Random& random) {
  std::vector<sim::HostId> hosts;
  const auto state = [&] { return partition_state(world, cluster, term.partition); };
  switch (term.kind) {
    case HostTerm::Kind::broker: hosts.push_back(cluster.broker(term.number)); break;
    case HostTerm::Kind::zookeeper:
      hosts.push_back(cluster.zookeepers[static_cast<std::size_t>(term.number - 1)]);
      break;
    case HostTerm::Kind::client:
      for (std::size_t i = 0; i < scenario.clients.size(); ++i) {
        if (scenario.clients[i].name == term.client) hosts.push_back(cluster.clients[i]);
      }
      break;
    case HostTerm::Kind::controller:
      if (const auto controller = controller_of(world, cluster)) hosts = hosts_of(std::vector{*controller}, cluster);
      break;
    case HostTerm::Kind::leader:
      if (const auto now = state()) hosts = hosts_of(std::vector{now->leader}, cluster);
      break;
    case HostTerm::Kind::followers: {
      hosts = hosts_of(replicas_of(world, cluster, term.partition), cluster);
      const auto now = state();
      if (!now || now->leader.raw() < 1) break;
      hosts.erase(std::remove(hosts.begin(), hosts.end(), cluster.broker(now->leader.raw())), hosts.end());
      break;
    }
    case HostTerm::Kind::isr:
      if (const auto now = state()) hosts = hosts_of(now->isr, cluster);
      break;
    case HostTerm::Kind::replicas: hosts = hosts_of(replicas_of(world, cluster, term.partition), cluster); break;
    case HostTerm::Kind::brokers: hosts = cluster.brokers; break;
    case HostTerm::Kind::zookeepers: hosts = cluster.zookeepers; break;
    case HostTerm::Kind::clients: hosts = cluster.clients; break;
  }
  if (!term.random) return hosts;
  const std::uint64_t drawn = random.next();  // also if there is nobody: the rest of the stream must not move
  if (hosts.empty()) return {};
  return {hosts[drawn % hosts.size()]};
}

std::optional<Value> value_of(const ValueTerm& term, const sim::World& world, const Cluster& cluster,
                              const Scenario& scenario) {
  switch (term.kind) {
    case ValueTerm::Kind::isr: {
      const auto state = partition_state(world, cluster, term.partition);
      return state ? std::optional{Value{numbers(state->isr)}} : std::nullopt;
    }
    case ValueTerm::Kind::replicas: {
      const auto replicas = replicas_of(world, cluster, term.partition);
      return replicas.empty() ? std::nullopt : std::optional{Value{numbers(replicas)}};
    }
    case ValueTerm::Kind::leader: {
      const auto state = partition_state(world, cluster, term.partition);
      return state ? std::optional{Value{std::int64_t{state->leader.raw()}}} : std::nullopt;
    }
    case ValueTerm::Kind::leader_epoch: {
      const auto state = partition_state(world, cluster, term.partition);
      return state ? std::optional{Value{std::int64_t{state->leader_epoch.raw()}}} : std::nullopt;
    }
    case ValueTerm::Kind::controller: {
      const auto controller = controller_of(world, cluster);
      return Value{controller ? std::int64_t{controller->raw()} : std::int64_t{-1}};
    }
    case ValueTerm::Kind::high_watermark:
    case ValueTerm::Kind::log_end: {
      std::optional<int> broker = term.broker;
      if (!broker) {
        const auto state = partition_state(world, cluster, term.partition);
        if (!state || state->leader.raw() < 1) return std::nullopt;
        broker = state->leader.raw();
      }
      const kafka::Log* log = log_of(world, cluster.broker(*broker), term.partition);
      if (log == nullptr) return std::nullopt;
      const bool end = term.kind == ValueTerm::Kind::log_end;
      return Value{(end ? log->log_end_offset() : log->high_watermark()).raw()};
    }
    case ValueTerm::Kind::state: {
      sim::Random unused{sim::Seed{0}};  // one named host needs no draw
      return Value{state_of(world, hosts_of(term.host, world, cluster, scenario, unused).front())};
    }
  }
  return std::nullopt;
}

bool fulfils(const Expectation& expectation, const Value& value) {
  if (expectation.relation == Expectation::Relation::is) return value == expectation.wanted;
  const auto* wanted = std::get_if<std::int64_t>(&expectation.wanted);
  const auto* found = std::get_if<std::int64_t>(&value);
  if (wanted == nullptr || found == nullptr) return false;
  return expectation.relation == Expectation::Relation::at_least ? *found >= *wanted : *found <= *wanted;
}

}  // namespace scenarios
