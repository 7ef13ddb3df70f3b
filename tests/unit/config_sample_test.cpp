// config/peyk.yaml is the manual of its keys: this holds it to the code. What it gives as a default is the
// struct's, what it gives as a range is the loader's, and it leaves no key out.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>

#include "config/load.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::config::config_sample_test {
namespace {

std::optional<std::string> no_variables(std::string_view) {
  return std::nullopt;
}

// One key of the sample, with the comment above it.
struct Entry {
  std::string path;     // "carriers.port"
  std::string comment;  // joined to one line
  std::string value;
  bool commented_out = false;
};

std::string sample() {
  return tests::read_file(tests::source_dir() / "config" / "peyk.yaml");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

struct KeyLine {
  std::string key, value;
  bool commented_out = false;
};

// "  - port: 1" and "  #port: 1"; nothing for prose and empty lines.
std::optional<KeyLine> key_line(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  if (line.starts_with("- ")) line.remove_prefix(2);
  const bool commented_out = line.starts_with('#');
  if (commented_out) line.remove_prefix(1);
  const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789");
  if (end == 0 || end == line.npos || line[end] != ':') return std::nullopt;
  const std::string_view value = line.substr(std::min(end + 2, line.size()));
  return KeyLine{std::string(line.substr(0, end)), std::string(value), commented_out};
}

// The words of a "# line of prose"; nothing for an empty line.
std::optional<std::string> prose(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  if (!line.starts_with('#')) return std::nullopt;
  return std::string(line.substr(std::min<std::size_t>(2, line.size()))) + " ";
}

// The first entry of each path: the second of the sample's `lines` has no comments of its own.
std::vector<Entry> entries_of_sample() {
  std::vector<Entry> entries;
  std::string section, comment;
  for (const std::string& line : lines_of(sample())) {
    if (const auto written = key_line(line)) {
      if (!line.starts_with(' ')) {
        section = written->key;
        continue;
      }
      Entry entry{section + "." + written->key, comment, written->value, written->commented_out};
      const bool known = std::any_of(entries.begin(), entries.end(),
                                     [&](const Entry& other) { return other.path == entry.path; });
      if (!known) entries.push_back(std::move(entry));
    } else if (const auto words = prose(line)) {
      comment += *words;
    } else {
      comment.clear();
    }
  }
  return entries;
}

// A file that gives one key a value beside what is required.
std::string only(const std::string& path, const std::string& value) {
  const std::string section = path.substr(0, path.find('.'));
  const std::string key = path.substr(path.find('.') + 1);
  std::map<std::string, std::string> carrier = {
      {"name", "sim"}, {"host", "h"}, {"system_id", "s"}, {"password", "p"}};
  std::map<std::string, std::string> line = {{"number", "30001234"}, {"carrier", "sim"}};
  if (section == "carriers") carrier[key] = value;
  if (section == "lines") line[key] = value;
  const auto item = [](const std::map<std::string, std::string>& keys) {
    std::string text;
    for (const auto& [name, content] : keys)
      text += (text.empty() ? "- " : "  ") + name + ": " + content + "\n";
    return text;
  };
  std::string yaml = "carriers:\n" + item(carrier) + "lines:\n" + item(line);
  if (section != "carriers" && section != "lines") yaml += section + ":\n  " + key + ": " + value + "\n";
  return yaml;
}

gateway::Options load(const std::string& yaml) {
  const auto options = load_options(yaml, "peyk.yaml", no_variables);
  if (!options) throw std::runtime_error(report(options.error()));
  return *options;
}

bool is_required(const Entry& entry) {
  return entry.comment.find("Required") != std::string::npos;
}

// What the manual says the default is: the value behind the #, or the words "Default: x." above a key that is
// set.
std::string documented_default(const Entry& entry) {
  if (entry.commented_out) return entry.value;
  const std::size_t at = entry.comment.rfind("Default: ");
  if (at == std::string::npos) return "no default is documented";
  const std::string words = entry.comment.substr(at + std::string_view("Default: ").size());
  return words.substr(0, words.rfind(". "));
}

// "1 to 64" of "a whole number, 1 to 64"; empty when there is no range in it.
std::string range_in(const std::string& allowed) {
  std::istringstream words(allowed);
  std::string word, after;
  for (std::string last; words >> word; last = word) {
    if (word != "to" || !(words >> after)) continue;
    after.resize(std::min(after.find_first_not_of("0123456789.msh"), after.size()));
    return last + " to " + after;
  }
  return "";
}

// "Up to 8" where the comment begins a sentence with it.
std::string capitalised_as_in(const std::string& comment, std::string range) {
  if (range.starts_with("up") && comment.find("Up" + range.substr(2)) != std::string::npos) range[0] = 'U';
  return range;
}

TEST(ConfigSample, loads_without_any_variable_and_holds_what_the_demo_needs) {
  const gateway::Options options = load(sample());
  ASSERT_EQ(options.carriers.size(), 1u);
  EXPECT_EQ(options.carriers[0].name, "sim");
  EXPECT_EQ(options.carriers[0].host, "127.0.0.1");
  EXPECT_EQ(options.carriers[0].port, 2775);
  EXPECT_EQ(options.carriers[0].system_id, "peyk");
  EXPECT_EQ(options.carriers[0].bind_mode, gateway::BindMode::transceiver);
  EXPECT_TRUE(options.carriers[0].ussd);
  ASSERT_EQ(options.lines.size(), 2u);
  EXPECT_EQ(options.lines[0], (gateway::LineOptions{.number = "30001234", .carrier = "sim", .rate = 100}));
  EXPECT_EQ(options.lines[1], (gateway::LineOptions{.number = "20001234",
                                                    .carrier = "sim",
                                                    .purpose = gateway::LinePurpose::promo,
                                                    .rate = 50,
                                                    .promo = {.line_may = true,
                                                              .quiet_from_minute = 21 * 60,
                                                              .quiet_until_minute = 8 * 60,
                                                              .per_day_max = 1}}));
}

TEST(ConfigSample, takes_what_differs_from_machine_to_machine_from_the_environment) {
  const std::map<std::string, std::string, std::less<>> variables = {
      {"PEYK_SMPP_PORT", "12775"},          {"PEYK_SMPP_PASSWORD", "other"},
      {"PEYK_MYSQL_SOCKET", "/run/a.sock"}, {"PEYK_MYSQL_PASSWORD", "hunter2"},
      {"PEYK_MYSQL_DATABASE", "demo"},      {"PEYK_REDIS_SOCKET", "/run/b.sock"},
      {"PEYK_HTTP_PORT", "18080"}};
  const auto options =
      load_options(sample(), "peyk.yaml", [&](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
      });
  ASSERT_TRUE(options) << report(options.error());
  EXPECT_EQ(options->carriers[0].port, 12775);
  EXPECT_EQ(options->carriers[0].password, "other");
  EXPECT_EQ(options->mysql.unix_socket, "/run/a.sock");
  EXPECT_EQ(options->mysql.password, "hunter2");
  EXPECT_EQ(options->mysql.database, "demo");
  EXPECT_EQ(options->redis.unix_socket, "/run/b.sock");
  EXPECT_EQ(options->http.port, 18080);
}

TEST(ConfigSample, names_the_default_of_every_key_as_it_is_when_the_key_is_left_out) {
  const gateway::Options without = load(only("log.level", "info"));
  for (const Entry& entry : entries_of_sample()) {
    if (is_required(entry)) continue;
    EXPECT_EQ(load(only(entry.path, documented_default(entry))), without)
        << entry.path << ": " << documented_default(entry);
  }
}

TEST(ConfigSample, names_the_range_of_every_key_as_the_loader_has_it) {
  std::size_t ranges = 0;
  for (const Entry& entry : entries_of_sample()) {
    if (entry.path == "lines.carrier") continue;  // one of the names above it
    const auto refused = load_options(only(entry.path, "{}"), "peyk.yaml", no_variables);
    ASSERT_FALSE(refused) << entry.path;
    const std::string allowed = refused.error()[0].allowed;
    const std::string range = capitalised_as_in(entry.comment, range_in(allowed));
    ranges += range.empty() ? 0 : 1;
    const bool is_choice = range.empty() && allowed.find(", ") != std::string::npos &&
                           allowed != "true, false" && entry.path != "http.address";
    EXPECT_NE(entry.comment.find(is_choice ? allowed : range), std::string::npos)
        << entry.path << ": " << allowed;
  }
  EXPECT_GT(ranges, 30u);
}

TEST(ConfigSample, explains_every_key_that_the_loader_knows) {
  std::vector<std::string> documented;
  for (const Entry& entry : entries_of_sample()) documented.push_back(entry.path);
  for (const std::string section :
       {"carriers", "lines", "mysql", "redis", "http", "webhooks", "history", "log", "limits"}) {
    const auto refused = load_options(only(section + ".unknown_key_at_all", "1"), "peyk.yaml", no_variables);
    ASSERT_FALSE(refused);
    std::istringstream keys(refused.error()[0].allowed);
    for (std::string key; std::getline(keys >> std::ws, key, ',');) {
      if (key.starts_with("password_")) continue;  // explained once, at the top
      EXPECT_NE(std::find(documented.begin(), documented.end(), section + "." + key), documented.end())
          << section << "." << key;
    }
  }
}

TEST(ConfigSample, explains_every_key_in_words) {
  for (const Entry& entry : entries_of_sample()) EXPECT_GT(entry.comment.size(), 10u) << entry.path;
}

}  // namespace
}  // namespace peyk::config::config_sample_test
