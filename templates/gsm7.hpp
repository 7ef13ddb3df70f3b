// The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace peyk::templates {

inline constexpr std::uint8_t kGsm7Escape = 0x1B;

struct Gsm7Code {
  std::uint8_t septet = 0;
  bool extended = false;  // sent as escape + septet
};

namespace gsm7 {
inline constexpr std::uint8_t kNone = 0xFF, kExtended = 0x80;
// Characters below 0x400 (all of both tables but the euro sign) by code point: septet, flag kExtended, or
// kNone.
extern const std::array<std::uint8_t, 0x400> kByCodePoint;
}  // namespace gsm7

// Here, as it is asked for each character of each text several times.
inline std::optional<Gsm7Code> to_gsm7(char32_t code_point) {
  if (code_point == 0x20AC) return Gsm7Code{0x65, true};
  if (code_point >= gsm7::kByCodePoint.size()) return std::nullopt;
  const std::uint8_t entry = gsm7::kByCodePoint[code_point];
  if (entry == gsm7::kNone) return std::nullopt;
  return Gsm7Code{static_cast<std::uint8_t>(entry & 0x7F), (entry & gsm7::kExtended) != 0};
}

// `septet` below 0x80. The escape itself has no character.
char32_t from_gsm7(std::uint8_t septet);

// What escape + septet stands for; an unknown code is the character of the default table.
char32_t from_gsm7_extension(std::uint8_t septet);

// Septets, one an octet, into seven octets for eight (3GPP TS 23.038, 6.1.2.1), after `fill_bits` zero bits,
// and back. SMPP itself never packs; some carriers hand on a text as it came over the air. Reading drops a
// last septet of zero where it may be padding.
std::string pack_septets(std::string_view septets, std::size_t fill_bits = 0);
std::string unpack_septets(std::string_view octets, std::size_t fill_bits = 0);

}  // namespace peyk::templates
