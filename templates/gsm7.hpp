// The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1 and 6.2.1.1).
#pragma once

#include <cstdint>
#include <optional>

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

}  // namespace peyk::templates
