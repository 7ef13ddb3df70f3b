// Small rules of the house that a search for words can keep. A rule is a line of kRules and a line in the
// examples below.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "tests/kit/sources.hpp"

namespace peyk::tests::house_rules_test {
namespace {

using Names = std::vector<std::string_view>;

struct Rule {
  Names refused;  // sequences of words and marks, parted by spaces; comments and strings are not looked at
  Names folders;  // paths it is about begin or end with one of these; none: all
  std::string_view why;
};

const Names kPureRooms = {"smpp/", "templates/", "handlers/"};

const std::vector<Rule> kRules = {
    {{"using namespace std ;"}, {}, "names of std are written with std::"},
    {{"using namespace"}, {".hpp"}, "a header opens no namespace for those who include it"},
    {{"system_clock : : now", "steady_clock : : now", "high_resolution_clock : : now", "gettimeofday",
      "clock_gettime", "time ( nullptr )"},
     kPureRooms,
     "time is an argument"},
    {{"random_device", "randombytes_buf", "randombytes_uniform", "mt19937", "mt19937_64", "rand ("},
     kPureRooms,
     "chance is an argument"},
    {{"float", "double"}, {"handlers/rules/"}, "money is counted in integers"},
    {{"sleep_for", "sleep_until", "usleep", "sleep ("},
     {},
     "wait for the event: a test by eventually(), a coroutine by a timer"},
    {{". detach ( )"}, {}, "whatever runs has an owner that stops it"},
};

constexpr std::size_t kFileBytesMax = 70'000;  // a file that one can read has one noun

struct Token {
  std::string_view text;
  std::size_t offset = 0;
};

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}
bool is_space(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

// Words, and marks one by one.
std::vector<Token> tokens_of(std::string_view code) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < code.size();) {
    auto end = at + 1;
    if (is_word(code[at]))
      end = static_cast<std::size_t>(
          std::find_if_not(code.begin() + static_cast<std::ptrdiff_t>(at), code.end(), is_word) -
          code.begin());
    if (!is_space(code[at])) tokens.push_back({code.substr(at, end - at), at});
    at = end;
  }
  return tokens;
}

bool is_about(const Rule& rule, std::string_view path) {
  return rule.folders.empty() || std::ranges::any_of(rule.folders, [path](std::string_view part) {
           return path.starts_with(part) || path.ends_with(part);
         });
}

std::vector<std::string> broken_rules(const SourceFile& file) {
  const std::string code = only_code(file.text);
  const auto tokens = tokens_of(code);
  std::vector<std::string> broken;
  for (const auto& rule : kRules) {
    if (!is_about(rule, file.path)) continue;
    for (const auto refused : rule.refused) {
      const auto sequence = tokens_of(refused);
      auto found = tokens.begin();
      while (true) {
        found = std::search(found, tokens.end(), sequence.begin(), sequence.end(),
                            [](const Token& a, const Token& b) { return a.text == b.text; });
        if (found == tokens.end()) break;
        const auto line = line_of(code, found->offset);
        broken.push_back(file.path + ":" + std::to_string(line) + ": " + std::string(refused) + ": " +
                         std::string(rule.why));
        ++found;
      }
    }
  }
  return broken;
}

TEST(HouseRules, hold_in_every_source) {
  for (const auto& file : project_sources()) {
    for (const auto& message : broken_rules(file)) ADD_FAILURE() << message;
  }
}

TEST(HouseRules, no_file_is_too_long_to_read) {
  for (const auto& file : project_files({".hpp", ".cpp", ".sql", ".lua", ".sh", ".yaml"}))
    EXPECT_LE(file.text.size(), kFileBytesMax) << file.path << ": split it by its nouns";
}

TEST(HouseRules, every_header_is_guarded) {
  for (const auto& file : project_files({".hpp"}))
    EXPECT_NE(file.text.find("\n#pragma once\n"), std::string::npos) << file.path;
}

// Tests are compiled in groups: what two files call alike must not meet.
TEST(HouseRules, every_file_of_tests_has_a_namespace_of_its_own) {
  for (const auto& file : project_files({"_test.cpp"})) {
    const std::string name = file.path.substr(file.path.rfind('/') + 1);
    const std::string own = "::" + name.substr(0, name.rfind('.')) + " {\nnamespace {\n";
    EXPECT_NE(file.text.find(own), std::string::npos) << file.path << ": namespace peyk::tests" << own;
  }
}

struct Example {
  std::string path, code;
  bool allowed;
};

TEST(HouseRules, tell_good_code_from_bad) {
  const std::vector<Example> examples = {
      {"sim/a.cpp", "using namespace std;", false},
      {"sim/a.cpp", "using namespace std::chrono_literals;", true},
      {"sim/a.hpp", "using namespace std::chrono_literals;", false},
      {"smpp/a.cpp", "auto t = std::chrono::steady_clock::now();", false},
      {"smpp/a.cpp", "using Clock = std::chrono::steady_clock;", true},
      {"gateway/a.cpp", "auto t = std::chrono::steady_clock::now();", true},
      {"handlers/a.cpp", "std::random_device chance;", false},
      {"handlers/a.cpp", "// no std::random_device here", true},
      {"handlers/rules/a.hpp", "double share;", false},
      {"handlers/rules/a.hpp", "Amount doubled;", true},
      {"gateway/options.hpp", "double rate = 0;", true},
      {"tests/unit/a_test.cpp", "std::this_thread::sleep_for(1s);", false},
      {"tests/unit/a_test.cpp", "auto s = \"sleep(1)\";", true},
      {"gateway/a.cpp", "thread.detach();", false},
      {"gateway/a.cpp", "co_spawn(io, run(), asio::detached);", true},
  };
  for (const auto& example : examples)
    EXPECT_EQ(broken_rules({example.path, example.code}).empty(), example.allowed) << example.code;
}

}  // namespace
}  // namespace peyk::tests::house_rules_test
