// rules.hpp - the house rules, each a pure function from a file to what is wrong in it.
// Here:  direction of includes, banned headers and names, no word of Kafka in sim/, form of lines, files and headers.
// Not:   which files are excused (exceptions.hpp); the planted violations that prove each rule (rules_test.cpp).
// Start: all_rules().
#pragma once

#include "tests/tidy/source_file.hpp"

#include <string>
#include <vector>

namespace tidy {

struct Finding {
  std::string path;
  int line;           ///< counted from 1; 0 for the whole file
  std::string about;  ///< what an exception names: a header, a banned name, or a word for the rule
  std::string what;   ///< a sentence that says what to do
};

/// "sim/time.hpp:7: ...", the form that editors jump to.
std::string to_text(const Finding& finding);

using Findings = std::vector<Finding>;

/// Includes in quotes are written from the repository root and point down the design's table only:
/// cli, gui, notebooks -> scenarios -> model -> sim. Tests may include everything, nothing includes tests.
Findings include_direction(const SourceFile& file);

/// In sim/: the standard library, Boost, fmt and xxHash, nothing else.
Findings foreign_headers(const SourceFile& file);

/// Headers that not all our compilers have, or that let the outside into a run.
Findings banned_headers(const SourceFile& file);

/// Names that not all our compilers have, that give other values on other platforms, or that let the outside into a
/// run.
Findings banned_names(const SourceFile& file);

/// In sim/: no word of Kafka, comments and READMEs included. Our own name (kafkasim) is allowed.
Findings words_of_kafka(const SourceFile& file);

/// At most 120 columns, no tab, no space at a line's end, a newline at the end of the file. Not in Markdown, where a
/// table has long lines and two spaces at the end mean something.
Findings form_of_lines(const SourceFile& file);

/// At most 500 lines of C++, Python or shell: a file is one concept.
Findings length_of_file(const SourceFile& file);

/// A header opens with "// name.hpp - what." and the lines Here, Not and Start; then comes #pragma once.
Findings sign_of_header(const SourceFile& file);

/// Every room and every folder of sources has a README.md. A folder of tests with the same name as the folder that it
/// tests needs none of its own, nor does one that holds only data. `folders` and `files` are all there are.
Findings folders_without_readme(const std::vector<std::string>& folders, const std::vector<SourceFile>& files);

struct Rule {
  const char* name;
  Findings (*check)(const SourceFile&);
};

/// All rules about one file.
std::vector<Rule> all_rules();

}  // namespace tidy
