// What a typed text asks for. Keywords are data (keywords.yaml): words per command and language, compiled in.
//
//   UTF-8 text -> words (folded, each knowing where it stood) -> longest keyword at the start -> Typed
//
// Case, digit family, Arabic or Persian letters, zero-width characters and punctuation around a word never
// matter. Keywords of both languages are always understood. A word of digits only (11, 12) is a keyword only
// when it is the whole text, so it never eats an amount or a code. A Keywords object does not change after
// construction: any thread may match with it.
//
// A new command: a line in Keyword, in kKeywordNames (keywords.cpp) and in keywords.yaml.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "templates/language.hpp"

namespace peyk::templates {

enum class Keyword : std::uint8_t {
  unknown,
  bare_code,        // 7 digits without a word: check (cashier), how to use it (member), redeem with an amount
                    // behind it
  one_time_number,  // 5 digits and nothing else, args[0]: the reply to a number that was sent
  join,
  credit,
  codes,
  redeem,
  pay,
  split,
  transfer,
  undo,
  refer,
  history,
  offers,
  name,
  born,
  city,
  gender,
  stop,
  start,
  why,
  statement,
  contact,
  leave,
  language,
  help,
  void_redemption,
  buy,
  today,
  report,
  dispute,
  quote,
  customer,
  tag,
  untag,
  insights,
  tell,
  effect,
};

struct Typed {
  Keyword keyword = Keyword::unknown;
  std::optional<Language> language;  // of the word that matched; none for digits and unknown texts
  std::string code;           // bare_code, redeem, void: 7 ASCII digits, first not 0; empty if none was typed
  bool behind_split = false;  // redeem by the word that asks for a new code: "CODE 2500000" may be its amount
  std::vector<std::string>
      args;          // the words behind keyword and code, folded, without punctuation around them
  std::string tail;  // the same as it was typed, trimmed: for names and comments
  std::optional<Language> chosen;  // Keyword::language: the language asked for, if the text names one
};

// The 7 digits of a code in one folded word: letter o is read as zero, a dash between digits is skipped.
// Nothing if it is not a code (first digit 0 included).
std::optional<std::string> parse_code(std::string_view folded_word);

// The first word, folded, and what follows it, as typed: on a line shared by several clubs the first word
// names the club.
std::pair<std::string, std::string> split_first_word(std::string_view utf8);

class Keywords {
 public:
  // The words that ship with Peyk. Parsed at the first call.
  static const Keywords& standard();

  // Throws std::runtime_error on a document that is not a map command -> language -> words, on an unknown
  // command, and on a word that belongs to two commands.
  explicit Keywords(std::string_view yaml);
  ~Keywords();
  Keywords(const Keywords&) = delete;
  Keywords& operator=(const Keywords&) = delete;

  // Reads at most kFoldOctetsMax octets of the text. Never throws on any input.
  Typed match(std::string_view utf8) const;

 private:
  struct Words;
  std::unique_ptr<const Words> words_;
};

}  // namespace peyk::templates
