// Phones as they stand in paths and answers: any local form in, E.164 out.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/http/message.hpp"
#include "gateway/http/submissions.hpp"
#include "handlers/club.hpp"

namespace peyk::gateway {

// "0912%20000%200101", "+989120000101": what stands in a path for a phone. Nothing: no mobile number.
std::optional<handlers::PhoneNumber> phone_in_path(std::string_view value);

// The answer where a path names no member.
HttpResponse no_such_member();

// A decision's answer that is no refusal, with the phone that the till has named before all else.
TillAnswer with_phone_first(TillAnswer answer, handlers::PhoneNumber phone);

}  // namespace peyk::gateway
