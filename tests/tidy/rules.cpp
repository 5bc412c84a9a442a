#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <cctype>
#include <set>

namespace tidy {

namespace {

constexpr std::size_t longest_line = 120;
constexpr std::size_t longest_file = 500;

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

int line_at(std::string_view text, std::size_t position) {
  return 1 + static_cast<int>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(position), '\n'));
}

/// What decides and must therefore repeat: everything below the window and the command line.
bool must_repeat(const std::string& room) { return room == "sim" || room == "model" || room == "scenarios"; }

/// What g++ 12, clang 14 and em++ 3.1.6 must all compile.
bool must_be_portable(const std::string& room) { return must_repeat(room) || room == "gui" || room == "cli"; }

/// Rooms that a room may include besides itself; nothing for a name that is no room.
std::set<std::string> below(const std::string& room) {
  if (room == "sim") return {};
  if (room == "model") return {"sim"};
  if (room == "scenarios") return {"model", "sim"};
  if (room == "gui" || room == "notebooks") return {"scenarios", "model", "sim"};
  if (room == "cli") return {"gui", "notebooks", "scenarios", "model", "sim"};
  return {"cli", "gui", "notebooks", "scenarios", "model", "sim"};
}

enum class Why { repeat, portable };

struct Ban {
  const char* name;
  Why why;
  const char* instead;
};

bool applies(const Ban& ban, const SourceFile& file) {
  const std::string room = room_of(file.path);
  return is_cpp(file) && (ban.why == Why::repeat ? must_repeat(room) : must_be_portable(room));
}

std::string sentence(const Ban& ban) {
  return std::string(ban.name) + (ban.why == Why::repeat ? " makes runs differ; " : " is not in all our compilers; ") +
         ban.instead;
}

constexpr const char* use_fmt = "use fmt";
constexpr const char* use_std_algorithm = "use std:: algorithms with iterators";
constexpr const char* use_streams = "use sim/random.hpp and sim/distributions.hpp";
constexpr const char* use_virtual_time = "use the virtual time of Env (sim/time.hpp)";
constexpr const char* use_ordered = "use std::map, std::set or a sorted vector";
constexpr const char* one_thread = "a world and its copies live on one thread";
constexpr const char* use_integers = "decide with integers (sim/distributions.hpp has logarithms by table)";

constexpr Ban headers[] = {
    {"format", Why::portable, use_fmt},
    {"ranges", Why::portable, use_std_algorithm},
    {"coroutine", Why::portable, "write a state machine"},
    {"source_location", Why::portable, "use SIM_CHECK"},
    {"memory_resource", Why::portable, "use plain containers"},
    {"expected", Why::portable, "return a variant or an optional"},
    {"stop_token", Why::portable, one_thread},
    {"random", Why::repeat, use_streams},
    {"chrono", Why::repeat, use_virtual_time},
    {"ctime", Why::repeat, use_virtual_time},
    {"time.h", Why::repeat, use_virtual_time},
    {"sys/time.h", Why::repeat, use_virtual_time},
    {"unordered_map", Why::repeat, use_ordered},
    {"unordered_set", Why::repeat, use_ordered},
    {"boost/unordered_map.hpp", Why::repeat, use_ordered},
    {"boost/unordered_set.hpp", Why::repeat, use_ordered},
    {"thread", Why::repeat, one_thread},
    {"mutex", Why::repeat, one_thread},
    {"shared_mutex", Why::repeat, one_thread},
    {"condition_variable", Why::repeat, one_thread},
    {"future", Why::repeat, one_thread},
    {"execution", Why::repeat, one_thread},
    {"cmath", Why::repeat, use_integers},
    {"math.h", Why::repeat, use_integers},
    {"complex", Why::repeat, use_integers},
};

