#include "scenarios/judges/final_read.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "model/client/workload_consumer.hpp"
#include "scenarios/evaluate.hpp"
#include "scenarios/judges/history.hpp"

namespace scenarios {
namespace {

using kafka::ClientFact;

// Collects what the judge's consumer reads.
class Collector final : public sim::TraceSink {
 public:
  Collector(const sim::World& world, const Setting& setting, FinalRead& into)
      : world_{world}, setting_{setting}, into_{into} {}

  void on_event(sim::EventId, const sim::TraceRecord& record) override {
    if (record.host != setting_.cluster.judge) return;
    const ClientFact fact = client_fact(record.kind);
    if (fact != ClientFact::record_read && fact != ClientFact::record_corrupt && fact != ClientFact::position_reset)
      return;
    const std::uint32_t number = subjects_.find(setting_, world_.names(), record.subject);
    if (number == no_partition) return;
    PartitionRead& partition = into_.partitions[number];
    const auto a = static_cast<std::int64_t>(record.a);
    const auto b = static_cast<std::int64_t>(record.b);
    if (fact == ClientFact::record_read) {
      partition.records.push_back({b, static_cast<std::uint64_t>(a)});
    } else if (fact == ClientFact::record_corrupt) {
      partition.corrupt.emplace_back(a, a + 1);
    } else if (!partition.corrupt.empty() && partition.corrupt.back().first == a && b > a) {
      partition.corrupt.back().second = b;  // a whole batch was skipped
    }
  }
  void on_second_parent(const sim::SecondParent&) override {}

 private:
  const sim::World& world_;
  const Setting& setting_;
  FinalRead& into_;
  PartitionSubjects subjects_;
};

const kafka::Partition* leader_of(const sim::World& world, const Setting& setting, const kafka::TopicPartition& name) {
  const auto state = partition_state(world, setting.cluster, name);
  if (!state || state->leader.raw() < 1) return nullptr;
  const kafka::Broker* broker = broker_at(world, setting.cluster.broker(state->leader.raw()));
  const kafka::Partition* partition = broker == nullptr ? nullptr : broker->replicas().find(name);
  return partition == nullptr || !partition->log || !partition->is_leader() ? nullptr : partition;
}

// Whether all is read; updates what is known of each partition.
bool all_read(const sim::World& world, const Setting& setting, bool followers_had_time, FinalRead& read) {
  const auto* judge = dynamic_cast<const kafka::ConsumerApplication*>(world.process(setting.cluster.judge));
  if (judge == nullptr) return false;
  bool all = true;
  for (std::uint32_t i = 0; i < setting.partitions.size(); ++i) {
    PartitionRead& partition = read.partitions[i];
    // The judge was told all partitions in this order.
    partition.end = judge->consumer().position(kafka::AssignmentIndex{i}).raw();
    const kafka::Partition* leader = leader_of(world, setting, setting.partitions[i]);
    partition.leader_end = leader == nullptr ? std::nullopt : std::optional{leader->log->log_end_offset().raw()};
    const std::int64_t high_watermark = leader == nullptr ? -1 : leader->log->high_watermark().raw();
    partition.complete = leader != nullptr && partition.end >= high_watermark;
    // A high watermark below the log end may still move: the followers' next fetches carry it.
    if (!partition.complete || (high_watermark < *partition.leader_end && !followers_had_time)) all = false;
  }
  return all;
}

}  // namespace

FinalRead read_everything(sim::World world, const Setting& setting, sim::Duration patience) {
  FinalRead read;
  read.partitions.resize(setting.partitions.size());
  if (world.broken()) return read;
  Collector collector{world, setting, read};
  world.attach(&collector);
  for (const sim::HostId client : setting.cluster.clients) world.input(sim::Fault{sim::Crash{client}});
  world.input(sim::Fault{sim::Start{setting.cluster.judge}});
  const sim::Time begin = world.now();
  while (world.now() < begin + patience) {
    const sim::Stopped stopped = world.advance(sim::Budget{world.now() + sim::Duration{100'000'000}});
    if (stopped == sim::Stopped::broken) {
      read.broken = fmt::format("{} ({})", world.broken()->what, world.broken()->where);
      break;
    }
    if (all_read(world, setting, world.now() >= begin + sim::Duration{5'000'000'000}, read)) break;
  }
  world.attach(nullptr);
  return read;
}

}  // namespace scenarios
