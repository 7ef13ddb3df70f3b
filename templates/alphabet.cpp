#include "templates/alphabet.hpp"

#include <algorithm>
#include <stdexcept>

#include "templates/graphemes.hpp"
#include "templates/gsm7.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

// How a text is written: an alphabet, and what the header says of it.
struct Script {
  Alphabet alphabet;
  NationalLanguages languages;
};

struct PartLimits {
  std::size_t alone;
  std::size_t each;
};

// Units that fit into the 140 octets of user data behind a header.
std::size_t units_behind(std::size_t header_octets, Alphabet alphabet) {
  const std::size_t octets = 140 - header_octets;
  if (alphabet == Alphabet::latin1_whole) return octets;
  return alphabet == Alphabet::ucs2 ? octets / 2 : octets * 8 / 7;
}

// A header has an octet for its length; the element of the parts has 5 or 6 octets, that of a language 3.
PartLimits part_limits(const Script& script, ReferenceBits bits) {
  const std::size_t national =
      (script.languages.single != 0 ? 3u : 0u) + (script.languages.locking != 0 ? 3u : 0u);
  const std::size_t alone = national == 0 ? 0 : 1 + national;
  const std::size_t each = 1 + national + (bits == ReferenceBits::eight ? 5u : 6u);
  return {units_behind(alone, script.alphabet), units_behind(each, script.alphabet)};
}

std::optional<Gsm7Code> septets_of(char32_t c, const NationalLanguages& languages) {
  return languages.any() ? to_national(c, languages) : to_gsm7(c);
}

std::size_t weight(char32_t c, const Script& script) {
  if (script.alphabet == Alphabet::ucs2) return c > 0xFFFF ? 2 : 1;
  if (script.alphabet == Alphabet::latin1_whole) return 1;
  const auto code = septets_of(c, script.languages);
  return code && code->extended ? 2 : 1;
}

std::size_t weight(std::u32string_view text, const Script& script) {
  std::size_t sum = 0;
  for (const char32_t c : text) sum += weight(c, script);
  return sum;
}

void append_unit(std::string& out, std::uint32_t unit) {
  out.push_back(static_cast<char>(unit >> 8));
  out.push_back(static_cast<char>(unit & 0xFF));
}

void append_septets(std::string& out, char32_t c, const NationalLanguages& languages) {
  const Gsm7Code code = septets_of(c, languages).value_or(Gsm7Code{'?', false});
  if (code.extended) out.push_back(static_cast<char>(kGsm7Escape));
  out.push_back(static_cast<char>(code.septet));
}

void append_ucs2(std::string& out, char32_t c) {
  if (c > 0xFFFF) {
    append_unit(out, 0xD7C0 + (c >> 10));
    append_unit(out, 0xDC00 | (c & 0x3FF));
  } else {
    append_unit(out, c);
  }
}

std::string encode_points(std::u32string_view text, const Script& script) {
  std::string out;
  out.reserve(text.size() * 2);
  for (const char32_t c : text) {
    if (script.alphabet == Alphabet::gsm7) {
      append_septets(out, c, script.languages);
    } else if (script.alphabet == Alphabet::ucs2) {
      append_ucs2(out, c);
    } else {
      out.push_back(static_cast<char>(c < (script.alphabet == Alphabet::ascii ? 0x80u : 0x100u) ? c : U'?'));
    }
  }
  return out;
}

bool is_digit(char32_t c) {
  return c >= U'0' && c <= U'9';
}

// Where a run of exactly 7 ASCII digits begins, if `cut` lies inside one; else `cut`. Such a run is a code,
// which must be readable in one glance, so it goes to the next part as a whole.
std::size_t before_code(std::u32string_view text, std::size_t cut) {
  constexpr std::size_t kCodeDigits = 7;
  std::size_t first = cut, last = cut;
  while (first > 0 && cut - first <= kCodeDigits && is_digit(text[first - 1])) --first;
  while (last < text.size() && last - cut <= kCodeDigits && is_digit(text[last])) ++last;
  return first < cut && cut < last && last - first == kCodeDigits ? first : cut;
}

// Where the part that begins at `begin` ends.
std::size_t part_end(std::u32string_view text, std::size_t begin, std::size_t units_max,
                     const Script& script) {
  std::size_t end = begin;
  for (std::size_t used = 0; end < text.size(); ++end) {
    used += weight(text[end], script);
    if (used > units_max) break;
  }
  if (end == text.size()) return end;
  std::size_t cut = before_code(text, end);
  while (cut > begin && !may_cut(text, cut)) --cut;
  return cut > begin ? cut : end;
}

