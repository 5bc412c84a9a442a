#include "scenarios/json_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>

namespace scenarios {
namespace {

using nlohmann::json;

// Deep enough for anything that means something; the tree is walked and destroyed by recursion.
constexpr std::size_t deepest = 64;

// Tells how far the parser has read: nlohmann's parser hands out values right behind their last letter.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, std::size_t* count) : at_{at}, count_{count} {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    ++at_;
    ++*count_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const CountingIterator& a, const CountingIterator& b) { return a.at_ == b.at_; }
  friend bool operator!=(const CountingIterator& a, const CountingIterator& b) { return !(a == b); }

 private:
  const char* at_;
  std::size_t* count_;
};

// nlohmann's SAX interface: each function answers whether to go on.
class TreeMaker final : public nlohmann::json_sax<json> {
 public:
  TreeMaker(std::string_view text, const std::size_t& read, const std::string& file, std::vector<Problem>& problems)
      : text_{text}, read_{read}, file_{file}, problems_{problems} {}

  JsonValue take() { return std::move(root_); }

  bool null() override { return put(JsonValue::Kind::null, 1); }
  bool boolean(bool value) override {
    JsonValue made = make(JsonValue::Kind::boolean, 1);
    made.flag = value;
    made.text = value ? "true" : "false";
    return put(std::move(made));
  }
  bool number_integer(number_integer_t value) override {
    JsonValue made = make(JsonValue::Kind::integer, 2);
    made.number = value;
    made.text = std::to_string(value);
    return put(std::move(made));
  }
  bool number_unsigned(number_unsigned_t value) override {
    const bool fits = value <= static_cast<number_unsigned_t>(INT64_MAX);
    JsonValue made = make(fits ? JsonValue::Kind::integer : JsonValue::Kind::fraction, 2);
    made.number = fits ? static_cast<std::int64_t>(value) : INT64_MAX;
    made.text = std::to_string(value);
    return put(std::move(made));
  }
  bool number_float(number_float_t, const string_t& written) override {
    JsonValue made = make(JsonValue::Kind::fraction, 2);
    made.text = written;
    return put(std::move(made));
  }
  bool string(string_t& value) override {
    JsonValue made = make(JsonValue::Kind::text, 1);
    made.text = value;
    return put(std::move(made));
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return open(JsonValue::Kind::object); }
  bool start_array(std::size_t) override { return open(JsonValue::Kind::array); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    JsonValue& object = *open_.back();
    const int line = line_at(1);
    if (object.find(name) != nullptr) {
      problems_.push_back(
          Problem{Problem::Kind::error, file_, line, {}, fmt::format("the key \"{}\" stands twice", name)});
    }
    object.members.push_back(JsonMember{name, line, {}});
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    std::string what = error.what();  // "[json.exception.parse_error.101] parse error at line 3, column 5: syntax ..."
    if (const std::size_t colon = what.find(": "); colon != std::string::npos) what.erase(0, colon + 2);
    problems_.push_back(Problem{Problem::Kind::error, file_, line_at(1), {}, fmt::format("this is no JSON: {}", what)});
    return false;
  }

 private:
  // `behind`: how many letters behind its last one the parser stands (a number ends where something else begins).
  int line_at(std::size_t behind) {
    const std::size_t at = std::min(read_ >= behind ? read_ - behind : 0, text_.size());
    while (counted_ < at) {
      if (text_[counted_++] == '\n') ++line_;
    }
    return line_;
  }
  JsonValue make(JsonValue::Kind kind, std::size_t behind) {
    JsonValue value;
    value.kind = kind;
    value.line = line_at(behind);
    return value;
  }
  JsonValue& place(JsonValue value) {
    if (open_.empty()) return root_ = std::move(value);
    JsonValue& in = *open_.back();
    if (in.kind == JsonValue::Kind::object) return in.members.back().value = std::move(value);
    in.items.push_back(std::move(value));
    return in.items.back();
  }
  bool put(JsonValue value) {
    place(std::move(value));
    return true;
  }
  bool put(JsonValue::Kind kind, std::size_t behind) { return put(make(kind, behind)); }
  bool open(JsonValue::Kind kind) {
    if (open_.size() == deepest) {
      problems_.push_back(Problem{Problem::Kind::error,
                                  file_,
                                  line_at(1),
                                  {},
                                  fmt::format("lists and objects are nested deeper than {}", deepest)});
      return false;
    }
    open_.push_back(&place(make(kind, 1)));  // stays where it is: only the innermost one grows
    return true;
  }
  bool close() {
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  const std::size_t& read_;
  const std::string& file_;
  std::vector<Problem>& problems_;
  JsonValue root_;
  std::vector<JsonValue*> open_;
  std::size_t counted_ = 0;
  int line_ = 1;
};

}  // namespace

std::string to_text(const Problem& problem) {
  return fmt::format("{}:{}: {}{}{}{}", problem.file, problem.line,
                     problem.kind == Problem::Kind::warning ? "warning: " : "", problem.path,
                     problem.path.empty() ? "" : ": ", problem.sentence);
}

bool any_error(const std::vector<Problem>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const Problem& p) { return p.kind == Problem::Kind::error; });
}

const JsonValue* JsonValue::find(std::string_view name) const {
  for (const JsonMember& member : members) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

std::string describe(const JsonValue& value) {
  switch (value.kind) {
    case JsonValue::Kind::null: return "null";
    case JsonValue::Kind::boolean:
    case JsonValue::Kind::integer:
    case JsonValue::Kind::fraction: return value.text;
    case JsonValue::Kind::text: return fmt::format("\"{}\"", value.text);
    case JsonValue::Kind::array: return value.items.empty() ? "an empty list" : "a list";
    case JsonValue::Kind::object: return "an object";
  }
  return "?";
}

JsonValue parse_json(std::string_view text, const std::string& file, std::vector<Problem>& problems) {
  std::size_t read = 0;
  TreeMaker maker{text, read, file, problems};
  const CountingIterator begin{text.data(), &read};
  const CountingIterator end{text.data() + text.size(), &read};
  if (!json::sax_parse(begin, end, &maker)) return {};
  return maker.take();
}

}  // namespace scenarios
