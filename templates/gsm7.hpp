// The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1).
#pragma once

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

std::optional<Gsm7Code> to_gsm7(char32_t code_point);

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
