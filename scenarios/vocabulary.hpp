// vocabulary.hpp - the names of things, as scenarios, expectations and tools say them.
// Here:  HostTerm ("leader of orders-0", "random broker"), ValueTerm ("isr of orders-0"); their one parser.
// Not:   what a term means in a world right now (evaluate.hpp).
// Start: parse_hosts(), parse_value().
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/types.hpp"

namespace scenarios {

/// Who can be named: what a scenario has.
struct Cast {
  int brokers = 0;
  int zookeepers = 0;
  std::vector<std::string> clients;
  std::map<std::string, int> topics;  ///< with their numbers of partitions
};

/// One host or several.
struct HostTerm {
  enum class Kind : std::uint8_t {
    broker,     ///< broker-1
    zookeeper,  ///< zk-1
    client,     ///< by its name
    controller,
    leader,      ///< leader of orders-0
    followers,   ///< followers of orders-0: all assigned replicas but the leader
    isr,         ///< isr of orders-0
    replicas,    ///< replicas of orders-0: all assigned ones
    brokers,     ///< all
    zookeepers,  ///< zookeeper: all of its servers
    clients,     ///< all
  };
  Kind kind = Kind::broker;
  bool random = false;  ///< only one of them, drawn when the term is evaluated
  int number = 0;       ///< broker, zookeeper: from 1
  std::string client;
  kafka::TopicPartition partition;
  std::string text;  ///< as it was written
};

/// Something that can be compared.
struct ValueTerm {
  enum class Kind : std::uint8_t {
    isr,       ///< ids of brokers, in their order
    replicas,  ///< likewise
    leader,    ///< id of a broker, -1 if there is none
    leader_epoch,
    controller,      ///< id of a broker, -1 if there is none
    high_watermark,  ///< of the leader, or on one broker
    log_end,         ///< likewise
    state,           ///< state of broker-1: "running", "frozen", "stopped", "off"
  };
  Kind kind = Kind::isr;
  kafka::TopicPartition partition;
  std::optional<int> broker;  ///< "on broker-2"
  HostTerm host;              ///< of `state`
  std::string text;
};

/// A term, or why a text is none: "there is no broker-9" with what is allowed and perhaps a guess.
template <class Term>
struct Parsed {
  std::optional<Term> term;
  std::string complaint;
};

Parsed<HostTerm> parse_hosts(std::string_view text, const Cast& cast);
Parsed<ValueTerm> parse_value(std::string_view text, const Cast& cast);
/// "orders-0".
Parsed<kafka::TopicPartition> parse_partition(std::string_view text, const Cast& cast);

std::string broker_name(int number);
std::string zookeeper_name(int number);
/// The names of all hosts that can be named one by one.
std::vector<std::string> host_names(const Cast& cast);

}  // namespace scenarios
