#include "templates/graphemes.hpp"

#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <memory>

namespace peyk::templates {
namespace {

UGraphemeClusterBreak break_class(char32_t c) {
  return static_cast<UGraphemeClusterBreak>(
      u_getIntPropertyValue(static_cast<UChar32>(c), UCHAR_GRAPHEME_CLUSTER_BREAK));
}

// What stands before `at` and may still belong to the same character: no real one is longer.
constexpr std::size_t kLookBack = 64;

// Made once a thread: to make one takes ten times as long as to use it.
icu::BreakIterator* characters() {
  static thread_local const std::unique_ptr<icu::BreakIterator> kept = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::BreakIterator> made(
        icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
    if (U_FAILURE(status)) made.reset();
    return made;
  }();
  return kept.get();
}

bool icu_may_cut(std::u32string_view text, std::size_t at) {
  const std::size_t begin = at - std::min(at, kLookBack);
  icu::UnicodeString around;
  for (std::size_t i = begin; i < at; ++i) around.append(static_cast<UChar32>(text[i]));
  const std::int32_t cut = around.length();
  around.append(static_cast<UChar32>(text[at]));
  icu::BreakIterator* const iterator = characters();
  if (iterator == nullptr) return false;
  iterator->setText(around);
  return iterator->isBoundary(cut) != 0;
}

}  // namespace

bool may_cut(std::u32string_view text, std::size_t at) {
  if (at == 0 || at >= text.size()) return true;
  const auto before = break_class(text[at - 1]), after = break_class(text[at]);
  // Letter after letter: nearly always, and worth no iterator.
  if (before == U_GCB_OTHER && after == U_GCB_OTHER) return true;
  return icu_may_cut(text, at);
}

}  // namespace peyk::templates
