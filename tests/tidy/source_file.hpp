// source_file.hpp - our own sources, as text that can be judged.
// Here:  SourceFile; reading the tree; code without comments and texts; lines and includes.
// Not:   what is allowed (rules.hpp).
// Start: read_tree().
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct SourceFile {
  std::string path;  ///< from the repository root, with slashes: "sim/time.hpp"
  std::string text;
};

struct Include {
  int line;          ///< counted from 1
  std::string name;  ///< without the signs around it
  bool quoted;       ///< "room/file.hpp" as against <vector>
};

/// The first part of a path: "sim" of "sim/time.hpp"; the whole name for a file of the top level.
std::string room_of(std::string_view path);

bool is_header(const SourceFile& file);
bool is_cpp(const SourceFile& file);

/// The lines without their ends. A last line without an end counts as a line.
std::vector<std::string> lines_of(std::string_view text);

std::vector<Include> includes_of(const SourceFile& file);

/// The same text, of the same length and lines, with every comment, text literal and character literal made blank.
/// Knows raw strings with an empty delimiter, and digit separators.
std::string code_of(std::string_view text);

/// Every file of the rooms of the design that is written by hand, and those of the top level, sorted by path.
std::vector<SourceFile> read_tree(const std::string& root);

/// Every folder of the rooms of the design, sorted, for example "sim" and "tests/bench".
std::vector<std::string> folders_of_tree(const std::string& root);

}  // namespace tidy
