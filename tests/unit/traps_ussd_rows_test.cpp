// Trap 15, the rows of smpp/ussd.hpp: each profile's session, ends and aborts, with what it must not take for
// them.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "smpp/check.hpp"
#include "smpp/status.hpp"
#include "smpp/ussd.hpp"

namespace peyk::tests::traps_ussd_rows_test {
namespace {

using namespace smpp;

DeliverSm step_of(std::uint8_t op, std::string text = "1") {
  DeliverSm pdu;
  pdu.service_type = "USSD";
  pdu.source_addr = "989121234567";
  pdu.destination_addr = "7000";
  pdu.short_message = std::move(text);
  set_u8(pdu.tlvs, tag::ussd_service_op, op);
  return pdu;
}

std::string_view event_of(const DeliverSm& pdu, const UssdProfile& profile) {
  const auto step = read_ussd(pdu, profile);
  return step ? words(step->event) : "nothing";
}

TEST(Trap15, every_row_is_found_by_its_name_and_no_other_is) {
  for (const UssdProfile& profile : ussd_profiles::all) {
    ASSERT_NE(find_ussd_profile(profile.name), nullptr);
    EXPECT_EQ(find_ussd_profile(profile.name)->name, profile.name);
  }
  EXPECT_EQ(ussd_profiles::all.size(), 8U);
  EXPECT_EQ(find_ussd_profile("spec-like"), nullptr);
  EXPECT_EQ(find_ussd_profile(""), nullptr);
}

TEST(Trap15, the_operations_of_a_gateway_mean_the_same_in_every_profile) {
  for (const UssdProfile& profile : ussd_profiles::all) {
    SCOPED_TRACE(profile.name);
    EXPECT_EQ(event_of(step_of(0), profile), "begin");
    EXPECT_EQ(event_of(step_of(1), profile), "begin");
    EXPECT_EQ(event_of(step_of(18), profile), "input");
    EXPECT_EQ(event_of(step_of(19), profile), "notify_ack");
    EXPECT_EQ(event_of(step_of(17), profile), "end");
    EXPECT_EQ(event_of(step_of(129), profile), "abort");
    EXPECT_EQ(event_of(step_of(146), profile), "end");
    for (const std::uint8_t ours :
         std::initializer_list<std::uint8_t>{2, 3, 16, 68, 128, 130, 131, 150, 151, 152, 153, 255})
      EXPECT_EQ(event_of(step_of(ours), profile), "nothing") << int{ours};
  }
}

TEST(Trap15, the_vendors_hang_ups_count_only_where_that_vendor_is) {
  for (const UssdProfile& profile : ussd_profiles::all) {
    const bool theirs = profile.name == ussd_profiles::data_sm.name;
    for (const std::uint8_t op : std::initializer_list<std::uint8_t>{65, 66, 67})
      EXPECT_EQ(event_of(step_of(op), profile), theirs ? "abort" : "nothing") << profile.name << int{op};
  }
}

TEST(Trap15, decimal_17_written_as_hex_ends_only_where_the_configuration_says_so) {
  for (UssdProfile profile : ussd_profiles::all) {
    EXPECT_EQ(event_of(step_of(0x17), profile), "nothing") << profile.name;
    profile.end_op_0x17 = true;
    EXPECT_EQ(event_of(step_of(0x17), profile), "end") << profile.name;
    EXPECT_EQ(event_of(step_of(0x11), profile), "end") << profile.name;
    SubmitSm ours;
    write_ussd(ours, profile, "ab", 1, UssdReply::end_dialogue);
    EXPECT_NE(get_u8(ours.tlvs, tag::ussd_service_op), 0x17) << profile.name;
  }
}

std::uint32_t status_of(DeliverSm step) {
  Pdu pdu;
  pdu.command_id = CommandId::deliver_sm;
  pdu.body = std::move(step);
  return check(pdu).command_status;
}

TEST(Trap15, what_is_said_by_mistake_reaches_the_profile_and_a_reserved_operation_does_not) {
  EXPECT_EQ(status_of(step_of(0x17)), ESME_ROK);
  EXPECT_EQ(status_of(step_of(0x16)), ESME_RINVTLVVAL);
  EXPECT_EQ(status_of(step_of(4)), ESME_RINVTLVVAL);
}

TEST(Trap15, the_end_bit_closes_only_where_it_is_one) {
  for (const UssdProfile& profile : ussd_profiles::all) {
    SCOPED_TRACE(profile.name);
    DeliverSm pdu = step_of(18);
    set_u16(pdu.tlvs, tag::its_session_info, 0x0A05);
    EXPECT_EQ(event_of(pdu, profile), profile.end_bit ? "abort" : "input");
    set_u16(pdu.tlvs, tag::its_session_info, 0x0A04);
    EXPECT_EQ(event_of(pdu, profile), "input");
  }
}

TEST(Trap15, service_type_or_operation_may_be_missing_but_not_both) {
  for (const UssdProfile& profile : ussd_profiles::all) {
    SCOPED_TRACE(profile.name);
    DeliverSm no_service_type = step_of(1, "*7000#");
    no_service_type.service_type.clear();
    EXPECT_EQ(event_of(no_service_type, profile), "begin");
    DeliverSm no_operation = step_of(1, "*7000#");
    no_operation.tlvs.clear();
    EXPECT_EQ(event_of(no_operation, profile), "begin");
    no_operation.short_message = "1";
    EXPECT_EQ(event_of(no_operation, profile), "input");
    DeliverSm neither = no_operation;
    neither.service_type.clear();
    EXPECT_FALSE(is_ussd(neither));
    EXPECT_EQ(event_of(neither, profile), "nothing");
  }
}

TEST(Trap15, the_code_is_the_destination_or_else_what_was_dialled) {
  DeliverSm pdu = step_of(1, "*7000*2#");
  EXPECT_EQ(read_ussd(pdu, ussd_profiles::spec_like)->code, "7000");
  pdu.destination_addr.clear();
  EXPECT_EQ(read_ussd(pdu, ussd_profiles::spec_like)->code, "*7000*2#");
  pdu.short_message = "2";
  EXPECT_EQ(read_ussd(pdu, ussd_profiles::spec_like)->code, "");
}

// Octets of the TLV that carries the session in a profile, as a gateway would send them.
void put_session(Tlvs& tlvs, const UssdProfile& profile, std::uint16_t id) {
  const std::string octets{static_cast<char>(id >> 8), static_cast<char>(id & 0xFF)};
  switch (profile.session_key) {
    case UssdSessionKey::user_message_reference:
      return set_octets(tlvs, tag::user_message_reference, octets);
    case UssdSessionKey::vendor_tlv:
      return set_octets(tlvs, profile.vendor_tag, octets + octets);
    case UssdSessionKey::none:
      return;
    default:
      return set_octets(tlvs, tag::its_session_info, octets);
  }
}

// Whatever id a gateway gives: the answer carries it back, apart from the end bit where that is one.
RC_GTEST_PROP(Trap15, a_session_comes_back_as_it_was_given, (std::uint16_t id)) {
  for (const UssdProfile& profile : ussd_profiles::all) {
    DeliverSm asked = step_of(18);
    put_session(asked.tlvs, profile, profile.end_bit ? id & 0xFFFE : id);
    const auto step = read_ussd(asked, profile);
    RC_ASSERT(step.has_value());
    RC_ASSERT(step->event == UssdEvent::input);
    SubmitSm menu, last;
    write_ussd(menu, profile, step->session, step->sequence, UssdReply::continue_dialogue);
    write_ussd(last, profile, step->session, step->sequence, UssdReply::end_dialogue);
    Tlvs as_given;
    set_u8(as_given, tag::ussd_service_op, 2);
    put_session(as_given, profile, profile.end_bit ? id & 0xFFFE : id);
    RC_ASSERT(menu.tlvs == as_given);
    set_u8(as_given, tag::ussd_service_op, static_cast<std::uint8_t>(profile.end_op));
    put_session(as_given, profile, profile.end_bit ? static_cast<std::uint16_t>(id | 1) : id);
    RC_ASSERT(last.tlvs == as_given);
  }
}

TEST(Trap15, a_session_of_a_wrong_length_is_taken_as_it_is_and_breaks_nothing) {
  for (const UssdProfile& profile : ussd_profiles::all) {
    for (const std::string& octets : {std::string(), std::string("a"), std::string(300, 'x')}) {
      DeliverSm pdu = step_of(18);
      set_octets(pdu.tlvs, tag::its_session_info, octets);
      set_octets(pdu.tlvs, tag::user_message_reference, octets);
      set_octets(pdu.tlvs, 0x1501, octets);
      const auto step = read_ussd(pdu, profile);
      ASSERT_TRUE(step) << profile.name;
      SubmitSm ours;
      write_ussd(ours, profile, step->session, step->sequence, UssdReply::end_dialogue);
      EXPECT_TRUE(get_u8(ours.tlvs, tag::ussd_service_op)) << profile.name;
    }
  }
}

}  // namespace
}  // namespace peyk::tests::traps_ussd_rows_test
