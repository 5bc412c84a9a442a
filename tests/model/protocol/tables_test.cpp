// The tables in C++ against the text they were made from: docs/reference/wire-protocol.md §6, §7 and §9.
#include "model/protocol/errors.hpp"
#include "tests/model/protocol/all_messages.hpp"
#include "tests/model/protocol/notation.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace kafka;
using namespace kafka::testing;

namespace {

const std::string& reference() {
  static const std::string text = [] {
    std::ifstream file{KAFKASIM_SOURCE_DIR "/docs/reference/wire-protocol.md"};
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
  }();
  return text;
}

/// From the line that begins with `from` to the next one that begins with `to`.
std::string section(const std::string& from, const std::string& to) {
  const auto start = reference().find("\n" + from);
  REQUIRE_MESSAGE(start != std::string::npos, from);
  const auto end = reference().find("\n" + to, start + 1);
  REQUIRE_MESSAGE(end != std::string::npos, to);
  return reference().substr(start + 1, end - start);
}

struct ApiText {
  int key = 0;
  std::string versions;                         ///< "v0-11 flex 9+"
  std::map<std::string, std::string> requests;  ///< fields by name of the struct; "" is the body
  std::map<std::string, std::string> responses;
};

/// One word for what the text writes in several ways.
std::string canonical(std::string fields) {
  fields = std::regex_replace(fields, std::regex{"=0x7fffffff"}, "=2147483647");
  return std::regex_replace(fields, std::regex{"=[Ff]alse"}, "");
}

ApiText api_text(std::string_view api) {
  const std::regex head{R"((\d+) (\w+) (v\S+ flex \S+))"};
  std::istringstream lines{reference()};
  ApiText result;
  bool inside = false;
  std::map<std::string, std::string>* part = nullptr;
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (line.starts_with("```")) inside = false;
    if (std::regex_match(line, match, head) && match[2].str() == api) {
      inside = true;
      result.key = std::stoi(match[1]);
      result.versions = match[3];
    } else if (inside && (line.starts_with("Q ") || line.starts_with("R "))) {
      part = line[0] == 'Q' ? &result.requests : &result.responses;
      (*part)[""] = canonical(line.substr(2));
    } else if (inside && line.starts_with("  ")) {
      const auto colon = line.find(": ");
      (*part)[line.substr(2, colon - 2)] = canonical(line.substr(colon + 2));
    }
  }
  return result;
}

template <class Body>
void compare(std::string_view api, const ApiText& text, const std::map<std::string, std::string>& expected) {
  CAPTURE(api);
  CHECK(static_cast<int>(Body::api.key) == text.key);
  const auto last = std::to_string(Body::api.last_version);
  const std::string flexible = " flex " + std::to_string(Body::api.flexible_from) + "+";
  CHECK((Body::api.last_version == 0 ? "v0" : "v0-" + last) + flexible == text.versions);
  std::map<std::string, std::string> actual;
  collect_notation<Body>(actual);
  for (const auto& written : actual) {
    const auto found = expected.find(written.first == table_of<Body>.name ? "" : written.first);
    REQUIRE_MESSAGE(found != expected.end(), written.first);
    CHECK_MESSAGE(written.second == found->second, written.first);
  }
  CHECK(actual.size() == expected.size());
}

/// In T and everything inside it.
template <class T>
void tags_need_flexible_versions(std::int16_t flexible_from) {
  if constexpr (is_optional<T> || is_vector<T>) {
    tags_need_flexible_versions<typename T::value_type>(flexible_from);
  } else if constexpr (Described<T>) {
    for_each_field<T>([&](auto index) {
      constexpr const auto& f = field_at<T, index>;
      if constexpr (f.tag != no_tag) CHECK_MESSAGE(f.versions.first >= flexible_from, f.name);
      tags_need_flexible_versions<typename std::remove_cvref_t<decltype(f)>::Value>(flexible_from);
    });
  }
}

}  // namespace

