#include "sim/file_system_names.hpp"

#include "sim/check.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sim {

namespace {

bool name_before(const NameTable::Entry& entry, std::string_view name) { return entry.name < name; }

}  // namespace

/// The last page whose first name is not behind `name`, or the first page.
std::size_t NameTable::page_for(std::string_view name) const {
  const std::vector<Cow<Page>>& pages = pages_.read();
  const auto behind = std::partition_point(pages.begin(), pages.end(),
                                           [name](const Cow<Page>& page) { return page.read().front().name <= name; });
  return behind == pages.begin() ? 0 : static_cast<std::size_t>(behind - pages.begin()) - 1;
}

InodeId NameTable::find(std::string_view name) const {
  if (size_ == 0) return no_inode;
  const Page& page = pages_.read()[page_for(name)].read();
  const auto at = std::lower_bound(page.begin(), page.end(), name, name_before);
  return at != page.end() && at->name == name ? at->inode : no_inode;
}

void NameTable::insert(std::string_view name, InodeId inode) {
  if (size_ == 0) {
    pages_.edit().emplace_back();
  }
  const std::size_t number = size_ == 0 ? 0 : page_for(name);
  std::vector<Cow<Page>>& pages = pages_.edit();
  Page& page = pages[number].edit();
  const auto at = std::lower_bound(page.begin(), page.end(), name, name_before);
  SIM_CHECK(at == page.end() || at->name != name, "the name {} is taken", name);
  page.insert(at, Entry{std::string{name}, inode});
  ++size_;
  if (page.size() <= page_entries) return;
  const auto middle = page.begin() + static_cast<std::ptrdiff_t>(page.size() / 2);
  Page upper(std::make_move_iterator(middle), std::make_move_iterator(page.end()));
  page.erase(middle, page.end());
  pages.insert(pages.begin() + static_cast<std::ptrdiff_t>(number) + 1, Cow<Page>{std::move(upper)});
}

void NameTable::erase(std::string_view name) {
  SIM_CHECK(size_ > 0, "no name {} to erase", name);
  const std::size_t number = page_for(name);
  std::vector<Cow<Page>>& pages = pages_.edit();
  Page& page = pages[number].edit();
  const auto at = std::lower_bound(page.begin(), page.end(), name, name_before);
  SIM_CHECK(at != page.end() && at->name == name, "no name {} to erase", name);
  page.erase(at);
  --size_;
  if (page.empty()) pages.erase(pages.begin() + static_cast<std::ptrdiff_t>(number));
}

std::string_view NameTable::name_of(InodeId inode) const {
  for (const Cow<Page>& page : pages_.read()) {
    for (const Entry& entry : page.read()) {
      if (entry.inode == inode) return entry.name;
    }
  }
  return {};
}

}  // namespace sim
