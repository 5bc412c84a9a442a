// The house rules, held against every file of the checkout that this program was built from.
#include "tests/tidy/exceptions.hpp"
#include "tests/tidy/rules.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace tidy;

namespace {

bool excuses(const Exception& exception, const Finding& finding) {
  return exception.path == finding.path && exception.about == finding.about;
}

/// All findings in the tree, excused or not.
Findings all_findings() {
  const std::vector<SourceFile> files = read_tree(KAFKASIM_SOURCE_DIR);
  Findings findings = folders_without_readme(folders_of_tree(KAFKASIM_SOURCE_DIR), files);
  for (const Rule& rule : all_rules()) {
    for (const SourceFile& file : files) {
      const Findings more = rule.check(file);
      findings.insert(findings.end(), more.begin(), more.end());
    }
  }
  return findings;
}

}  // namespace

TEST_CASE("the tree was found: a walk that sees nothing would excuse everything") {
  const std::vector<SourceFile> files = read_tree(KAFKASIM_SOURCE_DIR);
  const auto has = [&](std::string_view path) {
    return std::any_of(files.begin(), files.end(), [&](const SourceFile& file) { return file.path == path; });
  };
  CHECK(has("sim/time.hpp"));
  CHECK(has("cli/main.cpp"));
  CHECK(has("tests/tidy/tidy_test.cpp"));
  CHECK(has("kafkasim"));
  const std::vector<std::string> folders = folders_of_tree(KAFKASIM_SOURCE_DIR);
  CHECK(std::count(folders.begin(), folders.end(), "tests/tidy") == 1);
}

TEST_CASE("every file keeps the house rules") {
  const std::vector<Exception> excused = exceptions();
  for (const Finding& finding : all_findings()) {
    if (std::any_of(excused.begin(), excused.end(), [&](const Exception& e) { return excuses(e, finding); })) continue;
    FAIL_CHECK(to_text(finding));
  }
}

TEST_CASE("every exception is still needed") {
  const Findings findings = all_findings();
  for (const Exception& exception : exceptions()) {
    CAPTURE(exception.path);
    CAPTURE(exception.about);
    CHECK(std::any_of(findings.begin(), findings.end(), [&](const Finding& f) { return excuses(exception, f); }));
  }
}
