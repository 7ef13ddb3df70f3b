#include <gtest/gtest.h>

#include "smpp/receipt.hpp"
#include "smpp/time_format.hpp"
#include "smpp/ussd.hpp"

namespace peyk::smpp::smpp_receipt_test {
namespace {

constexpr std::string_view kText =
    "id:1891273321 sub:001 dlvrd:001 submit date:2611211947 done date:2611212003 stat:DELIVRD err:000 "
    "text:hello";

TEST(Receipt, WrittenIsReceiptRead) {
  DeliverSm pdu;
  write_receipt(pdu, ReceiptText{.id = "70BA8A69",
                                 .state = ReceiptState::undeliverable,
                                 .sub = 1,
                                 .dlvrd = 0,
                                 .submit_date = "2611211947",
                                 .done_date = "2611212003",
                                 .err = 34,
                                 .text = "a text of more than twenty characters"});
  EXPECT_EQ(pdu.short_message,
            "id:70BA8A69 sub:001 dlvrd:000 submit date:2611211947 done date:2611212003 stat:UNDELIV err:034 "
            "text:a text of more than ");
  const auto receipt = parse_receipt(pdu);
  ASSERT_TRUE(receipt);
  EXPECT_EQ(receipt->id, "70BA8A69");
  EXPECT_EQ(receipt->state, ReceiptState::undeliverable);
  EXPECT_TRUE(receipt->final());
  EXPECT_FALSE(receipt->state_conflict);
}

TEST(Receipt, IsWhatEsmClassSaysAndASubscribersTextIsNot) {
  DeliverSm pdu{.short_message = std::string(kText)};
  pdu.esm_class = esm_class::sme_user_ack;
  EXPECT_EQ(receipt_kind(pdu), ReceiptKind::none);
  pdu.esm_class = esm_class::intermediate_notification;
  EXPECT_EQ(receipt_kind(pdu), ReceiptKind::intermediate);
  EXPECT_FALSE(parse_receipt(pdu)->final());
  pdu.esm_class = 0;
  EXPECT_EQ(receipt_kind(pdu), ReceiptKind::look_alike) << "anybody can type that";
  set_c_string(pdu.tlvs, tag::receipted_message_id, "1891273321");
  EXPECT_EQ(receipt_kind(pdu), ReceiptKind::final_or_progress) << "no phone can set that";
}

TEST(Receipt, WithoutIdOrStateIsNone) {
  EXPECT_TRUE(parse_receipt_text(kText));
  EXPECT_FALSE(parse_receipt_text("stat:DELIVRD"));
  EXPECT_FALSE(parse_receipt_text("id:1"));
  EXPECT_FALSE(parse_receipt_text("id: stat:DELIVRD"));
  EXPECT_FALSE(parse_receipt_text("text:id:1 stat:DELIVRD"));
}

TEST(Receipt, WithoutIdIsOneWhereItGivesTheReferenceBack) {
  DeliverSm pdu{.esm_class = esm_class::mc_delivery_receipt, .short_message = "id: stat:DELIVRD err:000"};
  EXPECT_FALSE(parse_receipt(pdu));
  set_u16(pdu.tlvs, tag::user_message_reference, 0);
  EXPECT_FALSE(parse_receipt(pdu)) << "0 is none";
  set_u16(pdu.tlvs, tag::user_message_reference, 0x1234);
  ASSERT_TRUE(parse_receipt(pdu));
  EXPECT_EQ(parse_receipt(pdu)->id, "");
  EXPECT_EQ(parse_receipt(pdu)->reference, 0x1234);
  EXPECT_EQ(parse_receipt(pdu)->state, ReceiptState::delivered);
  pdu.esm_class = 0;
  EXPECT_EQ(receipt_kind(pdu), ReceiptKind::none) << "a phone may number its texts too";
  pdu.esm_class = esm_class::mc_delivery_receipt;
  pdu.short_message = "hello";
  EXPECT_FALSE(parse_receipt(pdu)) << "no state";
  pdu.short_message = "id:" + std::string(65, '1') + " stat:DELIVRD";
  EXPECT_FALSE(parse_receipt(pdu)) << "an id that cannot be read is none the less another one";
}

TEST(Receipt, StateOfTheTlvBeatsTheTextAndTheConflictShows) {
  DeliverSm pdu{.esm_class = esm_class::mc_delivery_receipt, .short_message = std::string(kText)};
  set_u8(pdu.tlvs, tag::message_state, 5);
  EXPECT_EQ(parse_receipt(pdu)->state, ReceiptState::undeliverable);
  EXPECT_TRUE(parse_receipt(pdu)->state_conflict);
  set_u8(pdu.tlvs, tag::message_state, 77);
  EXPECT_EQ(parse_receipt(pdu)->state, ReceiptState::delivered) << "77 is no state";
}

TEST(RelativeTime, IsWrittenFromASpanAndAddedByTheCalendar) {
  using namespace std::chrono;
  EXPECT_EQ(format_relative(hours(24)), "000001000000000R");
  EXPECT_EQ(format_relative(seconds(0)), "000000000000000R");
  EXPECT_EQ(format_relative(hours(24 * 365)), "000099235959000R");
  const UtcTime january = sys_days{year{2026} / 1 / 31};
  EXPECT_EQ(after(january, RelativeTime{.months = 1}), UtcTime(sys_days{year{2026} / 2 / 28}));
  EXPECT_EQ(after(january, RelativeTime{.days = 1, .seconds = 1}),
            UtcTime(sys_days{year{2026} / 2 / 1}) + seconds(1));
}

TEST(AbsoluteTime, ShowsTehransMorning) {
  using namespace std::chrono;
  const UtcTime time = sys_days{year{2026} / 11 / 22} + hours(6);
  EXPECT_EQ(format_time(time, 14), "261122093000014+");
  EXPECT_EQ(format_time(time), "261122060000000+");
}

TEST(Ussd, EndBitOnAnInputIsAnAbortOnlyWhereTheProfileKnowsIt) {
  DeliverSm pdu{.service_type = "USSD", .destination_addr = "738", .short_message = "1"};
  set_u8(pdu.tlvs, tag::ussd_service_op, 18);
  write_its_session_info(pdu.tlvs, {10, 4, true});
  EXPECT_EQ(read_ussd(pdu, ussd_profiles::spec_like)->event, UssdEvent::abort);
  EXPECT_EQ(read_ussd(pdu, ussd_profiles::no_session)->event, UssdEvent::input);
  EXPECT_EQ(read_ussd(pdu, ussd_profiles::no_session)->session, "");
}

TEST(Ussd, IsNotSeenInATextNorInAnApplicationsOperation) {
  DeliverSm pdu{.destination_addr = "738", .short_message = "*738#"};
  EXPECT_FALSE(read_ussd(pdu, ussd_profiles::spec_like));
  set_u8(pdu.tlvs, tag::ussd_service_op, 2);
  EXPECT_FALSE(read_ussd(pdu, ussd_profiles::spec_like));
}

}  // namespace
}  // namespace peyk::smpp::smpp_receipt_test
