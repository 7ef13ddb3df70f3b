// Octets from a carrier to UTF-8: the reading half of alphabet.hpp.
//
// data_coding says which alphabet (coding_of, ussd_coding_of); the readers below never fail, they replace.
#include <algorithm>

#include "templates/alphabet.hpp"
#include "templates/gsm7.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

// `foreign`: an alphabet of which only the ASCII half is read; `unreadable`: compressed; `standard`: what the
// carrier's data_coding 0 means.
enum class Coding : std::uint8_t { standard, gsm7, ascii, latin1, ucs2, foreign, unreadable };

std::uint8_t octet(std::string_view octets, std::size_t at) {
  return static_cast<std::uint8_t>(octets[at]);
}

// Bits 3-2 of a general group data coding (3GPP TS 23.038, 4): alphabet.
Coding general_group(std::uint8_t data_coding) {
  constexpr std::uint8_t kCompressed = 0x20;
  if (data_coding & kCompressed) return Coding::unreadable;
  switch ((data_coding >> 2) & 3) {
    case 0:
      return Coding::gsm7;
    case 1:
      return Coding::latin1;
    case 2:
      return Coding::ucs2;
    default:
      return Coding::standard;
  }
}

Coding class_group(std::uint8_t data_coding) {
  return data_coding & 4 ? Coding::latin1 : Coding::gsm7;
}

// SMPP 3.4, 5.2.19 for 0x00 to 0x0F, 3GPP TS 23.038, 4 above.
Coding coding_of(std::uint8_t data_coding) {
  switch (data_coding) {
    case 0x00:
      return Coding::standard;
    case 0x01:
      return Coding::ascii;
    case 0x02:
    case 0x03:
    case 0x04:
      return Coding::latin1;
    case 0x05:
    case 0x06:
    case 0x07:
    case 0x09:
    case 0x0A:
    case 0x0D:
    case 0x0E:
      return Coding::foreign;
    case 0x08:
      return Coding::ucs2;
    default:
      break;
  }
  if (data_coding < 0x10) return Coding::standard;
  if (data_coding < 0x80) return general_group(data_coding);
  if (data_coding < 0xC0) return Coding::standard;
  if (data_coding < 0xE0) return Coding::gsm7;  // message waiting
  if (data_coding < 0xF0) return Coding::ucs2;  // message waiting, UCS-2
  return class_group(data_coding);
}

// 3GPP TS 23.038, 5 (cell broadcast), with SMPP's 0x08.
Coding ussd_coding_of(std::uint8_t data_coding) {
  if (data_coding == 0x00) return Coding::standard;
  if (data_coding == 0x08 || data_coding == 0x18 || data_coding == 0x11) return Coding::ucs2;
  if (data_coding < 0x40) return Coding::gsm7;  // by language; the language changes nothing
  if (data_coding < 0x80) return general_group(data_coding);
  if (data_coding >= 0xF0) return class_group(data_coding);
  return Coding::standard;
}

std::string from_single_octets(std::string_view octets, bool latin1) {
  std::string out;
  out.reserve(octets.size());
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const char32_t c = octet(octets, i);
    append_utf8(out, c < 0x80 || latin1 ? c : kReplacement);
  }
  return out;
}

std::string from_septets(std::string_view octets, const NationalLanguages& languages = {}) {
  std::string out;
  out.reserve(octets.size());
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const std::uint8_t septet = octet(octets, i);
    if (septet != kGsm7Escape) {
      append_utf8(out, from_locking(septet, languages.locking));
    } else if (i + 1 < octets.size()) {
      append_utf8(out, from_single(octet(octets, ++i), languages));
    }  // a last escape is half of what another part was to end: it stands for nothing
  }
  return out;
}

std::string from_ucs2(std::string_view octets) {
  const bool little = octets.starts_with("\xFF\xFE");
  if (little || octets.starts_with("\xFE\xFF")) octets.remove_prefix(2);
  const auto unit = [&](std::size_t at) -> char32_t {
    const char32_t first = octet(octets, at), second = octet(octets, at + 1);
    return little ? second << 8 | first : first << 8 | second;
  };
  std::string out;
  out.reserve(octets.size());
  std::size_t i = 0;
  for (; i + 1 < octets.size(); i += 2) {
    const char32_t high = unit(i);
    const bool paired = high >= 0xD800 && high <= 0xDBFF && i + 3 < octets.size() && unit(i + 2) >= 0xDC00 &&
                        unit(i + 2) <= 0xDFFF;
    if (paired) {
      append_utf8(out, 0x10000 + ((high - 0xD800) << 10) + (unit(i + 2) - 0xDC00));
      i += 2;
    } else {
      append_utf8(out, high);  // a lone surrogate becomes U+FFFD there
    }
  }
  if (i < octets.size()) append_utf8(out, kReplacement);
  return out;
}

