// client_story.hpp - clients and scripted brokers in a world that is told what happens, line by line.
// Here:  ClientStory (the language) and play_golden() for stories kept in tests/golden/client/.
// Not:   what the brokers can be told (scripted_broker.hpp).
// Start: tests/golden/client/README.md explains language and columns.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "model/client/workload_consumer.hpp"
#include "model/client/workload_producer.hpp"
#include "sim/world.hpp"
#include "tests/model/client/scripted_broker.hpp"

namespace client_test {

/// A value like the world in it.
class ClientStory {
 public:
  /// Does what the lines say and returns what was noted meanwhile: a line a fact, "(nothing)" if there was none.
  std::string tell(std::string_view lines);

  sim::World& world();
  sim::HostId host(std::string_view name);
  const kafka::ProducerApplication* producer(std::string_view host);
  const kafka::ConsumerApplication* consumer(std::string_view host);
  const ScriptedBroker* broker(std::string_view host);
  /// Everything noted so far, hidden facts too.
  std::string transcript();
  /// How many of those lines contain all of `words`.
  std::size_t count(const std::vector<std::string>& words);
  /// The names of the faults behind the newest line with all of these words: "freeze"; "" if there are none.
  std::string faults_behind(const std::vector<std::string>& words);

 private:
  void obey(const std::string& line);
  void start_brokers();
  void add_client(const std::vector<std::string>& words);
  void move_leader(const std::vector<std::string>& words);
  std::string line_of(sim::EventId event);
  bool is_told(const sim::TraceRecord& record) const;
  std::string report();
  sim::EventId newest(const std::vector<std::string>& words);

  sim::WorldSpec spec_;
  Cluster cluster_;
  bool brokers_made_ = false;
  std::uint32_t producers_ = 0;
  std::optional<sim::World> world_;
  std::set<std::string> hidden_;
  sim::EventId told_;
};

/// Plays tests/golden/client/<name>.txt: "" if all is as it says there, else the first difference. With
/// KAFKASIM_REWRITE=1 in the environment it writes the file anew instead (read the diff before you keep it).
std::string play_golden(const std::string& name);

}  // namespace client_test
