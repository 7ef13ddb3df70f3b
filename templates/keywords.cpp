#include "templates/keywords.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <stdexcept>

#include "templates/embedded.hpp"
#include "templates/fold.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

constexpr std::size_t kCodeDigits = 7;
constexpr std::size_t kOneTimeDigits = 5;
constexpr std::size_t kLettersInCodeMax = 3;  // more letters than that make a word, not a mistyped code

constexpr std::array<std::pair<std::string_view, Keyword>, 35> kKeywordNames = {{
    {"join", Keyword::join},
    {"credit", Keyword::credit},
    {"codes", Keyword::codes},
    {"redeem", Keyword::redeem},
    {"pay", Keyword::pay},
    {"split", Keyword::split},
    {"transfer", Keyword::transfer},
    {"undo", Keyword::undo},
    {"refer", Keyword::refer},
    {"history", Keyword::history},
    {"offers", Keyword::offers},
    {"name", Keyword::name},
    {"born", Keyword::born},
    {"city", Keyword::city},
    {"gender", Keyword::gender},
    {"stop", Keyword::stop},
    {"start", Keyword::start},
    {"why", Keyword::why},
    {"statement", Keyword::statement},
    {"contact", Keyword::contact},
    {"leave", Keyword::leave},
    {"language", Keyword::language},
    {"help", Keyword::help},
    {"void_redemption", Keyword::void_redemption},
    {"buy", Keyword::buy},
    {"today", Keyword::today},
    {"report", Keyword::report},
    {"dispute", Keyword::dispute},
    {"quote", Keyword::quote},
    {"customer", Keyword::customer},
    {"tag", Keyword::tag},
    {"untag", Keyword::untag},
    {"insights", Keyword::insights},
    {"tell", Keyword::tell},
    {"effect", Keyword::effect},
}};

std::optional<Keyword> keyword_named(std::string_view name) {
  for (const auto& [known, keyword] : kKeywordNames) {
    if (known == name) return keyword;
  }
  return std::nullopt;
}

// A word of a text: folded, and where it began in the text.
struct Word {
  std::string folded;
  std::size_t begin = 0;
};

// Punctuation that people put around a word: «اعتبار», JOIN. Signs that mean something (+ - * # / %) stay.
std::string_view without_punctuation(std::string_view folded) {
  static constexpr std::array<std::string_view, 16> kMarks = {".", ",", "!", "?", ";", ":", "\"", "'",
                                                              "(", ")", "«", "»", "،", "؛", "؟",  "…"};
  const auto trim = [](std::string_view text) {
    for (const std::string_view mark : kMarks) {
      if (text.starts_with(mark)) return text.substr(mark.size());
      if (text.ends_with(mark)) return text.substr(0, text.size() - mark.size());
    }
    return text;
  };
  std::string_view rest = folded;
  for (std::string_view next = trim(rest); next.size() != rest.size(); next = trim(rest)) rest = next;
  return rest.empty() ? folded : rest;  // a text may be "?" alone
}

std::vector<std::string> words_of_folded(std::string_view folded) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < folded.size();) {
    const std::size_t end = std::min(folded.find(' ', at), folded.size());
    if (end > at) words.emplace_back(without_punctuation(folded.substr(at, end - at)));
    at = end + 1;
  }
  return words;
}

// Folding one written word may give none (only marks) or more (a ligature that stands for several).
std::vector<Word> words_of(std::string_view valid_utf8) {
  std::vector<Word> words;
  std::string piece;
  std::size_t begin = 0, at = 0;
  const auto finish = [&] {
    for (std::string& word : words_of_folded(fold(piece))) words.push_back({std::move(word), begin});
    piece.clear();
  };
  for (const char32_t c : to_code_points(valid_utf8)) {
    std::string letter;
    append_utf8(letter, c);
    if (is_blank(c)) {
      finish();
    } else {
      if (piece.empty()) begin = at;
      piece += letter;
    }
    at += letter.size();
  }
  finish();
  return words;
}

