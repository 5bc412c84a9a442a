#include "tests/model/broker/cluster_fixture.hpp"

#include "model/facts.hpp"
#include "model/zookeeper/server.hpp"
#include "sim/trace_text.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

namespace tests {
namespace {

sim::WorldSpec world_spec(std::uint64_t seed) {
  sim::WorldSpec spec;
  spec.seed = sim::Seed{seed};
  spec.facts = kafka::all_fact_types();
  spec.check_messages = true;
  spec.digest_reads = true;
  return spec;
}

}  // namespace

ClusterFixture::ClusterFixture(const ClusterSpec& spec) : world{world_spec(spec.seed)} {
  world.record_trace(true);
  const sim::PlaceId hub = world.add_place("switch");
  zookeeper = add("zk-1", std::make_unique<zookeeper::Server>(zookeeper::ServerConfig{}), hub);
  std::vector<std::string> names;
  for (int i = 1; i <= spec.brokers; ++i) {
    kafka::BrokerOptions options;
    options.id = kafka::BrokerId{i};
    options.config = spec.broker_config;
    options.zookeeper_servers = {"zk-1"};
    names.push_back(fmt::format("broker-{}", i));
    brokers_.push_back(add(names.back(), std::make_unique<kafka::Broker>(options), hub));
  }
  kafka::TopicCreation creation;
  creation.bootstrap = names;
  creation.brokers = static_cast<std::size_t>(spec.brokers);
  kafka::NewTopic topic;
  topic.name = "orders";
  topic.partitions = spec.partitions;
  topic.replication_factor = spec.replication_factor;
  topic.config = spec.topic_config;
  creation.topics = {topic};
  const sim::HostId admin = add("admin", std::make_unique<kafka::TopicCreator>(creation), hub);
  kafka::ProducerWorkload produce;
  produce.client_id = "shop";
  produce.bootstrap = names;
  produce.topic = "orders";
  produce.rate_per_second = spec.rate;
  produce.start_delay = 5_s;
  produce.config.acks = spec.acks;
  shop = add("shop", std::make_unique<kafka::ProducerApplication>(produce), hub);
  kafka::ConsumerWorkload consume;
  consume.client_id = "billing";
  consume.bootstrap = names;
  consume.topics = {"orders"};
  consume.config.auto_offset_reset = "earliest";
  billing = add("billing", std::make_unique<kafka::ConsumerApplication>(consume), hub);
  inject(sim::Start{zookeeper});
  for (const sim::HostId host : brokers_) inject(sim::Start{host});
  for (const sim::HostId host : {admin, shop, billing}) inject(sim::Start{host});
}

sim::HostId ClusterFixture::add(std::string name, std::unique_ptr<const sim::Process> program, sim::PlaceId hub) {
  const sim::PlaceId place = world.add_place(name);
  world.add_link(place, hub, sim::LinkSpec{});
  sim::HostSpec spec;
  spec.name = std::move(name);
  spec.place = place;
  spec.program = std::move(program);
  return world.add_host(std::move(spec));
}

void ClusterFixture::run_for(sim::Duration duration) {
  sim::Budget budget;
  budget.until = world.now() + duration;
  world.advance(budget);
  if (world.broken()) FAIL(world.broken()->what << " at " << world.broken()->where);
}

const kafka::Broker* ClusterFixture::broker(int id) const {
  return dynamic_cast<const kafka::Broker*>(world.process(host_of(id)));
}

const kafka::Partition* ClusterFixture::replica(int id, std::int32_t partition) const {
  const kafka::Broker* hosting = broker(id);
  return hosting == nullptr ? nullptr : hosting->replicas().find({"orders", partition});
}

int ClusterFixture::leader(std::int32_t partition) const {
  for (int id = 1; id <= static_cast<int>(brokers_.size()); ++id) {
    const kafka::Partition* hosted = replica(id, partition);
    if (hosted != nullptr && hosted->is_leader() && world.host(host_of(id)).state == sim::HostState::running) return id;
  }
  return 0;
}

int ClusterFixture::controller() const {
  for (int id = 1; id <= static_cast<int>(brokers_.size()); ++id) {
    if (broker(id) != nullptr && broker(id)->controller().is_active()) return id;
  }
  return 0;
}

std::string ClusterFixture::isr(std::int32_t partition) const {
  const kafka::Partition* led = leader(partition) == 0 ? nullptr : replica(leader(partition), partition);
  std::vector<std::int32_t> ids;
  if (led != nullptr) {
    for (const kafka::BrokerId id : led->isr.committed()) ids.push_back(id.raw());
  }
  std::sort(ids.begin(), ids.end());
  return fmt::format("{}", fmt::join(ids, ","));
}

const kafka::ProducerApplication& ClusterFixture::producer() const {
  return dynamic_cast<const kafka::ProducerApplication&>(*world.process(shop));
}

const kafka::ConsumerApplication& ClusterFixture::consumer() const {
  return dynamic_cast<const kafka::ConsumerApplication&>(*world.process(billing));
}

std::vector<std::string> ClusterFixture::facts(std::string_view name) const {
  std::vector<std::string> lines;
  const auto& records = world.trace().records();
  for (std::uint64_t i = 0; i < records.size(); ++i) {
    const sim::TraceRecord record = records[i];
    if (sim::name_of(record.kind, world.spec()) != name) continue;
    lines.push_back(fmt::format("{} {} {}", world.names().name_of(record.subject), static_cast<std::int64_t>(record.a),
                                static_cast<std::int64_t>(record.b)));
  }
  return lines;
}

}  // namespace tests
