// What a reader takes for one character: a letter with its marks, an emoji with its joiners, skin tones and
// variation selectors, a flag (Unicode Standard Annex 29, extended grapheme clusters, by ICU).
#pragma once

#include <cstddef>
#include <string_view>

namespace peyk::templates {

// True if the text may be cut before the code point at `at`. 0 and the end may always be cut.
bool may_cut(std::u32string_view text, std::size_t at);

}  // namespace peyk::templates
