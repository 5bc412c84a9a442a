#include "scenarios/invariants/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "model/log/record_batch.hpp"
#include "model/zookeeper/facts.hpp"
#include "model/zookeeper/server.hpp"
#include "scenarios/evaluate.hpp"
#include "scenarios/invariants/replica_invariants.hpp"
#include "scenarios/log_files.hpp"

namespace scenarios {
namespace {

using kafka::BrokerFact;
using kafka::ClientFact;
using sim::EventKind;
using zookeeper::ZooFact;

constexpr auto first_fact = static_cast<std::uint16_t>(EventKind::first_fact);
constexpr std::uint16_t first_broker = first_fact + kafka::first_broker_fact;
constexpr std::uint16_t first_zookeeper = first_fact + kafka::first_zookeeper_fact;

std::vector<int> numbers(const std::vector<kafka::BrokerId>& brokers) {
  std::vector<int> all;
  for (const kafka::BrokerId broker : brokers) all.push_back(broker.raw());
  return all;
}

}  // namespace

InvariantWatch::InvariantWatch(const Setting& setting) : znodes_{setting.partitions.size()} {
  for (std::uint32_t i = 0; i < setting.partitions.size(); ++i) {
    const TopicSpec& topic = setting.topic(i);
    logs_.emplace_back(to_text(setting.partitions[i]), static_cast<int>(setting.cluster.brokers.size()),
                       kafka::effective_min_isr(topic.effective.min_insync_replicas,
                                                static_cast<std::size_t>(topic.replication_factor)));
  }
  for (const ClientSpec& client : setting.scenario.clients) {
    const auto* producer = std::get_if<ProducerSpec>(&client.what);
    acks_all_.push_back(producer != nullptr && (producer->config.acks == "all" || producer->config.acks == "-1"));
  }
}

void InvariantWatch::on_event(const Setting& setting, const sim::World& world, const sim::TraceRecord& record) {
  const auto kind = static_cast<std::uint16_t>(record.kind);
  if (kind >= first_fact) {
    if (client_fact(record.kind) != ClientFact::count_) return on_client_fact(setting, world, record);
    if (kind >= first_zookeeper) return on_znode(setting, world, record);
    return on_broker_fact(setting, world, record);
  }
  switch (record.kind) {
    case EventKind::program_started:
    case EventKind::program_ended:
    case EventKind::program_crashed:
    case EventKind::host_powered_off: {
      const auto broker = setting.cluster.broker_number(record.host);
      if (!broker) return;
      for (LogInvariants& log : logs_) {
        log.on_gone(*broker);
        if (record.kind == EventKind::host_powered_off) log.on_power_loss(*broker);
      }
      break;
    }
    default: break;
  }
}

// --- brokers
// ---------------------------------------------------------------------------------------------------------------

void InvariantWatch::read_log(const Setting& setting, const sim::World& world, std::uint32_t number, int broker,
                              std::int64_t bound, sim::Time at) {
  LogInvariants& invariants = logs_[number];
  if (invariants.log(broker).end() >= bound) return;
  const sim::HostId host = setting.cluster.broker(broker);
  const kafka::Broker* program = broker_at(world, host);
  const kafka::Partition* partition =
      program == nullptr ? nullptr : program->replicas().find(setting.partitions[number]);
  if (partition == nullptr || !partition->log) return;
  const kafka::Log& log = *partition->log;
  // Memory may be ahead of the fact: what it has cut off meanwhile cannot be read any more, and a fact will say so.
  const kafka::Offset end{std::min(bound, log.log_end_offset().raw())};
  LogPeek peek{world.host(host).files};
  while (invariants.log(broker).end() < end.raw()) {
    const std::int64_t from = std::max(invariants.log(broker).end(), log.log_start_offset().raw());
    if (from >= end.raw()) return;
    const sim::Bytes bytes = peek.read(log, kafka::Offset{from}, end, 1'048'576);
    kafka::BatchCursor batches{std::span{bytes.data(), bytes.size()}};
    bool any = false;
    while (batches.next() == kafka::BatchStep::batch) {
      if (batches.bytes().size() < kafka::batch_header_size) return;
      const kafka::RecordBatchView batch = batches.batch();
      const std::int64_t base = batch.base_offset().raw();
      if (base < invariants.log(broker).end()) continue;
      any = true;
      invariants.on_batch(broker,
                          BatchMark{base, batch.last_offset().raw(), batch.leader_epoch().raw(), batch.checksum()}, at,
                          violations_);
    }
    if (!any) return;
  }
}

void InvariantWatch::on_broker_fact(const Setting& setting, const sim::World& world, const sim::TraceRecord& record) {
  const auto fact = static_cast<BrokerFact>(static_cast<std::uint16_t>(record.kind) - first_broker);
  switch (fact) {
    case BrokerFact::became_leader:
    case BrokerFact::became_follower:
    case BrokerFact::appended:
    case BrokerFact::replicated:
    case BrokerFact::high_watermark:
    case BrokerFact::truncated:
    case BrokerFact::unclean_leader_elected: break;
    default: return;
  }
  const std::uint32_t number = subjects_.find(setting, world.names(), record.subject);
  if (number == no_partition) return;
  LogInvariants& invariants = logs_[number];
  if (fact == BrokerFact::unclean_leader_elected) {
    if (setting.topic(number).effective.unclean_leader_election) invariants.on_unclean_election();
    return;
  }
  const auto broker = setting.cluster.broker_number(record.host);
  if (!broker) return;
  const auto a = static_cast<std::int64_t>(record.a);
  const auto b = static_cast<std::int64_t>(record.b);
  const kafka::Broker* program = broker_at(world, record.host);
  const kafka::Partition* partition =
      program == nullptr ? nullptr : program->replicas().find(setting.partitions[number]);

  switch (fact) {
    case BrokerFact::became_leader:
      read_log(setting, world, number, *broker, b, record.at);
      invariants.on_leader(*broker, static_cast<std::int32_t>(a), record.at, violations_);
      break;
    case BrokerFact::became_follower:
      if (partition != nullptr && partition->log) {
        read_log(setting, world, number, *broker, partition->log->log_end_offset().raw(), record.at);
      }
      invariants.on_follower(*broker);
      break;
    case BrokerFact::appended:
      read_log(setting, world, number, *broker, b + 1, record.at);
      if (partition != nullptr && partition->is_leader()) {
        invariants.on_append_as_leader(a, partition->isr.committed().size());
      }
      break;
    case BrokerFact::replicated: read_log(setting, world, number, *broker, b + 1, record.at); break;
    case BrokerFact::truncated: invariants.on_truncated(*broker, b, record.at, violations_); break;
    case BrokerFact::high_watermark:
      if (partition == nullptr) break;
      if (partition->is_leader()) {
        read_log(setting, world, number, *broker, b, record.at);
        LeaderReport report;
        report.broker = *broker;
        report.high_watermark = partition->log ? partition->log->high_watermark().raw() : b;
        for (const kafka::RemoteReplica& follower : partition->followers) {
          report.followers.push_back(
              {follower.id.raw(), follower.log_end.raw(), partition->isr.in_maximal(follower.id)});
        }
        const auto& known = znodes_.state(number);
        if (known && known->version == partition->partition_epoch.raw()) report.committed = numbers(known->state.isr);
        check_followers(to_text(setting.partitions[number]), report, record.at, violations_);
        invariants.on_leader_high_watermark(*broker, b, numbers(partition->isr.committed()), record.at, violations_);
      } else {
        invariants.on_follower_high_watermark(*broker, a, b, record.at, violations_);
      }
      break;
    default: break;
  }
  if (partition != nullptr && partition->log) {
    const kafka::Log& log = *partition->log;
    check_offsets(to_text(setting.partitions[number]), *broker,
                  {log.log_start_offset().raw(), log.high_watermark().raw(), log.log_end_offset().raw()}, record.at,
                  violations_);
  }
}

// --- ZooKeeper
// -------------------------------------------------------------------------------------------------------------

void InvariantWatch::on_znode(const Setting& setting, const sim::World& world, const sim::TraceRecord& record) {
  const auto fact = static_cast<ZooFact>(static_cast<std::uint16_t>(record.kind) - first_zookeeper);
  if (fact != ZooFact::node_created && fact != ZooFact::node_changed) return;
  constexpr std::uint32_t unknown = UINT32_MAX - 1;
  constexpr std::uint32_t controller_epoch = UINT32_MAX - 2;
  const std::size_t subject = record.subject.raw();
  if (subject >= state_paths_.size()) state_paths_.resize(subject + 1, unknown);
  if (state_paths_[subject] == unknown) {
    const std::string_view path = world.names().name_of(record.subject);
    state_paths_[subject] = path == kafka::znode::controller_epoch_path ? controller_epoch : no_partition;
    for (std::uint32_t i = 0;
         i < setting.partitions.size() && path.size() > 6 && path.substr(path.size() - 6) == "/state"; ++i) {
      if (path == kafka::znode::state_path(setting.partitions[i])) state_paths_[subject] = i;
    }
  }
  const std::uint32_t what = state_paths_[subject];
  if (what == no_partition) return;
  if (what != controller_epoch) return on_state(setting, world, what, record.at);

  const auto* server = dynamic_cast<const zookeeper::Server*>(world.process(record.host));
  const zookeeper::Node* node = server == nullptr ? nullptr : server->tree().find(kafka::znode::controller_epoch_path);
  if (node == nullptr) return;
  if (const auto epoch = kafka::znode::decode_controller_epoch(node->data)) {
    znodes_.on_controller_epoch(*epoch, record.at, violations_);
  }
}

void InvariantWatch::on_state(const Setting& setting, const sim::World& world, std::uint32_t number, sim::Time at) {
  const kafka::TopicPartition& partition = setting.partitions[number];
  const zookeeper::Node* node = nullptr;
  for (const sim::HostId host : setting.cluster.zookeepers) {
    const auto* server = dynamic_cast<const zookeeper::Server*>(world.process(host));
    if (server != nullptr) node = server->tree().find(kafka::znode::state_path(partition));
  }
  const auto state = node == nullptr ? std::nullopt : kafka::znode::decode_state(node->data);
  if (!state) return;
  const std::vector<int> before =
      znodes_.state(number) ? numbers(znodes_.state(number)->state.isr) : std::vector<int>{};
  znodes_.on_state(number, to_text(partition), {*state, node->version}, replicas_of(world, setting.cluster, partition),
                   setting.topic(number).effective.unclean_leader_election, at, violations_);

  LogInvariants& invariants = logs_[number];
  for (const kafka::BrokerId member : state->isr) {
    const int broker = member.raw();
    if (std::find(before.begin(), before.end(), broker) != before.end()) continue;
    if (broker < 1 || broker > static_cast<int>(setting.cluster.brokers.size())) continue;
    invariants.on_joined_isr(broker, before.empty() ? -1 : state->leader.raw(), at, violations_);
  }
  std::vector<int> members = numbers(state->isr);
  const auto stranger = [&](int broker) {
    return broker < 1 || broker > static_cast<int>(setting.cluster.brokers.size());
  };
  members.erase(std::remove_if(members.begin(), members.end(), stranger), members.end());
  invariants.on_isr(members);
}

// --- clients
// ---------------------------------------------------------------------------------------------------------------

void InvariantWatch::on_client_fact(const Setting& setting, const sim::World& world, const sim::TraceRecord& record) {
  const ClientFact fact = client_fact(record.kind);
  if (fact != ClientFact::record_acknowledged && fact != ClientFact::record_read) return;
  const std::uint32_t number = subjects_.find(setting, world.names(), record.subject);
  if (number == no_partition) return;
  const auto offset = static_cast<std::int64_t>(record.b);
  if (fact == ClientFact::record_read) return logs_[number].on_read(offset, record.at, violations_);
  const std::size_t client = static_cast<std::size_t>(record.host.raw()) -
                             (setting.cluster.clients.empty() ? 0 : setting.cluster.clients.front().raw());
  if (client < acks_all_.size() && acks_all_[client] && offset >= 0) {
    logs_[number].on_acknowledged_by_all(offset, record.at, violations_);
  }
}

void InvariantWatch::on_final_read(const Setting& setting, const History& history, const FinalRead& read,
                                   sim::Time at) {
  using ById = std::map<std::int64_t, std::uint64_t>;  // by offset
  std::vector<ById> there(read.partitions.size());
  for (std::size_t p = 0; p < read.partitions.size(); ++p) {
    for (const PartitionRead::Record& record : read.partitions[p].records) there[p].emplace(record.offset, record.id);
  }
  std::vector<ById> seen = there;
  const auto broken = [&](std::uint32_t p, std::int64_t offset) {
    const auto& ranges = read.partitions[p].corrupt;  // a disk that rots is nobody's fault
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const auto& range) { return offset >= range.first && offset < range.second; });
  };
  const auto& notes = history.notes();
  for (std::uint64_t i = 0; i < notes.size(); ++i) {
    const HistoryNote note = notes[i];
    const std::uint32_t p = note.partition;
    if (p == no_partition || logs_[p].excused()) continue;
    const auto id = static_cast<std::uint64_t>(note.a);
    if (static_cast<ClientFact>(note.fact) == ClientFact::record_read) {
      const auto [place, fresh] = seen[p].emplace(note.b, id);
      if (fresh || place->second == id) continue;
      violations_.add(19, sim::Time{note.at},
                      fmt::format("{}: two reads of offset {} gave {} and {}", to_text(setting.partitions[p]), note.b,
                                  record_text(id, setting), record_text(place->second, setting)));
    } else if (static_cast<ClientFact>(note.fact) == ClientFact::record_acknowledged && note.b >= 0) {
      const std::size_t client = note.host - static_cast<std::size_t>(setting.cluster.clients.front().raw());
      if (client >= acks_all_.size() || !acks_all_[client] || !read.partitions[p].complete) continue;
      if (note.b >= read.partitions[p].end || broken(p, note.b)) continue;
      const auto found = there[p].find(note.b);
      if (found != there[p].end() && found->second == id) continue;
      violations_.add(
          16, at,
          fmt::format("{}: {} was acknowledged with acks=all at offset {}, but there is {} at the end",
                      to_text(setting.partitions[p]), record_text(id, setting), note.b,
                      found == there[p].end() ? std::string{"nothing"} : record_text(found->second, setting)));
    }
  }
}

}  // namespace scenarios
