#include "scenarios/judges/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "model/client/workload_record.hpp"

namespace scenarios {
namespace {

using kafka::ClientFact;

std::string time_text(std::int64_t nanoseconds) { return sim::to_text(sim::Time{nanoseconds}); }

// What was promised about one record.
struct Promise {
  std::int64_t sent_at = 0;
  std::int64_t closed_at = INT64_MAX;  // when its outcome was known
  std::int64_t offset = -1;
  std::uint32_t partition = no_partition;
  bool acknowledged = false;
};

struct Retry {
  std::int64_t at;
  std::uint32_t partition;
  std::uint16_t host;
};

class Judge {
 public:
  Judge(const History& history, const FinalRead& final, const Setting& setting)
      : history_{history}, final_{final}, setting_{setting} {}

  Judgement run() {
    read_history();
    index_final_read();
    check_promises();
    check_copies();
    check_offsets();
    check_content();
    return std::move(judgement_);
  }

 private:
  void find(Anomaly anomaly, std::uint32_t partition, std::int64_t offset, std::uint64_t record, std::string sentence) {
    const auto count = ++judgement_.counts[static_cast<std::size_t>(anomaly)];
    if (count > static_cast<std::int64_t>(Judgement::told_most)) return;
    judgement_.findings.push_back(Finding{anomaly, partition, offset, record, std::move(sentence)});
  }

  void read_history() {
    const auto& notes = history_.notes();
    for (std::uint64_t i = 0; i < notes.size(); ++i) {
      const HistoryNote note = notes[i];
      const auto id = static_cast<std::uint64_t>(note.a);
      switch (static_cast<ClientFact>(note.fact)) {
        case ClientFact::record_sent: promises_[id].sent_at = note.at; break;
        case ClientFact::record_acknowledged: {
          Promise& promise = promises_[id];
          promise.acknowledged = true;
          promise.closed_at = note.at;
          promise.partition = note.partition;
          promise.offset = note.b;
          break;
        }
        case ClientFact::record_failed:
        case ClientFact::record_unknown: promises_[id].closed_at = note.at; break;
        case ClientFact::batch_retried: retries_.push_back(Retry{note.at, note.partition, note.host}); break;
        default: break;
      }
    }
  }

  void index_final_read() {
    for (std::uint32_t p = 0; p < final_.partitions.size(); ++p) {
      for (const PartitionRead::Record& record : final_.partitions[p].records) {
        places_[record.id].push_back({p, record.offset});
      }
    }
    for (auto& [id, places] : places_) {
      std::sort(places.begin(), places.end());
      places.erase(std::unique(places.begin(), places.end()), places.end());
    }
  }

  bool in_corrupt_range(std::uint32_t partition, std::int64_t offset) const {
    const auto& ranges = final_.partitions[partition].corrupt;
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const auto& range) { return offset >= range.first && offset < range.second; });
  }

  void check_promises() {
    for (const auto& [id, promise] : promises_) {
      if (!promise.acknowledged || promise.offset < 0 || promise.partition == no_partition) continue;
      ++judgement_.promised;
      if (places_.contains(id)) {
        ++judgement_.kept;
        continue;
      }
      const PartitionRead& partition = final_.partitions[promise.partition];
      if (in_corrupt_range(promise.partition, promise.offset)) continue;  // found there, broken: another anomaly
      const bool above_high_watermark =
          promise.offset >= partition.end && partition.leader_end && promise.offset < *partition.leader_end;
      if (!partition.complete || above_high_watermark) {
        ++judgement_.unknown;
        continue;
      }
      find(Anomaly::lost_write, promise.partition, promise.offset, id,
           fmt::format("{} was acknowledged at {} with offset {} of {}, but is not there at the end (read up to {})",
                       record_text(id, setting_), time_text(promise.closed_at), promise.offset,
                       to_text(setting_.partitions[promise.partition]), partition.end));
    }
  }

  // A producer without idempotence that sends a batch again may leave one more copy for each try.
  std::size_t own_retries(std::uint64_t id, const Promise& promise, std::uint32_t partition) const {
    const std::uint32_t producer = kafka::producer_of(kafka::RecordId{id});
    if (producer >= setting_.cluster.clients.size()) return 0;
    const std::uint16_t host = setting_.cluster.clients[producer].raw();
    return static_cast<std::size_t>(std::count_if(retries_.begin(), retries_.end(), [&](const Retry& retry) {
      return retry.host == host && retry.partition == partition && retry.at >= promise.sent_at &&
             retry.at <= promise.closed_at;
    }));
  }