// The cuts of split(): offsets into the text, one for each part after the first.
std::vector<std::size_t> part_cuts(std::u32string_view text, const Script& script, ReferenceBits bits) {
  const PartLimits limits = part_limits(script, bits);
  std::vector<std::size_t> cuts;
  if (weight(text, script) <= limits.alone) return cuts;
  for (std::size_t at = part_end(text, 0, limits.each, script); at < text.size();
       at = part_end(text, at, limits.each, script)) {
    cuts.push_back(at);
  }
  return cuts;
}

}  // namespace

Alphabet choose(std::string_view utf8, DefaultAlphabet default_alphabet) {
  if (default_alphabet == DefaultAlphabet::ucs2) return Alphabet::ucs2;
  char32_t highest = 0;
  for (const char32_t c : to_code_points(utf8)) {
    if (!to_gsm7(c)) return Alphabet::ucs2;
    highest = std::max(highest, c);
  }
  if (default_alphabet == DefaultAlphabet::latin1) return highest < 0x100 ? Alphabet::latin1 : Alphabet::ucs2;
  if (default_alphabet == DefaultAlphabet::ascii) return highest < 0x80 ? Alphabet::ascii : Alphabet::ucs2;
  return Alphabet::gsm7;
}

std::size_t units(std::string_view utf8, Alphabet alphabet) {
  return weight(to_code_points(utf8), Script{alphabet, {}});
}

std::size_t units(std::string_view utf8) {
  return units(utf8, choose(utf8));
}

bool latin1_holds(std::string_view utf8) {
  return std::ranges::all_of(to_code_points(utf8), [](char32_t c) {
    return (c >= 0x20 && c < 0x7F) || (c >= 0xA0 && c < 0x100) || c == U'\n' || c == U'\r';
  });
}

std::optional<NationalLanguages> choose_national(std::string_view utf8,
                                                 std::span<const std::uint8_t> languages,
                                                 ReferenceBits bits) {
  const std::u32string text = to_code_points(utf8);
  struct Candidate {
    NationalLanguages tables;
    std::size_t parts = 0, septets = 0;
  };
  std::optional<Candidate> best;
  const auto consider = [&](const NationalLanguages& tables) {
    if (!std::ranges::all_of(text, [&](char32_t c) { return to_national(c, tables).has_value(); })) return;
    const Script script{Alphabet::gsm7, tables};
    constexpr std::size_t kSeptetsOfAnElement = 4;
    const std::size_t elements = (tables.single != 0 ? 1u : 0u) + (tables.locking != 0 ? 1u : 0u);
    const Candidate one{tables, part_cuts(text, script, bits).size() + 1,
                        weight(text, script) + elements * kSeptetsOfAnElement};
    const bool better =
        !best || one.parts < best->parts || (one.parts == best->parts && one.septets < best->septets);
    if (better) best = one;
  };
  for (const std::uint8_t language : languages) {
    consider({.single = language, .locking = 0});
    if (!has_locking_table(language)) continue;
    consider({.single = 0, .locking = language});
    consider({.single = language, .locking = language});
  }
  if (!best) return std::nullopt;
  return best->tables;
}

std::string encode(std::string_view utf8, Alphabet alphabet, const NationalLanguages& languages) {
  return encode_points(to_code_points(utf8), Script{alphabet, languages});
}

std::uint8_t data_coding(Alphabet alphabet) {
  if (alphabet == Alphabet::latin1_whole) return 3;
  return alphabet == Alphabet::ucs2 ? 8 : 0;
}

std::vector<std::string> split(std::string_view utf8, Alphabet alphabet, ReferenceBits bits,
                               const NationalLanguages& languages) {
  const std::u32string text = to_code_points(utf8);
  const Script script{alphabet, languages};
  const auto cuts = part_cuts(text, script, bits);
  if (cuts.size() + 1 > kPartsMax) throw std::length_error("split: a text of more than 255 parts");
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    parts.push_back(encode_points(std::u32string_view(text).substr(begin, cut - begin), script));
    begin = cut;
  }
  parts.push_back(encode_points(std::u32string_view(text).substr(begin), script));
  return parts;
}

std::size_t part_count(std::string_view utf8, Alphabet alphabet, ReferenceBits bits,
                       const NationalLanguages& languages) {
  return part_cuts(to_code_points(utf8), Script{alphabet, languages}, bits).size() + 1;
}

bool code_stays_whole(std::string_view utf8, std::string_view code) {
  const std::u32string text = to_code_points(utf8);
  const std::u32string wanted = to_code_points(code);
  if (wanted.empty() || text.find(wanted) == std::u32string::npos) return false;
  for (const ReferenceBits bits : {ReferenceBits::eight, ReferenceBits::sixteen}) {
    for (const std::size_t cut : part_cuts(text, Script{choose(utf8), {}}, bits)) {
      for (auto at = text.find(wanted); at != std::u32string::npos; at = text.find(wanted, at + 1)) {
        if (at < cut && cut < at + wanted.size()) return false;
      }
    }
  }
  return true;
}

}  // namespace peyk::templates
