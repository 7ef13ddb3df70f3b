// Reading: folds over layout.hpp. What is inlined by force is a field of two or three instructions, which GCC
// takes for too many because each brings its name and status for the error.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "smpp/commands.hpp"
#include "smpp/layout.hpp"
#include "smpp/pdu.hpp"

namespace peyk::smpp {
namespace {

// What is kept of a C-octet string that is longer than it may be, in a response.
constexpr std::size_t kTolerantOctetsMax = 255;

std::uint32_t load_u32(const char* at) {
  unsigned char octets[4];
  std::memcpy(octets, at, 4);
  return std::uint32_t{octets[0]} << 24 | std::uint32_t{octets[1]} << 16 | std::uint32_t{octets[2]} << 8 |
         octets[3];
}

std::uint16_t load_u16(const char* at) {
  unsigned char octets[2];
  std::memcpy(octets, at, 2);
  return static_cast<std::uint16_t>(octets[0] << 8 | octets[1]);
}

bool all_zero(const char* at, const char* end) {
  return std::all_of(at, end, [](char c) { return c == '\0'; });
}

// assign() would also look whether the octets are the string's own: a fifth of the time that a PDU takes.
void put(std::string& to, const char* at, std::size_t size) {
  to.clear();
  if (size != 0) to.append(at, size);
}

struct Reader {
  const char* at;
  const char* end;
  bool tolerant;  // a response: nobody can be told what is wrong with it
  // deliver_sm, data_sm: a TLV that we can do without is not worth a member's text, which the carrier would
  // send again for hours and then give up.
  bool lenient;
  DecodeError error{};

  std::size_t left() const { return static_cast<std::size_t>(end - at); }
  bool fail(std::uint32_t status, std::string_view field, std::string_view what) {
    error = DecodeError{status, field, what};
    return false;
  }
  [[gnu::noinline, gnu::cold]] bool cut(std::string_view field) {
    return fail(ESME_RINVCMDLEN, field, "the PDU ends before it");
  }

  [[gnu::always_inline]] bool octet(std::string_view field, std::uint8_t& value) {
    if (at == end) return cut(field);
    value = static_cast<std::uint8_t>(*at++);
    return true;
  }

  [[gnu::always_inline]] bool c_string(std::string_view field, std::string& value, std::size_t octets_max,
                                       std::uint32_t status_too_long) {
    if (at != end && *at == '\0') {  // half of all fields are empty
      value.clear();
      ++at;
      return true;
    }
    const std::size_t search = std::min(left(), octets_max);
    const auto* nul = search == 0 ? nullptr : static_cast<const char*>(std::memchr(at, 0, search));
    if (nul == nullptr) return c_string_without_end(field, value, octets_max, status_too_long);
    put(value, at, static_cast<std::size_t>(nul - at));
    at = nul + 1;
    return true;
  }

