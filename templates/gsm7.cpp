#include "templates/gsm7.hpp"

#include <array>

#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

constexpr std::array<char16_t, 128> kDefaultTable = {
    0x0040, 0x00A3, 0x0024, 0x00A5, 0x00E8, 0x00E9, 0x00F9, 0x00EC,  // 00
    0x00F2, 0x00C7, 0x000A, 0x00D8, 0x00F8, 0x000D, 0x00C5, 0x00E5,  // 08
    0x0394, 0x005F, 0x03A6, 0x0393, 0x039B, 0x03A9, 0x03A0, 0x03A8,  // 10
    0x03A3, 0x0398, 0x039E, 0xFFFD, 0x00C6, 0x00E6, 0x00DF, 0x00C9,  // 18, 1B is the escape
    0x0020, 0x0021, 0x0022, 0x0023, 0x00A4, 0x0025, 0x0026, 0x0027,  // 20
    0x0028, 0x0029, 0x002A, 0x002B, 0x002C, 0x002D, 0x002E, 0x002F,  // 28
    0x0030, 0x0031, 0x0032, 0x0033, 0x0034, 0x0035, 0x0036, 0x0037,  // 30
    0x0038, 0x0039, 0x003A, 0x003B, 0x003C, 0x003D, 0x003E, 0x003F,  // 38
    0x00A1, 0x0041, 0x0042, 0x0043, 0x0044, 0x0045, 0x0046, 0x0047,  // 40
    0x0048, 0x0049, 0x004A, 0x004B, 0x004C, 0x004D, 0x004E, 0x004F,  // 48
    0x0050, 0x0051, 0x0052, 0x0053, 0x0054, 0x0055, 0x0056, 0x0057,  // 50
    0x0058, 0x0059, 0x005A, 0x00C4, 0x00D6, 0x00D1, 0x00DC, 0x00A7,  // 58
    0x00BF, 0x0061, 0x0062, 0x0063, 0x0064, 0x0065, 0x0066, 0x0067,  // 60
    0x0068, 0x0069, 0x006A, 0x006B, 0x006C, 0x006D, 0x006E, 0x006F,  // 68
    0x0070, 0x0071, 0x0072, 0x0073, 0x0074, 0x0075, 0x0076, 0x0077,  // 70
    0x0078, 0x0079, 0x007A, 0x00E4, 0x00F6, 0x00F1, 0x00FC, 0x00E0,  // 78
};

struct Extension {
  std::uint8_t septet;
  char16_t character;
};
constexpr std::array<Extension, 10> kExtensionTable = {{{0x0A, 0x000C},
                                                        {0x14, 0x005E},
                                                        {0x28, 0x007B},
                                                        {0x29, 0x007D},
                                                        {0x2F, 0x005C},
                                                        {0x3C, 0x005B},
                                                        {0x3D, 0x007E},
                                                        {0x3E, 0x005D},
                                                        {0x40, 0x007C},
                                                        {0x65, 0x20AC}}};

constexpr std::array<std::uint8_t, 0x400> reverse_table() {
  std::array<std::uint8_t, 0x400> table{};
  table.fill(gsm7::kNone);
  for (std::size_t septet = 0; septet < kDefaultTable.size(); ++septet) {
    if (septet != kGsm7Escape) table[kDefaultTable[septet]] = static_cast<std::uint8_t>(septet);
  }
  for (const Extension& e : kExtensionTable) {
    if (e.character < table.size())
      table[e.character] = static_cast<std::uint8_t>(e.septet | gsm7::kExtended);
  }
  return table;
}

}  // namespace

namespace gsm7 {
constinit const std::array<std::uint8_t, 0x400> kByCodePoint = reverse_table();
}

char32_t from_gsm7(std::uint8_t septet) {
  return septet < 0x80 ? kDefaultTable[septet] : kReplacement;
}

char32_t from_gsm7_extension(std::uint8_t septet) {
  for (const Extension& e : kExtensionTable) {
    if (e.septet == septet) return e.character;
  }
  return from_gsm7(septet);
}

std::string pack_septets(std::string_view septets, std::size_t fill_bits) {
  std::string octets((septets.size() * 7 + fill_bits + 7) / 8, '\0');
  std::size_t bit = fill_bits;
  for (const char c : septets) {
    const auto shifted = static_cast<unsigned>(c & 0x7F) << (bit % 8);
    octets[bit / 8] = static_cast<char>(static_cast<std::uint8_t>(octets[bit / 8]) | (shifted & 0xFF));
    if (bit % 8 > 1) octets[bit / 8 + 1] = static_cast<char>(shifted >> 8);
    bit += 7;
  }
  return octets;
}

std::string unpack_septets(std::string_view octets, std::size_t fill_bits) {
  const std::size_t bits = octets.size() * 8;
  std::string septets;
  std::size_t bit = fill_bits;
  for (; bit + 7 <= bits; bit += 7) {
    unsigned pair = static_cast<std::uint8_t>(octets[bit / 8]);
    if (bit / 8 + 1 < octets.size())
      pair |= static_cast<unsigned>(static_cast<std::uint8_t>(octets[bit / 8 + 1])) << 8;
    septets.push_back(static_cast<char>((pair >> (bit % 8)) & 0x7F));
  }
  if (bit == bits && !septets.empty() && septets.back() == 0) septets.pop_back();
  return septets;
}

}  // namespace peyk::templates
