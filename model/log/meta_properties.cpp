#include "model/log/meta_properties.hpp"

#include "model/log/text_file.hpp"

#include <fmt/format.h>

#include <array>

namespace kafka {

namespace {

/// As Java prints a date in UTC: "Thu Jan 01 00:00:00 UTC 1970".
std::string java_date(Timestamp time) {
  constexpr std::array<std::string_view, 7> days = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  constexpr std::int64_t day_in_seconds = 86'400;
  std::int64_t seconds = time.raw() / 1'000 - (time.raw() % 1'000 < 0 ? 1 : 0);
  std::int64_t day = seconds / day_in_seconds - (seconds % day_in_seconds < 0 ? 1 : 0);
  seconds -= day * day_in_seconds;
  const std::int64_t weekday = ((day % 7) + 7) % 7;

  // From days since 1970 to the calendar, in eras of 400 years that begin with a March (Howard Hinnant's
  // civil_from_days).
  day += 719'468;
  const std::int64_t era = (day >= 0 ? day : day - 146'096) / 146'097;
  const std::int64_t day_of_era = day - era * 146'097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const std::int64_t day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const std::int64_t month = (month_from_march + 2) % 12;
  const std::int64_t year = year_of_era + era * 400 + (month < 2 ? 1 : 0);
  return fmt::format("{} {} {:02} {:02}:{:02}:{:02} UTC {}", days[static_cast<std::size_t>(weekday)],
                     months[static_cast<std::size_t>(month)], day_of_month, seconds / 3'600, seconds / 60 % 60,
                     seconds % 60, year);
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\f\r";
  const std::size_t from = text.find_first_not_of(blanks);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

/// Java escapes some characters with a backslash when it writes.
std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

/// False for a value that does not fit its key.
bool take(MetaProperties& properties, std::string_view key, const std::string& value) {
  if (key == "version") {
    const std::optional<std::int32_t> version = parse_integer<std::int32_t>(value);
    if (!version.has_value() || *version < 0 || *version > 1) return false;
    properties.version = *version;
  } else if (key == "broker.id" || key == "node.id") {
    const std::optional<std::int32_t> id = parse_integer<std::int32_t>(value);
    if (!id.has_value()) return false;
    properties.broker_id = BrokerId{*id};
  } else if (key == "cluster.id") {
    properties.cluster_id = value;
  } else if (key == "directory.id") {
    properties.directory_id = uuid_from_text(value);
    return properties.directory_id.has_value();
  }
  return true;
}

}  // namespace

std::string meta_properties_text(const MetaProperties& properties, Timestamp written) {
  std::string text = fmt::format("#\n#{}\n", java_date(written));
  if (properties.cluster_id.has_value()) text += fmt::format("cluster.id={}\n", *properties.cluster_id);
  text += fmt::format("version={}\n", properties.version);
  if (properties.broker_id.has_value()) {
    text += fmt::format("{}={}\n", properties.version == 0 ? "broker.id" : "node.id", properties.broker_id->raw());
  }
  if (properties.directory_id.has_value()) text += fmt::format("directory.id={}\n", to_text(*properties.directory_id));
  return text;
}

std::optional<MetaProperties> meta_properties_from_text(std::string_view text) {
  MetaProperties properties;
  for (const std::string_view raw : split_lines(text)) {
    const std::string_view line = trim(raw);
    if (line.empty() || line[0] == '#' || line[0] == '!') continue;
    const std::size_t separator = line.find_first_of("=: \t");
    const std::string_view key = line.substr(0, separator);
    std::string_view value = separator == std::string_view::npos ? std::string_view{} : line.substr(separator);
    value = trim(value);
    if (!value.empty() && (value[0] == '=' || value[0] == ':')) value = trim(value.substr(1));
    if (!take(properties, key, unescaped(value))) return std::nullopt;
  }
  return properties;
}

LogResult<std::optional<MetaProperties>> read_meta_properties(sim::Disk& disk, std::string_view directory) {
  const std::string path = join_path(directory, meta_properties_file);
  const LogResult<std::optional<sim::Bytes>> content = read_file(disk, path);
  if (!content.ok()) return sim::fail(content.error());
  if (!content.value().has_value()) return std::optional<MetaProperties>{};
  std::optional<MetaProperties> properties = meta_properties_from_text(content.value()->view());
  if (!properties.has_value()) return malformed_file(path, "malformed properties");
  return properties;
}

LogResult<void> write_meta_properties(sim::Disk& disk, std::string_view directory, const MetaProperties& properties,
                                      Timestamp written) {
  return replace_file(disk, directory, meta_properties_file, meta_properties_text(properties, written));
}

}  // namespace kafka