TEST_CASE("every request's table is the one in the reference text") {
  for_each_request([]<class Body>(Of<Body> message) {
    const ApiText text = api_text(message.api);
    compare<Body>(message.api, text, text.requests);
    tags_need_flexible_versions<Body>(Body::api.flexible_from);
    CHECK(std::string{table_of<Body>.name} == std::string{message.api} + "Request");
  });
}

TEST_CASE("every response's table is the one in the reference text") {
  for_each_response([]<class Body>(Of<Body> message) {
    const ApiText text = api_text(message.api);
    compare<Body>(message.api, text, text.responses);
    tags_need_flexible_versions<Body>(Body::api.flexible_from);
    CHECK(std::string{table_of<Body>.name} == std::string{message.api} + "Response");
  });
}

TEST_CASE("the advertised ranges are those of the reference text") {
  const std::string text = section("## 6.", "Not tabulated below");
  const std::regex range{R"((\d+):(\d+)-(\d+))"};
  std::string expected;
  for (std::sregex_iterator it{text.begin(), text.end(), range}; it != std::sregex_iterator{}; ++it) {
    expected += it->str() + " ";
  }
  std::string actual;
  for (const AdvertisedApi& api : advertised_apis()) {
    actual += std::to_string(static_cast<int>(api.key)) + ":" + std::to_string(api.first_version) + "-" +
              std::to_string(api.last_version) + " ";
  }
  CHECK(actual == expected);
  CHECK(advertised_apis().size() == 62);
}

TEST_CASE("what a message can say is what is advertised for it, under the same name") {
  for_each_request([]<class Body>(Of<Body> message) {
    int found = 0;
    for (const AdvertisedApi& api : advertised_apis()) {
      if (api.key != Body::api.key) continue;
      ++found;
      CHECK(api.name == message.api);
      CHECK(api.first_version == 0);
      CHECK(api.last_version == Body::api.last_version);
    }
    CHECK(found == 1);
  });
}

TEST_CASE("the error codes are those of the reference text") {
  const std::string text = section("## 9.", "## 10.");
  const std::regex code{R"((-?\d+) ([A-Z_]{3,})(\*?))"};
  std::vector<std::string> expected;
  for (std::sregex_iterator it{text.begin(), text.end(), code}; it != std::sregex_iterator{}; ++it) {
    expected.push_back(it->str());
  }
  REQUIRE(expected.size() == all_errors().size());
  std::set<std::string_view> texts;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const ErrorInfo& error = all_errors()[i];
    CHECK(std::to_string(error.code) + " " + std::string{error.name} + (error.retriable ? "*" : "") == expected[i]);
    CHECK(error.text.ends_with('.'));
    CHECK_MESSAGE(texts.insert(error.text).second, error.text);
  }
}

TEST_CASE("an error code is looked up by its number, known or not") {
  CHECK(name(ErrorCode::unknown_server_error) == "UNKNOWN_SERVER_ERROR");
  CHECK(name(ErrorCode::none) == "NONE");
  CHECK(name(ErrorCode::not_leader_or_follower) == "NOT_LEADER_OR_FOLLOWER");
  CHECK(name(ErrorCode::voter_not_found) == "VOTER_NOT_FOUND");
  CHECK(name(ErrorCode{128}) == "ERROR_128");
  CHECK(name(ErrorCode{-2}) == "ERROR_-2");
  CHECK(error_info(ErrorCode{128}) == nullptr);
  CHECK(error_info(ErrorCode{-2}) == nullptr);
  CHECK(is_retriable(ErrorCode::not_enough_replicas));
  CHECK(!is_retriable(ErrorCode::message_too_large));
  CHECK(!is_retriable(ErrorCode{128}));
}

TEST_CASE("every message has an id of its own, made of its api key") {
  std::set<int> ids;
  for_each_request([&]<class Body>(Of<Body>) {
    CHECK(Request<Body>::type.id == message_id_base + 2 * static_cast<int>(Body::api.key));
    ids.insert(Request<Body>::type.id);
  });
  for_each_response([&]<class Body>(Of<Body>) {
    CHECK(Response<Body>::type.id == message_id_base + 2 * static_cast<int>(Body::api.key) + 1);
    ids.insert(Response<Body>::type.id);
  });
  CHECK(ids.size() == 32);
}
