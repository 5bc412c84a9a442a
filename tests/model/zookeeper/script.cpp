#include "tests/model/zookeeper/script.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace zookeeper::test {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

std::string run_script(const std::string& file, bool recorded,
                       const std::function<std::vector<std::string>(const std::string&)>& run) {
  const std::string path = fmt::format("{}/tests/golden/zookeeper/{}", KAFKASIM_SOURCE_DIR, file);
  std::ifstream in{path};
  std::ostringstream whole;
  whole << in.rdbuf();
  if (!in || whole.str().empty()) return fmt::format("cannot read {}", path);

  std::ostringstream fresh;
  std::ostringstream differences;
  const std::vector<std::string> lines = lines_of(whole.str());
  std::vector<std::string> commands;
  std::size_t blocks = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i] != "----") {
      fresh << lines[i] << '\n';
      if (!lines[i].empty() && lines[i][0] != '#') commands.push_back(lines[i]);
      continue;
    }
    ++blocks;
    fresh << "----\n";
    std::vector<std::string> expected;
    for (++i; i < lines.size() && !lines[i].empty(); ++i) expected.push_back(lines[i]);
    std::vector<std::string> got;
    for (const std::string& command : commands) {
      for (const std::string& entry : run(command)) {
        for (const std::string& line : lines_of(entry)) got.push_back(line);
      }
    }
    if (got != expected) {
      differences << path << " before line " << i << ", after '" << (commands.empty() ? "" : commands.back()) << "'\n";
      for (const std::string& line : expected) differences << "  expected  " << line << '\n';
      for (const std::string& line : got) differences << "  got       " << line << '\n';
    }
    for (const std::string& line : got) fresh << line << '\n';
    fresh << '\n';
    commands.clear();
  }
  if (blocks == 0) return path + " has no blocks";
  if (std::getenv("KAFKASIM_REWRITE") != nullptr && !recorded) {
    std::ofstream{path} << fresh.str();
    return {};
  }
  return differences.str();
}

}  // namespace zookeeper::test