// Persian or Latin text in UCS-2 has 00, 06, 20 (ZWNJ and marks) or FB, FE (presentation forms) in each even
// octet. In GSM-7 these are '@', 'ù', space and nothing: no text alternates so.
bool looks_like_ucs2(std::string_view octets) {
  if (octets.starts_with("\xFE\xFF") || octets.starts_with("\xFF\xFE")) return true;
  if (octets.size() < 2 || octets.size() % 2 != 0) return false;
  std::size_t letters = 0;
  for (std::size_t i = 0; i < octets.size(); i += 2) {
    const std::uint8_t high = octet(octets, i), low = octet(octets, i + 1);
    const bool control = high == 0 && low < 0x20 && low != '\n' && low != '\r';
    const bool surrogate = high >= 0xD8 && high <= 0xDF;
    if (high == 0x06 || (high == 0x00 && !control)) {
      ++letters;
    } else if (!surrogate && high != 0x20 && high != 0xFB && high != 0xFE) {
      return false;
    }
  }
  // One unit of 00 and something may as well be '@' and something.
  const bool lone_latin = octets.size() == 2 && octets[0] == 0;
  return letters * 2 > octets.size() / 2 && !lone_latin;
}

// What the carrier's data_coding 0 means for these octets.
Coding standard_coding(std::string_view octets, DefaultAlphabet alphabet) {
  switch (alphabet) {
    case DefaultAlphabet::latin1:
      return Coding::latin1;
    case DefaultAlphabet::ascii:
      return Coding::ascii;
    case DefaultAlphabet::ucs2:
      return Coding::ucs2;
    case DefaultAlphabet::gsm7:
    case DefaultAlphabet::guess:
      break;
  }
  if (looks_like_ucs2(octets)) return Coding::ucs2;
  const bool septets = std::none_of(octets.begin(), octets.end(), [](char c) { return (c & 0x80) != 0; });
  return septets || alphabet == DefaultAlphabet::gsm7 ? Coding::gsm7 : Coding::standard;
}

// Neither UCS-2 nor septets: UTF-8 or Latin-1.
std::string from_guess(std::string_view octets) {
  const std::u32string as_utf8 = to_code_points(octets);
  if (as_utf8.find(kReplacement) == std::u32string::npos) return to_utf8(as_utf8);
  return from_single_octets(octets, true);
}

std::string read(std::string_view octets, Coding coding, DefaultAlphabet default_alphabet,
                 const NationalLanguages& languages = {}) {
  if (coding == Coding::standard) coding = standard_coding(octets, default_alphabet);
  switch (coding) {
    case Coding::standard:
      return from_guess(octets);
    case Coding::gsm7:
      return from_septets(octets, languages);
    case Coding::latin1:
      return from_single_octets(octets, true);
    case Coding::ucs2:
      return from_ucs2(octets);
    case Coding::ascii:
    case Coding::foreign:
      return from_single_octets(octets, false);
    case Coding::unreadable:
      break;
  }
  return octets.empty() ? std::string() : to_utf8(std::u32string(1, kReplacement));
}

// 0x10: two letters and CR in GSM-7. 0x11: two packed GSM-7 letters in two octets. Some gateways set the data
// coding and leave the indication out, so it is dropped only where it is one.
std::string_view without_language_indication(std::string_view octets, std::uint8_t data_coding) {
  const auto letter = [](std::uint8_t c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); };
  if (data_coding == 0x10 && octets.size() >= 3 && octet(octets, 2) == '\r') return octets.substr(3);
  if (data_coding == 0x11 && octets.size() >= 2) {
    const auto first = static_cast<std::uint8_t>(octet(octets, 0) & 0x7F);
    const auto second = static_cast<std::uint8_t>((octet(octets, 0) >> 7 | octet(octets, 1) << 1) & 0x7F);
    if (letter(first) && letter(second)) return octets.substr(2);
  }
  return octets;
}

}  // namespace

std::string decode(std::string_view octets, std::uint8_t data_coding, DefaultAlphabet default_alphabet,
                   const NationalLanguages& languages) {
  return read(octets, coding_of(data_coding), default_alphabet, languages);
}

bool reads_septets(std::string_view octets, std::uint8_t data_coding, DefaultAlphabet default_alphabet) {
  Coding coding = coding_of(data_coding);
  if (coding == Coding::standard) coding = standard_coding(octets, default_alphabet);
  return coding == Coding::gsm7;
}

std::string decode_ussd(std::string_view octets, std::uint8_t data_coding, DefaultAlphabet default_alphabet) {
  return read(without_language_indication(octets, data_coding), ussd_coding_of(data_coding),
              default_alphabet);
}

}  // namespace peyk::templates
