// server.hpp - who counts: the primary, and the backups that could take its place.
// Here:  Server, one program for both roles, its stations and its state.
// Not:   the rules (counter.hpp), files (counter_log.hpp). Life, clients and log are in server.cpp, the lease and the
//        backups in server_primary.cpp.
// Start: Server::on_increment(), then Server::commit().
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "sim/env.hpp"
#include "sim/example/counter_log.hpp"
#include "sim/example/messages.hpp"

namespace sim::example {

class Server final : public Cloned<Server> {
 public:
  Server(CounterPlan plan, std::uint32_t number) : plan_{std::move(plan)}, number_{number} {}

  std::span<const StationSpec> stations() const override;
  Station route(const Input& input) const override;
  void start(Env& env) override;
  void on_message(Env& env, ConnectionId connection, const Message& message) override;
  void on_connection(Env& env, ConnectionId connection, ConnectionEvent event) override;
  void on_timer(Env& env, Timer timer) override;
  void on_command(Env& env, const Message& command) override;
  void on_stop(Env& env) override;

  const CounterState& state() const { return state_; }
  bool is_primary() const { return primary_; }

 private:
  enum StationNumber : std::uint8_t { control, requests, log };
  enum TimerKind : std::uint32_t {
    ask_for_lease,
    lease_ends,  // nearly always cancelled: the lease was renewed
    reach_arbiter,
    reach_backup,     // key: server
    backup_too_slow,  // key: server; nearly always cancelled: it caught up
    flush,            // posted: sync the log
    flushed,          // posted: the sync is over. key: what is on the platter now, see durable_key()
    checkpoint,       // posted
  };

  // A client that waits for the members to have its increment.
  struct Waiting {
    std::uint64_t value = 0;
    std::uint64_t sequence = 0;
    ConnectionId client;
    EventId asked;
  };
  // What a primary knows of another server.
  struct Link {
    ConnectionId connection;
    bool opened = false;
    bool following = false;  // has a snapshot, and gets everything from then on
    std::uint64_t has = 0;   // on its platter, in this epoch
    TimerId patience;
    Time behind_since;
    EventId answered;  // its last message
  };

  // server.cpp
  void on_increment(Env& env, ConnectionId connection, const Increment& request);
  void on_snapshot(Env& env, ConnectionId connection, const Snapshot& snapshot);
  void on_replicate(Env& env, ConnectionId connection, const Replicate& replicate);
  void write_entry(Env& env, const Entry& entry);
  void start_flush(Env& env);
  void on_flush(Env& env);
  void on_flushed(Env& env, std::uint64_t key);
  void take_checkpoint(Env& env);
  std::uint64_t durable_key() const { return log_.number() << 40 | state_.value; }
  void refuse(Env& env, ConnectionId connection, std::uint64_t sequence);
  bool worked(Env& env, const DiskResult<void>& result);
  void give_up(Env& env, DiskError error);

  // server_primary.cpp
  void ask(Env& env, bool release = false);
  void on_lease(Env& env, const LeaseReply& reply);
  void renewed(Env& env);
  void become_primary(Env& env, const LeaseReply& reply);
  void step_down(Env& env);
  void reach(Env& env, std::uint32_t server);
  void send_snapshot(Env& env, std::uint32_t server);
  void send_to_backups(Env& env, const Entry& entry);
  void on_replicated(Env& env, ConnectionId connection, const Replicated& answer);
  void watch(Env& env, std::uint32_t server);
  void drop_backup(Env& env, std::uint32_t server);
  void lost_link(Env& env, std::uint32_t server);
  void commit(Env& env);
  Members required() const { return members_ | asked_ | wanted_; }

  CounterPlan plan_;
  std::uint32_t number_;
  bool ending_ = false;

  CounterState state_;
  CounterLog log_;
  LockTime log_lock_;
  bool flush_under_way_ = false;
  bool checkpoint_posted_ = false;
  std::uint64_t durable_ = 0;        // value up to which everything is on the platter
  ConnectionId primary_connection_;  // backup: on which its primary sends

  ConnectionId arbiter_;
  std::uint64_t request_ = 0;  // number of the last request to the arbiter ...
  bool request_open_ = false;  // ... and whether its answer is awaited
  Time requested_at_;
  std::uint32_t holder_ = UINT32_MAX;  // of the lease, as far as we heard

  bool primary_ = false;
  TimerId lease_end_;
  Members members_ = 0;  // as the arbiter has confirmed them
  Members asked_ = 0;    // as it may have written them down
  Members wanted_ = 0;   // as the next request will say
  std::uint64_t committed_ = 0;
  std::deque<Waiting> waiting_;  // by value
  std::vector<Link> links_;      // by server
};

}  // namespace sim::example