// With the namespace: matched as they stand.
constexpr Ban names[] = {
    {"std::format", Why::portable, use_fmt},
    {"std::ranges", Why::portable, use_std_algorithm},
    {"std::views", Why::portable, use_std_algorithm},
    {"std::bit_cast", Why::portable, "use std::memcpy"},
    {"std::source_location", Why::portable, "use SIM_CHECK"},
    {"std::pmr", Why::portable, "use plain containers"},
    {"std::expected", Why::portable, "return a variant or an optional"},
    {"std::jthread", Why::portable, one_thread},
    {"co_await", Why::portable, "write a state machine"},
    {"co_yield", Why::portable, "write a state machine"},
    {"co_return", Why::portable, "write a state machine"},
    {"std::shuffle", Why::repeat, use_streams},
    {"std::random_shuffle", Why::repeat, use_streams},
    {"std::sample", Why::repeat, use_streams},
    {"std::random_device", Why::repeat, use_streams},
    {"std::mt19937", Why::repeat, use_streams},
    {"std::mt19937_64", Why::repeat, use_streams},
    {"std::default_random_engine", Why::repeat, use_streams},
    {"std::uniform_int_distribution", Why::repeat, use_streams},
    {"std::uniform_real_distribution", Why::repeat, use_streams},
    {"std::exponential_distribution", Why::repeat, use_streams},
    {"std::normal_distribution", Why::repeat, use_streams},
    {"std::rand", Why::repeat, use_streams},
    {"std::hash", Why::repeat, "use sim/digest.hpp"},
    {"std::unordered_map", Why::repeat, use_ordered},
    {"std::unordered_set", Why::repeat, use_ordered},
    {"std::unordered_multimap", Why::repeat, use_ordered},
    {"std::unordered_multiset", Why::repeat, use_ordered},
    {"boost::unordered_map", Why::repeat, use_ordered},
    {"boost::unordered_set", Why::repeat, use_ordered},
    {"std::chrono", Why::repeat, use_virtual_time},
    {"std::time", Why::repeat, use_virtual_time},
    {"std::clock", Why::repeat, use_virtual_time},
    {"clock_gettime", Why::repeat, use_virtual_time},
    {"gettimeofday", Why::repeat, use_virtual_time},
    {"__rdtsc", Why::repeat, use_virtual_time},
    {"std::thread", Why::repeat, one_thread},
    {"std::async", Why::repeat, one_thread},
    {"std::mutex", Why::repeat, one_thread},
    {"thread_local", Why::repeat, "keep state in the world"},
    {"getenv", Why::repeat, "take it as a parameter"},
    {"std::getenv", Why::repeat, "take it as a parameter"},
    {"uintptr_t", Why::repeat, "an address must never be seen"},
    {"std::uintptr_t", Why::repeat, "an address must never be seen"},
    {"fmt::ptr", Why::repeat, "an address must never be seen"},
    {"long double", Why::repeat, use_integers},
};

// Called without a namespace or with std::, with at least one argument. Not methods of the same name.
constexpr Ban functions[] = {
    {"log", Why::repeat, use_integers},           {"log2", Why::repeat, use_integers},
    {"log10", Why::repeat, use_integers},         {"log1p", Why::repeat, use_integers},
    {"exp", Why::repeat, use_integers},           {"exp2", Why::repeat, use_integers},
    {"expm1", Why::repeat, use_integers},         {"pow", Why::repeat, use_integers},
    {"sin", Why::repeat, use_integers},           {"cos", Why::repeat, use_integers},
    {"tan", Why::repeat, use_integers},           {"atan2", Why::repeat, use_integers},
    {"cbrt", Why::repeat, use_integers},          {"hypot", Why::repeat, use_integers},
    {"tgamma", Why::repeat, use_integers},        {"lgamma", Why::repeat, use_integers},
    {"srand", Why::repeat, use_streams},          {"time", Why::repeat, use_virtual_time},
    {"localtime", Why::repeat, use_virtual_time},
};

/// Calls `found(position)` wherever `name` stands in `code` as a whole word.
template <class Found>
void each_word(std::string_view code, std::string_view name, Found found) {
  for (std::size_t at = code.find(name); at != std::string_view::npos; at = code.find(name, at + 1)) {
    if (at > 0 && is_word(code[at - 1])) continue;
    const std::size_t end = at + name.size();
    if (end < code.size() && is_word(code[end])) continue;
    found(at);
  }
}

