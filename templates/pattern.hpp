// One ICU MessageFormat pattern, parsed once into a tree that many threads may walk at the same time.
//
// icu::MessageFormat itself keeps mutable formatters inside and costs tens of microseconds to make;
// icu::MessagePattern is only asked to parse. What the pattern may use: {name}, plural (=N, one, other, #; no
// offset) and select. Formats of arguments ({n, number}, {d, date}) are refused: the argument's type says how
// it is shown.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::templates {

struct PatternNode;
using PatternBody = std::vector<PatternNode>;

struct PatternCase {
  std::string selector;  // "=0", "one", "other", or a word of a select
  PatternBody body;
};

struct PatternNode {
  enum class Kind { literal, argument, number_sign, plural, select };
  Kind kind = Kind::literal;
  std::string text;  // the literal, or the argument's name (number_sign: of the plural it stands in)
  std::vector<PatternCase> cases;
};

// Throws std::runtime_error saying what is wrong and near which text.
PatternBody parse_pattern(std::string_view utf8);

// The names of all arguments, those inside of cases too.
std::set<std::string> arguments_of(const PatternBody& body);

}  // namespace peyk::templates
