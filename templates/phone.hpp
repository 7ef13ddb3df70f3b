// Phone numbers: any form that people and carriers write, one form inside (E.164 digits as an integer).
//
// parse_phone is on the way of every text, so plain Iranian mobile forms take a fast path; everything else
// goes to libphonenumber. Both give the same answer: a property test says so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace peyk::templates {

// The number as E.164 digits, 989120000101, or nothing if the text is not a valid mobile number. `region`
// (ISO 3166-1) is where numbers without a country code belong. Any digit family, spaces, dashes, brackets and
// invisible marks are read; letters are not. "0989…" and "+980912…" are refused rather than guessed.
std::optional<std::uint64_t> parse_phone(std::string_view any_form, std::string_view region = "IR");

// "09123456789" for an Iranian number, "+971…" for others.
std::string format_local(std::uint64_t phone);

// "0912xxx6789": for logs, and for those who may only recognise a number. Letters stand for what is left out:
// between figures they keep the order in a right-to-left text, and GSM-7 has them. It has no "…", and on a
// Persian screen the two parts around one change places.
std::string masked(std::uint64_t phone);

// "+989123456789"
std::string e164(std::uint64_t phone);

// The digits of a service line or short code (30001234): any digit family, a leading +98, 0098 or 98 that a
// carrier put before a 1000, 2000, 3000, 5000 or 9000 line taken off. Empty if the text holds anything but a
// number of 3 to 15 digits.
std::string line_digits(std::string_view text);

}  // namespace peyk::templates