/// `log(x)` and `std::log(x)`, but neither `disk.log(x)`, `own::log(x)`, `Log log(x)`, `Log& log(x)` nor `log()`.
bool is_free_call(std::string_view code, std::size_t at, std::size_t size) {
  const std::size_t open = code.find_first_not_of(" \n", at + size);
  if (open == std::string_view::npos || code[open] != '(') return false;
  const std::size_t argument = code.find_first_not_of(" \n", open + 1);
  if (argument == std::string_view::npos || code[argument] == ')') return false;

  const std::string_view before = code.substr(0, at);
  if (ends_with(before, "std::")) return true;
  const std::size_t last = before.find_last_not_of(" \n");
  if (last == std::string_view::npos) return true;
  const std::string_view head = before.substr(0, last + 1);
  if (ends_with(head, "return")) return true;
  if (ends_with(head, "::"))
    return head.size() < 3 || !(is_word(head[head.size() - 3]) || head[head.size() - 3] == '>');
  return !is_word(head.back()) && head.back() != '.' && head.back() != '>' && head.back() != '&' && head.back() != '*';
}

}  // namespace

std::string to_text(const Finding& finding) {
  return finding.path + ":" + std::to_string(finding.line) + ": " + finding.what;
}

Findings include_direction(const SourceFile& file) {
  if (!is_cpp(file)) return {};
  const std::string room = room_of(file.path);
  const std::set<std::string> allowed = below(room);
  const std::set<std::string> everything = below("tests");
  Findings findings;
  for (const Include& include : includes_of(file)) {
    if (!include.quoted) continue;
    const std::string target = room_of(include.name);
    const std::string path = "\"" + include.name + "\"";
    if (target != "tests" && everything.count(target) == 0)
      findings.push_back({file.path, include.line, include.name, "write " + path + " from the repository root"});
    else if (target != room && allowed.count(target) == 0)
      findings.push_back({file.path, include.line, include.name, room + "/ must not include " + path});
  }
  return findings;
}

Findings foreign_headers(const SourceFile& file) {
  if (!is_cpp(file) || room_of(file.path) != "sim") return {};
  Findings findings;
  for (const Include& include : includes_of(file)) {
    if (include.quoted) continue;
    const bool standard = include.name.find_first_of("./") == std::string::npos;
    const bool ours = include.name.rfind("boost/", 0) == 0 || include.name.rfind("fmt/", 0) == 0;
    if (standard || ours || include.name == "xxhash.h") continue;
    findings.push_back({file.path, include.line, "foreign",
                        "sim/ includes the standard library, Boost, fmt and xxHash, but not <" + include.name + ">"});
  }
  return findings;
}

Findings banned_headers(const SourceFile& file) {
  Findings findings;
  for (const Include& include : includes_of(file)) {
    const auto ban = std::find_if(std::begin(headers), std::end(headers),
                                  [&](const Ban& b) { return include.name == b.name && !include.quoted; });
    if (ban == std::end(headers) || !applies(*ban, file)) continue;
    findings.push_back({file.path, include.line, include.name, "header " + sentence(*ban)});
  }
  return findings;
}

Findings banned_names(const SourceFile& file) {
  const std::string code = code_of(file.text);
  Findings findings;
  const auto report = [&](const Ban& ban, std::size_t at) {
    findings.push_back({file.path, line_at(code, at), ban.name, sentence(ban)});
  };
  for (const Ban& ban : names) {
    if (!applies(ban, file)) continue;
    each_word(code, ban.name, [&](std::size_t at) {
      if (at < 5 || code.compare(at - 5, 5, "std::") != 0) report(ban, at);  // a name with std:: has its own line above
    });
  }
  for (const Ban& ban : functions) {
    if (!applies(ban, file)) continue;
    each_word(code, ban.name, [&](std::size_t at) {
      if (is_free_call(code, at, std::string_view(ban.name).size())) report(ban, at);
    });
  }
  return findings;
}

