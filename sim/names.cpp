#include "sim/names.hpp"

namespace sim {

Names::Names() { table_.edit().names.emplace_back(); }

SubjectId Names::find(std::string_view name) const {
  const auto& ids = table_.read().ids;
  const auto found = ids.find(name);
  return found == ids.end() ? SubjectId{} : found->second;
}

SubjectId Names::id_of(std::string_view name) {
  if (name.empty()) return SubjectId{};
  if (const SubjectId known = find(name); known != SubjectId{}) return known;
  Table& table = table_.edit();
  const SubjectId id{static_cast<std::uint32_t>(table.names.size())};
  table.names.emplace_back(name);
  table.ids.emplace(std::string{name}, id);
  return id;
}

std::string_view Names::name_of(SubjectId id) const {
  const auto& names = table_.read().names;
  return id.raw() < names.size() ? std::string_view{names[id.raw()]} : std::string_view{};
}

}  // namespace sim
