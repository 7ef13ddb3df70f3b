// The national language tables of the GSM 7-bit alphabet (3GPP TS 23.038, annex A): Turkish, Spanish,
// Portuguese, the languages of India, Urdu. Phones there write with them; a user data header says which.
//
// Read wherever a header names them. Written only towards carriers that hand such a header on, and only where
// the text takes fewer parts than in UCS-2, which every phone shows (alphabet.hpp).
//
// A new table: its place in kLocking or beside kSingleFromBengali, with its identifier.
#pragma once

#include <cstdint>
#include <optional>

#include "templates/gsm7.hpp"

namespace peyk::templates {

// What the header's elements 0x24 (single shift) and 0x25 (locking shift) say: national language identifiers,
// 3GPP TS 23.038, 6.2.1.2.4. 0, and what is not known here, is the default alphabet and its extension table.
struct NationalLanguages {
  std::uint8_t single = 0;
  std::uint8_t locking = 0;
  bool any() const { return single != 0 || locking != 0; }
  bool operator==(const NationalLanguages&) const = default;
};

// A septet alone.
char32_t from_locking(std::uint8_t septet, std::uint8_t language);

// A septet after the escape: of the single shift table, else of the default extension table, else what the
// septet is alone.
char32_t from_single(std::uint8_t septet, const NationalLanguages& languages);

// How a character is written under these tables; nothing: it stands in none of them.
std::optional<Gsm7Code> to_national(char32_t code_point, const NationalLanguages& languages);

// The highest identifier there is a table for; the lowest is 1. Not each language has a locking table.
inline constexpr std::uint8_t kNationalLanguageMax = 13;
bool has_locking_table(std::uint8_t language);

}  // namespace peyk::templates
