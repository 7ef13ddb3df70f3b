#include "templates/names.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <stdexcept>

#include "templates/fold.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

constexpr std::size_t kOctetsMax = 1024;
constexpr std::size_t kMarksMax = 2;  // on one letter
constexpr char32_t kHalfSpace = 0x200C, kTatweel = 0x0640;

std::u32string normalized(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU has no NFKC data");
  const auto text = nfkc->normalize(
      icu::UnicodeString::fromUTF8({utf8.data(), static_cast<std::int32_t>(utf8.size())}), status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU cannot normalise a text");
  std::string out;
  text.toUTF8String(out);
  return to_code_points(out);
}

bool is_mark(char32_t c) {
  const auto type = u_charType(static_cast<UChar32>(c));
  return type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
}
bool is_letter(char32_t c) {
  return u_isalpha(static_cast<UChar32>(c));
}
// What stands between two letters.
bool joins(char32_t c) {
  return c == ' ' || c == '-' || c == '\'' || c == 0x2019 || c == kHalfSpace;
}
bool is_dropped(char32_t c) {
  return c == kTatweel || (c != kHalfSpace &&
                           u_hasBinaryProperty(static_cast<UChar32>(c), UCHAR_DEFAULT_IGNORABLE_CODE_POINT));
}
char32_t as_persian(char32_t c) {
  if (c == 0x064A || c == 0x0649) return 0x06CC;  // Yeh, Alef maksura
  return c == 0x0643 ? 0x06A9 : c;                // Kaf
}

// Whether each character may stand behind the one before it.
bool is_name(std::u32string_view name) {
  if (name.empty() || !is_letter(name.front())) return false;
  std::size_t marks = 0;
  for (std::size_t i = 1; i < name.size(); ++i) {
    const char32_t c = name[i], before = name[i - 1];
    marks = is_mark(c) ? marks + 1 : 0;
    const bool behind_letter = is_letter(before) || is_mark(before);
    if (is_letter(c)) {
      if (before == '.') return false;
    } else if (is_mark(c)) {
      if (!behind_letter || marks > kMarksMax) return false;
    } else if (c == ' ' && before == '.') {
      continue;
    } else if (!behind_letter || (c != '.' && !joins(c))) {
      return false;
    }
  }
  return is_letter(name.back()) || is_mark(name.back()) || name.back() == '.';
}

void give_capitals(std::u32string& name) {
  for (const char32_t c : name) {
    if (u_isupper(static_cast<UChar32>(c))) return;
  }
  bool at_begin = true;
  for (char32_t& c : name) {
    if (at_begin) c = static_cast<char32_t>(u_totitle(static_cast<UChar32>(c)));
    at_begin = c == ' ' || c == '-';
  }
}

}  // namespace

std::optional<std::string> parse_name(std::string_view utf8, std::size_t characters_max) {
  if (utf8.size() > kOctetsMax) return std::nullopt;
  std::u32string name;
  for (const char32_t c : normalized(utf8)) {
    if (is_dropped(c)) continue;
    if (c == ' ' && (name.empty() || name.back() == ' ')) continue;
    name.push_back(as_persian(c));
  }
  while (!name.empty() && name.back() == ' ') name.pop_back();
  if (name.size() > characters_max || !is_name(name)) return std::nullopt;
  give_capitals(name);
  return to_utf8(name);
}

std::optional<std::string> parse_tag(std::string_view utf8, std::size_t characters_max) {
  if (utf8.size() > kOctetsMax) return std::nullopt;
  std::string folded = fold(utf8);
  const std::u32string word = to_code_points(folded);
  const auto fits = [](char32_t c) {
    return u_isalnum(static_cast<UChar32>(c)) || is_mark(c) || c == '-' || c == '_';
  };
  if (word.empty() || word.size() > characters_max || !std::ranges::all_of(word, fits)) return std::nullopt;
  return folded;
}

}  // namespace peyk::templates
