// The rules about what is submitted: addresses, times, octets, parts, rates.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/contract.hpp"
#include "smpp/address.hpp"
#include "smpp/time_format.hpp"

namespace peyk::sim {
namespace {

constexpr std::size_t kUserDataOctets = 140, kUserDataSeptets = 160;  // 3GPP TS 23.040, 9.2.3.16
constexpr std::size_t kSenderCharactersMax = 11;                      // of an alphanumeric one

// SMPP 3.4, 4.4.1, and what 5.0 added in 4.2.1 for both.
constexpr std::uint16_t kAllowed[] = {smpp::tag::user_message_reference,
                                      smpp::tag::source_port,
                                      smpp::tag::source_addr_subunit,
                                      smpp::tag::destination_port,
                                      smpp::tag::dest_addr_subunit,
                                      smpp::tag::sar_msg_ref_num,
                                      smpp::tag::sar_total_segments,
                                      smpp::tag::sar_segment_seqnum,
                                      smpp::tag::more_messages_to_send,
                                      smpp::tag::payload_type,
                                      smpp::tag::message_payload,
                                      smpp::tag::privacy_indicator,
                                      smpp::tag::callback_num,
                                      smpp::tag::callback_num_pres_ind,
                                      smpp::tag::callback_num_atag,
                                      smpp::tag::source_subaddress,
                                      smpp::tag::dest_subaddress,
                                      smpp::tag::user_response_code,
                                      smpp::tag::display_time,
                                      smpp::tag::sms_signal,
                                      smpp::tag::ms_validity,
                                      smpp::tag::ms_msg_wait_facilities,
                                      smpp::tag::number_of_messages,
                                      smpp::tag::alert_on_message_delivery,
                                      smpp::tag::language_indicator,
                                      smpp::tag::its_reply_type,
                                      smpp::tag::its_session_info,
                                      smpp::tag::ussd_service_op,
                                      smpp::tag::billing_identification,
                                      smpp::tag::source_network_id,
                                      smpp::tag::dest_network_id,
                                      smpp::tag::source_node_id,
                                      smpp::tag::dest_node_id,
                                      smpp::tag::qos_time_to_live};

bool in(const std::vector<std::uint8_t>& allowed, std::uint8_t value) {
  return allowed.empty() || std::ranges::find(allowed, value) != allowed.end();
}

std::string_view octets_of(std::string_view short_message, const smpp::Tlvs& tlvs) {
  if (!short_message.empty()) return short_message;
  return smpp::get_octets(tlvs, smpp::tag::message_payload).value_or(std::string_view());
}

bool is_concatenation(const smpp::InformationElement& element) {
  return element.id == 0x00 || element.id == 0x08;
}

}  // namespace

std::optional<ContractCheck::Content> ContractCheck::content_of(const smpp::Pdu& pdu) {
  const auto common = [](const auto& body, std::string_view short_message) {
    Content content;
    content.source = body.source_addr;
    content.source_ton = body.source_addr_ton;
    content.source_npi = body.source_addr_npi;
    content.esm_class = body.esm_class;
    content.data_coding = body.data_coding;
    content.short_message = short_message;
    content.tlvs = &body.tlvs;
    content.ussd =
        body.service_type == "USSD" || smpp::find_tlv(body.tlvs, smpp::tag::ussd_service_op) != nullptr;
    return content;
  };
  if (const auto* submit_sm = std::get_if<smpp::SubmitSm>(&pdu.body)) {
    Content content = common(*submit_sm, submit_sm->short_message);
    content.to = {{submit_sm->dest_addr_ton, submit_sm->dest_addr_npi, submit_sm->destination_addr}};
    return content;
  }
  if (const auto* data_sm = std::get_if<smpp::DataSm>(&pdu.body)) {
    Content content = common(*data_sm, {});
    content.to = {{data_sm->dest_addr_ton, data_sm->dest_addr_npi, data_sm->destination_addr}};
    return content;
  }
  if (const auto* multi = std::get_if<smpp::SubmitMulti>(&pdu.body)) {
    Content content = common(*multi, multi->short_message);
    for (const smpp::DestAddress& one : multi->dest_address) {
      if (!one.is_list) content.to.push_back({one.dest_addr_ton, one.dest_addr_npi, one.destination_addr});
    }
    return content;
  }
  return std::nullopt;
}

void ContractCheck::text(Link& link, Sent& sent, std::int64_t at_us) {
  check_times(link, at_us);
  const auto content = content_of(pdu_);
  if (!content) return;
  count_rates(link, *content, at_us);
  check_addresses(link, *content, at_us);
  check_tlvs(link, *content, at_us);
  if (!in(contract_.data_codings, content->data_coding)) {
    add(Rule::data_coding, link, pdu_.sequence_number, at_us, std::to_string(content->data_coding));
  }
  if (!content->ussd) check_octets(link, *content, sent, at_us);
}

void ContractCheck::check_times(const Link& link, std::int64_t at_us) {
  const auto check = [&](const std::string& schedule, const std::string& validity) {
    for (const std::string* time : {&schedule, &validity}) {
      if (!smpp::parse_time(*time)) add(Rule::time_format, link, pdu_.sequence_number, at_us, *time);
    }
  };
  if (const auto* one = std::get_if<smpp::SubmitSm>(&pdu_.body)) {
    check(one->schedule_delivery_time, one->validity_period);
  } else if (const auto* multi = std::get_if<smpp::SubmitMulti>(&pdu_.body)) {
    check(multi->schedule_delivery_time, multi->validity_period);
  } else if (const auto* replace = std::get_if<smpp::ReplaceSm>(&pdu_.body)) {
    check(replace->schedule_delivery_time, replace->validity_period);
  }
}

void ContractCheck::count_rates(const Link& link, const Content& content, std::int64_t at_us) {
  if (recent_.size() + recent_of_sources_.size() > kSourcesMax) return;
  if (contract_.rate != 0 && recent_[link.system_id].exceeds(contract_.rate, at_us)) {
    add(Rule::rate, link, pdu_.sequence_number, at_us,
        fmt::format("more than {} in a second by {}", contract_.rate, link.system_id));
  }
  if (contract_.source_rate != 0 &&
      recent_of_sources_[std::string(content.source)].exceeds(contract_.source_rate, at_us)) {
    add(Rule::source_rate, link, pdu_.sequence_number, at_us,
        fmt::format("more than {} in a second from {}", contract_.source_rate, content.source));
  }
  const auto& sources = contract_.sources;
  if (!sources.empty() && std::ranges::find(sources, content.source) == sources.end()) {
    add(Rule::source, link, pdu_.sequence_number, at_us, std::string(content.source));
  }
}

void ContractCheck::check_addresses(const Link& link, const Content& content, std::int64_t at_us) {
  const auto wrong = [&](Rule rule, std::uint8_t ton, std::uint8_t npi, std::string_view digits) {
    add(rule, link, pdu_.sequence_number, at_us, fmt::format("ton {} npi {} {}", ton, npi, digits));
  };
  const bool named = content.source_ton == static_cast<std::uint8_t>(smpp::Ton::alphanumeric);
  const bool letters = !content.source.empty() && !smpp::is_digits(content.source);
  const bool ussd_code = content.ussd && content.source.find_first_of("*#") != std::string_view::npos;
  if ((letters && !named && !ussd_code) || (named && content.source.size() > kSenderCharactersMax)) {
    wrong(Rule::address, content.source_ton, content.source_npi, content.source);
  }
  if (!in(contract_.source_tons, content.source_ton) || !in(contract_.source_npis, content.source_npi)) {
    wrong(Rule::ton_npi, content.source_ton, content.source_npi, content.source);
  }
  for (const Content::To& to : content.to) {
    const bool international = to.ton == static_cast<std::uint8_t>(smpp::Ton::international);
    if (!smpp::is_digits(to.address) || (international && to.address.starts_with("00"))) {
      wrong(Rule::address, to.ton, to.npi, to.address);
    }
    if (!in(contract_.dest_tons, to.ton) || !in(contract_.dest_npis, to.npi)) {
      wrong(Rule::ton_npi, to.ton, to.npi, to.address);
    }
  }
}

void ContractCheck::check_tlvs(const Link& link, const Content& content, std::int64_t at_us) {
  for (const smpp::Tlv& tlv : *content.tlvs) {
    if (!link.knows_tlvs) {
      add(Rule::tlv_for_v33, link, pdu_.sequence_number, at_us, smpp::tlv_name(tlv.tag));
    } else if (pdu_.command_id == smpp::CommandId::submit_sm && smpp::find_tlv_rule(tlv.tag) != nullptr &&
               std::ranges::find(kAllowed, tlv.tag) == std::end(kAllowed)) {
      add(Rule::tlv_not_allowed, link, pdu_.sequence_number, at_us, smpp::tlv_name(tlv.tag));
    }
  }
  if (!content.short_message.empty() &&
      smpp::find_tlv(*content.tlvs, smpp::tag::message_payload) != nullptr) {
    add(Rule::message_twice, link, pdu_.sequence_number, at_us, "short_message and message_payload");
  }
}

void ContractCheck::check_octets(Link& link, const Content& content, Sent& sent, std::int64_t at_us) {
  const std::uint32_t sequence = pdu_.sequence_number;
  const std::string_view octets = octets_of(content.short_message, *content.tlvs);
  const auto data = smpp::split_user_data(octets, content.esm_class);
  if (!data) return add(Rule::user_data_header, link, sequence, at_us, "longer than its text");
  const bool claims_parts = std::ranges::any_of(smpp::information_elements(data->header), is_concatenation);
  if (claims_parts && !data->part) add(Rule::user_data_header, link, sequence, at_us, "no such part");
  const auto sar = smpp::read_sar(*content.tlvs);
  if (sar && claims_parts) add(Rule::user_data_header, link, sequence, at_us, "parts by UDH and by SAR");

  const bool ucs2 = content.data_coding == 8,
             gsm7 = content.data_coding == 0 && default_alphabet_ == templates::DefaultAlphabet::gsm7;
  if (ucs2 && data->text.size() % 2 != 0) add(Rule::alphabet, link, sequence, at_us, "an odd octet of UCS-2");
  const bool high =
      std::ranges::any_of(data->text, [](char c) { return static_cast<unsigned char>(c) > 0x7F; });
  if (gsm7 && high) add(Rule::alphabet, link, sequence, at_us, "an octet above 0x7F under data_coding 0");
  const std::size_t weight = gsm7 ? (data->header.size() * 8 + 6) / 7 + data->text.size() : octets.size();
  if (!content.short_message.empty() && weight > (gsm7 ? kUserDataSeptets : kUserDataOctets)) {
    add(Rule::text_length, link, sequence, at_us,
        fmt::format("{} of {}", weight, gsm7 ? kUserDataSeptets : kUserDataOctets));
  }
  const auto part = sar ? sar : data->part;
  if (part && part->total > 1 && content.to.size() == 1) check_part(link, content, *part, sent, at_us);
}

void ContractCheck::check_part(Link& link, const Content& content, const smpp::Part& part, Sent& sent,
                               std::int64_t at_us) {
  sent.part = part.seq;
  sent.part_key = fmt::format("{}|{}|{}|{}|{}", content.source, content.to.front().address, part.ref,
                              static_cast<int>(part.ref_width), part.total);
  const auto found = texts_.find(sent.part_key);
  if (found == texts_.end() && texts_.size() >= kTextsMax) return;
  LongText& text = found == texts_.end() ? texts_[sent.part_key] : found->second;
  if (found != texts_.end() && text.accepted.size() == text.total && text.accepted_on != link.id) text = {};
  text.last_at_us = at_us;
  text.total = part.total;
  text.link = link.id;
  text.sequence_number = pdu_.sequence_number;
  // What a lost link has accepted may be unknown to the ESME.
  if (text.accepted.contains(part.seq) && text.accepted_on == link.id) {
    add(Rule::part_twice, link, pdu_.sequence_number, at_us,
        fmt::format("part {} of {}", part.seq, part.total));
  }
}

void ContractCheck::part_answered(const Link& link, const Sent& sent, std::int64_t at_us) {
  const auto it = texts_.find(sent.part_key);
  if (it == texts_.end()) return;
  LongText& text = it->second;
  text.last_at_us = at_us;
  if (pdu_.command_status == smpp::ESME_ROK) {
    text.accepted.insert(sent.part);
    text.accepted_on = link.id;
    return;
  }
  const auto kind = smpp::status_class(pdu_.command_status);
  const bool again = kind == smpp::StatusClass::throttle || kind == smpp::StatusClass::temporary;
  if (!again) texts_.erase(it);  // nobody need send the rest
}

}  // namespace peyk::sim
