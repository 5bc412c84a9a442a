// golden.hpp - stories that are kept as files, with their answers.
// Here:  play_golden().
// Not:   the language of the stories (story.hpp); the stories themselves (tests/golden/sim/).
// Start: `CHECK(play_golden("half_open") == "");`
#pragma once

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/sim/story.hpp"

namespace story {

/// Plays tests/golden/sim/<name>.txt and compares: returns "" if all is as it says there, else the first difference.
/// With KAFKASIM_REWRITE=1 in the environment it writes the file anew instead (read the diff before you keep it). A
/// file is a sequence of: lines of prose (#...), lines of the language, "----", the answer, an empty line.
inline std::string play_golden(const std::string& name) {
  const std::string path = fmt::format("{}/tests/golden/sim/{}.txt", KAFKASIM_SOURCE_DIR, name);
  std::ifstream in{path};
  if (!in) return fmt::format("there is no file {}", path);
  Story told;
  std::string commands, rewritten, difference;
  for (std::string line; std::getline(in, line);) {
    rewritten += line + "\n";
    if (line != "----") {
      commands += line + "\n";
      continue;
    }
    std::string expected;
    while (std::getline(in, line) && !line.empty()) expected += line + "\n";
    const std::string answer = told.tell(commands);
    if (answer != expected && difference.empty()) {
      difference = "after\n" + commands + "---- expected\n" + expected + "---- but it is\n" + answer;
    }
    rewritten += answer + "\n";
    commands.clear();
  }
  if (words_of(commands).size() > 0) return path + " ends with lines that have no answer";
  if (std::getenv("KAFKASIM_REWRITE") == nullptr) return difference;
  in.close();
  std::ofstream{path} << rewritten.substr(0, rewritten.size() - 1);
  return "";
}

}  // namespace story
