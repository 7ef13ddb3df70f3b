// UTF-8 and code points. Invalid sequences become U+FFFD, one each.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace peyk::templates {

inline constexpr char32_t kReplacement = 0xFFFD;

std::u32string to_code_points(std::string_view utf8);
void append_utf8(std::string& out, char32_t code_point);
std::string to_utf8(std::u32string_view code_points);

bool is_utf8(std::string_view octets);

// The first octets of a text, at most `octets_max`, not cut inside a character.
std::string_view clip(std::string_view utf8, std::size_t octets_max);

// Any white space, line break or control character.
bool is_blank(char32_t code_point);

}  // namespace peyk::templates
