// One line about a PDU, for logs: what a person needs to follow a session, and nothing of what people wrote.
#include <array>
#include <cstdio>

#include "smpp/commands.hpp"
#include "smpp/layout.hpp"
#include "smpp/pdu.hpp"

namespace peyk::smpp {
namespace {

std::string hex32(std::uint32_t value) {
  std::array<char, 11> text{};
  std::snprintf(text.data(), text.size(), "0x%08X", static_cast<unsigned>(value));
  return text.data();
}

// Addresses may carry anything on the wire; a log line may not.
void append_printable(std::string& line, std::string_view text) {
  for (const char c : text) line += c >= 0x20 && c < 0x7F && c != '"' ? c : '?';
}

void append_name(std::string& line, std::string_view name) {
  line += ' ';
  line += name;
  line += '=';
}

template <class B>
void say_fields(std::string& line, const B& body);

template <class B>
void say(std::string& line, const layout::CString<B>& field, const B& body) {
  const std::string& value = body.*field.member;
  if (value.empty()) return;
  append_name(line, field.name);
  if (field.name == "password") {
    line += "***";
    return;
  }
  line += '"';
  append_printable(line, value);
  line += '"';
}
template <class B>
void say(std::string& line, const layout::Octet<B>& field, const B& body) {
  if (body.*field.member == 0) return;
  append_name(line, field.name);
  line += std::to_string(body.*field.member);
}
template <class B>
void say(std::string& line, const layout::Word<B>& field, const B& body) {
  append_name(line, field.name);
  line += status_name(body.*field.member);
}
template <class B>
void say(std::string& line, const layout::Text<B>& field, const B& body) {
  append_name(line, field.name);
  line += std::to_string((body.*field.member).size()) + " octets";
}

void say_item(std::string& line, const DestAddress& item) {
  append_printable(line, item.is_list ? item.dl_name : item.destination_addr);
}
void say_item(std::string& line, const UnsuccessSme& item) {
  say_fields(line, item);
}

template <class B, class Item>
void say(std::string& line, const layout::List<B, Item>& field, const B& body) {
  append_name(line, field.name);
  line += '[';
  for (const Item& item : body.*field.member) {
    if (line.back() != '[') line += ", ";
    say_item(line, item);
  }
  line += ']';
}

template <class B>
void say_fields(std::string& line, const B& body) {
  std::apply([&](const auto&... field) { (say(line, field, body), ...); }, layout::Of<B>::fields);
}

void say_tlvs(std::string& line, const Tlvs& tlvs) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::size_t kShownMax = 32;
  for (const Tlv& tlv : tlvs) {
    append_name(line, tlv_name(tlv.tag));
    if (tlv.tag == tag::message_payload || tlv.value.size() > kShownMax) {
      line += std::to_string(tlv.value.size()) + " octets";
      continue;
    }
    for (const char c : tlv.value) {
      line += kDigits[static_cast<unsigned char>(c) >> 4];
      line += kDigits[static_cast<unsigned char>(c) & 0x0F];
    }
  }
}

}  // namespace

std::string command_name(CommandId id) {
  const Command* command = find_command(id);
  return command != nullptr ? std::string(command->name) : hex32(static_cast<std::uint32_t>(id));
}

std::string describe(const Pdu& pdu) {
  std::string line = command_name(pdu.command_id);
  append_name(line, "sequence_number");
  line += std::to_string(pdu.sequence_number);
  if (pdu.command_status != ESME_ROK || is_response(pdu.command_id)) {
    append_name(line, "command_status");
    line += status_name(pdu.command_status);
  }
  std::visit(
      [&](const auto& body) {
        using B = std::remove_cvref_t<decltype(body)>;
        if constexpr (!std::is_same_v<B, std::monostate>) {
          say_fields(line, body);
          say_tlvs(line, body.tlvs);
        }
      },
      pdu.body);
  return line;
}

}  // namespace peyk::smpp
