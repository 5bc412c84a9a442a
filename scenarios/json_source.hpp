// json_source.hpp - a JSON text whose every value knows its line.
// Here:  JsonValue, parse_json; Problem, what can be wrong with a file, and its line of text.
// Not:   what the values mean (loader.hpp).
// Start: parse_json().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scenarios {

/// Something to say about a file.
struct Problem {
  enum class Kind : std::uint8_t { error, warning };
  Kind kind = Kind::error;
  std::string file;
  int line = 0;      ///< from 1
  std::string path;  ///< "timeline[3].crash"; empty: the whole file
  std::string sentence;
};
/// "leader.json:12: timeline[3].crash: ..."; a warning says that it is one.
std::string to_text(const Problem& problem);
bool any_error(const std::vector<Problem>& problems);

struct JsonMember;

/// One value. Numbers keep the text that they were written with.
struct JsonValue {
  enum class Kind : std::uint8_t { null, boolean, integer, fraction, text, array, object };
  Kind kind = Kind::null;
  int line = 0;
  bool flag = false;
  std::int64_t number = 0;  ///< of an integer
  std::string text;         ///< of a text; of numbers as they were written
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;  ///< in the order of the file

  /// Null if there is none of this name.
  const JsonValue* find(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  int line = 0;  ///< of the name
  JsonValue value;
};

/// How people see a value: `"leader"`, `17`, `a list`, `an object`.
std::string describe(const JsonValue& value);

/// The value, or null with problems: a fault of syntax ends the reading; names that stand twice in an object are told
/// all at once.
JsonValue parse_json(std::string_view text, const std::string& file, std::vector<Problem>& problems);

}  // namespace scenarios
