// The deliver_sm that this carrier writes: parts of a subscriber's text, and receipts.
#pragma once

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

#include "smpp/pdu.hpp"

namespace peyk::sim {

// The text in GSM-7 where it fits, else UCS-2, split by an 8-bit UDH where it is long. Throws
// std::length_error above 255 parts.
std::vector<smpp::DeliverSm> make_parts(const std::string& from, const std::string& to,
                                        const std::string& text, std::uint16_t reference);

// DELIVRD, from the phone back to the line. `submitted_at` is the carrier's wall clock.
smpp::DeliverSm make_receipt(const smpp::SubmitSm& submit_sm, const std::string& message_id,
                             std::time_t submitted_at, std::chrono::milliseconds took);

// Nothing: the codec can write it.
std::optional<std::string> why_not_encodable(const smpp::DeliverSm& pdu);

}  // namespace peyk::sim
