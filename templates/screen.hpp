// One USSD screen, and a long text as several of them.
//
// A USSD string is 160 octets: 182 septets or 80 UCS-2 units (3GPP TS 23.038, 5; networks may carry less).
// USSD has no concatenation, so a longer text is paged: the dialog remembers which page it showed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace peyk::templates {

struct ScreenLimits {
  std::size_t gsm7_units = 182;
  std::size_t ucs2_units = 80;
};

bool fits_screen(std::string_view utf8, ScreenLimits limits = {});

// The text as screens that each fit. Cuts at a line end if one is near, else between words, else between
// characters. A page that is not the last ends with a line `more_label`; one that is not the first with a
// line `back_label` ("9 بیشتر", "0 بازگشت"); an empty label adds no line. No text is lost except the white
// space at the cuts. Throws std::invalid_argument if the labels leave less than 20 units a screen.
std::vector<std::string> pages(std::string_view utf8, std::string_view more_label,
                               std::string_view back_label, ScreenLimits limits = {});

}  // namespace peyk::templates
