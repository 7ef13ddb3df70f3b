#include "templates/fold.hpp"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <stdexcept>

#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

constexpr UChar32 kDropped = -1;

bool is_arabic_mark(UChar32 c) {
  return (c >= 0x0610 && c <= 0x061A) || (c >= 0x064B && c <= 0x065F) || c == 0x0670 ||
         (c >= 0x06D6 && c <= 0x06ED && u_charType(c) == U_NON_SPACING_MARK);
}

// One character of NFKC text in its folded form, or kDropped. Maps each of its results to itself.
UChar32 fold_one(UChar32 c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
  switch (c) {
    case 0x064A:  // Arabic Yeh
    case 0x0649:  // Alef maksura
    case 0x0626:
      return 0x06CC;  // hamza on Yeh
    case 0x0643:
      return 0x06A9;  // Arabic Kaf
    case 0x0623:      // hamza above Alef
    case 0x0625:      // hamza below Alef
    case 0x0671:
      return 0x0627;  // Alef wasla
    case 0x0624:
      return 0x0648;  // hamza on Waw
    case 0x0629:      // Teh marbuta
    case 0x06C0:
      return 0x0647;  // Heh with Yeh above
    case 0x0640:
      return kDropped;  // tatweel
    default:
      break;
  }
  if (c >= 0x06F0 && c <= 0x06F9) return '0' + (c - 0x06F0);
  if (c >= 0x0660 && c <= 0x0669) return '0' + (c - 0x0660);
  if (is_arabic_mark(c) || u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT)) return kDropped;
  return u_tolower(c);
}

icu::UnicodeString fold_characters(const icu::UnicodeString& text) {
  icu::UnicodeString out;
  bool blank_waits = false;
  for (std::int32_t i = 0; i < text.length();) {
    const UChar32 from = text.char32At(i);
    i += U16_LENGTH(from);
    if (is_blank(static_cast<char32_t>(from))) {
      blank_waits = !out.isEmpty();
      continue;
    }
    const UChar32 to = fold_one(from);
    if (to == kDropped) continue;
    if (blank_waits) out.append(u' ');
    blank_waits = false;
    out.append(to);
  }
  return out;
}

std::string fold_ascii(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool blank_waits = false;
  for (const char c : text) {
    if (c <= ' ' || c == 0x7F) {
      blank_waits = !out.empty();
      continue;
    }
    if (blank_waits) out.push_back(' ');
    blank_waits = false;
    out.push_back(static_cast<char>(fold_one(c)));
  }
  return out;
}

}  // namespace

std::string fold(std::string_view utf8) {
  const std::string_view head = clip(utf8, kFoldOctetsMax);
  if (std::none_of(head.begin(), head.end(), [](char c) { return (c & 0x80) != 0; })) return fold_ascii(head);

  UErrorCode status = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(status);
  if (U_FAILURE(status)) throw std::runtime_error("ICU has no NFKC data");
  auto text = icu::UnicodeString::fromUTF8({head.data(), static_cast<std::int32_t>(head.size())});
  // Dropping a mark can bring two characters together that compose: until nothing composes any more. Each
  // round shortens the text, so it ends.
  do {
    text = fold_characters(nfkc->normalize(text, status));
  } while (U_SUCCESS(status) && !nfkc->isNormalized(text, status));
  if (U_FAILURE(status)) throw std::runtime_error("ICU cannot normalise a text");
  std::string out;
  text.toUTF8String(out);
  return out;
}

}  // namespace peyk::templates
