// log_invariants.hpp - what must hold of the logs and high watermarks of one partition's replicas.
// Here:  LogInvariants: 1, 3, 4, 5, 6, 8, 9, 14, 15, 18 over shadows of the logs and what was committed.
// Not:   reading brokers (watch.cpp). Numbers, exceptions: docs/reference/replication-and-control.md §8.
// Start: on_appended(), on_leader_high_watermark().
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "scenarios/invariants/shadow_log.hpp"
#include "scenarios/invariants/violation.hpp"
#include "sim/time.hpp"

namespace scenarios {

/// Of one partition. A value. Brokers are numbers from 1 (broker.id).
class LogInvariants {
 public:
  /// `minimum_isr`: what acks=all needs (effMin).
  LogInvariants(std::string name, int brokers, std::size_t minimum_isr);

  // --- what happened
  // ---------------------------------------------------------------------------------------------------

  /// 1: one broker for each leader epoch. 5, 9: its log holds everything that was ever committed.
  void on_leader(int broker, std::int32_t epoch, sim::Time at, Violations& violations);
  void on_follower(int broker);
  /// Batches that came to the end of a replica's log. 3: log matching.
  void on_batch(int broker, const BatchMark& batch, sim::Time at, Violations& violations);
  /// 9: a leader does not cut off what was committed.
  void on_truncated(int broker, std::int64_t to, sim::Time at, Violations& violations);
  /// 6: never down within an epoch. 4: the members of its ISR hold what is now committed. 5: so did this leader ever.
  /// `isr`: the committed ISR, as the leader knows it.
  void on_leader_high_watermark(int broker, std::int64_t to, const std::vector<int>& isr, sim::Time at,
                                Violations& violations);
  /// 8: not above any leader's; down only after a cut, a restart, or under a new leader.
  void on_follower_high_watermark(int broker, std::int64_t from, std::int64_t to, sim::Time at, Violations& violations);
  /// 14: it holds what the leader had when its epoch began.
  void on_joined_isr(int broker, int leader, sim::Time at, Violations& violations);
  /// The ISR that ZooKeeper has. Sets what a power loss means (see on_power_loss).
  void on_isr(const std::vector<int>& isr);
  /// The number of ISR members that a leader counted when it appended from this offset on; for 15.
  void on_append_as_leader(std::int64_t first, std::size_t isr);
  /// 15: acks=all was answered only after the high watermark had passed, and was appended under enough members.
  void on_acknowledged_by_all(std::int64_t offset, sim::Time at, Violations& violations);
  /// 18: nobody reads at or above the high watermark.
  void on_read(std::int64_t offset, sim::Time at, Violations& violations);

  /// The program ended in whatever way: its log will be read anew.
  void on_gone(int broker);
  void on_power_loss(int broker);
  void on_unclean_election() { excused_ = true; }

  // --- what is known
  // ---------------------------------------------------------------------------------------------------

  /// Empty after on_gone() until it is read again.
  const ShadowLog& log(int broker) const { return replicas_[index(broker)].log; }
  std::int64_t committed_end() const { return committed_.end(); }
  /// UE or PL (§8): committed records may be gone without anybody being at fault.
  bool excused() const { return lost_; }

 private:
  struct Replica {
    ShadowLog log;
    bool leads = false;
    std::int32_t epoch = -1;
    std::int64_t epoch_start = 0;      // leader: its log end when the epoch began
    std::int64_t high_watermark = -1;  // leader: in this epoch; -1: not known
    bool may_go_back = true;           // follower: its high watermark
    bool restarted = false;            // since it was last put into an ISR: its tail may be lost
    bool hit = false;                  // lost power since it was last put into an ISR
  };
  static std::size_t index(int broker) { return static_cast<std::size_t>(broker - 1); }
  Replica& at_broker(int broker) { return replicas_[index(broker)]; }
  void check_holds_committed(int broker, std::int64_t up_to, sim::Time at, Violations& violations, int invariant,
                             const char* when);
  void forget_lost(const ShadowLog& leader);

  std::string name_;
  std::size_t minimum_isr_;
  std::vector<Replica> replicas_;
  std::map<std::int32_t, int> leader_of_epoch_;
  std::map<std::int32_t, ShadowLog> first_seen_;  // 3: by epoch, entries as the first replica had them (see on_batch)
  ShadowLog committed_;                           // C(p)
  std::int64_t highest_ = 0;                      // high watermark of any leader ever
  std::vector<int> isr_;
  std::map<std::int64_t, std::size_t> isr_from_;  // 15: by first offset, how many members were counted
  bool excused_ = false;                          // the next leader may lack committed records
  bool lost_ = false;
};

}  // namespace scenarios
