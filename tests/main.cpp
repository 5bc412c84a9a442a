#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>

namespace {

/// A filter that matches no test case is a mistake (a file was renamed, an entry of ctest is stale), never a success.
struct RefuseEmptySelection : doctest::IReporter {
  explicit RefuseEmptySelection(const doctest::ContextOptions& options) : options_{options} {}

  void test_run_end(const doctest::TestRunStats& stats) override {
    if (stats.numTestCasesPassingFilters > 0 || options_.count) return;
    std::fputs("no test case matches these filters\n", stderr);
    std::exit(EXIT_FAILURE);
  }

  void report_query(const doctest::QueryData&) override {}
  void test_run_start() override {}
  void test_case_start(const doctest::TestCaseData&) override {}
  void test_case_reenter(const doctest::TestCaseData&) override {}
  void test_case_end(const doctest::CurrentTestCaseStats&) override {}
  void test_case_exception(const doctest::TestCaseException&) override {}
  void subcase_start(const doctest::SubcaseSignature&) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData&) override {}
  void log_message(const doctest::MessageData&) override {}
  void test_case_skipped(const doctest::TestCaseData&) override {}

 private:
  const doctest::ContextOptions& options_;
};

}  // namespace

REGISTER_LISTENER("refuse_empty_selection", 1, RefuseEmptySelection);
