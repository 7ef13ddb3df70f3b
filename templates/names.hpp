// Names of people and places as members type them, made fit to be shown in texts; and the words by which
// clubs tag them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace peyk::templates {

// Letters of any script, with single blanks, dashes, apostrophes and the half-space of Persian between them,
// and dots behind initials: "سارا احمدی", "M. O'Neil". Arabic Yeh and Kaf become Persian; a name without a
// capital gets them ("sara ahmadi"). Nothing where it is anything else: digits, braces, line breaks,
// addresses of pages, or more than `characters_max` characters.
std::optional<std::string> parse_name(std::string_view utf8, std::size_t characters_max);

// One word of letters, digits, dashes and underscores, as fold() leaves it: "student", «همکار», "level-3".
// Nothing where it is anything else, or has more than `characters_max` characters.
std::optional<std::string> parse_tag(std::string_view utf8, std::size_t characters_max);

}  // namespace peyk::templates
