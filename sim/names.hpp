// names.hpp - short numbers for names that traces speak of.
// Here:  Names: text <-> SubjectId, numbered in the order in which they became known.
// Not:   names of hosts (a HostId has its own table in the world).
// Start: Names::id_of().
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/cow.hpp"
#include "sim/strong.hpp"

namespace sim {

/// A value; copies share the table until one of them learns a new name.
class Names {
 public:
  Names();
  /// The id of `name`, a new one if it is not known yet. Not for hot paths: keep the id.
  SubjectId id_of(std::string_view name);
  /// SubjectId{} if it is not known.
  SubjectId find(std::string_view name) const;
  /// The empty name for SubjectId{} and for ids of another world.
  std::string_view name_of(SubjectId id) const;

 private:
  struct Table {
    std::vector<std::string> names;
    std::map<std::string, SubjectId, std::less<>> ids;
  };
  Cow<Table> table_;
};

}  // namespace sim
