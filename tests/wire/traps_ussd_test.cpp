// Trap 15, the PDUs: what the vectors' USSD dialogues say in each profile, read and written.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "smpp/pdu.hpp"
#include "smpp/ussd.hpp"
#include "templates/alphabet.hpp"
#include "tests/kit/vectors.hpp"

namespace peyk::tests::traps_ussd_test {
namespace {

using nlohmann::json;
using namespace peyk::smpp;

const UssdProfile& profile_of(const json& expected) {
  static const std::map<std::string, UssdProfile> kProfiles{{"A", ussd_profiles::spec_like},
                                                            {"B", ussd_profiles::user_message_reference},
                                                            {"B-vumi", ussd_profiles::user_message_reference},
                                                            {"C", ussd_profiles::session_15_bits},
                                                            {"C-tata", ussd_profiles::end_bit_only},
                                                            {"D", ussd_profiles::vendor_session_id},
                                                            {"E", ussd_profiles::no_session},
                                                            {"F", ussd_profiles::data_sm},
                                                            {"G", ussd_profiles::smpp_plus}};
  return kProfiles.at(expected["profile"].get<std::string>());
}

Pdu read(const json& vector) {
  const auto pdu = decode(from_hex(vector["hex"].get<std::string>()));
  EXPECT_TRUE(pdu);
  return pdu.value_or(Pdu{});
}

// The gateway's steps among the vectors: deliver_sm, and data_sm with an operation that a gateway has.
struct Told {
  std::optional<UssdStep> step;
  std::uint8_t data_coding = 0;
  std::string source_addr;
};
std::optional<Told> told_by_gateway(const Pdu& pdu, const UssdProfile& profile) {
  if (const auto* deliver = std::get_if<DeliverSm>(&pdu.body))
    return Told{read_ussd(*deliver, profile), deliver->data_coding, deliver->source_addr};
  const auto* data = std::get_if<DataSm>(&pdu.body);
  if (data == nullptr || data->source_addr.size() < 6) return std::nullopt;  // from the service code: ours
  return Told{read_ussd(*data, profile), data->data_coding, data->source_addr};
}

std::string event_words(const std::string& event) {
  const std::map<std::string, std::string> kWords{{"smpp+:release_indication", "abort"},
                                                  {"smpp+:input_last", "end"},
                                                  {"vendor:hangup", "abort"},
                                                  {"vendor:failure", "abort"},
                                                  {"vendor:reject", "abort"}};
  return kWords.contains(event) ? kWords.at(event) : event;
}

TEST(Trap15, the_gateways_steps_of_every_profile_are_read) {
  std::map<std::string, int> seen;
  for (const json& vector : vectors(VectorKind::pdu)) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    if (!vector.contains("expect") || !vector["expect"].contains("ussd")) continue;
    const json& expected = vector["expect"]["ussd"];
    const Pdu pdu = read(vector);
    const auto told = told_by_gateway(pdu, profile_of(expected));
    if (!told) continue;
    if (expected["event"] == "vendor:esme_hangup") {
      EXPECT_FALSE(told->step) << "the application's word in the gateway's mouth";
      continue;
    }
    if (!told->step) {
      ADD_FAILURE() << "no step of a dialogue was seen";
      continue;
    }
    const UssdStep& step = *told->step;
    ++seen[expected["profile"].get<std::string>()];
    EXPECT_EQ(words(step.event), event_words(expected["event"]));
    EXPECT_EQ(step.service_op ? json(*step.service_op) : json(), expected["op"]);
    if (expected.contains("session")) {
      EXPECT_EQ(to_hex(step.session), expected["session"].is_string() ? expected["session"] : json(""));
    }
    EXPECT_EQ(templates::decode_ussd(step.text, told->data_coding), vector["expect"]["text"]);
    EXPECT_EQ(step.one_shot, expected["op"] == 0);
    if (step.event == UssdEvent::begin) {
      EXPECT_TRUE(step.code == "738" || step.code.starts_with("*738")) << step.code;
    }
  }
  if (!vectors_are_kept_ones()) return;
  EXPECT_EQ(seen, (std::map<std::string, int>{
                      {"A", 8}, {"B", 4}, {"C", 2}, {"D", 1}, {"E", 4}, {"F", 5}, {"G", 2}}));
}

// What write_ussd makes of the session and the kind of one of the vectors' answers.
template <typename Message>
Message written(const Message& theirs, const json& expected) {
  const UssdProfile& profile = profile_of(expected);
  const auto info = read_its_session_info(theirs.tlvs);
  std::string session = expected.contains("session") && expected["session"].is_string()
                            ? from_hex(expected["session"].get<std::string>())
                            : "";
  if (profile.session_key == UssdSessionKey::its_session_number && info)
    session = std::string(1, static_cast<char>(info->session_number));
  const UssdReply reply = expected["op"] == 16         ? UssdReply::end_one_shot
                          : expected["event"] == "end" ? UssdReply::end_dialogue
                                                       : UssdReply::continue_dialogue;
  Message ours;
  write_ussd(ours, profile, session, info ? info->sequence : std::uint8_t{0}, reply);
  if (const auto payload = get_octets(theirs.tlvs, tag::message_payload))
    set_octets(ours.tlvs, tag::message_payload, *payload);
  return ours;
}

template <typename Message>
void expect_written(Message theirs, const json& expected) {
  erase_tlv(theirs.tlvs, tag::its_reply_type);  // optional, and none of ours
  const Message ours = written(theirs, expected);
  EXPECT_EQ(ours.service_type, theirs.service_type);
  if (expected["op"] == 0x17) {
    EXPECT_EQ(get_u8(ours.tlvs, tag::ussd_service_op), 0x11) << "0x17 is understood and never sent";
    return;
  }
  EXPECT_EQ(ours.tlvs, theirs.tlvs);
}

TEST(Trap15, our_screens_carry_the_operation_and_the_session_of_the_profile) {
  std::map<std::string, int> seen;
  for (const json& vector : vectors(VectorKind::pdu)) {
    SCOPED_TRACE(vector["id"].get<std::string>());
    if (!vector.contains("expect") || !vector["expect"].contains("ussd")) continue;
    const json& expected = vector["expect"]["ussd"];
    if (expected["event"] != "menu" && expected["event"] != "end") continue;
    const Pdu pdu = read(vector);
    ++seen[expected["profile"].get<std::string>()];
    if (const auto* submit = std::get_if<SubmitSm>(&pdu.body)) expect_written(*submit, expected);
    if (const auto* data = std::get_if<DataSm>(&pdu.body)) expect_written(*data, expected);
  }
  if (!vectors_are_kept_ones()) return;
  EXPECT_EQ(seen,
            (std::map<std::string, int>{
                {"A", 9}, {"B", 2}, {"B-vumi", 1}, {"C", 1}, {"C-tata", 1}, {"D", 2}, {"E", 1}, {"F", 1}}));
}

}  // namespace
}  // namespace peyk::tests::traps_ussd_test
