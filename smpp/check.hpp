// What a well-formed request may still get wrong: values, not layout (SMPP 3.4, 5.2).
//
// Only what would make the message mean nothing, or mean two things, is refused here; a carrier whose
// deliver_sm we refuse sends it again for hours. What we would send ourselves is held to more than what we
// take.
#pragma once

#include <cstdint>
#include <string_view>

#include "smpp/pdu.hpp"

namespace peyk::smpp {

struct CheckError {
  std::uint32_t command_status = ESME_ROK;
  std::string_view what;
};

// ESME_ROK when there is nothing to complain of.
CheckError check(const Pdu& pdu);

}  // namespace peyk::smpp
