// User data headers, SAR TLVs, USSD steps and time strings out of any octets; views stay inside what was
// given, and reassembly stays within its limits.
#include <cstdint>

#include "smpp/parts.hpp"
#include "smpp/time_format.hpp"
#include "smpp/ussd.hpp"
#include "tests/fuzz/check.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace peyk::smpp;
  using peyk::tests::fuzz::expect;
  if (size < 2) return 0;
  const std::string octets(reinterpret_cast<const char*>(data) + 1, size - 1);
  DeliverSm pdu;
  pdu.esm_class = data[0];
  pdu.service_type = (data[0] & 1) != 0 ? "USSD" : "";
  pdu.short_message = octets;
  pdu.tlvs = {{tag::ussd_service_op, octets.substr(0, 1)}, {tag::its_session_info, octets.substr(0, 2)}};

  static Reassembly reassembly{ReassemblyOptions{.messages_max = 8, .octets_max = 4096}};
  static Time now{};
  now += std::chrono::seconds(1);
  if (const auto message = read_message(pdu)) {
    expect(message->header.size() + message->text.size() == octets.size());
    if (message->part) {
      expect(message->part->seq >= 1 && message->part->seq <= message->part->total);
      reassembly.add("a", "b", *message->part, message->text, 0, now);
      expect(reassembly.size() <= 8);
    }
  }
  for (const UssdProfile& profile : {ussd_profiles::spec_like, ussd_profiles::session_15_bits,
                                     ussd_profiles::user_message_reference, ussd_profiles::no_session}) {
    if (const auto step = read_ussd(pdu, profile)) {
      SubmitSm reply;
      write_ussd(reply, profile, step->session, step->sequence, UssdReply::end_dialogue);
      expect(is_ussd(DeliverSm{.service_type = reply.service_type, .tlvs = reply.tlvs}));
    }
  }
  if (const auto time = parse_time(octets)) {
    if (const auto* relative = std::get_if<RelativeTime>(&*time)) expect(format_time(*relative).size() == 16);
  }
  return 0;
}
