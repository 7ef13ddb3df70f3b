// The alphabets of SMS and USSD: what a text weighs, how it becomes octets, where it may be cut.
//
//   UTF-8 -> choose() -> encode() or split() -> short_message octets
//   short_message octets -> decode() or decode_ussd() -> UTF-8
//
// What must stay true: GSM-7 travels as one septet per octet (SMPP never packs); UCS-2 is big endian without
// a BOM; no part ends inside an escape pair, a surrogate pair or what a reader takes for one character
// (graphemes.hpp); decoding never throws, what it cannot read becomes U+FFFD. All functions are pure and may
// be called from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "templates/national.hpp"

namespace peyk::templates {

// latin1 and ascii are GSM-7 as far as a phone is concerned: the carrier takes other octets under data_coding
// 0 and puts the text into GSM-7 for the air. So they hold only what GSM-7 holds too, and weigh the same.
// latin1_whole is all of Latin-1, under data_coding 3, an octet a character of the 140: for carriers that
// find a way to the phone for it.
enum class Alphabet : std::uint8_t { gsm7, latin1, ascii, ucs2, latin1_whole };

// What a carrier means by data_coding 0 (SMPP 3.4, 5.2.19: "SMSC default alphabet"). `guess` is for carriers
// that put UCS-2, UTF-8 or Latin-1 under it as well: it looks at the octets.
enum class DefaultAlphabet : std::uint8_t { gsm7, latin1, ascii, ucs2, guess };

// Width of the concatenation reference in the UDH: an 8-bit one costs 6 octets of each part, a 16-bit one 7.
enum class ReferenceBits : std::uint8_t { eight, sixteen };

// A concatenated message has one octet for its number of parts (3GPP TS 23.040, 9.2.3.24.1).
inline constexpr std::size_t kPartsMax = 255;

// The carrier's default alphabet if it has each character (and GSM-7, 3GPP TS 23.038, 6.2.1, has it too),
// else UCS-2: also where the default is UCS-2. `guess` counts as GSM-7.
Alphabet choose(std::string_view utf8, DefaultAlphabet default_alphabet = DefaultAlphabet::gsm7);

// Length in septets (all but UCS-2; extension characters cost 2) or 16-bit units (UCS-2, astral characters
// cost 2). Without an alphabet: in the one that choose() takes.
std::size_t units(std::string_view utf8, Alphabet alphabet);
std::size_t units(std::string_view utf8);

// True if Latin-1 has each character (control characters but the ends of lines are none).
bool latin1_holds(std::string_view utf8);

// Of these languages (kNationalLanguageMax), the tables with which the text takes the fewest parts in GSM-7,
// and then the fewest octets; nothing where no language's have each character. The messages need the header
// that names them: it takes 3 octets of each for a single shift table, 3 for a locking one.
std::optional<NationalLanguages> choose_national(std::string_view utf8,
                                                 std::span<const std::uint8_t> languages,
                                                 ReferenceBits bits = ReferenceBits::eight);

// Octets of short_message. A character that the alphabet lacks becomes '?'. `languages`, here and below, is
// for GSM-7: the tables that the message's header names.
std::string encode(std::string_view utf8, Alphabet alphabet, const NationalLanguages& languages = {});

// The data_coding under which encode() is sent by SMS: 0, 3 or 8.
std::uint8_t data_coding(Alphabet alphabet);

// Octets of each part, without UDH: one part of up to 160/70 units, or parts of up to 153/67 (152/66 with a
// 16-bit reference), filled greedily; less where a header names languages. latin1_whole: 140, 134 and 133. A
// number of exactly 7 ASCII digits (a code) is never torn: it begins the next part instead. What reads as one
// character is torn only when it is longer than a part, and then between code points. An empty text is one
// empty part. Throws std::length_error above kPartsMax.
std::vector<std::string> split(std::string_view utf8, Alphabet alphabet,
                               ReferenceBits bits = ReferenceBits::eight,
                               const NationalLanguages& languages = {});

// How many parts split() gives; no limit.
std::size_t part_count(std::string_view utf8, Alphabet alphabet, ReferenceBits bits = ReferenceBits::eight,
                       const NationalLanguages& languages = {});

// True if `code` occurs in the text and each occurrence lies whole inside one part, for both reference
// widths: a code that is torn over two parts cannot be read out at a till.
bool code_stays_whole(std::string_view utf8, std::string_view code);

// UTF-8 of a received short_message. SMPP 3.4, 5.2.19, and the general and class groups of 3GPP TS 23.038, 4.
// A leading BOM is obeyed and dropped; an odd last octet of UCS-2 becomes U+FFFD. Binary data (2, 4, ...) is
// shown as Latin-1; alphabets that no carrier here uses keep their ASCII and lose the rest to U+FFFD; a
// compressed text is one U+FFFD. Under data_coding 0 a carrier's GSM-7 gives way to UCS-2 where each even
// octet betrays it. `languages`: of the message's user data header.
std::string decode(std::string_view octets, std::uint8_t data_coding,
                   DefaultAlphabet default_alphabet = DefaultAlphabet::gsm7,
                   const NationalLanguages& languages = {});

// True if decode() reads these octets as septets: then languages, packing and escapes matter.
bool reads_septets(std::string_view octets, std::uint8_t data_coding,
                   DefaultAlphabet default_alphabet = DefaultAlphabet::gsm7);

// decode() for a USSD string, whose data_coding is often the cell broadcast scheme (3GPP TS 23.038, 5):
// 0x0F is GSM-7, 0x48 UCS-2, 0x10 and 0x11 begin with a language indication, which is dropped. 0x08 is UCS-2
// by SMPP's reading, which is what gateways mean.
std::string decode_ussd(std::string_view octets, std::uint8_t data_coding,
                        DefaultAlphabet default_alphabet = DefaultAlphabet::gsm7);

}  // namespace peyk::templates
