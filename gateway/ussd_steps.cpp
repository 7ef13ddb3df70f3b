#include "gateway/ussd_steps.hpp"

#include <fmt/format.h>

#include "gateway/hash.hpp"
#include "smpp/parts.hpp"
#include "templates/alphabet.hpp"
#include "templates/screen.hpp"

namespace peyk::gateway {
namespace {

constexpr std::size_t kMarkOctets = 16;

std::string dialled_string(std::string_view code, const std::string& text) {
  if (text.starts_with('*')) return text;
  while (!code.empty() && (code.front() == '*' || code.front() == '#')) code.remove_prefix(1);
  while (!code.empty() && code.back() == '#') code.remove_suffix(1);
  std::string dialled = "*" + std::string(code);
  if (!text.empty() && text != "#") dialled += "*" + text;
  return dialled + (dialled.back() == '#' ? "" : "#");
}

// "*7000*2#" and "*7000" -> "7000"
std::string_view service_digits(std::string_view code) {
  if (code.starts_with('*')) code.remove_prefix(1);
  return code.substr(0, code.find_first_of("*#"));
}

template <typename Message>
std::optional<UssdAsked> read_message(const Message& pdu, const CarrierOptions& options) {
  const smpp::UssdProfile profile = ussd_profile(options);
  auto step = smpp::read_ussd(pdu, profile);
  if (!step) return std::nullopt;
  UssdAsked asked;
  asked.event = step->event;
  asked.wire_session = step->session;
  asked.session = profile.session_key == smpp::UssdSessionKey::none ? pdu.destination_addr : step->session;
  asked.sequence = step->sequence;
  asked.one_shot = step->one_shot;
  asked.text = templates::decode_ussd(step->text, pdu.data_coding, options.default_alphabet);
  asked.subscriber = {pdu.source_addr_ton, pdu.source_addr_npi, pdu.source_addr};
  asked.service = {pdu.dest_addr_ton, pdu.dest_addr_npi, pdu.destination_addr};
  if (step->event == smpp::UssdEvent::begin) {
    const bool from_text = pdu.destination_addr.empty();
    asked.dialled = dialled_string(from_text ? std::string_view{} : pdu.destination_addr, asked.text);
  }
  return asked;
}

template <typename Message>
Message screen_of(const UssdAsked& asked, const smpp::UssdProfile& profile, std::string_view code,
                  smpp::UssdReply reply) {
  Message pdu;
  pdu.source_addr_ton = asked.service.ton;
  pdu.source_addr_npi = asked.service.npi;
  pdu.source_addr = asked.service.digits.empty() ? std::string(service_digits(code)) : asked.service.digits;
  pdu.dest_addr_ton = asked.subscriber.ton;
  pdu.dest_addr_npi = asked.subscriber.npi;
  pdu.destination_addr = asked.subscriber.digits;
  smpp::write_ussd(pdu, profile, asked.wire_session, asked.sequence, reply);
  return pdu;
}

}  // namespace

smpp::UssdProfile ussd_profile(const CarrierOptions& options) {
  smpp::UssdProfile profile = smpp::ussd_profiles::all.at(static_cast<std::size_t>(options.ussd_profile));
  if (profile.session_key == smpp::UssdSessionKey::vendor_tlv) profile.vendor_tag = options.ussd_session_tag;
  profile.end_op_0x17 = options.ussd_end_op_0x17;
  return profile;
}

std::optional<UssdAsked> read_asked(const smpp::Pdu& pdu, const CarrierOptions& options) {
  if (const auto* deliver = std::get_if<smpp::DeliverSm>(&pdu.body)) return read_message(*deliver, options);
  if (const auto* data = std::get_if<smpp::DataSm>(&pdu.body)) return read_message(*data, options);
  return std::nullopt;
}

// Hashed, so that a PIN among the keys does not stand in Redis as it was typed.
store::DialogStep step_of(const UssdAsked& asked) {
  const auto hash = sha256_of({"ussd step", smpp::words(asked.event), asked.text});
  const std::string_view octets(reinterpret_cast<const char*>(hash.data()), kMarkOctets);
  return {std::string(octets), asked.sequence};
}

StepIs step_is(const std::optional<store::Dialog>& dialog, const store::DialogStep& step,
               std::chrono::milliseconds redelivery_window) {
  if (!dialog) return StepIs::unknown;
  const bool same_content = dialog->mark == step.mark;
  const bool in_doubt = !dialog->told && dialog->age < redelivery_window;
  const bool same = same_content && (dialog->counts ? dialog->sequence == step.sequence
                                                    : in_doubt || dialog->age < kTypedAgainAfter);
  if (dialog->over) return same && dialog->age < redelivery_window ? StepIs::again : StepIs::late;
  return same ? StepIs::again : StepIs::next;
}

smpp::Body make_screen(const UssdAsked& asked, const CarrierOptions& options, std::string_view code,
                       std::string_view text, bool last) {
  const std::string screen = templates::pages(text, "", "").front();
  const auto alphabet = templates::choose(screen);
  const std::uint8_t data_coding =
      alphabet == templates::Alphabet::gsm7 ? options.ussd_data_coding_latin : options.ussd_data_coding_ucs2;
  std::string octets = templates::encode(screen, alphabet);
  const smpp::UssdReply reply = asked.one_shot ? smpp::UssdReply::end_one_shot
                                : last         ? smpp::UssdReply::end_dialogue
                                               : smpp::UssdReply::continue_dialogue;
  const smpp::UssdProfile profile = ussd_profile(options);
  if (profile.data_sm) {
    auto pdu = screen_of<smpp::DataSm>(asked, profile, code, reply);
    pdu.data_coding = data_coding;
    smpp::set_octets(pdu.tlvs, smpp::tag::message_payload, octets);
    return pdu;
  }
  auto pdu = screen_of<smpp::SubmitSm>(asked, profile, code, reply);
  pdu.data_coding = data_coding;
  pdu.short_message = std::move(octets);
  return pdu;
}

}  // namespace peyk::gateway
