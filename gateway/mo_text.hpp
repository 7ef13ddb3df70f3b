// What a phone's message says, read from its octets: one PDU or the parts of several. Pure.
//
//   user data -> piece_of() -> [kept in the store with its siblings] -> text_of() -> UTF-8
//
// A piece stays as the octets that came, so that an escape pair or a surrogate pair which the phone cut in
// two is whole again when its parts meet. Only where the part's own header must be known to read it (national
// language tables, septets packed behind a header) is it rewritten at once.
#pragma once

#include <span>
#include <string>

#include "smpp/parts.hpp"
#include "store/mysql/mo_parts.hpp"
#include "templates/alphabet.hpp"

namespace peyk::gateway {

store::MoPiece piece_of(const smpp::UserData& message, std::uint8_t data_coding,
                        templates::DefaultAlphabet default_alphabet);

std::string text_of(std::span<const store::MoPiece> pieces, templates::DefaultAlphabet default_alphabet);

}  // namespace peyk::gateway
