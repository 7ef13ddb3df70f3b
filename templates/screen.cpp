#include "templates/screen.hpp"

#include <stdexcept>

#include "templates/alphabet.hpp"
#include "templates/graphemes.hpp"
#include "templates/utf8.hpp"

namespace peyk::templates {
namespace {

constexpr std::size_t kContentUnitsMin = 20;

std::size_t limit_of(Alphabet alphabet, ScreenLimits limits) {
  return alphabet == Alphabet::gsm7 ? limits.gsm7_units : limits.ucs2_units;
}

struct Pager {
  std::u32string text;
  Alphabet alphabet;
  std::size_t units_max;

  // As far as `room` units reach from `begin`.
  std::size_t reach(std::size_t begin, std::size_t room) const {
    std::size_t end = begin;
    for (std::size_t used = 0; end < text.size(); ++end) {
      used += units(to_utf8(std::u32string_view(text).substr(end, 1)), alphabet);
      if (used > room) break;
    }
    return end;
  }

  // The best place to cut in (begin, end]: a line end or else a blank in the second half, else between
  // characters.
  std::size_t cut(std::size_t begin, std::size_t end) const {
    const std::size_t half = begin + (end - begin) / 2;
    for (std::size_t at = end; at > half; --at) {
      if (text[at] == U'\n') return at;
    }
    for (std::size_t at = end; at > half; --at) {
      if (is_blank(text[at])) return at;
    }
    for (std::size_t at = end; at > half; --at) {
      if (may_cut(text, at)) return at;
    }
    return end;
  }

  std::size_t skip_blanks(std::size_t at) const {
    while (at < text.size() && is_blank(text[at])) ++at;
    return at;
  }

  std::string slice(std::size_t begin, std::size_t end) const {
    while (end > begin && is_blank(text[end - 1])) --end;
    return to_utf8(std::u32string_view(text).substr(begin, end - begin));
  }
};

std::string line_of(std::string_view label) {
  return label.empty() ? std::string() : "\n" + std::string(label);
}

}  // namespace

bool fits_screen(std::string_view utf8, ScreenLimits limits) {
  const Alphabet alphabet = choose(utf8);
  return units(utf8, alphabet) <= limit_of(alphabet, limits);
}

std::vector<std::string> pages(std::string_view utf8, std::string_view more_label,
                               std::string_view back_label, ScreenLimits limits) {
  if (fits_screen(utf8, limits)) return {std::string(utf8)};
  const std::string more = line_of(more_label), back = line_of(back_label);
  // One alphabet for all screens: a screen must not change its data_coding when one turns the page.
  const Alphabet alphabet = choose(std::string(utf8) + more + back);
  const std::size_t units_max = limit_of(alphabet, limits);
  const std::size_t more_units = units(more, alphabet), back_units = units(back, alphabet);
  if (more_units + back_units + kContentUnitsMin > units_max) {
    throw std::invalid_argument("pages: the labels leave no room for the text");
  }

  Pager pager{to_code_points(utf8), alphabet, units_max};
  while (!pager.text.empty() && is_blank(pager.text.back())) pager.text.pop_back();
  std::vector<std::string> screens;
  for (std::size_t begin = pager.skip_blanks(0);;) {
    const std::string foot = screens.empty() ? std::string() : back;
    const std::size_t room = units_max - (screens.empty() ? 0 : back_units);
    if (pager.reach(begin, room) == pager.text.size()) {
      screens.push_back(pager.slice(begin, pager.text.size()) + foot);
      return screens;
    }
    const std::size_t end = pager.cut(begin, pager.reach(begin, room - more_units));
    screens.push_back(pager.slice(begin, end) + more + foot);
    begin = pager.skip_blanks(end);
  }
}

}  // namespace peyk::templates