Findings words_of_kafka(const SourceFile& file) {
  if (room_of(file.path) != "sim") return {};
  Findings findings;
  int number = 0;
  for (std::string line : lines_of(file.text)) {
    ++number;
    std::transform(line.begin(), line.end(), line.begin(),
                   [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    const auto report = [&](const char* word) {
      findings.push_back({file.path, number, word, "sim/ knows no Kafka: say it without '" + std::string(word) + "'"});
    };
    for (std::size_t at = line.find("kafka"); at != std::string::npos; at = line.find("kafka", at + 1))
      if (line.compare(at, 8, "kafkasim") != 0) report("kafka");
    // Parts of words, too: BrokerId, topics. "partition" is a fault of the network here, and allowed.
    for (const char* word : {"zookeeper", "broker", "topic", "kraft", "znode", "zxid", "consumer group",
                             "high watermark", "high_watermark", "in-sync", "insync"})
      if (line.find(word) != std::string::npos) report(word);
    for (const char* word : {"isr", "zk"}) each_word(line, word, [&](std::size_t) { report(word); });
  }
  return findings;
}

Findings form_of_lines(const SourceFile& file) {
  if (ends_with(file.path, ".md")) return {};
  Findings findings;
  int number = 0;
  for (const std::string& line : lines_of(file.text)) {
    ++number;
    const auto columns = static_cast<std::size_t>(  // bytes that do not continue a character of UTF-8
        std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
    if (columns > longest_line)
      findings.push_back(
          {file.path, number, "form", "line of " + std::to_string(columns) + " columns, 120 is the limit"});
    if (line.find('\t') != std::string::npos) findings.push_back({file.path, number, "form", "tab; use spaces"});
    if (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
      findings.push_back({file.path, number, "form", "blank at the end of the line"});
  }
  if (!file.text.empty() && file.text.back() != '\n')
    findings.push_back({file.path, number, "form", "no newline at the end of the file"});
  return findings;
}

Findings length_of_file(const SourceFile& file) {
  if (!is_cpp(file) && !ends_with(file.path, ".py") && !ends_with(file.path, ".sh")) return {};
  const std::size_t lines = lines_of(file.text).size();
  if (lines <= longest_file) return {};
  return {{file.path, 0, "length", std::to_string(lines) + " lines, 500 is the limit: a file is one concept"}};
}

Findings sign_of_header(const SourceFile& file) {
  if (!is_header(file)) return {};
  const std::vector<std::string> lines = lines_of(file.text);
  const std::string name = file.path.substr(file.path.rfind('/') + 1);
  Findings findings;
  if (lines.empty() || lines[0].rfind("// " + name + " - ", 0) != 0)
    findings.push_back({file.path, 1, "sign", "the first line must be '// " + name + " - what.'"});

  std::size_t comment = 0;
  while (comment < lines.size() && lines[comment].rfind("//", 0) == 0) ++comment;
  for (const char* word : {"// Here: ", "// Not: ", "// Start: "}) {
    const auto end = lines.begin() + static_cast<std::ptrdiff_t>(comment);
    if (std::none_of(lines.begin(), end, [&](const std::string& line) { return line.rfind(word, 0) == 0; }))
      findings.push_back({file.path, 1, "sign", "the sign at the head lacks a line '" + std::string(word) + "...'"});
  }
  if (comment >= lines.size() || lines[comment] != "#pragma once")
    findings.push_back({file.path, static_cast<int>(comment) + 1, "sign", "after the sign comes '#pragma once'"});
  return findings;
}

Findings folders_without_readme(const std::vector<std::string>& folders, const std::vector<SourceFile>& files) {
  Findings findings;
  for (const std::string& folder : folders) {
    const bool mirrors =
        folder.rfind("tests/", 0) == 0 && std::find(folders.begin(), folders.end(), folder.substr(6)) != folders.end();
    const bool has_sources = std::any_of(files.begin(), files.end(), [&](const SourceFile& file) {
      return file.path.substr(0, file.path.rfind('/')) == folder;
    });
    const bool is_room = folder.find('/') == std::string::npos;
    if (mirrors || !(has_sources || is_room)) continue;
    const bool has = std::any_of(files.begin(), files.end(),
                                 [&](const SourceFile& file) { return file.path == folder + "/README.md"; });
    if (!has) findings.push_back({folder, 0, "readme", "every folder has a README.md of about ten lines"});
  }
  return findings;
}

std::vector<Rule> all_rules() {
  return {
      {"includes point down the table of the design", include_direction},
      {"sim/ leans on few libraries", foreign_headers},
      {"no banned header", banned_headers},
      {"no banned name", banned_names},
      {"not one word of Kafka in sim/", words_of_kafka},
      {"lines have the agreed form", form_of_lines},
      {"a file is one concept", length_of_file},
      {"a header opens with its sign", sign_of_header},
  };
}

}  // namespace tidy
