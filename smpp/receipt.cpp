#include "smpp/receipt.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

#include "smpp/parts.hpp"

namespace peyk::smpp {
namespace {

constexpr std::size_t kMessageIdMax = 64;

struct StateRow {
  ReceiptState state;
  std::string_view word, receipt_word;
  bool final;
};
// SMPP 3.4, table B-2 and 5.2.28; 5.0, 4.7.15. In the order of message_state.
constexpr std::array kStates{
    StateRow{ReceiptState::scheduled, "SCHEDULED", "SCHEDLD", false},
    StateRow{ReceiptState::enroute, "ENROUTE", "ENROUTE", false},
    StateRow{ReceiptState::delivered, "DELIVERED", "DELIVRD", true},
    StateRow{ReceiptState::expired, "EXPIRED", "EXPIRED", true},
    StateRow{ReceiptState::deleted, "DELETED", "DELETED", true},
    StateRow{ReceiptState::undeliverable, "UNDELIVERABLE", "UNDELIV", true},
    StateRow{ReceiptState::accepted, "ACCEPTED", "ACCEPTD", false},
    StateRow{ReceiptState::unknown, "UNKNOWN", "UNKNOWN", false},
    StateRow{ReceiptState::rejected, "REJECTED", "REJECTD", true},
    StateRow{ReceiptState::skipped, "SKIPPED", "SKIPPED", true},
};
const StateRow& row(ReceiptState state) {
  return kStates[static_cast<std::size_t>(state)];
}

// Words that carriers made up.
struct ExtraWord {
  std::string_view word;
  ReceiptState state;
};
constexpr std::array kExtraWords{
    ExtraWord{"FAILED", ReceiptState::undeliverable}, ExtraWord{"UNDELIVERED", ReceiptState::undeliverable},
    ExtraWord{"BUFFRED", ReceiptState::enroute},      ExtraWord{"BUFFERD", ReceiptState::enroute},
    ExtraWord{"BUFFERED", ReceiptState::enroute},     ExtraWord{"ACKED", ReceiptState::enroute},
};

// Three octets, type and code (SMPP 3.4, 5.3.2.31); some carriers send the code as three digits instead.
std::optional<std::uint32_t> network_error(const Tlvs& tlvs) {
  const auto octets = get_octets(tlvs, tag::network_error_code);
  if (!octets || octets->size() != 3) return std::nullopt;
  std::uint32_t value = 0;
  const bool digits =
      std::all_of(octets->begin(), octets->end(), [](char c) { return c >= '0' && c <= '9'; });
  for (const char c : *octets) {
    value = digits ? value * 10 + static_cast<std::uint32_t>(c - '0')
                   : value << 8 | static_cast<unsigned char>(c);
  }
  return value;
}

std::string_view tlv_id_of(const Tlvs& tlvs) {
  return get_c_string(tlvs, tag::receipted_message_id).value_or("");
}

std::optional<Receipt> join(ReceiptFields fields, const Tlvs& tlvs) {
  Receipt receipt;
  const std::string_view tlv_id = tlv_id_of(tlvs);
  receipt.id = tlv_id.empty() ? fields.id : tlv_id;
  receipt.reference = get_u16(tlvs, tag::user_message_reference).value_or(std::uint16_t{0});
  if (receipt.id.size() > kMessageIdMax) return std::nullopt;
  if (receipt.id.empty() && receipt.reference == 0) return std::nullopt;
  if (!fields.id.empty() && fields.id.size() <= kMessageIdMax && fields.id != receipt.id)
    receipt.text_id = std::move(fields.id);

  receipt.state_word = std::move(fields.stat);
  const auto message_state = get_u8(tlvs, tag::message_state);
  const bool tlv_state = message_state && *message_state < kStates.size();
  if (!tlv_state && receipt.state_word.empty()) return std::nullopt;
  const ReceiptState text_state = parse_receipt_word(receipt.state_word);
  receipt.state = tlv_state ? static_cast<ReceiptState>(*message_state) : text_state;
  receipt.state_conflict = tlv_state && !receipt.state_word.empty() && text_state != receipt.state;

  receipt.err = std::move(fields.err);
  receipt.network_error_code = network_error(tlvs);
  receipt.submit_date = std::move(fields.submit_date.digits);
  receipt.done_date = std::move(fields.done_date.digits);
  receipt.done_ahead_of_utc = fields.done_date.ahead_of_utc;
  receipt.destination = std::move(fields.destination);
  return receipt;
}

// The text behind a user data header, if there is one and it fits.
template <class B>
std::string_view receipt_text(const B& pdu) {
  const std::string_view octets = message_octets(pdu);
  const auto data = split_user_data(octets, pdu.esm_class);
  return data ? data->text : octets;
}

template <class B>
ReceiptKind kind_of(const B& pdu) {
  switch (pdu.esm_class & esm_class::type_mask) {
    case esm_class::mc_delivery_receipt:
    case esm_class::sme_delivery_ack:
    case esm_class::mc_delivery_receipt | esm_class::sme_delivery_ack:
    case esm_class::mc_delivery_receipt | esm_class::intermediate_notification:  // its state says which
      return ReceiptKind::final_or_progress;
    case esm_class::intermediate_notification:
      return ReceiptKind::intermediate;
    case esm_class::sme_user_ack:  // a person's answer
    case esm_class::conversation_abort:
      return ReceiptKind::none;
    default:
      break;
  }
  if (!tlv_id_of(pdu.tlvs).empty()) return ReceiptKind::final_or_progress;
  if ((pdu.esm_class & esm_class::type_mask) != 0) return ReceiptKind::none;
  const auto seen = join(read_receipt_fields(receipt_text(pdu)), {});
  return seen ? ReceiptKind::look_alike : ReceiptKind::none;
}

template <class B>
std::optional<Receipt> parse_any(const B& pdu) {
  const ReceiptKind kind = kind_of(pdu);
  if (kind == ReceiptKind::none) return std::nullopt;
  auto receipt = join(read_receipt_fields(receipt_text(pdu)), pdu.tlvs);
  if (receipt) receipt->intermediate = kind == ReceiptKind::intermediate;
  return receipt;
}

}  // namespace

std::string_view words(ReceiptState state) {
  return row(state).word;
}
std::string_view receipt_word(ReceiptState state) {
  return row(state).receipt_word;
}
bool is_final(ReceiptState state) {
  return row(state).final;
}

ReceiptState parse_receipt_word(std::string_view word) {
  for (const StateRow& state : kStates) {
    if (same_word(word, state.word) || same_word(word, state.receipt_word)) return state.state;
  }
  for (const ExtraWord& extra : kExtraWords) {
    if (same_word(word, extra.word)) return extra.state;
  }
  return ReceiptState::unknown;
}

std::string Receipt::error() const {
  const auto says_something = [](std::string_view code) {
    return code.find_first_not_of('0') != std::string_view::npos;
  };
  if (err && says_something(*err)) return *err;
  const std::uint32_t code = network_error_code.value_or(0) & 0xFFFF;
  return code == 0 ? std::string() : std::to_string(code);
}

ReceiptKind receipt_kind(const DeliverSm& pdu) {
  return kind_of(pdu);
}
ReceiptKind receipt_kind(const DataSm& pdu) {
  return kind_of(pdu);
}

std::optional<Receipt> parse_receipt(const DeliverSm& pdu) {
  return parse_any(pdu);
}
std::optional<Receipt> parse_receipt(const DataSm& pdu) {
  return parse_any(pdu);
}

std::optional<Receipt> parse_receipt_text(std::string_view text) {
  return join(read_receipt_fields(text), {});
}

std::string build_receipt_text(const ReceiptText& receipt) {
  constexpr std::size_t kQuotedMax = 20;
  const auto three_digits = [](std::uint16_t value) {
    std::array<char, 8> text{};
    std::snprintf(text.data(), text.size(), "%03u", static_cast<unsigned>(value));
    return std::string(text.data());
  };
  std::string text = "id:" + receipt.id;
  text += " sub:" + three_digits(receipt.sub);
  text += " dlvrd:" + three_digits(receipt.dlvrd);
  text += " submit date:" + receipt.submit_date;
  text += " done date:" + receipt.done_date;
  text.append(" stat:").append(receipt_word(receipt.state));
  text += " err:" + three_digits(receipt.err);
  text.append(" text:").append(receipt.text.substr(0, kQuotedMax));
  return text;
}

void write_receipt(DeliverSm& pdu, const ReceiptText& receipt) {
  pdu.esm_class = esm_class::mc_delivery_receipt;
  pdu.data_coding = 0;
  pdu.short_message = build_receipt_text(receipt);
  set_c_string(pdu.tlvs, tag::receipted_message_id, receipt.id);
  set_u8(pdu.tlvs, tag::message_state, static_cast<std::uint8_t>(receipt.state));
}

}  // namespace peyk::smpp
