// The deliver_sm of a subscriber's text, in the way of the carrier.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/profile.hpp"
#include "smpp/pdu.hpp"

namespace peyk::sim {

// The text under data_coding 0 where it fits into what the carrier means by that, else in UCS-2, and in parts
// where it is long. Throws std::length_error above 255 parts.
std::vector<smpp::DeliverSm> make_parts(const std::string& from, const std::string& to,
                                        const std::string& text, std::uint16_t reference, const MoForm& form);

// Nothing: the codec can write it.
std::optional<std::string> why_not_encodable(const smpp::DeliverSm& pdu);

}  // namespace peyk::sim
