// docs/club.schema.json is for editors, the loader for the truth: this holds the one to the other.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "config/club_file.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::config::config_club_schema_test {
namespace {

using nlohmann::json;
using Keys = std::set<std::string>;

// Where an entry of a section stands in a file, and where the schema tells of it.
struct Place {
  std::string begin, end;
  std::string properties;  // a JSON pointer
};
const std::map<std::string, Place> kFile = {
    {"", {"", "\n", "/properties"}},
    {"policy", {"policy: {", "}\n", "/properties/policy/properties"}},
    {"branches", {"branches:\n- {number: 1, name: A, ", "}\n", "/properties/branches/items/properties"}},
    {"cashiers",
     {"cashiers:\n- {phone: 09121112233, branch: 1, ", "}\n", "/properties/cashiers/items/properties"}},
    {"till_keys",
     {"till_keys:\n- {id: a, secret_kept: true, ", "}\n", "/properties/till_keys/items/properties"}},
    {"webhooks",
     {"webhooks:\n- {id: a, url: \"https://a/\", secret_kept: true, ", "}\n",
      "/properties/webhooks/items/properties"}},
    {"lrfm", {"lrfm: {", "}\n", "/properties/lrfm/properties"}},
    {"tiers", {"tiers: {", "}\n", "/properties/tiers/properties"}},
    {"tier", {"tiers: {list: [{", "}]}\n", "/properties/tiers/properties/list/items/properties"}},
    {"segments", {"segments:\n- {", "}\n", "/properties/segments/items/properties"}},
    {"offers", {"offers:\n- {", "}\n", "/properties/offers/items/properties"}},
    {"when", {"offers:\n- {name: a, then: {credit: 1}, when: {", "}}\n", "/$defs/when/properties"}},
    {"not",
     {"offers:\n- {name: a, then: {credit: 1}, when: {not: {", "}}}\n",
      "/$defs/when/properties/not/properties"}},
    {"then", {"offers:\n- {name: a, then: {", "}}\n", "/properties/offers/items/properties/then/properties"}},
    {"credit",
     {"offers:\n- {name: a, then: {credit: {", "}}}\n",
      "/properties/offers/items/properties/then/properties/credit/anyOf/2/properties"}},
    {"message",
     {"offers:\n- {name: a, then: {message: {", "}}}\n",
      "/properties/offers/items/properties/then/properties/message/anyOf/1/properties"}},
};

json schema() {
  return json::parse(tests::read_file(tests::source_dir() / "docs/club.schema.json"));
}

json properties_of(const std::string& section) {
  return schema().at(json::json_pointer(kFile.at(section).properties));
}

// What is wrong with a file that holds this one entry in that section.
std::vector<Mistake> mistakes_with(const std::string& section, const std::string& entry) {
  std::string yaml = "slug: shop\nname: Shop\nline: 30001234\n";
  if (section != "branches") yaml += kFile.at("branches").begin + "}\n";
  yaml += kFile.at(section).begin + entry + kFile.at(section).end;
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
}  // namespace peyk::config::config_club_schema_test
