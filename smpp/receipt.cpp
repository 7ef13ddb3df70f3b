#include "smpp/receipt.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "smpp/parts.hpp"
#include "smpp/time_format.hpp"

namespace peyk::smpp {
namespace {

constexpr std::size_t kMessageIdMax = 64;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

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

// The fields of appendix B as they stand in a text; empty views for what is missing.
struct Fields {
  std::optional<std::string_view> id, stat, err, submit_date, done_date;
};

struct Token {
  std::string_view word;  // up to the next space, or up to and with a colon
  bool is_key = false;    // it ended in a colon
};

// `id:1 sub: 2` gives id: | 1 | sub: | 2. A colon inside a value ends it too; no field of the form has one.
Token next_token(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  std::size_t size = 0;
  while (size < text.size() && !is_space(text[size]) && text[size] != ':') ++size;
  const Token token{text.substr(0, size), size < text.size() && text[size] == ':'};
  text.remove_prefix(size + (token.is_key ? 1 : 0));
  return token;
}

// The next word unless it begins another key: "id: sub:001" has no id, "submit date: done date:" no dates.
std::string_view value_after(std::string_view rest) {
  const Token value = next_token(rest);
  if (value.is_key) return {};
  const bool may_be_key = same_word(value.word, "submit") || same_word(value.word, "done");
  if (may_be_key && next_token(rest).is_key) return {};
  return value.word;
}

// First match wins; "text:" ends it, because what follows is the sender's own words.
Fields scan(std::string_view text) {
  Fields fields;
  std::string_view before;
  const auto keep = [](std::optional<std::string_view>& field, std::string_view value) {
    if (!field) field = value;
  };
  while (!text.empty()) {
    const Token token = next_token(text);
    if (token.is_key) {
      if (same_word(token.word, "text")) break;
      const std::string_view value = value_after(text);
      if (same_word(token.word, "id")) keep(fields.id, value);
      if (same_word(token.word, "stat")) keep(fields.stat, value);
      if (same_word(token.word, "err")) keep(fields.err, value);
      if (same_word(token.word, "date") && same_word(before, "submit")) keep(fields.submit_date, value);
      if (same_word(token.word, "date") && same_word(before, "done")) keep(fields.done_date, value);
    }
    before = token.word;
  }
  return fields;
}

// `status,status time,accept time,error,destination,originator,reference`, one European carrier's. 00 is
// delivered.
std::optional<Fields> scan_comma_separated(std::string_view text) {
  std::array<std::string_view, 7> columns;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin <= text.size(); ++count) {
    if (count == columns.size()) return std::nullopt;
    const std::size_t comma = std::min(text.find(',', begin), text.size());
    columns[count] = text.substr(begin, comma - begin);
    begin = comma + 1;
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (count != columns.size() || columns[0].size() != 2) return std::nullopt;
  if (!std::all_of(columns[0].begin(), columns[0].end(), is_digit)) return std::nullopt;
  return Fields{columns[6], columns[0] == "00" ? "DELIVRD" : columns[0], columns[3], columns[2], columns[1]};
}

// YYMMDDhhmm or YYMMDDhhmmss, a moment that exists; otherwise nothing.
std::string sensible_date(std::string_view date) {
  if (date.size() != 10 && date.size() != 12) return {};
  // The same groups as a time string; appendix B only leaves out the end.
  const auto time = parse_time(std::string(date) + (date.size() == 10 ? "00000+" : "000+"));
  return time && std::holds_alternative<UtcTime>(*time) ? std::string(date) : std::string();
}

// data_coding lies about receipts, so the octets decide: every first one of a pair is 0 only in UTF-16BE.
std::string narrow(std::string_view octets) {
  if (octets.size() < 2 || octets.size() % 2 != 0) return std::string(octets);
  std::string text;
  for (std::size_t i = 0; i < octets.size(); i += 2) {
    if (octets[i] != '\0') return std::string(octets);
    text += octets[i + 1];
  }
  return text;
}

Fields read_fields(std::string_view text) {
  Fields fields = scan(text);
  if (!fields.id && !fields.stat) {
    if (const auto columns = scan_comma_separated(text)) return *columns;
  }
  return fields;
}

std::optional<std::uint32_t> network_error(const Tlvs& tlvs) {
  const auto octets = get_octets(tlvs, tag::network_error_code);
  if (!octets || octets->size() != 3) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : *octets) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::optional<Receipt> join(const Fields& fields, const Tlvs& tlvs) {
  Receipt receipt;
  const std::string_view text_id = fields.id.value_or("");
  const std::string_view tlv_id = get_c_string(tlvs, tag::receipted_message_id).value_or("");
  receipt.id = tlv_id.empty() ? text_id : tlv_id;
  if (receipt.id.empty() || receipt.id.size() > kMessageIdMax) return std::nullopt;
  if (!text_id.empty() && text_id != receipt.id) receipt.text_id = std::string(text_id);

  receipt.state_word = fields.stat.value_or("");
  const auto message_state = get_u8(tlvs, tag::message_state);
  const bool tlv_state = message_state && *message_state < kStates.size();
  if (!tlv_state && receipt.state_word.empty()) return std::nullopt;
  const ReceiptState text_state = parse_receipt_word(receipt.state_word);
  receipt.state = tlv_state ? static_cast<ReceiptState>(*message_state) : text_state;
  receipt.state_conflict = tlv_state && !receipt.state_word.empty() && text_state != receipt.state;

  if (fields.err) receipt.err = std::string(*fields.err);
  receipt.network_error_code = network_error(tlvs);
  receipt.submit_date = sensible_date(fields.submit_date.value_or(""));
  receipt.done_date = sensible_date(fields.done_date.value_or(""));
  return receipt;
}

// The text behind a user data header, if there is one and it fits.
template <class B>
std::string receipt_text(const B& pdu) {
  const auto data = split_user_data(message_octets(pdu), pdu.esm_class);
  return narrow(data ? data->text : message_octets(pdu));
}

// A subscriber can type "id:1 stat:DELIVRD", so without a word from the carrier only the whole form will do.
bool is_whole_form(std::string_view text) {
  std::string_view rest = text;
  const Token first = next_token(rest);
  if (!first.is_key || !same_word(first.word, "id")) return false;
  const Fields fields = scan(text);
  return fields.id && fields.stat && fields.submit_date && fields.done_date;
}

template <class B>
ReceiptKind kind_of(const B& pdu) {
  switch (pdu.esm_class & esm_class::type_mask) {
    case esm_class::mc_delivery_receipt:
    case esm_class::sme_delivery_ack:
      return ReceiptKind::final_or_progress;
    case esm_class::intermediate_notification:
      return ReceiptKind::intermediate;
    case 0:
      break;
    default:
      return ReceiptKind::none;
  }
  const bool receipt = !get_c_string(pdu.tlvs, tag::receipted_message_id).value_or("").empty() ||
                       is_whole_form(receipt_text(pdu));
  return receipt ? ReceiptKind::final_or_progress : ReceiptKind::none;
}

template <class B>
std::optional<Receipt> parse_any(const B& pdu) {
  const ReceiptKind kind = kind_of(pdu);
  if (kind == ReceiptKind::none) return std::nullopt;
  const std::string text = receipt_text(pdu);
  auto receipt = join(read_fields(text), pdu.tlvs);
  if (receipt) receipt->intermediate = kind == ReceiptKind::intermediate;
  return receipt;
}

std::optional<std::uint64_t> number(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
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
  const std::string narrowed = narrow(text);
  return join(read_fields(narrowed), {});
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

MessageIdForms message_id_forms(std::string_view id) {
  const auto hex = number(id, 16), decimal = number(id, 10);
  return {std::string(id), hex ? std::to_string(*hex) : "", decimal ? std::to_string(*decimal) : ""};
}

IdMatch match_message_id(std::string_view submitted, std::string_view receipted) {
  if (submitted == receipted) return IdMatch::exact;
  for (const int ours : {10, 16}) {
    for (const int theirs : {10, 16}) {
      const auto a = number(submitted, ours), b = number(receipted, theirs);
      if (a && b && *a == *b) return IdMatch::numeric;
    }
  }
  return IdMatch::none;
}

}  // namespace peyk::smpp
