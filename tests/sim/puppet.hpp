// puppet.hpp - a program without a will: it does what lines of text say.
// Here:  Puppet, its Role (what it does on which occasion), Word (its messages) and the facts that it notes.
// Not:   the world around it (story.hpp).
// Start: Puppet::perform() is the list of verbs.
//
// An occasion is "start", "stop", "message ping", "timer tick", "accepted", "opened", "refused", "timed-out",
// "writable", "closed" or "reset". Verbs are separated by ";", durations are written 10ms.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/env.hpp"
#include "sim/message.hpp"
#include "sim/process.hpp"

namespace story {

/// "10ms", "300us", "2s", "7ns". Anything else is a broken truth.
sim::Duration duration_of(std::string_view text);
std::uint64_t number_of(std::string_view text);
std::vector<std::string> words_of(std::string_view line);

/// What puppets say to each other: one of a few words with a number, as long as wanted. The last three are for the wire
/// check: "liar" is longer than it says, "garbled" is decoded as another number, "noise" cannot be decoded at all.
class Word final : public sim::Message {
 public:
  static constexpr std::array<std::string_view, 9> names{"none", "ping", "pong",    "ask",  "answer",
                                                         "data", "liar", "garbled", "noise"};
  static std::uint16_t index_of(std::string_view name);
  Word(std::uint16_t word, std::uint32_t size, std::uint64_t number);
  const std::uint64_t number;
};

/// What comes from outside: verbs.
struct Script {
  std::string verbs;
  static const sim::MessageType type;
};

/// Kinds of timers and facts by name; their numbers are their places in these lists.
inline constexpr std::array<std::string_view, 8> timer_names{"tick", "tock", "timeout", "later",
                                                             "step", "one",  "two",     "three"};
const std::vector<sim::FactType>& fact_types();
std::uint16_t fact_type(std::string_view name);

/// What a puppet is told to do. Shared by all its incarnations and copies; fixed once the world runs.
struct Role {
  std::map<std::string, std::string, std::less<>> on;          // occasion -> verbs
  std::map<std::string, std::string, std::less<>> station_of;  // occasion -> station
  std::vector<std::string> station_names{"main"};
  std::vector<sim::StationSpec> stations{{"main", 1}};
  std::shared_ptr<const std::vector<std::string>> hosts;  // by HostId
};

class Puppet final : public sim::Cloned<Puppet> {
 public:
  explicit Puppet(std::shared_ptr<const Role> role) : role_{std::move(role)} {}

  std::span<const sim::StationSpec> stations() const override { return role_->stations; }
  sim::Station route(const sim::Input& input) const override;
  void start(sim::Env& env) override;
  void on_message(sim::Env& env, sim::ConnectionId connection, const sim::Message& message) override;
  void on_connection(sim::Env& env, sim::ConnectionId connection, sim::ConnectionEvent event) override;
  void on_timer(sim::Env& env, sim::Timer timer) override;
  void on_command(sim::Env& env, const sim::Message& message) override;
  void on_stop(sim::Env& env) override;

  std::uint64_t counted() const { return count_; }
  std::uint64_t received() const { return received_; }

 private:
  void act(sim::Env& env, const std::string& occasion);
  void perform(sim::Env& env, std::string_view verbs);
  void perform_one(sim::Env& env, const std::vector<std::string>& words);
  bool perform_network(sim::Env& env, const std::vector<std::string>& words);
  bool perform_disk(sim::Env& env, const std::vector<std::string>& words);
  void say(sim::Env& env, std::string_view fact, std::string_view subject = {}, std::uint64_t a = 0);
  bool send(sim::Env& env, sim::HostId to, std::string_view word, std::uint32_t size);
  sim::HostId host_called(std::string_view name) const;

  std::shared_ptr<const Role> role_;
  std::map<sim::HostId, sim::ConnectionId> connections_;  // the newest to each peer
  std::map<sim::HostId, sim::Time> heard_;                // when each peer was last heard
  std::map<std::string, sim::TimerId, std::less<>> timers_;
  std::map<std::string, sim::LockTime, std::less<>> locks_;
  std::map<std::string, sim::File, std::less<>> files_;
  sim::HostId speaker_;  // who sent what is being handled
  std::uint64_t count_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t received_ = 0;
  sim::EventId remembered_;
};

}  // namespace story
