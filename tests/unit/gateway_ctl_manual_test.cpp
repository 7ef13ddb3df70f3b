// The command table of docs/peykctl.md has each command of the program, and no other; what it says may be
// given with a command, that command takes.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gateway/ctl/program.hpp"
#include "tests/kit/paths.hpp"

namespace peyk::tests::gateway_ctl_manual_test {
namespace {

using Words = std::vector<std::string>;

std::string help_of(Words command) {
  command.emplace_back("--help");
  std::ostringstream out, err;
  EXPECT_EQ(gateway::ctl::run(command, out, err), gateway::ctl::kDone) << err.str();
  return out.str();
}

// As the help lists them: behind that word, two blanks before each, more before the rest of a long one.
Words subcommands_in(const std::string& help) {
  Words names;
  std::istringstream lines(help.substr(std::min(help.find("\nSubcommands:\n"), help.size())));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("  ") && !line.starts_with("   "))
      names.push_back(line.substr(2, line.find(' ', 2) - 2));
  }
  return names;
}

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// Each that can be run, with its help: those without subcommands.
void gather(const Words& command, std::map<std::string, std::string>& found) {
  const std::string help = help_of(command);
  const Words below = subcommands_in(help);
  if (below.empty()) found[joined(command)] = help;
  for (const std::string& name : below) {
    Words next = command;
    next.push_back(name);
    gather(next, found);
  }
}
std::map<std::string, std::string> commands_of_the_program() {
  std::map<std::string, std::string> found;
  gather({}, found);
  return found;
}

// What a row of the table has between its first two bars: "`gift void CLUB CODE…`, `gift void CLUB --batch
// ID`".
Words first_cells(const std::string& page) {
  Words cells;
  std::istringstream lines(page.substr(page.find("| command | does |")));
  for (std::string line; std::getline(lines, line) && line.starts_with("|");) {
    if (line.starts_with("| `")) cells.push_back(line.substr(2, line.find(" | ", 2) - 2));
  }
  return cells;
}

struct Written {
  std::set<std::string> commands;
  std::set<std::string> options;  // of any of them
};

bool is_of_a_command(const std::string& word) {
  return std::ranges::all_of(word, [](char c) { return c >= 'a' && c <= 'z'; });
}

Written read_cell(const std::string& cell) {
  Written written;
  Words command;
  bool is_code = false, is_named = false;
  std::istringstream pieces(cell);
  for (std::string piece; std::getline(pieces, piece, '`'); is_code = !is_code) {
    if (!is_code) continue;
    command.clear();
    is_named = false;
    std::istringstream words(piece);
    for (std::string word; words >> word;) {
      std::erase_if(word, [](char c) { return c == '[' || c == ']'; });
      if (word.starts_with("--")) written.options.insert(word);
      is_named = is_named || !is_of_a_command(word);
      if (!is_named) command.push_back(word);
    }
    if (!command.empty()) written.commands.insert(joined(command));
  }
  return written;
}

// "trace" tells of "trace phone", too.
bool tells_of(const std::string& written, const std::string& command) {
  return command == written || command.starts_with(written + " ");
}

TEST(ManualOfPeykctl, has_each_command_of_the_program_in_its_table) {
  const Words cells = first_cells(read_file(source_dir() / "docs/peykctl.md"));
  for (const auto& [command, help] : commands_of_the_program()) {
    const bool told = std::ranges::any_of(cells, [&name = command](const std::string& cell) {
      return std::ranges::any_of(read_cell(cell).commands,
                                 [&](const std::string& written) { return tells_of(written, name); });
    });
    EXPECT_TRUE(told) << "the table of docs/peykctl.md has no `" << command << "`: add a row";
  }
}

TEST(ManualOfPeykctl, promises_no_command_and_no_option_that_the_program_does_not_take) {
  const auto commands = commands_of_the_program();
  ASSERT_GT(commands.size(), 30U);
  const Words cells = first_cells(read_file(source_dir() / "docs/peykctl.md"));
  ASSERT_GT(cells.size(), 30U);
  for (const std::string& cell : cells) {
    const Written row = read_cell(cell);
    EXPECT_FALSE(row.commands.empty()) << cell;
    std::string help;
    for (const std::string& written : row.commands) {
      // One with subcommands that can be run itself has options of its own.
      Words words;
      std::istringstream stream(written);
      for (std::string word; stream >> word;) words.push_back(word);
      EXPECT_TRUE(
          std::ranges::any_of(commands, [&](const auto& one) { return tells_of(written, one.first); }))
          << "there is no command `" << written << "`";
      help += help_of(words);
    }
    for (const std::string& option : row.options)
      EXPECT_NE(help.find("  " + option), std::string::npos) << cell << ": it takes no " << option;
  }
}

}  // namespace
}  // namespace peyk::tests::gateway_ctl_manual_test
