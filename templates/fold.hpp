// One form for all the ways in which people type the same text. For matching only: what we send keeps its
// characters.
//
// NFKC; Arabic Yeh, Alef maksura and Kaf become Persian; Persian and Arabic-Indic digits become ASCII;
// tatweel, harakat, ZWNJ, ZWJ, bidi controls, BOM and other invisible characters go; hamza seats lose their
// hamza; lower case; any run of white space or control characters becomes one space, none at the ends.
// Folding is idempotent: fold(fold(x)) == fold(x).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace peyk::templates {

// Octets of input that fold() reads; the rest is ignored (cut at a character). No command is that long: the
// bound keeps the work on a hostile text small.
inline constexpr std::size_t kFoldOctetsMax = 16 * 1024;

// Invalid UTF-8 becomes U+FFFD. Never throws on any input. Any thread.
std::string fold(std::string_view utf8);

}  // namespace peyk::templates