  void check_copies() {
    for (const auto& [id, places] : places_) {
      if (places.size() < 2) continue;
      const auto promise = promises_.find(id);
      const std::uint32_t partition = places.front().first;
      const bool one_partition = places.back().first == partition;
      const std::size_t excused =
          promise == promises_.end() || !one_partition ? 0 : own_retries(id, promise->second, partition);
      if (places.size() <= 1 + excused) {
        judgement_.excused_duplicates += static_cast<std::int64_t>(places.size()) - 1;
        continue;
      }
      find(Anomaly::duplicate, partition, places[1].second, id,
           fmt::format(
               "{} is there {} times, first at offsets {} of {} and {} of {}; the producer sent it again {} times",
               record_text(id, setting_), places.size(), places[0].second, to_text(setting_.partitions[partition]),
               places[1].second, to_text(setting_.partitions[places[1].first]), excused));
    }
  }

  // Whoever reads an offset, now or later, must see the same record.
  void check_offsets() {
    struct First {
      std::uint64_t id;
      std::int64_t at;
    };
    std::vector<std::map<std::int64_t, First>> seen(final_.partitions.size());
    const auto check = [&](std::uint32_t partition, std::int64_t offset, std::uint64_t id, std::int64_t at) {
      const auto [place, fresh] = seen[partition].emplace(offset, First{id, at});
      if (fresh || place->second.id == id) return;
      find(Anomaly::inconsistent_offsets, partition, offset, id,
           fmt::format("offset {} of {} was {} when read at {}, and {} {}", offset,
                       to_text(setting_.partitions[partition]), record_text(place->second.id, setting_),
                       time_text(place->second.at), record_text(id, setting_),
                       at < 0 ? std::string{"at the end"} : "at " + time_text(at)));
      place->second = First{id, at};  // a change is told once, not for each later read
    };
    const auto& notes = history_.notes();
    for (std::uint64_t i = 0; i < notes.size(); ++i) {
      const HistoryNote note = notes[i];
      if (static_cast<ClientFact>(note.fact) != ClientFact::record_read || note.partition == no_partition) continue;
      check(note.partition, note.b, static_cast<std::uint64_t>(note.a), note.at);
    }
    for (std::uint32_t p = 0; p < final_.partitions.size(); ++p) {
      for (const PartitionRead::Record& record : final_.partitions[p].records) check(p, record.offset, record.id, -1);
    }
  }

  void check_content() {
    for (std::uint32_t p = 0; p < final_.partitions.size(); ++p) {
      for (const auto& [from, to] : final_.partitions[p].corrupt) {
        find(Anomaly::corrupt_record, p, from, 0,
             fmt::format("offsets {} to {} of {} are broken: what is read is not what was sent", from, to - 1,
                         to_text(setting_.partitions[p])));
      }
    }
    std::vector<std::pair<std::uint32_t, std::int64_t>> told;
    const auto& notes = history_.notes();
    for (std::uint64_t i = 0; i < notes.size(); ++i) {
      const HistoryNote note = notes[i];
      if (static_cast<ClientFact>(note.fact) != ClientFact::record_corrupt || note.partition == no_partition) continue;
      if (in_corrupt_range(note.partition, note.a)) continue;
      const std::pair<std::uint32_t, std::int64_t> place{note.partition, note.a};
      if (std::find(told.begin(), told.end(), place) != told.end()) continue;
      told.push_back(place);
      find(Anomaly::corrupt_record, note.partition, note.a, 0,
           fmt::format("offset {} of {} was broken when read at {}", note.a,
                       to_text(setting_.partitions[note.partition]), time_text(note.at)));
    }
  }

  using Place = std::pair<std::uint32_t, std::int64_t>;  // partition, offset

  const History& history_;
  const FinalRead& final_;
  const Setting& setting_;
  Judgement judgement_;
  std::map<std::uint64_t, Promise> promises_;           // by record
  std::map<std::uint64_t, std::vector<Place>> places_;  // by record: where it is at the end
  std::vector<Retry> retries_;
};

}  // namespace

std::string record_text(std::uint64_t record, const Setting& setting) {
  const kafka::RecordId id{record};
  const std::uint32_t producer = kafka::producer_of(id);
  if (producer >= setting.scenario.clients.size()) return fmt::format("record {:#x} of nobody", record);
  return fmt::format("record {} of {}", kafka::number_of(id), setting.scenario.clients[producer].name);
}

Judgement judge(const History& history, const FinalRead& final, const Setting& setting) {
  return Judge{history, final, setting}.run();
}

}  // namespace scenarios
