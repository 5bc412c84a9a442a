// Each rule must be able to fail: a planted violation for each, and its nearest innocent neighbour.
#include "tests/tidy/rules.hpp"

#include <doctest/doctest.h>

using namespace tidy;

namespace {

/// What the rule says about a file of this path and text: "line about" for each finding, separated by "; ".
std::string verdict(Findings (*rule)(const SourceFile&), const std::string& path, const std::string& text) {
  std::string all;
  for (const Finding& finding : rule({path, text})) {
    CHECK(finding.path == path);
    if (!all.empty()) all += "; ";
    all += std::to_string(finding.line) + " " + finding.about;
  }
  return all;
}

const std::string good_sign = "// a.hpp - what.\n// Here:  x.\n// Not:   y.\n// Start: z.\n#pragma once\n";

}  // namespace

TEST_CASE("code without comments and texts keeps its lines") {
  CHECK(code_of("a // b\nc") == "a     \nc");
  CHECK(code_of("a /* b\n c */ d") == "a     \n      d");
  CHECK(code_of("f(\"x // \\\" y\") + 1") == "f(           ) + 1");
  CHECK(code_of("c = '\"'; d") == "c =    ; d");
  CHECK(code_of("1'000'000 + x") == "1'000'000 + x");
  CHECK(code_of("R\"(a \" b)\" c") == "           c");
}

TEST_CASE("includes are found with their line and kind") {
  const auto includes =
      includes_of({"sim/a.cpp", "#include \"sim/a.hpp\"\n\n#  include <vector>\n// #include <map>\n"});
  REQUIRE(includes.size() == 2);
  CHECK(includes[0].name == "sim/a.hpp");
  CHECK(includes[0].quoted);
  CHECK(includes[1].name == "vector");
  CHECK(includes[1].line == 3);
  CHECK_FALSE(includes[1].quoted);
}

TEST_CASE("rule: includes point down the table") {
  CHECK(verdict(include_direction, "sim/a.cpp", "#include \"sim/b.hpp\"\n") == "");
  CHECK(verdict(include_direction, "sim/a.cpp", "#include \"model/b.hpp\"\n") == "1 model/b.hpp");
  CHECK(verdict(include_direction, "sim/a.cpp", "\n#include \"b.hpp\"\n") == "2 b.hpp");
  CHECK(verdict(include_direction, "model/log/a.cpp", "#include \"sim/b.hpp\"\n#include \"model/b.hpp\"\n") == "");
  CHECK(verdict(include_direction, "model/log/a.cpp", "#include \"scenarios/b.hpp\"\n") == "1 scenarios/b.hpp");
  CHECK(verdict(include_direction, "scenarios/a.cpp", "#include \"cli/b.hpp\"\n") == "1 cli/b.hpp");
  CHECK(verdict(include_direction, "gui/a.cpp", "#include \"scenarios/b.hpp\"\n#include \"cli/b.hpp\"\n") ==
        "2 cli/b.hpp");
  CHECK(verdict(include_direction, "cli/a.cpp", "#include \"gui/b.hpp\"\n") == "");
  CHECK(verdict(include_direction, "cli/a.cpp", "#include \"tests/b.hpp\"\n") == "1 tests/b.hpp");
  CHECK(verdict(include_direction, "tests/a.cpp", "#include \"tests/b.hpp\"\n#include \"cli/b.hpp\"\n") == "");
}

TEST_CASE("rule: sim/ leans on few libraries") {
  CHECK(verdict(foreign_headers, "sim/a.cpp", "#include <vector>\n#include <boost/graph/a.hpp>\n") == "");
  CHECK(verdict(foreign_headers, "sim/a.cpp", "#include <fmt/format.h>\n#include <xxhash.h>\n") == "");
  CHECK(verdict(foreign_headers, "sim/a.cpp", "#include <nlohmann/json.hpp>\n") == "1 foreign");
  CHECK(verdict(foreign_headers, "sim/a.cpp", "#include <unistd.h>\n") == "1 foreign");
  CHECK(verdict(foreign_headers, "scenarios/a.cpp", "#include <nlohmann/json.hpp>\n") == "");
}

TEST_CASE("rule: banned headers, by room") {
  CHECK(verdict(banned_headers, "sim/a.cpp", "#include <format>\n#include <unordered_map>\n") ==
        "1 format; 2 unordered_map");
  CHECK(verdict(banned_headers, "model/a.hpp", "#include <random>\n#include <chrono>\n#include <thread>\n") ==
        "1 random; 2 chrono; 3 thread");
  CHECK(verdict(banned_headers, "gui/a.cpp", "#include <ranges>\n#include <chrono>\n") == "1 ranges");
  CHECK(verdict(banned_headers, "tests/a.cpp", "#include <unordered_map>\n") == "");
  CHECK(verdict(banned_headers, "sim/a.cpp", "#include <map>\n") == "");
}

