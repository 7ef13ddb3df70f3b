#include "templates/alphabet.hpp"

#include <algorithm>
#include <stdexcept>

#include "templates/graphemes.hpp"
#include "templates/gsm7.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

struct PartLimits {
  std::size_t alone;
  std::size_t each;
};

// 140 octets of user data, less a UDH of 6 or 7 octets.
PartLimits part_limits(Alphabet alphabet, ReferenceBits bits) {
  const bool eight = bits == ReferenceBits::eight;
  if (alphabet == Alphabet::ucs2) return {70, eight ? 67u : 66u};
  return {160, eight ? 153u : 152u};
}

std::size_t weight(char32_t c, Alphabet alphabet) {
  if (alphabet == Alphabet::ucs2) return c > 0xFFFF ? 2 : 1;
  const auto code = to_gsm7(c);
  return code && code->extended ? 2 : 1;
}

std::size_t weight(std::u32string_view text, Alphabet alphabet) {
  std::size_t sum = 0;
  for (const char32_t c : text) sum += weight(c, alphabet);
  return sum;
}

void append_unit(std::string& out, std::uint32_t unit) {
  out.push_back(static_cast<char>(unit >> 8));
  out.push_back(static_cast<char>(unit & 0xFF));
}

void append_septets(std::string& out, char32_t c) {
  const Gsm7Code code = to_gsm7(c).value_or(Gsm7Code{'?', false});
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

std::string encode_points(std::u32string_view text, Alphabet alphabet) {
  std::string out;
  out.reserve(text.size() * 2);
  for (const char32_t c : text) {
    if (alphabet == Alphabet::gsm7) {
      append_septets(out, c);
    } else if (alphabet == Alphabet::ucs2) {
      append_ucs2(out, c);
    } else {
      out.push_back(static_cast<char>(c < (alphabet == Alphabet::ascii ? 0x80u : 0x100u) ? c : U'?'));
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
std::size_t part_end(std::u32string_view text, std::size_t begin, std::size_t units_max, Alphabet alphabet) {
  std::size_t end = begin;
  for (std::size_t used = 0; end < text.size(); ++end) {
    used += weight(text[end], alphabet);
    if (used > units_max) break;
  }
  if (end == text.size()) return end;
  std::size_t cut = before_code(text, end);
  while (cut > begin && !may_cut(text, cut)) --cut;
  return cut > begin ? cut : end;
}

// The cuts of split(): offsets into the text, one for each part after the first.
std::vector<std::size_t> part_cuts(std::u32string_view text, Alphabet alphabet, ReferenceBits bits) {
  const PartLimits limits = part_limits(alphabet, bits);
  std::vector<std::size_t> cuts;
  if (weight(text, alphabet) <= limits.alone) return cuts;
  for (std::size_t at = part_end(text, 0, limits.each, alphabet); at < text.size();
       at = part_end(text, at, limits.each, alphabet)) {
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
  return weight(to_code_points(utf8), alphabet);
}

std::size_t units(std::string_view utf8) {
  return units(utf8, choose(utf8));
}

std::string encode(std::string_view utf8, Alphabet alphabet) {
  return encode_points(to_code_points(utf8), alphabet);
}

std::uint8_t data_coding(Alphabet alphabet) {
  return alphabet == Alphabet::ucs2 ? 8 : 0;
}

std::vector<std::string> split(std::string_view utf8, Alphabet alphabet, ReferenceBits bits) {
  const std::u32string text = to_code_points(utf8);
  const auto cuts = part_cuts(text, alphabet, bits);
  if (cuts.size() + 1 > kPartsMax) throw std::length_error("split: a text of more than 255 parts");
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    parts.push_back(encode_points(std::u32string_view(text).substr(begin, cut - begin), alphabet));
    begin = cut;
  }
  parts.push_back(encode_points(std::u32string_view(text).substr(begin), alphabet));
  return parts;
}

std::size_t part_count(std::string_view utf8, Alphabet alphabet, ReferenceBits bits) {
  return part_cuts(to_code_points(utf8), alphabet, bits).size() + 1;
}

bool code_stays_whole(std::string_view utf8, std::string_view code) {
  const std::u32string text = to_code_points(utf8);
  const std::u32string wanted = to_code_points(code);
  if (wanted.empty() || text.find(wanted) == std::u32string::npos) return false;
  for (const ReferenceBits bits : {ReferenceBits::eight, ReferenceBits::sixteen}) {
    for (const std::size_t cut : part_cuts(text, choose(utf8), bits)) {
      for (auto at = text.find(wanted); at != std::u32string::npos; at = text.find(wanted, at + 1)) {
        if (at < cut && cut < at + wanted.size()) return false;
      }
    }
  }
  return true;
}

}  // namespace peyk::templates
