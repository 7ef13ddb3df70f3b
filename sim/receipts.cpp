#include "sim/receipts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "smpp/address.hpp"

namespace peyk::sim {
namespace {

using Field = ReceiptForm::Field;

constexpr std::size_t kQuotedMax = 20;
constexpr std::size_t kShortMessageMax = 254;

std::string date(ReceiptForm::Dates dates, std::time_t at) {
  std::tm parts{};
  localtime_r(&at, &parts);
  const char* format = dates == ReceiptForm::Dates::minutes   ? "%y%m%d%H%M"
                       : dates == ReceiptForm::Dates::seconds ? "%y%m%d%H%M%S"
                                                              : "%Y%m%d%H%M%S";
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, format, &parts));
}

std::string word_of(const ReceiptForm& form, smpp::ReceiptState state) {
  const auto own = std::ranges::find(form.words, state, &ReceiptForm::Word::state);
  return own != form.words.end() ? own->word : std::string(smpp::receipt_word(state));
}

std::string_view key_of(Field field) {
  switch (field) {
    case Field::id:
      return "id";
    case Field::sub:
      return "sub";
    case Field::dlvrd:
      return "dlvrd";
    case Field::submit_date:
      return "submit date";
    case Field::done_date:
      return "done date";
    case Field::stat:
      return "stat";
    case Field::err:
      return "err";
    case Field::text:
      return "text";
  }
  return "";
}

std::string value_of(const ReceiptForm& form, const ReceiptFacts& facts, Field field) {
  switch (field) {
    case Field::id:
      return facts.id;
    case Field::sub:
      return "001";
    case Field::dlvrd:
      return facts.state == smpp::ReceiptState::delivered ? "001" : "000";
    case Field::submit_date:
      return date(form.dates, facts.submitted_at);
    case Field::done_date:
      return date(form.dates, facts.done_at);
    case Field::stat:
      return word_of(form, facts.state);
    case Field::err:
      return fmt::format("{:0{}d}", facts.error, form.err_digits);
    case Field::text:
      return facts.text.substr(0, kQuotedMax);
  }
  return "";
}

std::string in_letters(std::string text, ReceiptForm::Letters letters) {
  if (letters == ReceiptForm::Letters::as_is) return text;
  for (char& c : text) {
    const auto octet = static_cast<unsigned char>(c);
    c = static_cast<char>(letters == ReceiptForm::Letters::lower ? std::tolower(octet) : std::toupper(octet));
  }
  return text;
}

std::string as_utf16(std::string_view ascii) {
  std::string octets;
  for (const char c : ascii) {
    octets.push_back('\0');
    octets.push_back(c);
  }
  return octets;
}

template <class B>
B addressed(const smpp::SubmitSm& submit_sm) {
  B pdu;
  pdu.source_addr_ton = static_cast<std::uint8_t>(smpp::Ton::international);
  pdu.source_addr_npi = static_cast<std::uint8_t>(smpp::Npi::isdn);
  pdu.source_addr = submit_sm.destination_addr;
  pdu.dest_addr_npi = static_cast<std::uint8_t>(smpp::Npi::isdn);
  pdu.destination_addr = submit_sm.source_addr;
  return pdu;
}

template <class B>
void mark(B& pdu, const ReceiptForm& form, const ReceiptFacts& facts) {
  pdu.esm_class = facts.intermediate ? form.intermediate_esm_class : form.esm_class;
  pdu.data_coding = form.data_coding;
  if (form.content != ReceiptForm::Content::text) {
    smpp::set_c_string(pdu.tlvs, smpp::tag::receipted_message_id, facts.tlv_id);
    smpp::set_u8(pdu.tlvs, smpp::tag::message_state, static_cast<std::uint8_t>(facts.state));
  }
  if (form.network_error_code) {
    constexpr char kGsm = 3;  // network type of SMPP 3.4, 5.3.2.31
    const std::string value{kGsm, static_cast<char>(facts.error >> 8), static_cast<char>(facts.error & 0xFF)};
    smpp::set_octets(pdu.tlvs, smpp::tag::network_error_code, value);
  }
}

}  // namespace

std::string receipt_text(const ReceiptForm& form, const ReceiptFacts& facts,
                         const smpp::SubmitSm& submit_sm) {
  std::string text;
  if (form.dialect == ReceiptForm::Dialect::comma) {
    text = fmt::format("{},{},{},{},{},{},{}", word_of(form, facts.state), date(form.dates, facts.done_at),
                       date(form.dates, facts.submitted_at), facts.error, submit_sm.destination_addr,
                       submit_sm.source_addr, facts.id);
  } else {
    for (const Field field : form.fields) {
      if (!text.empty()) text += form.between;
      text.append(key_of(field)).append(form.after_key).append(value_of(form, facts, field));
    }
  }
  return in_letters(std::move(text), form.letters) + form.tail;
}

smpp::Body make_receipt(const ReceiptForm& form, const ReceiptFacts& facts, const smpp::SubmitSm& submit_sm) {
  std::string text;
  if (form.content != ReceiptForm::Content::tlvs) text = receipt_text(form, facts, submit_sm);
  if (form.ucs2) text = as_utf16(text);
  if (form.place == ReceiptForm::Place::data_sm) {
    auto data_sm = addressed<smpp::DataSm>(submit_sm);
    mark(data_sm, form, facts);
    if (!text.empty()) smpp::set_octets(data_sm.tlvs, smpp::tag::message_payload, text);
    return data_sm;
  }
  auto deliver_sm = addressed<smpp::DeliverSm>(submit_sm);
  mark(deliver_sm, form, facts);
  if (form.place == ReceiptForm::Place::message_payload || text.size() > kShortMessageMax) {
    smpp::set_octets(deliver_sm.tlvs, smpp::tag::message_payload, text);
  } else {
    deliver_sm.short_message = std::move(text);
  }
  return deliver_sm;
}

bool asks_for(std::uint8_t registered_delivery, smpp::ReceiptState state) {
  const bool delivered = state == smpp::ReceiptState::delivered;
  switch (registered_delivery & smpp::registered_delivery::receipt_mask) {
    case smpp::registered_delivery::success_and_failure:
      return true;
    case smpp::registered_delivery::failure:
      return !delivered;
    case smpp::registered_delivery::success:
      return delivered;
    default:
      return false;
  }
}

}  // namespace peyk::sim
