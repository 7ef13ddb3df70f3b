// user_message_reference (SMPP 3.4, 5.3.2.17) of our parts, and whom a receipt means that gives it back.
// Pure.
//
// A part that was sent and never answered has no id of the carrier's, so no receipt finds it by one. Carriers
// that put the reference of the submit_sm into its receipt name it all the same.
//
// What must stay true: never a guess. Sixteen bits come again, so a reference counts only together with the
// carrier and the phone, and only where of all that went to that phone within a week a single part has it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace peyk::store {

// `part` from 1. Of the part, not of the text: who looks for doubles must not take part 2 for one of part 1.
// Each attempt at a part has the same. 0, which one part in 65536 has, names nothing in a receipt.
std::uint16_t part_reference(std::uint64_t message, std::uint32_t part);

struct ReferencedPart {
  std::uint64_t message = 0;
  std::uint32_t part = 1;
  std::string carrier;       // empty: not sent, or on its way: any
  bool unknown = false;      // sent, and nobody knows whether the carrier has it, or under which id
  bool maybe_twice = false;  // of a message that was sent again
};

struct ReferenceQuestion {
  std::uint16_t reference = 0;
  std::string carrier;
  bool delivered = false;
  bool has_id = true;  // the receipt names its message by an id too, which is no known part's
};

// Of `parts`, all of one phone's: the one that is meant. A part of unknown outcome; one that the carrier has,
// if the receipt has no id that could say better; or, if the receipt says `delivered`, one that was sent
// again: then its first attempt arrived, whatever becomes of the second. An attempt that failed says nothing
// of the other.
std::optional<std::size_t> match_reference(const ReferenceQuestion& receipt,
                                           std::span<const ReferencedPart> parts);

}  // namespace peyk::store
