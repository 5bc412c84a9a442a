#include "scenarios/report_parts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/evaluate.hpp"

namespace scenarios {

std::vector<PartitionReport> partition_reports(const Run& run) {
  const Setting& setting = run.setting();
  std::vector<PartitionReport> reports;
  for (const kafka::TopicPartition& partition : setting.partitions) {
    PartitionReport report;
    report.name = to_text(partition);
    const auto state = partition_state(run.world(), setting.cluster, partition);
    if (state) {
      report.known = true;
      report.leader = state->leader.raw();
      report.epoch = state->leader_epoch.raw();
      for (const kafka::BrokerId member : state->isr) report.isr.push_back(member.raw());
      std::sort(report.isr.begin(), report.isr.end());
    }
    for (const kafka::BrokerId id : replicas_of(run.world(), setting.cluster, partition)) {
      ReplicaReport replica;
      replica.broker = id.raw();
      replica.in_sync = std::find(report.isr.begin(), report.isr.end(), replica.broker) != report.isr.end();
      const kafka::Broker* broker = broker_at(run.world(), setting.cluster.broker(id.raw()));
      const kafka::Partition* found = broker == nullptr ? nullptr : broker->replicas().find(partition);
      if (found != nullptr && found->log) {
        replica.running = true;
        replica.log_end = found->log->log_end_offset().raw();
        replica.high_watermark = found->log->high_watermark().raw();
      }
      report.replicas.push_back(replica);
    }
    reports.push_back(std::move(report));
  }
  return reports;
}

std::vector<std::string> complaints(const Run& run, const Conclusion& conclusion) {
  std::vector<std::string> all;
  if (!conclusion.our_fault.empty()) all.push_back("kafkasim itself is at fault: " + conclusion.our_fault);
  if (!conclusion.never_started.empty()) all.push_back("the cluster did not get going: " + conclusion.never_started);
  for (const ExpectationResult& result : conclusion.expectations) {
    if (result.met) continue;
    all.push_back(
        fmt::format("expected {}, but it was {}", run.scenario().expect[result.expectation].text, result.found));
  }
  for (const Anomaly anomaly : conclusion.unexpected) {
    all.push_back(fmt::format("found {} {} times, of which \"expect\" says nothing", to_text(anomaly),
                              conclusion.judgement.count(anomaly)));
  }
  for (const auto& [invariant, count] : conclusion.violations.counts()) {
    const auto number = invariant;  // clang 14 cannot capture a structured binding
    const auto& told = conclusion.violations.told();
    const auto first =
        std::find_if(told.begin(), told.end(), [&](const Violation& one) { return one.invariant == number; });
    all.push_back(fmt::format("invariant {} was broken {} times, first at {}: {}", number, count,
                              sim::to_text(first->at), first->sentence));
  }
  return all;
}

std::string verdict(const Conclusion& conclusion) {
  if (!conclusion.our_fault.empty()) return "kafkasim is at fault";
  return conclusion.passed() ? "passed" : "failed";
}

std::string api_name(std::int64_t api) {
  switch (api) {
    case 0: return "Produce";
    case 1: return "Fetch";
    case 2: return "ListOffsets";
    case 3: return "Metadata";
    case 18: return "ApiVersions";
    case 19: return "CreateTopics";
    case 23: return "OffsetForLeaderEpoch";
    default: return fmt::format("api {}", api);
  }
}

}  // namespace scenarios