std::string trimmed(std::string_view valid_utf8) {
  const std::u32string text = to_code_points(valid_utf8);
  std::size_t begin = 0, end = text.size();
  while (begin < end && is_blank(text[begin])) ++begin;
  while (end > begin && is_blank(text[end - 1])) --end;
  return to_utf8(std::u32string_view(text).substr(begin, end - begin));
}

std::string tail_from(std::string_view valid_utf8, const std::vector<Word>& words, std::size_t first) {
  return first < words.size() ? trimmed(valid_utf8.substr(words[first].begin)) : std::string();
}

std::string repaired(std::string_view utf8) {
  return to_utf8(to_code_points(clip(utf8, kFoldOctetsMax)));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool only_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

struct TakenCode {
  std::string code;
  std::size_t words = 0;  // how many words it took
};

// A code in one word, or in groups ("123 4567") that give exactly 7 digits together.
std::optional<TakenCode> take_code(const std::vector<Word>& words, std::size_t first) {
  if (first >= words.size()) return std::nullopt;
  if (auto code = parse_code(words[first].folded)) return TakenCode{std::move(*code), 1};
  std::string digits;
  for (std::size_t i = first; i < words.size() && only_digits(words[i].folded); ++i) {
    digits += words[i].folded;
    if (digits.size() > kCodeDigits) break;
    if (digits.size() < kCodeDigits) continue;
    auto code = parse_code(digits);
    if (!code) break;
    return TakenCode{std::move(*code), i - first + 1};
  }
  return std::nullopt;
}

bool is_one_time_number(const std::vector<Word>& words) {
  return words.size() == 1 && words[0].folded.size() == kOneTimeDigits && only_digits(words[0].folded);
}

std::optional<Language> language_named(std::string_view folded) {
  static const std::map<std::string, Language, std::less<>> kNames = {
      {"fa", Language::fa},          {"farsi", Language::fa},        {"persian", Language::fa},
      {fold("فارسی"), Language::fa}, {"en", Language::en},           {"eng", Language::en},
      {"english", Language::en},     {fold("انگلیسی"), Language::en}};
  const auto found = kNames.find(folded);
  return found == kNames.end() ? std::nullopt : std::optional(found->second);
}

struct Entry {
  Keyword keyword = Keyword::unknown;
  std::optional<Language> language;  // none if both languages have the word
};

}  // namespace

struct Keywords::Words {
  std::map<std::string, Entry, std::less<>> phrases;  // folded words joined by one space
  std::size_t phrase_words_max = 1;

  void add(Keyword keyword, Language language, const std::string& written) {
    const std::vector<std::string> words = words_of_folded(fold(written));
    if (words.empty()) throw std::runtime_error("an empty word");
    std::string phrase;
    for (const std::string& word : words) phrase += (phrase.empty() ? "" : " ") + word;
    phrase_words_max = std::max(phrase_words_max, words.size());
    const auto [place, fresh] = phrases.emplace(phrase, Entry{keyword, language});
    if (fresh) return;
    if (place->second.keyword != keyword)
      throw std::runtime_error("\"" + written + "\" belongs to two commands");
    if (place->second.language != language) place->second.language.reset();
  }

  // The longest phrase at the start of the text, and how many words it has.
  std::pair<Entry, std::size_t> longest(const std::vector<Word>& words) const {
    for (std::size_t count = std::min(phrase_words_max, words.size()); count > 0; --count) {
      std::string phrase = words[0].folded;
      for (std::size_t i = 1; i < count; ++i) phrase += " " + words[i].folded;
      const auto found = phrases.find(phrase);
      if (found == phrases.end()) continue;
      if (only_digits(phrase) && count != words.size()) continue;  // "11 …" is not a stop
      return {found->second, count};
    }
    return {Entry{}, 0};
  }
};

