// file_system_names.hpp - the names in one directory.
// Here:  NameTable: sorted names to inode numbers, shared in pages, because one directory may hold thousands.
// Not:   what a name stands for (file_system.hpp).
// Start: find, insert, erase.
#pragma once

#include "sim/cow.hpp"
#include "sim/strong.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim {

/// A file or directory whatever its name; 0 is the root directory. Numbers are given out again.
using InodeId = Strong<struct InodeIdTag, std::uint32_t>;
inline constexpr InodeId no_inode{UINT32_MAX};
inline constexpr InodeId root_inode{0};

/// A value: copies share their pages.
class NameTable {
 public:
  struct Entry {
    std::string name;
    InodeId inode;
  };

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// no_inode when there is no such name.
  InodeId find(std::string_view name) const;
  /// REQUIRES: the name is free.
  void insert(std::string_view name, InodeId inode);
  /// REQUIRES: the name is there.
  void erase(std::string_view name);

  /// The name of an inode of this directory, found by looking at all of them; empty when it is not here.
  std::string_view name_of(InodeId inode) const;

  /// In the order of the names' bytes.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Cow<Page>& page : pages_.read()) {
      for (const Entry& entry : page.read()) visit(entry);
    }
  }

 private:
  using Page = std::vector<Entry>;
  static constexpr std::size_t page_entries = 64;

  std::size_t page_for(std::string_view name) const;

  Cow<std::vector<Cow<Page>>> pages_;  ///< none of them empty
  std::size_t size_ = 0;
};

}  // namespace sim
