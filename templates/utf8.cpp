#include "templates/utf8.hpp"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

namespace peyk::templates {

std::u32string to_code_points(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  const auto* octets = reinterpret_cast<const std::uint8_t*>(utf8.data());
  const auto length = static_cast<std::int64_t>(utf8.size());
  for (std::int64_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT_OR_FFFD(octets, i, length, c);
    out.push_back(static_cast<char32_t>(c));
  }
  return out;
}

bool is_utf8(std::string_view octets) {
  const auto* from = reinterpret_cast<const std::uint8_t*>(octets.data());
  const auto length = static_cast<std::int64_t>(octets.size());
  for (std::int64_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT(from, i, length, c);
    if (c < 0) return false;
  }
  return true;
}

void append_utf8(std::string& out, char32_t code_point) {
  const bool is_scalar = code_point <= 0x10FFFF && !(code_point >= 0xD800 && code_point <= 0xDFFF);
  const char32_t c = is_scalar ? code_point : kReplacement;
  const auto push = [&out](char32_t octet) { out.push_back(static_cast<char>(octet)); };
  if (c < 0x80) {
    push(c);
  } else if (c < 0x800) {
    push(0xC0 | (c >> 6));
    push(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    push(0xE0 | (c >> 12));
    push(0x80 | ((c >> 6) & 0x3F));
    push(0x80 | (c & 0x3F));
  } else {
    push(0xF0 | (c >> 18));
    push(0x80 | ((c >> 12) & 0x3F));
    push(0x80 | ((c >> 6) & 0x3F));
    push(0x80 | (c & 0x3F));
  }
}

std::string to_utf8(std::u32string_view code_points) {
  std::string out;
  out.reserve(code_points.size() * 2);
  for (const char32_t c : code_points) append_utf8(out, c);
  return out;
}

std::string_view clip(std::string_view utf8, std::size_t octets_max) {
  if (utf8.size() <= octets_max) return utf8;
  std::size_t end = octets_max;
  const auto is_trail = [&utf8](std::size_t at) {
    return (static_cast<unsigned char>(utf8[at]) & 0xC0) == 0x80;
  };
  while (end > 0 && octets_max - end < 3 && is_trail(end)) --end;
  return utf8.substr(0, end);
}

bool is_blank(char32_t code_point) {
  if (code_point < 0x80) return code_point <= ' ' || code_point == 0x7F;
  const auto c = static_cast<UChar32>(code_point);
  return u_isUWhiteSpace(c) || u_charType(c) == U_CONTROL_CHAR;
}

}  // namespace peyk::templates
