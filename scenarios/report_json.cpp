#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <set>

#include "model/broker/broker_facts.hpp"
#include "model/facts.hpp"
#include "model/protocol/errors.hpp"
#include "scenarios/report.hpp"
#include "scenarios/report_parts.hpp"
#include "sim/digest.hpp"

namespace scenarios {
namespace {

using Json = nlohmann::ordered_json;

double seconds(sim::Time at) { return static_cast<double>(at.nanoseconds()) / 1e9; }

Json clients(const Run& run) {
  Json list = Json::array();
  for (std::size_t i = 0; i < run.scenario().clients.size(); ++i) {
    const ClientSpec& client = run.scenario().clients[i];
    const ClientCounts& counts = run.history().counts()[i];
    Json one{{"name", client.name}};
    if (std::holds_alternative<ProducerSpec>(client.what)) {
      one["sent"] = counts.sent;
      one["acknowledged"] = counts.acknowledged;
      one["failed"] = counts.failed;
      one["unknown"] = counts.unknown;
      one["sent-again"] = counts.retried;
    } else {
      one["read"] = counts.read;
      one["corrupt"] = counts.corrupt;
    }
    Json errors = Json::object();
    for (const auto& [error, times] : counts.errors) {
      const std::string name = kafka::name(static_cast<kafka::ErrorCode>(error.second));
      errors[name] = (errors.contains(name) ? errors[name].get<std::int64_t>() : 0) + times;
    }
    one["errors"] = errors;
    list.push_back(std::move(one));
  }
  return list;
}

Json partitions(const Run& run) {
  Json list = Json::array();
  for (const PartitionReport& report : partition_reports(run)) {
    Json one{{"name", report.name}, {"leader", report.leader}, {"leader-epoch", report.epoch}, {"isr", report.isr}};
    Json replicas = Json::array();
    for (const ReplicaReport& replica : report.replicas) {
      Json entry{{"broker", replica.broker}, {"running", replica.running}};
      if (replica.running) {
        entry["log-end"] = replica.log_end;
        entry["high-watermark"] = replica.high_watermark;
      }
      replicas.push_back(std::move(entry));
    }
    one["replicas"] = std::move(replicas);
    list.push_back(std::move(one));
  }
  return list;
}

// How often a kind of fact was told in the story.
std::int64_t times_told(const Run& run, kafka::BrokerFact fact) {
  const auto kind = static_cast<std::uint16_t>(static_cast<std::uint16_t>(sim::EventKind::first_fact) +
                                               kafka::first_broker_fact + static_cast<std::uint16_t>(fact));
  std::int64_t times = 0;
  for (std::uint64_t i = 0; i < run.story().facts().size(); ++i) {
    if (static_cast<std::uint16_t>(run.story().facts()[i].kind) == kind) ++times;
  }
  return times;
}

}  // namespace

std::string json_report(const Run& run, const Conclusion& conclusion, bool interrupted) {
  const Scenario& scenario = run.scenario();
  Json report;
  report["title"] = scenario.title;
  report["file"] = scenario.file;
  report["seed"] = scenario.seed.raw();
  report["virtual-seconds"] = seconds(run.world().now());
  report["events"] = run.world().events();
  Json happened = Json::array();
  for (const StepDone& done : run.steps_done()) {
    happened.push_back(Json{{"at", seconds(done.at)},
                            {done.undone ? "undone" : "step", scenario.timeline[done.step].text},
                            {"whom", done.whom}});
  }
  for (const StoryLine& line : run.story().lines(run.setting(), run.world())) {
    happened.push_back(Json{{"at", seconds(line.at)}, {"event", line.text}});
  }
  std::stable_sort(happened.begin(), happened.end(),
                   [](const Json& a, const Json& b) { return a["at"].get<double>() < b["at"].get<double>(); });
  report["happened"] = std::move(happened);
  report["clients"] = clients(run);
  report["partitions"] = partitions(run);
  if (interrupted) {
    report["verdict"] = "interrupted";
  } else {
    Json anomalies = Json::object();
    for (const Anomaly anomaly : all_anomalies)
      anomalies[std::string{to_text(anomaly)}] = conclusion.judgement.count(anomaly);
    report["anomalies"] = std::move(anomalies);
    report["promised"] = conclusion.judgement.promised;
    report["kept"] = conclusion.judgement.kept;
    report["unknown"] = conclusion.judgement.unknown;
    report["excused-duplicates"] = conclusion.judgement.excused_duplicates;
    Json findings = Json::array();
    for (const Finding& finding : conclusion.judgement.findings) findings.push_back(finding.sentence);
    report["findings"] = std::move(findings);
    Json expectations = Json::array();
    for (const ExpectationResult& result : conclusion.expectations) {
      expectations.push_back(
          Json{{"expect", scenario.expect[result.expectation].text}, {"met", result.met}, {"found", result.found}});
    }
    report["expectations"] = std::move(expectations);
    Json violations = Json::array();
    for (const Violation& violation : conclusion.violations.told()) {
      violations.push_back(
          Json{{"invariant", violation.invariant}, {"at", seconds(violation.at)}, {"what", violation.sentence}});
    }
    report["violations"] = std::move(violations);
    report["complaints"] = complaints(run, conclusion);
    report["verdict"] = verdict(conclusion);
  }
  report["trace-hash"] = sim::to_text(run.world().trace_hash());
  return report.dump(2) + "\n";
}

std::string outcome_line(const Run& run, const Conclusion& conclusion) {
  std::set<std::string> errors;
  for (const ClientCounts& counts : run.history().counts()) {
    for (const auto& [error, times] : counts.errors)
      errors.insert(kafka::name(static_cast<kafka::ErrorCode>(error.second)));
  }
  std::string leaders;
  std::string isrs;
  for (const PartitionReport& report : partition_reports(run)) {
    leaders += fmt::format("{}{}", leaders.empty() ? "" : " ", report.leader);
    isrs += fmt::format("{}{}", isrs.empty() ? "" : " ", fmt::join(report.isr, "+"));
  }
  const Judgement& judged = conclusion.judgement;
  // How many records were lost depends on milliseconds; that some were is the fact.
  const auto some = [&](Anomaly anomaly) { return judged.count(anomaly) > 0 ? "some" : "none"; };
  using kafka::BrokerFact;
  return fmt::format("{},{},{},{},{},{},{},{},{},{},{},{}\n", verdict(conclusion),
                     times_told(run, BrokerFact::leader_elected), times_told(run, BrokerFact::unclean_leader_elected),
                     times_told(run, BrokerFact::isr_changed), times_told(run, BrokerFact::controller_elected),
                     some(Anomaly::lost_write), some(Anomaly::duplicate), some(Anomaly::inconsistent_offsets),
                     some(Anomaly::corrupt_record), fmt::join(errors, "+"), leaders, isrs);
}

}  // namespace scenarios