TEST_CASE("rule: banned names, by room, not in comments and texts") {
  CHECK(verdict(banned_names, "sim/a.cpp", "x;\nauto y = std::bit_cast<int>(x);\n") == "2 std::bit_cast");
  CHECK(verdict(banned_names, "sim/a.cpp", "std::shuffle(a, b, c); std::hash<int>{}(1);") ==
        "1 std::shuffle; 1 std::hash");
  CHECK(verdict(banned_names, "model/a.cpp", "std::unordered_map<int, int> m;") == "1 std::unordered_map");
  CHECK(verdict(banned_names, "model/a.cpp", "auto t = std::chrono::steady_clock::now();") == "1 std::chrono");
  CHECK(verdict(banned_names, "scenarios/a.cpp", "getenv(\"HOME\")") == "1 getenv");
  CHECK(verdict(banned_names, "scenarios/a.cpp", "std::getenv(\"HOME\")") == "1 std::getenv");
  CHECK(verdict(banned_names, "sim/a.cpp", "reinterpret_cast<std::uintptr_t>(&x)") == "1 std::uintptr_t");
  CHECK(verdict(banned_names, "gui/a.cpp", "std::chrono::seconds s; std::ranges::sort(v);") == "1 std::ranges");
  CHECK(verdict(banned_names, "sim/a.cpp", "// std::hash\nauto s = \"std::hash\"; std::hash_of(x);") == "");
  CHECK(verdict(banned_names, "tests/a.cpp", "std::hash<int>{}(1)") == "");
}

TEST_CASE("rule: libm and the clock of the machine, but not methods of these names") {
  CHECK(verdict(banned_names, "sim/a.cpp", "x = log(y);") == "1 log");
  CHECK(verdict(banned_names, "sim/a.cpp", "x = std::pow(y, 2) + std::exp (z);") == "1 exp; 1 pow");
  CHECK(verdict(banned_names, "sim/a.cpp", "return sin(y);") == "1 sin");
  CHECK(verdict(banned_names, "sim/a.cpp", "x = time(nullptr);") == "1 time");
  CHECK(verdict(banned_names, "sim/a.cpp", "x = ::time(nullptr);") == "1 time");
  CHECK(verdict(banned_names, "model/a.cpp", "r.log(y); r->log(y); kafka::log(y); log();") == "");
  CHECK(verdict(banned_names, "model/a.cpp", "Log& log(int x); Log log(int x); Log* log(int);") == "");
}

TEST_CASE("rule: not one word of Kafka in sim/") {
  CHECK(verdict(words_of_kafka, "sim/a.hpp", "int x;  // as Kafka does\n") == "1 kafka");
  CHECK(verdict(words_of_kafka, "sim/README.md", "\nBrokerId and topics\n") == "2 broker; 2 topic");
  CHECK(verdict(words_of_kafka, "sim/a.hpp", "the ISR of zk\n") == "1 isr; 1 zk");
  CHECK(verdict(words_of_kafka, "sim/a.hpp", "kafkasim KAFKASIM_BREAK_COPY_ON_WRITE disregard partition\n") == "");
  CHECK(verdict(words_of_kafka, "model/a.hpp", "kafka\n") == "");
}

TEST_CASE("rule: form of lines") {
  CHECK(verdict(form_of_lines, "sim/a.cpp", std::string(120, 'x') + "\n") == "");
  CHECK(verdict(form_of_lines, "sim/a.cpp", std::string(121, 'x') + "\n") == "1 form");
  CHECK(verdict(form_of_lines, "sim/a.cpp", std::string(119, 'x') + "\u2192\n") == "");
  CHECK(verdict(form_of_lines, "docs/a.md", std::string(300, 'x') + "  \n") == "");
  CHECK(verdict(form_of_lines, "sim/a.cpp", "a\n\tb\n") == "2 form");
  CHECK(verdict(form_of_lines, "sim/a.cpp", "a \n") == "1 form");
  CHECK(verdict(form_of_lines, "sim/a.cpp", "a\r\n") == "1 form");
  CHECK(verdict(form_of_lines, "sim/a.cpp", "a\nb") == "2 form");
}

TEST_CASE("rule: length of a file") {
  const auto lines = [](int n) {
    std::string text;
    for (int i = 0; i < n; ++i) text += "x\n";
    return text;
  };
  CHECK(verdict(length_of_file, "sim/a.cpp", lines(500)) == "");
  CHECK(verdict(length_of_file, "sim/a.cpp", lines(501)) == "0 length");
  CHECK(verdict(length_of_file, "notebooks/a.py", lines(501)) == "0 length");
  CHECK(verdict(length_of_file, "docs/a.md", lines(501)) == "");
}

TEST_CASE("rule: sign of a header") {
  CHECK(verdict(sign_of_header, "sim/a.hpp", good_sign) == "");
  CHECK(verdict(sign_of_header, "sim/b.hpp", good_sign) == "1 sign");
  CHECK(verdict(sign_of_header, "sim/a.cpp", "int x;\n") == "");
  for (const std::string part : {"// Here:  x.\n", "// Not:   y.\n", "// Start: z.\n", "#pragma once\n"}) {
    std::string text = good_sign;
    text.erase(text.find(part), part.size());
    CAPTURE(part);
    CHECK(verdict(sign_of_header, "sim/a.hpp", text) != "");
  }
}

TEST_CASE("rule: every folder of sources has a README") {
  const std::vector<SourceFile> files{{"sim/README.md", "x"},
                                      {"model/log/README.md", "x"},
                                      {"gui/panels/a.cpp", "x"},
                                      {"tests/sim/a.cpp", "x"},
                                      {"tests/bench/a.cpp", "x"}};
  const Findings findings = folders_without_readme(
      {"sim", "model", "model/log", "gui/panels", "tests/sim", "tests/model/log", "tests/bench", "tests/golden"},
      files);
  std::string paths;
  for (const Finding& finding : findings) paths += finding.path + " ";
  CHECK(paths == "model gui/panels tests/bench ");
}
