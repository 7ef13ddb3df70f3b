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

// True if NFKC leaves a text of such characters as it is, whatever stands beside them: ASCII and the Arabic
// block without the three marks that compose (U+0653 to U+0655) and the four letters that decompose.
bool is_plain(char32_t c) {
  if (c < 0x80) return true;
  const bool arabic = c >= 0x0600 && c <= 0x06FF;
  return (arabic && !(c >= 0x0653 && c <= 0x0655) && !(c >= 0x0675 && c <= 0x0678)) ||
         (c >= 0x200C && c <= 0x200F);
}

// Nearly every text that comes in: no normalisation needed, one pass.
std::string fold_plain(std::u32string_view text) {
  std::string out;
  out.reserve(text.size() * 2);
  bool blank_waits = false;
  for (const char32_t from : text) {
    if (is_blank(from)) {
      blank_waits = !out.empty();
      continue;
    }
    const UChar32 to = fold_one(static_cast<UChar32>(from));
    if (to == kDropped) continue;
    if (blank_waits) out.push_back(' ');
    blank_waits = false;
    append_utf8(out, static_cast<char32_t>(to));
  }
  return out;
}

}  // namespace

std::string fold(std::string_view utf8) {
  const std::string_view head = clip(utf8, kFoldOctetsMax);
  const std::u32string points = to_code_points(head);
  if (std::all_of(points.begin(), points.end(), is_plain)) return fold_plain(points);

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
