// Whatever becomes of a file, reading it ends with options or with mistakes that say where.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "config/club_file.hpp"
#include "config/load.hpp"
#include "config/tree.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::config::config_mutation_test {
namespace {

std::optional<std::string> variables(std::string_view name) {
  if (name.ends_with("TILL_SECRET")) return "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  return std::nullopt;
}

// What breaks YAML, and what breaks readers of it.
const std::vector<std::string> kSplinters = {":",
                                             "- ",
                                             "#",
                                             "\n",
                                             "\n\n",
                                             "\t",
                                             "  ",
                                             "'",
                                             "\"",
                                             "[",
                                             "]",
                                             "{",
                                             "}",
                                             ",",
                                             "&a",
                                             "*a",
                                             "!",
                                             "!!x ",
                                             "? ",
                                             "|\n",
                                             ">-\n",
                                             "%",
                                             "@",
                                             "`",
                                             "---\n",
                                             "...\n",
                                             "~",
                                             "<<: ",
                                             "${",
                                             "${X}",
                                             "$${",
                                             "\\",
                                             "\xFF",
                                             "\xE2\x80",
                                             "\r",
                                             "\x01",
                                             "\xEF\xBB\xBF",
                                             "99999999999999999999",
                                             "-1",
                                             "0x",
                                             "1e9",
                                             ".",
                                             "۱",
                                             "name: ",
                                             "port: 1\n",
                                             std::string(1, '\0'),
                                             std::string(300, '['),
                                             std::string(300, ' ')};

std::string mutated(std::string yaml, std::string_view whole) {
  const int changes = *rc::gen::inRange(1, 6);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<std::size_t>(0, yaml.size() + 1);
    const auto length = *rc::gen::inRange<std::size_t>(0, 40);
    switch (*rc::gen::inRange(0, 4)) {
      case 0:
        yaml.insert(at, *rc::gen::elementOf(kSplinters));
        break;
      case 1:
        yaml.erase(at, length);
        break;
      case 2:
        yaml.insert(at, whole.substr(*rc::gen::inRange<std::size_t>(0, whole.size()), length));
        break;
      default:
        if (at < yaml.size()) yaml[at] = static_cast<char>(*rc::gen::inRange(0, 256));
    }
  }
  return yaml;
}

// The sample without its prose: changes then hit what is read.
std::string without_comments(const std::string& yaml) {
  std::string bare;
  for (std::size_t start = 0; start < yaml.size();) {
    const std::size_t end = std::min(yaml.find('\n', start), yaml.size());
    const std::string line = yaml.substr(start, end - start);
    const std::size_t text = line.find_first_not_of(' ');
    if (text != std::string::npos && line[text] != '#') bare += line + "\n";
    start = end + 1;
  }
  return bare;
}

template <class Expected>
void expect_options_or_places(const Expected& result, const std::string& yaml) {
  if (result) return;
  RC_ASSERT(!result.error().empty());
  RC_ASSERT(result.error().size() <= kMistakesMax + 1);
  const auto lines = static_cast<std::size_t>(std::count(yaml.begin(), yaml.end(), '\n')) + 1;
  for (const Mistake& mistake : result.error()) {
    RC_ASSERT(mistake.file == "a.yaml");
    RC_ASSERT(mistake.line <= lines);
    RC_ASSERT(!mistake.what.empty());
  }
  RC_ASSERT(!report(result.error()).empty());
}

RC_GTEST_PROP(ConfigMutation, of_the_sample_ends_with_options_or_mistakes, ()) {
  static const std::string sample =
      without_comments(tests::read_file(tests::source_dir() / "config" / "peyk.yaml"));
  const std::string yaml = mutated(sample, sample);
  expect_options_or_places(load_options(yaml, "a.yaml", variables), yaml);
}

RC_GTEST_PROP(ConfigMutation, of_a_club_ends_with_a_club_or_mistakes, ()) {
  static const std::string sample =
      without_comments(tests::read_file(tests::source_dir() / "config" / "clubs" / "nan-o-namak.yaml"));
  const std::string yaml = mutated(sample, sample);
  expect_options_or_places(load_club(yaml, "a.yaml", variables), yaml);
}

}  // namespace
}  // namespace peyk::config::config_mutation_test
