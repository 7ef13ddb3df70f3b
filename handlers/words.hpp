// What the world outside calls kinds that we number: in answers, events and reports, in English and for good.
#pragma once

#include <string_view>

#include "handlers/records.hpp"

namespace peyk::handlers {

// Throw std::logic_error for what is no kind.
std::string_view word_of(LotOrigin origin);
std::string_view word_of(rules::EntryKind kind);

}  // namespace peyk::handlers
