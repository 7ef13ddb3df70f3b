// A receipt's err in words that staff can read.
//
// The field is the carrier's own (SMPP 3.4, appendix B: "a network specific error code or an SMSC error
// code"). Most hand through what the mobile network said, so the table is MAP's (3GPP TS 29.002, 17.6.6); a
// carrier whose numbers mean something else says so in its error_words.
#pragma once

#include <string_view>

#include "templates/language.hpp"

namespace peyk::templates {

// `code` in decimal, with or without leading zeros. Empty for a code that the table does not have, and for 0.
std::string_view delivery_error_words(std::string_view code, Language language);

// Of a message or a part: queued, submitted, delivered, failed, expired, unknown. As it came for any other
// word.
std::string_view delivery_state_words(std::string_view state, Language language);

}  // namespace peyk::templates
