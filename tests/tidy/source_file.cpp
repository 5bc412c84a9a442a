#include "tests/tidy/source_file.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tidy {

namespace {

namespace fs = std::filesystem;

constexpr const char* rooms[] = {"sim", "model", "scenarios", "gui", "cli", "notebooks", "tests", "docs"};

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

bool written_by_hand(const fs::path& path) {
  const std::string name = path.filename().string();
  for (const char* end : {".cpp", ".hpp", ".py", ".sh", ".md", "CMakeLists.txt", ".cmake"})
    if (ends_with(name, end)) return true;
  return false;
}

/// Caches of tools (__pycache__, .ipynb_checkpoints) are nobody's sources.
bool is_cache(const fs::path& path) {
  const std::string name = path.filename().string();
  return name.rfind("__", 0) == 0 || name.rfind('.', 0) == 0;
}

template <class Visit>
void walk(const std::string& root, Visit visit) {
  for (const char* room : rooms) {
    if (!fs::is_directory(fs::path(root) / room)) continue;
    visit(fs::path(root) / room, true);
    for (fs::recursive_directory_iterator at(fs::path(root) / room), end; at != end; ++at) {
      const bool folder = at->is_directory();
      if (folder && is_cache(at->path())) {
        at.disable_recursion_pending();
        continue;
      }
      visit(at->path(), folder);
    }
  }
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

}  // namespace

std::string room_of(std::string_view path) { return std::string(path.substr(0, path.find('/'))); }

bool is_header(const SourceFile& file) { return ends_with(file.path, ".hpp"); }
bool is_cpp(const SourceFile& file) { return is_header(file) || ends_with(file.path, ".cpp"); }

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return lines;
}

std::vector<Include> includes_of(const SourceFile& file) {
  std::vector<Include> includes;
  int number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++number;
    const std::size_t hash = line.find_first_not_of(" \t");
    if (hash == std::string::npos || line[hash] != '#') continue;
    const std::size_t word = line.find_first_not_of(" \t", hash + 1);
    if (word == std::string::npos || line.compare(word, 7, "include") != 0) continue;
    const std::size_t open = line.find_first_of("<\"", word);
    if (open == std::string::npos) continue;
    const std::size_t close = line.find_first_of(">\"", open + 1);
    if (close == std::string::npos) continue;
    includes.push_back({number, line.substr(open + 1, close - open - 1), line[open] == '"'});
  }
  return includes;
}

std::string code_of(std::string_view text) {
  std::string code(text);
  const auto blank = [&code](std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < std::min(to, code.size()); ++i)
      if (code[i] != '\n') code[i] = ' ';
  };
  const auto after = [&text](std::string_view end, std::size_t from) {
    const std::size_t at = text.find(end, from);
    return at == std::string_view::npos ? text.size() : at + end.size();
  };

  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    std::size_t next = i + 1;
    if (rest.substr(0, 2) == "//") {
      next = std::min(text.find('\n', i), text.size());
    } else if (rest.substr(0, 2) == "/*") {
      next = after("*/", i + 2);
    } else if (rest.substr(0, 3) == "R\"(") {
      next = after(")\"", i + 3);
    } else if (text[i] == '"' || (text[i] == '\'' && (i == 0 || !is_word(text[i - 1])))) {
      while (next < text.size() && text[next] != text[i] && text[next] != '\n') next += text[next] == '\\' ? 2u : 1u;
      ++next;
    } else {
      ++i;
      continue;
    }
    blank(i, next);
    i = next;
  }
  return code;
}

std::vector<SourceFile> read_tree(const std::string& root) {
  std::vector<SourceFile> files;
  const auto add = [&](const fs::path& path) {
    files.push_back({fs::relative(path, root).generic_string(), read(path)});
  };
  walk(root, [&](const fs::path& path, bool folder) {
    if (!folder && written_by_hand(path)) add(path);
  });
  for (const char* name : {"CMakeLists.txt", "README.md", "kafkasim", ".ci/run"})
    if (fs::exists(fs::path(root) / name)) add(fs::path(root) / name);
  std::sort(files.begin(), files.end(), [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::vector<std::string> folders_of_tree(const std::string& root) {
  std::vector<std::string> folders;
  walk(root, [&](const fs::path& path, bool folder) {
    if (folder) folders.push_back(fs::relative(path, root).generic_string());
  });
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace tidy