namespace {

// "CODE 1234567" means the code, "CODE 100000" a new one; the bare word asks for the list.
Keyword settle_code_words(Keyword keyword, bool has_code, bool has_args) {
  if (keyword != Keyword::redeem && keyword != Keyword::split) return keyword;
  if (has_code) return Keyword::redeem;
  return has_args ? keyword : Keyword::codes;
}

bool takes_code(Keyword keyword, std::size_t phrase_words) {
  return keyword == Keyword::redeem || keyword == Keyword::void_redemption ||
         (keyword == Keyword::split && phrase_words == 1);
}

}  // namespace

std::optional<std::string> parse_code(std::string_view folded_word) {
  std::string code;
  std::size_t letters = 0;
  for (std::size_t i = 0; i < folded_word.size(); ++i) {
    const char c = folded_word[i];
    const bool inside = i > 0 && i + 1 < folded_word.size();
    if (c == '-' && inside && folded_word[i - 1] != '-') continue;
    if (!is_digit(c) && c != 'o') return std::nullopt;
    letters += c == 'o' ? 1 : 0;
    code.push_back(c == 'o' ? '0' : c);
  }
  if (code.size() != kCodeDigits || code[0] == '0' || letters > kLettersInCodeMax) return std::nullopt;
  return code;
}

std::pair<std::string, std::string> split_first_word(std::string_view utf8) {
  const std::string text = repaired(utf8);
  const std::vector<Word> words = words_of(text);
  if (words.empty()) return {};
  return {words[0].folded, tail_from(text, words, 1)};
}

const Keywords& Keywords::standard() {
  static const Keywords keywords(embedded_keywords());
  return keywords;
}

Keywords::Keywords(std::string_view yaml) {
  auto words = std::make_unique<Words>();
  try {
    for (const auto& command : YAML::Load(std::string(yaml))) {
      const auto name = command.first.as<std::string>();
      const auto keyword = keyword_named(name);
      if (!keyword) throw std::runtime_error("unknown command " + name);
      for (const auto& list : command.second) {
        const auto language = list.first.as<std::string>();
        if (language != "fa" && language != "en")
          throw std::runtime_error(name + ": unknown language " + language);
        for (const auto& word : list.second) {
          words->add(*keyword, language == "fa" ? Language::fa : Language::en, word.as<std::string>());
        }
      }
    }
  } catch (const std::exception& error) {
    throw std::runtime_error(std::string("keywords: ") + error.what());
  }
  words_ = std::move(words);
}

Keywords::~Keywords() = default;

Typed Keywords::match(std::string_view utf8) const {
  const std::string text = repaired(utf8);
  const std::vector<Word> words = words_of(text);
  const auto [entry, phrase_words] = words_->longest(words);
  Typed typed;
  typed.keyword = entry.keyword;
  typed.language = entry.language;
  std::size_t next = phrase_words;

  const bool bare = entry.keyword == Keyword::unknown;
  if (bare || takes_code(entry.keyword, phrase_words)) {
    if (auto taken = take_code(words, next)) {
      typed.code = std::move(taken->code);
      next += taken->words;
    }
  }
  if (bare && !typed.code.empty()) typed.keyword = Keyword::bare_code;
  if (bare && is_one_time_number(words)) typed.keyword = Keyword::one_time_number;
  typed.behind_split = entry.keyword == Keyword::split && !typed.code.empty();
  if (phrase_words == 1) {
    typed.keyword = settle_code_words(typed.keyword, !typed.code.empty(), next < words.size());
  }
  for (std::size_t i = next; i < words.size(); ++i) typed.args.push_back(words[i].folded);
  typed.tail = tail_from(text, words, next);

  if (bare && words.size() == 1) {
    if (const auto language = language_named(words[0].folded)) {
      typed.keyword = Keyword::language;
      typed.chosen = language;
      typed.args = {words[0].folded};
    }
  } else if (typed.keyword == Keyword::language && !typed.args.empty()) {
    typed.chosen = language_named(typed.args[0]);
  }
  return typed;
}

}  // namespace peyk::templates