  [[gnu::noinline]] bool c_string_without_end(std::string_view field, std::string& value,
                                              std::size_t octets_max, std::uint32_t status_too_long) {
    if (at == end) return cut(field);
    if (!tolerant) {
      return left() < octets_max ? fail(ESME_RINVCMDLEN, field, "the PDU ends before its NUL")
                                 : fail(status_too_long, field, "too long");
    }
    const auto* nul = static_cast<const char*>(std::memchr(at, 0, left()));
    const char* stop = nul == nullptr ? end : nul;
    put(value, at, std::min(static_cast<std::size_t>(stop - at), kTolerantOctetsMax));
    at = nul == nullptr ? end : nul + 1;
    return true;
  }
};

template <class B>
bool read_fields(Reader& reader, B& body);

template <class B>
[[gnu::always_inline]] inline bool read(Reader& reader, const layout::CString<B>& field, B& body) {
  return reader.c_string(field.name, body.*field.member, field.octets_max, field.status_too_long);
}

template <class B>
[[gnu::always_inline]] inline bool read(Reader& reader, const layout::Octet<B>& field, B& body) {
  return reader.octet(field.name, body.*field.member);
}

template <class B>
bool read(Reader& reader, const layout::Word<B>& field, B& body) {
  if (reader.left() < 4) return reader.cut(field.name);
  body.*field.member = load_u32(reader.at);
  reader.at += 4;
  return true;
}

template <class B>
bool read(Reader& reader, const layout::Text<B>& field, B& body) {
  std::uint8_t sm_length = 0;
  if (!reader.octet("sm_length", sm_length)) return false;
  if (sm_length > reader.left()) return reader.fail(ESME_RINVMSGLEN, field.name, "shorter than sm_length");
  put(body.*field.member, reader.at, sm_length);
  reader.at += sm_length;
  return true;
}

bool read_item(Reader& reader, DestAddress& item) {
  std::uint8_t dest_flag = 0;
  if (!reader.octet("dest_flag", dest_flag)) return false;
  if (dest_flag != 1 && dest_flag != 2) return reader.fail(ESME_RINVDESTFLAG, "dest_flag", "neither 1 nor 2");
  item.is_list = dest_flag == 2;
  if (item.is_list) return reader.c_string("dl_name", item.dl_name, 21, ESME_RINVDLNAME);
  return reader.octet("dest_addr_ton", item.dest_addr_ton) &&
         reader.octet("dest_addr_npi", item.dest_addr_npi) &&
         reader.c_string("destination_addr", item.destination_addr, 21, ESME_RINVDSTADR);
}

bool read_item(Reader& reader, UnsuccessSme& item) {
  return read_fields(reader, item);
}

template <class B, class Item>
bool read(Reader& reader, const layout::List<B, Item>& field, B& body) {
  std::uint8_t count = 0;
  if (!reader.octet(field.name, count)) return false;
  auto& items = body.*field.member;
  items.clear();
  for (std::uint8_t i = 0; i < count; ++i) {
    if (reader.at == reader.end) return reader.fail(field.status_cut, field.name, "fewer than announced");
    Item item;
    if (!read_item(reader, item)) return false;
    items.push_back(std::move(item));
  }
  return true;
}

template <class B>
bool read_fields(Reader& reader, B& body) {
  return std::apply([&](const auto&... field) { return (read(reader, field, body) && ...); },
                    layout::Of<B>::fields);
}

// Whether the two or three octets that are left are the head of a TLV that was cut off, and the text before
// it is whole. Octets that are no known tag may be the end of a text whose sm_length is too small: then half
// a text would be taken for all of it, and half an amount be paid.
bool is_cut_head(const Reader& reader) {
  if (reader.left() < 2) return false;
  const std::uint16_t tag = load_u16(reader.at);
  return tag != tag::message_payload && find_tlv_rule(tag) != nullptr;
}

bool read_tlvs(Reader& reader, Tlvs& tlvs) {
  std::size_t count = 0;
  // Lists are refilled in place so that a Pdu read again and again keeps its memory.
  const auto finish = [&](bool good) {
    tlvs.resize(count);
    return good;
  };
  while (reader.at != reader.end) {
    // No tag is 0, so zeros up to the end are padding; some peers add one or four (SMPP 3.4 knows no such
    // thing).
    if (*reader.at == '\0' && all_zero(reader.at, reader.end)) break;
    if (reader.left() < 4) {
      const bool harmless = reader.tolerant || (reader.lenient && is_cut_head(reader));
      return finish(harmless || reader.fail(ESME_RINVTLVSTREAM, "tlvs", "the PDU ends inside a tag"));
    }
    const std::uint16_t tag = load_u16(reader.at);
    const std::uint16_t length = load_u16(reader.at + 2);
    if (length > reader.left() - 4) {
      return finish(reader.tolerant || reader.fail(ESME_RINVTLVSTREAM, "tlvs", "longer than the PDU"));
    }
    if (tag == 0 && length == 0) {  // padding again, with something behind it
      reader.at += 4;
      continue;
    }
    const TlvRule* rule = reader.tolerant || reader.lenient ? nullptr : find_tlv_rule(tag);
    if (rule != nullptr && rule->strict && (length < rule->octets_min || length > rule->octets_max)) {
      return finish(reader.fail(ESME_RINVTLVLEN, rule->name, "wrong length"));
    }
    if (count == tlvs.size()) tlvs.emplace_back();
    tlvs[count].tag = tag;
    put(tlvs[count].value, reader.at + 4, length);
    ++count;
    reader.at += 4 + length;
  }
  return finish(true);
}

template <class B>
std::optional<DecodeError> decode_body(std::string_view octets, bool response, Body& out) {
  // A response without any body is the rule for failed ones, and exists for others.
  if (response && octets.empty() && !layout::is_header_only<B>) {
    out = std::monostate{};
    return std::nullopt;
  }
  B* body = std::get_if<B>(&out);
  if (body == nullptr) body = &out.emplace<B>();
  // Octets after a PDU that has no body mean nothing, in requests too: enquire_link with one is seen.
  constexpr bool lenient = std::is_same_v<B, DeliverSm> || std::is_same_v<B, DataSm>;
  Reader reader{octets.data(), octets.data() + octets.size(), response || layout::is_header_only<B>, lenient};
  if (read_fields(reader, *body) && read_tlvs(reader, body->tlvs)) return std::nullopt;
  out = std::monostate{};  // half a body would be filled up with what the last one left in this memory
  return reader.error;
}

using Decoder = std::optional<DecodeError> (*)(std::string_view, bool, Body&);

template <std::size_t... kIndex>
constexpr auto decoders(std::index_sequence<kIndex...>) {
  return std::array<Decoder, sizeof...(kIndex) + 1>{
      nullptr, &decode_body<std::variant_alternative_t<kIndex + 1, Body>>...};
}

constexpr auto kDecoders = decoders(std::make_index_sequence<std::variant_size_v<Body> - 1>{});

}  // namespace

std::optional<DecodeError> decode(std::string_view frame, Pdu& out) {
  if (frame.size() < kHeaderOctets || load_u32(frame.data()) != frame.size()) {
    out.body = std::monostate{};
    return DecodeError{ESME_RINVCMDLEN, "command_length", "not the frame's size"};
  }
  out.command_id = static_cast<CommandId>(load_u32(frame.data() + 4));
  out.command_status = load_u32(frame.data() + 8);
  out.sequence_number = load_u32(frame.data() + 12);
  const Command* command = find_command(out.command_id);
  if (command == nullptr) {
    out.body = std::monostate{};
    return DecodeError{ESME_RINVCMDID, "command_id", "unknown"};
  }
  return kDecoders[command->body_index](frame.substr(kHeaderOctets), is_response(out.command_id), out.body);
}

tl::expected<Pdu, DecodeError> decode(std::string_view frame) {
  tl::expected<Pdu, DecodeError> result;
  if (const auto error = decode(frame, *result)) return tl::make_unexpected(*error);
  return result;
}

}  // namespace peyk::smpp
