#include "gateway/mo_text.hpp"

#include <algorithm>

#include "templates/gsm7.hpp"

namespace peyk::gateway {
namespace {

constexpr std::uint8_t kUcs2 = 8;

bool is_plain(char c) {
  return (c >= ' ' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '\n' || c == '\r';
}

// Some carriers hand on what is behind a header as it came over the air: packed, aligned to a septet. One
// septet an octet never has its highest bit set; packed text has it often, and is plain text when unpacked.
std::string unpacked_where_packed(const smpp::UserData& message) {
  const std::string_view octets = message.text;
  const auto high = std::count_if(octets.begin(), octets.end(), [](char c) { return (c & 0x80) != 0; });
  if (message.header.empty() || high == 0 || static_cast<std::size_t>(high) * 4 < octets.size()) {
    return std::string(octets);
  }
  const std::size_t fill_bits = (7 - message.header.size() * 8 % 7) % 7;
  std::string septets = templates::unpack_septets(octets, fill_bits);
  const auto plain = std::count_if(septets.begin(), septets.end(), is_plain);
  return static_cast<std::size_t>(plain) * 10 >= septets.size() * 9 ? septets : std::string(octets);
}

}  // namespace

store::MoPiece piece_of(const smpp::UserData& message, std::uint8_t data_coding,
                        templates::DefaultAlphabet default_alphabet) {
  store::MoPiece piece{std::string(message.text), data_coding};
  if (!templates::reads_septets(message.text, data_coding, default_alphabet)) return piece;
  piece.octets = unpacked_where_packed(message);
  const templates::NationalLanguages languages{.single = message.single_shift,
                                               .locking = message.locking_shift};
  if (languages == templates::NationalLanguages{}) return piece;
  const std::string text = templates::decode(piece.octets, data_coding, default_alphabet, languages);
  return {templates::encode(text, templates::Alphabet::ucs2), kUcs2};
}

std::string text_of(std::span<const store::MoPiece> pieces, templates::DefaultAlphabet default_alphabet) {
  std::string text;
  for (std::size_t first = 0; first < pieces.size();) {
    std::string octets;
    std::size_t last = first;
    for (; last < pieces.size() && pieces[last].data_coding == pieces[first].data_coding; ++last) {
      octets += pieces[last].octets;
    }
    text += templates::decode(octets, pieces[first].data_coding, default_alphabet);
    first = last;
  }
  return text;
}

}  // namespace peyk::gateway
