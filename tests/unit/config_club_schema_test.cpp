// docs/club.schema.json is for editors, the loader for the truth: this holds the one to the other.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "config/club_file.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::config {
namespace {

using nlohmann::json;
using Keys = std::set<std::string>;

const std::map<std::string, std::string> kFile = {
    {"", "slug: shop\nname: Shop\nline: 30001234\n"},
    {"policy", "policy: {"},
    {"branches", "branches:\n- {number: 1, name: A, "},
    {"cashiers", "cashiers:\n- {phone: 09121112233, branch: 1, "},
    {"till_keys", "till_keys:\n- {id: a, secret_kept: true, "},
    {"webhooks", "webhooks:\n- {id: a, url: \"https://a/\", secret_kept: true, "},
};

json schema() {
  return json::parse(tests::read_file(tests::source_dir() / "docs/club.schema.json"));
}

json properties_of(const std::string& section) {
  const json all = schema()["properties"];
  if (section.empty()) return all;
  return section == "policy" ? all[section]["properties"] : all[section]["items"]["properties"];
}

// What is wrong with a file that holds this one entry in that section.
std::vector<Mistake> mistakes_with(const std::string& section, const std::string& entry) {
  std::string yaml = kFile.at("");
  if (section != "branches") yaml += kFile.at("branches") + "}\n";
  yaml += section.empty() ? entry + "\n" : kFile.at(section) + entry + "}\n";
  const auto file = load_club(yaml, "club.yaml", [](std::string_view) { return std::nullopt; });
  return file ? std::vector<Mistake>{} : file.error();
}

Keys known_to_the_loader(const std::string& section) {
  Keys keys;
  for (const Mistake& mistake : mistakes_with(section, "no_key_at_all: 1")) {
    if (mistake.what.find("unknown key") == mistake.what.npos) continue;
    std::istringstream allowed(mistake.allowed);
    for (std::string key; std::getline(allowed >> std::ws, key, ',');) keys.insert(key);
  }
  return keys;
}

TEST(ClubSchema, has_every_key_that_the_loader_knows_and_no_other) {
  for (const auto& [section, begin] : kFile) {
    Keys described;
    const json properties = properties_of(section);
    for (const auto& [key, value] : properties.items()) described.insert(key);
    EXPECT_EQ(described, known_to_the_loader(section)) << section;
    EXPECT_FALSE(described.empty()) << section;
  }
}

TEST(ClubSchema, has_the_ranges_of_the_loader) {
  std::size_t ranges = 0;
  for (const auto& [section, begin] : kFile) {
    const json properties = properties_of(section);
    for (const auto& [key, value] : properties.items()) {
      if (!value.contains("anyOf") || value["anyOf"][0].value("type", "") != "integer") continue;
      const std::string range = fmt::format("{} to {}", value["anyOf"][0]["minimum"].get<std::int64_t>(),
                                            value["anyOf"][0]["maximum"].get<std::int64_t>());
      if (key == "branch" || key == "number") continue;  // they stand in each entry already
      ++ranges;
      std::string allowed;
      for (const Mistake& mistake : mistakes_with(section, key + ": none"))
        if (mistake.key.ends_with(key)) allowed += mistake.allowed;
      EXPECT_NE(allowed.find(range), allowed.npos)
          << section << "." << key << ": " << range << " or " << allowed;
    }
  }
  EXPECT_GT(ranges, 15U);
}

TEST(ClubSchema, explains_every_key) {
  for (const auto& [section, begin] : kFile) {
    const json properties = properties_of(section);
    for (const auto& [key, value] : properties.items())
      EXPECT_GT(value.value("description", "").size(), 5U) << section << "." << key;
  }
}

}  // namespace
}  // namespace peyk::config
