#include "model/client/consumer.hpp"

#include <algorithm>
#include <utility>

#include "model/client/backoff.hpp"
#include "model/client/consumer_requests.hpp"

namespace kafka {
namespace {

// Java's CONSUMER_MAX_INFLIGHT_REQUESTS_PER_CONNECTION.
constexpr std::size_t most_in_flight = 100;

}  // namespace

Consumer::Consumer(ClientIdentity identity, const ConsumerConfig& config)
    : config_{config},
      cluster_{identity, config, most_in_flight},
      alarm_{sim::Timer{identity.first_timer_kind + 2, 0}} {}

// --- the application's side
// --------------------------------------------------------------------------------------------

void Consumer::start(sim::Env& env) {
  cluster_.start(env);
  drive(env);
}

TopicIndex Consumer::add_topic(sim::Env& env, std::string_view name) {
  const TopicIndex index = cluster_.metadata().add_topic(name);
  drive(env);
  return index;
}

AssignmentIndex Consumer::assign(sim::Env& env, TopicIndex topic, std::int32_t number) {
  for (const Partition& other : partitions_) {
    SIM_CHECK(other.topic != topic || other.number != number, "partition {} was assigned before", number);
  }
  Partition partition;
  partition.topic = topic;
  partition.number = number;
  partition.subject = env.subject(to_text(TopicPartition{cluster_.metadata().topic(topic).name, number}));
  const Metadata::Partition known = cluster_.metadata().partition(topic, number);
  partition.leader = known.leader;
  partition.leader_epoch = known.leader_epoch;
  partition.leader_learned_by = known.learned_by;
  const AssignmentIndex index{static_cast<std::uint32_t>(partitions_.size())};
  partitions_.push_back(std::move(partition));
  turns_.push_back(index);
  drive(env);
  return index;
}

void Consumer::seek(sim::Env& env, AssignmentIndex index, Offset position) {
  Partition& partition = partitions_[index.raw()];
  drop_buffer(partition);
  partition.position = position;
  partition.position_epoch = no_leader_epoch;
  partition.state = State::fetching;
  partition.not_before = {};
  drive(env);
}

void Consumer::poll(sim::Env& env, std::vector<ConsumedRecord>& records) {
  records.clear();
  handed_out_.clear();
  const auto most = static_cast<std::size_t>(config_.max_poll_records);
  while (!buffered_.empty() && records.size() < most) {
    const AssignmentIndex index = buffered_.front();
    if (partitions_[index.raw()].buffered) read_buffer(env, index, records, most);
    if (!partitions_[index.raw()].buffered) buffered_.pop_front();
  }
  do {
    drive(env);
    send_fetches(env);
  } while (cluster_.has_events());
}

bool Consumer::has_records() const {
  for (std::size_t i = 0; i < buffered_.size(); ++i) {
    if (partitions_[buffered_[i].raw()].buffered) return true;
  }
  return false;
}

bool Consumer::next_event(ConsumerEvent& event) {
  if (events_.empty()) return false;
  event = events_.pop_front();
  return true;
}

// --- the loop
// ----------------------------------------------------------------------------------------------------------

// Everything that can be done now, after whatever input, but fetching.
void Consumer::drive(sim::Env& env) {
  do {
    NetworkEvent event;
    while (cluster_.next_event(env, event)) on_outcome(env, event);
    look_at_leaders(env);
    for (const BrokerId node : leaders_of(State::awaiting_reset, env.now())) {
      if (make_ready(env, node)) send_resets(env, node);
    }
    for (const BrokerId node : leaders_of(State::awaiting_validation, env.now())) {
      if (make_ready(env, node)) send_validations(env, node);
    }
    cluster_.poll(env);
  } while (cluster_.has_events());
}

void Consumer::send_fetches(sim::Env& env) {
  for (const BrokerId node : leaders_of(State::fetching, env.now())) {
    if (make_ready(env, node)) send_fetch(env, node);
  }
}

bool Consumer::make_ready(sim::Env& env, BrokerId node) {
  if (cluster_.network().make_ready(env, node)) return true;
  if (const auto until = cluster_.network().pause_until(node, env.now())) alarm_.by(env, *until);
  return false;
}

// Whether a request of this kind should be made for the partition.
bool Consumer::wants(const Partition& partition, State state, sim::Time now) const {
  return partition.state == state && !partition.asked && !partition.buffered && partition.leader != no_broker &&
         partition.not_before <= now;
}

std::vector<BrokerId> Consumer::leaders_of(State state, sim::Time now) const {
  std::vector<BrokerId> leaders;
  for (const Partition& partition : partitions_) {
    if (!wants(partition, state, now)) continue;
    const bool known = std::find(leaders.begin(), leaders.end(), partition.leader) != leaders.end();
    const bool busy = state == State::fetching &&
                      std::find(fetching_from_.begin(), fetching_from_.end(), partition.leader) != fetching_from_.end();
    if (!known && !busy) leaders.push_back(partition.leader);
  }
  return leaders;
}

// A position whose leader changed is checked before it is read on: the new leader's log may be shorter (KIP-320).
void Consumer::look_at_leaders(sim::Env& env) {
  const sim::Time now = env.now();
  for (Partition& partition : partitions_) {
    if (partition.state == State::stopped) continue;
    if (partition.leader == no_broker) cluster_.metadata().request_update();
    if (partition.not_before > now) alarm_.by(env, partition.not_before);
  }
  if (cluster_.metadata().version() == metadata_seen_) return;
  metadata_seen_ = cluster_.metadata().version();
  for (Partition& partition : partitions_) {
    const Metadata::Partition news = cluster_.metadata().partition(partition.topic, partition.number);
    if (news.leader == partition.leader && news.leader_epoch == partition.leader_epoch) continue;
    partition.leader = news.leader;
    partition.leader_epoch = news.leader_epoch;
    partition.leader_learned_by = news.learned_by;
    partition.not_before = {};
    if (partition.state == State::fetching && partition.position_epoch != no_leader_epoch) {
      partition.state = State::awaiting_validation;
      drop_buffer(partition);
    }
  }
}

void Consumer::drop_buffer(Partition& partition) {
  if (!partition.buffered) return;
  handed_out_.push_back(std::exchange(partition.buffer, FetchBuffer{}));
  partition.buffered = false;
}

void Consumer::on_outcome(sim::Env& env, const NetworkEvent& event) {
  const auto found = std::find_if(in_flight_.begin(), in_flight_.end(),
                                  [&](const Request& request) { return request.key == event.tag.key; });
  SIM_CHECK(found != in_flight_.end(), "an outcome of request {}, which is not in flight", event.tag.key);
  const Request request = std::move(*found);
  in_flight_.erase(found);
  if (event.tag.kind == fetch_request) {
    fetching_from_.erase(std::find(fetching_from_.begin(), fetching_from_.end(), request.node));
  }
  for (const Asked& asked : request.partitions) partitions_[asked.partition.raw()].asked = false;

  if (event.kind != NetworkEvent::Kind::answered) {
    ErrorCode error = ErrorCode::network_exception;
    if (event.kind == NetworkEvent::Kind::timed_out) error = ErrorCode::request_timed_out;
    if (event.kind == NetworkEvent::Kind::unsupported) error = ErrorCode::unsupported_version;
    for (const Asked& asked : request.partitions) {
      met_error(env, partitions_[asked.partition.raw()], api_of(event.tag.kind), error);
    }
    return;
  }
  if (event.tag.kind == fetch_request) {
    fetch_came(env, request, sim::content_of<Response<FetchResponse>>(*event.answer).body);
  } else if (event.tag.kind == reset_request) {
    reset_came(env, request, sim::content_of<Response<ListOffsetsResponse>>(*event.answer).body);
  } else {
    validation_came(env, request, sim::content_of<Response<OffsetForLeaderEpochResponse>>(*event.answer).body);
  }
}

Consumer::Partition* Consumer::find(const Request& request, std::optional<TopicIndex> topic, std::int32_t number,
                                    const Asked*& asked, AssignmentIndex& index) {
  if (!topic) return nullptr;
  for (const Asked& candidate : request.partitions) {
    Partition& partition = partitions_[candidate.partition.raw()];
    if (partition.topic != *topic || partition.number != number) continue;
    asked = &candidate;
    index = candidate.partition;
    return &partition;
  }
  return nullptr;
}

// --- errors
// ------------------------------------------------------------------------------------------------------------

// Not before the pause is over, unless a newer leader becomes known. (Java's classic consumer fetches again at once and
// spins until its metadata is fresh; that would fill a trace and teach nothing.)
void Consumer::try_later(sim::Env& env, Partition& partition) {
  partition.not_before = env.now() + exponential_backoff(config_.retry_backoff, config_.retry_backoff_max,
                                                         partition.failures, env.random("client-retry-backoff"));
  ++partition.failures;
  alarm_.by(env, partition.not_before);
}

void Consumer::met_error(sim::Env& env, Partition& partition, ApiKey api, ErrorCode error) {
  partition.errors.note_error(env, partition.subject, api, error);
  cluster_.metadata().request_update();
  try_later(env, partition);
}

void Consumer::stop(sim::Env& env, AssignmentIndex index, ConsumerTrouble trouble, ErrorCode error, Offset go_on_at) {
  Partition& partition = partitions_[index.raw()];
  partition.state = State::stopped;
  drop_buffer(partition);
  note(env, ClientFact::fetch_stopped, partition.subject, static_cast<std::int64_t>(trouble), partition.position.raw());
  events_.push_back(ConsumerEvent{index, trouble, error, partition.position, go_on_at});
}

// --- inputs
// ------------------------------------------------------------------------------------------------------------

bool Consumer::on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) {
  if (!cluster_.on_connection(env, connection, event)) return false;
  drive(env);
  return true;
}

bool Consumer::on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) {
  if (!cluster_.on_message(env, connection, message)) return false;
  drive(env);
  return true;
}

bool Consumer::on_timer(sim::Env& env, sim::Timer timer) {
  if (alarm_.owns(timer)) {
    alarm_.fired();
  } else if (!cluster_.on_timer(env, timer)) {
    return false;
  }
  drive(env);
  return true;
}

}  // namespace kafka
