// Writing: one fold over layout.hpp measures and checks, a second one writes into memory of the right size.
#include <cassert>
#include <cstring>

#include "smpp/commands.hpp"
#include "smpp/layout.hpp"
#include "smpp/pdu.hpp"

namespace peyk::smpp {
namespace {

struct Meter {
  std::size_t octets = 0;
  EncodeError error{};
  bool fail(std::string_view field, std::string_view what) {
    error = EncodeError{field, what};
    return false;
  }
  bool c_string(std::string_view field, const std::string& value, std::size_t octets_max) {
    if (value.size() >= octets_max) return fail(field, "too long");
    if (!value.empty() && std::memchr(value.data(), 0, value.size()) != nullptr)
      return fail(field, "has a NUL");
    octets += value.size() + 1;
    return true;
  }
};

struct Writer {
  char* at;
  void octet(std::size_t value) { *at++ = static_cast<char>(static_cast<unsigned char>(value)); }
  // Numbers leave in one store: octets one by one might each lie over `at` itself, for all that GCC knows.
  void u16(std::size_t value) {
    const unsigned char octets[]{static_cast<unsigned char>(value >> 8 & 0xFF),
                                 static_cast<unsigned char>(value & 0xFF)};
    std::memcpy(at, octets, sizeof octets);
    at += sizeof octets;
  }
  void u32(std::uint32_t value) {
    const unsigned char octets[]{
        static_cast<unsigned char>(value >> 24), static_cast<unsigned char>(value >> 16 & 0xFF),
        static_cast<unsigned char>(value >> 8 & 0xFF), static_cast<unsigned char>(value & 0xFF)};
    std::memcpy(at, octets, sizeof octets);
    at += sizeof octets;
  }
  void octets(const std::string& value) {
    if (!value.empty()) std::memcpy(at, value.data(), value.size());
    at += value.size();
  }
  void c_string(const std::string& value) {
    octets(value);
    *at++ = '\0';
  }
};

template <class B>
bool measure_fields(Meter& meter, const B& body);
template <class B>
void write_fields(Writer& writer, const B& body);

template <class B>
bool measure(Meter& meter, const layout::CString<B>& field, const B& body) {
  return meter.c_string(field.name, body.*field.member, field.octets_max);
}
template <class B>
void write(Writer& writer, const layout::CString<B>& field, const B& body) {
  writer.c_string(body.*field.member);
}

template <class B>
bool measure(Meter& meter, const layout::Octet<B>&, const B&) {
  meter.octets += 1;
  return true;
}
template <class B>
void write(Writer& writer, const layout::Octet<B>& field, const B& body) {
  writer.octet(body.*field.member);
}

template <class B>
bool measure(Meter& meter, const layout::Word<B>&, const B&) {
  meter.octets += 4;
  return true;
}
template <class B>
void write(Writer& writer, const layout::Word<B>& field, const B& body) {
  writer.u32(body.*field.member);
}

template <class B>
bool measure(Meter& meter, const layout::Text<B>& field, const B& body) {
  const std::string& text = body.*field.member;
  if (text.size() > 255) return meter.fail(field.name, "longer than 255 octets");
  meter.octets += 1 + text.size();
  return true;
}
template <class B>
void write(Writer& writer, const layout::Text<B>& field, const B& body) {
  writer.octet((body.*field.member).size());
  writer.octets(body.*field.member);
}

bool measure_item(Meter& meter, const DestAddress& item) {
  if (item.is_list) {
    meter.octets += 1;
    return meter.c_string("dl_name", item.dl_name, 21);
  }
  meter.octets += 3;
  return meter.c_string("destination_addr", item.destination_addr, 21);
}
void write_item(Writer& writer, const DestAddress& item) {
  if (item.is_list) {
    writer.octet(2);
    writer.c_string(item.dl_name);
    return;
  }
  writer.octet(1);
  writer.octet(item.dest_addr_ton);
  writer.octet(item.dest_addr_npi);
  writer.c_string(item.destination_addr);
}

bool measure_item(Meter& meter, const UnsuccessSme& item) {
  return measure_fields(meter, item);
}
void write_item(Writer& writer, const UnsuccessSme& item) {
  write_fields(writer, item);
}

template <class B, class Item>
bool measure(Meter& meter, const layout::List<B, Item>& field, const B& body) {
  const auto& items = body.*field.member;
  if (items.size() > 255) return meter.fail(field.name, "more than 255");
  meter.octets += 1;
  for (const Item& item : items) {
    if (!measure_item(meter, item)) return false;
  }
  return true;
}
template <class B, class Item>
void write(Writer& writer, const layout::List<B, Item>& field, const B& body) {
  const auto& items = body.*field.member;
  writer.octet(items.size());
  for (const Item& item : items) write_item(writer, item);
}

template <class B>
bool measure_fields(Meter& meter, const B& body) {
  return std::apply([&](const auto&... field) { return (measure(meter, field, body) && ...); },
                    layout::Of<B>::fields);
}
template <class B>
void write_fields(Writer& writer, const B& body) {
  std::apply([&](const auto&... field) { (write(writer, field, body), ...); }, layout::Of<B>::fields);
}

bool measure_tlvs(Meter& meter, const Tlvs& tlvs) {
  for (const Tlv& tlv : tlvs) {
    if (tlv.value.size() > 0xFFFF) return meter.fail("tlvs", "a value longer than 65535 octets");
    meter.octets += 4 + tlv.value.size();
  }
  return true;
}
void write_tlvs(Writer& writer, const Tlvs& tlvs) {
  for (const Tlv& tlv : tlvs) {
    writer.u16(tlv.tag);
    writer.u16(tlv.value.size());
    writer.octets(tlv.value);
  }
}

struct Header {
  CommandId command_id;
  std::uint32_t command_status, sequence_number;
};

void write_header(Writer& writer, const Header& header, std::size_t octets) {
  writer.u32(static_cast<std::uint32_t>(octets));
  writer.u32(static_cast<std::uint32_t>(header.command_id));
  writer.u32(header.command_status);
  writer.u32(header.sequence_number);
}

template <class B>
std::optional<EncodeError> encode_one(const Header& header, const B& body, std::string& out) {
  Meter meter{kHeaderOctets};
  if (!measure_fields(meter, body) || !measure_tlvs(meter, body.tlvs)) return meter.error;
  if (meter.octets > kFrameOctetsMax) return EncodeError{"command_length", "above the largest PDU"};
  const std::size_t before = out.size();
  out.resize(before + meter.octets);
  Writer writer{out.data() + before};
  write_header(writer, header, meter.octets);
  write_fields(writer, body);
  write_tlvs(writer, body.tlvs);
  assert(writer.at == out.data() + out.size());
  return std::nullopt;
}

template <class B>
std::optional<EncodeError> encode_body(const Header& header, const Body& any, std::string& out) {
  return encode_one(header, *std::get_if<B>(&any), out);
}

template <>
std::optional<EncodeError> encode_body<std::monostate>(const Header& header, const Body&, std::string& out) {
  const std::size_t before = out.size();
  out.resize(before + kHeaderOctets);
  Writer writer{out.data() + before};
  write_header(writer, header, kHeaderOctets);
  return std::nullopt;
}

using Encoder = std::optional<EncodeError> (*)(const Header&, const Body&, std::string&);

template <std::size_t... kIndex>
constexpr auto encoders(std::index_sequence<kIndex...>) {
  return std::array<Encoder, sizeof...(kIndex)>{&encode_body<std::variant_alternative_t<kIndex, Body>>...};
}

constexpr auto kEncoders = encoders(std::make_index_sequence<std::variant_size_v<Body>>{});

// The command of each member of Body; of the three binds the last in kCommands, the transceiver's.
constexpr auto make_ids() {
  std::array<CommandId, std::variant_size_v<Body>> ids{};
  for (const Command& command : kCommands) ids[command.body_index] = command.id;
  return ids;
}

}  // namespace

std::optional<EncodeError> encode(CommandId command_id, std::uint32_t command_status,
                                  std::uint32_t sequence_number, const Body& body, std::string& out) {
  if (body.index() != 0) {
    const Command* command = find_command(command_id);
    if (command == nullptr || command->body_index != body.index()) {
      return EncodeError{"command_id", "not the id of this body"};
    }
  }
  return kEncoders[body.index()](Header{command_id, command_status, sequence_number}, body, out);
}

std::optional<EncodeError> encode(std::uint32_t sequence_number, const SubmitSm& submit_sm,
                                  std::string& out) {
  return encode_one(Header{CommandId::submit_sm, ESME_ROK, sequence_number}, submit_sm, out);
}

std::optional<EncodeError> encode(const Pdu& pdu, std::string& out) {
  return encode(pdu.command_id, pdu.command_status, pdu.sequence_number, pdu.body, out);
}

CommandId command_id_of(const Body& body) {
  static constexpr auto kIds = make_ids();
  assert(body.index() != 0);
  return kIds[body.index()];
}

bool is_known(CommandId id) {
  return find_command(id) != nullptr;
}

}  // namespace peyk::smpp
