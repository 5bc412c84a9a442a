// story.hpp - a script of faults and requests, told back by clients and server.
// Here:  Story: runs one line of a golden story and returns what was seen, with the time in tenths of a second.
// Not:   the stories (tests/golden/zookeeper/*.txt).
// Start: run(); the words are listed in tests/golden/zookeeper/README.md.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "model/zookeeper/server.hpp"
#include "sim/trace.hpp"
#include "sim/world.hpp"
#include "tests/model/zookeeper/session_user.hpp"

namespace zookeeper::test {

class Story {
 public:
  Story(const ServerConfig& server, const ClientConfig& client);
  std::vector<std::string> run(const std::string& line);
  sim::World& world() { return world_; }

 private:
  // The server's facts and the clients' gave-up facts, in the order in which they happened.
  class Facts final : public sim::TraceSink {
   public:
    explicit Facts(Story& story) : story_{story} {}
    void on_event(sim::EventId id, const sim::TraceRecord& record) override;
    void on_second_parent(const sim::SecondParent& parent) override;

   private:
    Story& story_;
  };

  void inject(const std::string& verb, const std::vector<std::string>& words);
  void advance(sim::Duration by);
  void hear_clients();
  std::string stamp(sim::Time at) const;
  std::string session_name(std::int64_t id);
  std::string text_of(const ClientEvent& event);

  sim::World world_;
  Facts facts_;
  std::vector<std::string> told_;
  std::map<std::int64_t, int> sessions_;
  std::map<std::string, std::size_t> heard_;
};

}  // namespace zookeeper::test
