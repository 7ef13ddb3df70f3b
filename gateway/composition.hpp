// A text as one carrier wants it: which alphabet, how many submit_sm, and how they say that they belong
// together. Pure.
//
//   text -> compose() -> for each part: write_part() into a submit_sm
//
// What must stay true: the parts put together are the text, for whoever reads them by SMPP's rules; each fits
// into the 140 octets of the air with the header that it gets there; the same text and id give the same parts
// at each attempt, so that a part sent twice is a part seen twice.
//
// The reference is made of the message's id and is never 0: some carriers take sar_msg_ref_num 0 for "none".
// It counts from 1 to 255 (65535 with 16 bits) and begins again, so that messages made one after the other
// differ.
//
// With sar the carrier makes the user data headers itself, of 8 or of 16 bits: a part leaves room for the
// longer one (152 septets, 66 units). With payload the carrier cuts, and a text of more than
// kPayloadOctetsMax, which few accept, goes in parts with an 8-bit header instead; so does any long text to
// a 3.3 carrier, which knows no TLVs.
//
// What the carrier's default alphabet lacks goes as UCS-2, unless the carrier takes something that needs
// fewer parts: GSM-7 with the tables of one of national_languages, named in the header (then the parts are
// numbered there too, with sar by 16 bits), or Latin-1 under data_coding 3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/options.hpp"
#include "smpp/pdu.hpp"
#include "templates/alphabet.hpp"

namespace peyk::gateway {

// PDUs above 7000 octets are refused by widespread SMSCs.
inline constexpr std::size_t kPayloadOctetsMax = 6500;

struct Composition {
  std::uint8_t data_coding = 0;
  templates::NationalLanguages languages;
  LongTexts method = LongTexts::udh8;  // matters where there are several parts; payload: there is one
  std::uint16_t ref = 1;
  std::vector<std::string> parts;  // octets, without headers

  bool operator==(const Composition&) const = default;
};

// Throws std::length_error for a text of more than 255 parts.
Composition compose(std::string_view utf8, std::uint64_t message_id, const CarrierOptions& carrier);

// How many parts compose() gives: slots of the pace. 1 to 255; a text that is too long counts as 255.
std::uint8_t part_count(std::string_view utf8, const CarrierOptions& carrier);

// data_coding, esm_class, short_message and the TLVs of a part; the rest of the PDU is left as it is.
void write_part(smpp::SubmitSm& pdu, const Composition& composition, std::size_t part);

}  // namespace peyk::gateway
