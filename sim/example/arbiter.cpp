#include "sim/example/arbiter.hpp"

#include "sim/example/durable_file.hpp"

namespace sim::example {

void Arbiter::start(Env& env) {
  const auto saved = read_file(env.disk(), "ledger");
  const auto ledger = saved.ok() && saved.value() ? decode_fields<Ledger>(saved.value()->span()) : std::nullopt;
  if (!saved.ok() || (saved.value() && !ledger)) {
    ending_ = true;
    const DiskError error = saved.ok() ? DiskError::io_error : saved.error();
    env.note(Fact{raw(CounterFact::disk_failed), {}, static_cast<std::uint64_t>(error), 0});
    env.exit(1);
    return;
  }
  ledger_.members = static_cast<Members>((std::uint64_t{1} << plan_.servers.size()) - 1);
  if (ledger) ledger_ = *ledger;
  // Somebody may still hold the lease of our last life: wait until it must be over.
  if (ledger_.holder != UINT32_MAX) lend(env);
  env.listen();
}

void Arbiter::on_message(Env& env, ConnectionId connection, const Message& message_in) {
  if (ending_) return;
  const auto* request = content<LeaseRequest>(message_in);
  if (request == nullptr) return;
  env.work(5_us);
  const LeaseReply reply = answer(env, *request);
  if (!ending_) env.send(connection, message(reply));
}

LeaseReply Arbiter::answer(Env& env, const LeaseRequest& request) {
  LeaseReply reply;
  reply.number = request.number;
  const bool holds = ledger_.holder == request.server;
  if (request.epoch != 0) {
    // A renewal, perhaps with other members, perhaps the last word.
    if (holds && lent_ && request.epoch == ledger_.epoch && request.number > last_number_) {
      Ledger changed = ledger_;
      changed.members = request.members;
      if (changed != ledger_ && !save(env, changed)) return reply;
      last_number_ = request.number;
      lend(env);
      if (request.release) {
        env.cancel(lease_end_);
        lent_ = false;
      }
      reply.granted = true;
    }
  } else if ((ledger_.members & member(request.server)) != 0 && (!lent_ || holds)) {
    // What made the lease free is a reason for this grant: a lease that ended, or one that was given back.
    if (!lent_) env.also_because(lent_by_);
    if (!save(env, Ledger{ledger_.epoch + 1, ledger_.members, request.server})) return reply;
    last_number_ = request.number;
    lend(env);
    reply.granted = true;
  }
  reply.epoch = ledger_.epoch;
  reply.members = ledger_.members;
  reply.holder = ledger_.holder;
  return reply;
}

bool Arbiter::save(Env& env, const Ledger& ledger) {
  const auto saved = replace_file(env.disk(), "ledger", encode_fields(ledger));
  if (saved.ok()) {
    ledger_ = ledger;
    return true;
  }
  ending_ = true;
  env.note(Fact{raw(CounterFact::disk_failed), {}, static_cast<std::uint64_t>(saved.error()), 0});
  env.exit(1);
  return false;
}

void Arbiter::lend(Env& env) {
  env.cancel(lease_end_);
  lease_end_ = env.arm(plan_.lease, Timer{lease_ends, 0});
  lent_ = true;
  lent_by_ = env.cause();
}

void Arbiter::on_timer(Env& env, Timer timer) {
  if (ending_ || timer.kind != lease_ends) return;
  lent_ = false;
  lent_by_ = env.cause();
  // Why did the holder not renew?
  if (ledger_.holder < plan_.servers.size()) env.waited_for(plan_.servers[ledger_.holder], env.now() - plan_.lease);
}

}  // namespace sim::example
